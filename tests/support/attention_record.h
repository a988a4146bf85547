// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attention of made-up queries and keys, with its true log-sum-exp: what tests and benchmarks of maps read.

#include "core/base/rng.h"
#include "core/trace/recording.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

namespace vitral::test {

struct RecordShape {
    std::int64_t nPosition = 64;
    std::int32_t nHead = 2, nKvHead = 1, headDim = 16;
    std::int64_t window = 0;
    float softcap = 0.0F;
    bool sinks = false;
    float spread = 2.0F; ///< of the queries: bigger is more peaked
    bool trueLse = true; ///< false: a bound, for benchmarks whose lse nobody checks
    std::uint64_t seed = 1;
};

/// Sum of twelve uniforms less six: near enough to a normal deviate.
inline float deviate(Rng& rng) {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i)
        sum += rng.uniform();
    return static_cast<float>(sum);
}

inline Rows randomRows(Rng& rng, std::int64_t n, std::int64_t nCol, float spread) {
    RowsWriter writer{Rows(DType::F16, nCol)};
    std::vector<float> row(static_cast<std::size_t>(nCol));
    for (std::int64_t i = 0; i < n; ++i) {
        for (float& v : row)
            v = spread * deviate(rng);
        writer.append(row.data(), 1, nCol);
    }
    return writer.snapshot();
}

/// Log of the softmax denominator of one row, in double.
inline double trueLogSumExp(const AttentionRecord& record, std::int32_t iHead, std::int64_t i) {
    const AttentionGeometry& g = record.geometry;
    std::vector<float> q(static_cast<std::size_t>(g.headDimK)), k(q.size());
    record.q.read(i, std::int64_t{iHead} * g.headDimK, q);
    std::vector<double> scores;
    for (std::int64_t j = g.window > 0 ? std::max<std::int64_t>(0, i - g.window + 1) : 0; j <= i; ++j) {
        record.k.read(j, std::int64_t{record.kvHead(iHead)} * g.headDimK, k);
        double s = 0.0;
        for (std::size_t d = 0; d < q.size(); ++d)
            s += static_cast<double>(q[d]) * static_cast<double>(k[d]);
        s *= static_cast<double>(g.scale);
        scores.push_back(g.softcap > 0 ? g.softcap * std::tanh(s / g.softcap) : s);
    }
    if (!g.sinks.empty())
        scores.push_back(static_cast<double>(g.sinks[static_cast<std::size_t>(iHead)]));
    const double most = *std::max_element(scores.begin(), scores.end());
    double sum = 0.0;
    for (const double s : scores)
        sum += std::exp(s - most);
    return most + std::log(sum);
}

inline std::shared_ptr<AttentionRecord> randomRecord(const RecordShape& shape) {
    Rng rng(shape.seed);
    auto record = std::make_shared<AttentionRecord>();
    AttentionGeometry& g = record->geometry;
    g.nHead = shape.nHead;
    g.nKvHead = shape.nKvHead;
    g.headDimK = g.headDimV = shape.headDim;
    g.scale = 1.0F / std::sqrt(static_cast<float>(shape.headDim));
    g.softcap = shape.softcap;
    g.window = shape.window;
    if (shape.sinks)
        for (std::int32_t h = 0; h < shape.nHead; ++h)
            g.sinks.push_back(static_cast<float>(h) - 0.5F);
    record->q = randomRows(rng, shape.nPosition, std::int64_t{shape.nHead} * shape.headDim, shape.spread);
    record->k = randomRows(rng, shape.nPosition, std::int64_t{shape.nKvHead} * shape.headDim, 1.0F);
    RowsWriter lse{Rows(DType::F32, shape.nHead)};
    std::vector<float> row(static_cast<std::size_t>(shape.nHead));
    for (std::int64_t i = 0; i < shape.nPosition; ++i) {
        for (std::int32_t h = 0; h < shape.nHead; ++h)
            row[static_cast<std::size_t>(h)] = shape.trueLse
                                                   ? static_cast<float>(trueLogSumExp(*record, h, i))
                                                   : static_cast<float>(std::log(static_cast<double>(i + 1)) + 2.0);
        lse.append(row.data(), 1, shape.nHead);
    }
    record->lse = lse.snapshot();
    return record;
}

/// The first n positions of a record, as a recorder would have given them earlier.
inline std::shared_ptr<AttentionRecord> firstPositions(const AttentionRecord& record, std::int64_t n) {
    auto part = std::make_shared<AttentionRecord>(record);
    part->q = record.q.first(n);
    part->k = record.k.first(n);
    part->lse = record.lse.first(n);
    return part;
}

} // namespace vitral::test
