// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recorded run out of nothing: random queries and keys with their true log-sum-exp, and words for tokens.

#include "tests/support/attention_record.h"

#include <string>
#include <vector>

namespace vitral::test {

struct InsideShape {
    std::int64_t nPosition = 40;
    std::int32_t nLayer = 3, nHead = 4, nKvHead = 2, headDim = 16;
    std::int32_t nPrompt = 12;
    bool rotary = true;
    float softcap = 0;
    std::int64_t window = 0;
    bool sinks = false;
    std::uint64_t seed = 1;
};

inline std::shared_ptr<Recording> insideRecording(const InsideShape& shape) {
    auto r = std::make_shared<Recording>();
    r->model.name = "made up";
    r->model.architecture = "still";
    r->model.nLayer = shape.nLayer;
    r->model.nHead = shape.nHead;
    r->model.nKvHead = shape.nKvHead;
    r->model.headDim = shape.headDim;
    r->nPrompt = shape.nPrompt;
    const std::vector<std::string> words = {" the", " cat", " sat", ".", "\n", " on", " a", " mat"};
    for (std::int64_t i = 0; i < shape.nPosition; ++i) {
        r->tokens.push_back(static_cast<TokenId>(i % static_cast<std::int64_t>(words.size())));
        r->pieces.push_back(words[static_cast<std::size_t>(i) % words.size()]);
        r->scores.push_back(nullptr);
    }
    for (std::int32_t l = 0; l < shape.nLayer; ++l) {
        RecordShape one;
        one.nPosition = shape.nPosition;
        one.nHead = shape.nHead;
        one.nKvHead = shape.nKvHead;
        one.headDim = shape.headDim;
        one.softcap = shape.softcap;
        one.window = shape.window;
        one.sinks = shape.sinks;
        one.seed = shape.seed * 100 + static_cast<std::uint64_t>(l);
        auto record = randomRecord(one);
        if (shape.rotary)
            for (std::int32_t p = 0; p < shape.headDim / 2; ++p)
                record->geometry.rope.inverseFrequency.push_back(
                    static_cast<float>(std::pow(10000.0, -2.0 * p / shape.headDim)));
        r->attention.push_back(std::move(record));
    }
    r->complete = true;
    return r;
}

/// The same run as a recorder would have given it earlier.
inline std::shared_ptr<Recording> firstTokens(const Recording& whole, std::int64_t n) {
    auto r = std::make_shared<Recording>(whole);
    r->tokens.resize(static_cast<std::size_t>(n));
    r->pieces.resize(static_cast<std::size_t>(n));
    r->scores.resize(static_cast<std::size_t>(n));
    for (auto& layer : r->attention)
        layer = firstPositions(*layer, n);
    r->complete = false;
    return r;
}

} // namespace vitral::test
