// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything between two vectors and one attention weight, in double, so that a view can print it and it adds up. The
// engine's log-sum-exp stands beside the one these numbers give: they differ by rounding. attentionCell
// (attention_map.h) gives the same in the f32 of the maps. Thread: any (pure).

#include "core/trace/recording.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace vitral {

struct CellTerm { ///< one key of the same row
    std::int64_t key = -1;
    double score = 0;  ///< after soft-cap
    double weight = 0; ///< exp(score - lse)
};

struct CellArithmetic {
    std::int32_t iHead = 0, iKvHead = 0;
    std::int64_t iQuery = 0, iKey = 0;
    std::vector<double> q, k;             ///< [D] rotated, as recorded
    std::vector<double> qBefore, kBefore; ///< [D] before rotary; the same where nothing is rotated
    std::vector<double> product;          ///< [D] q * k
    std::vector<double> running;          ///< [D] sum of products up to and with d
    double dot = 0, scale = 1, scaled = 0, softcap = 0, capped = 0;
    bool causal = true, inWindow = true;
    std::int64_t window = 0;
    double recordedLse = 0;            ///< the engine's
    double lse = 0;                    ///< of the terms below (and the sink)
    double weight = 0;                 ///< exp(capped - recordedLse); 0 where not visible
    std::vector<CellTerm> row;         ///< visible keys, by position
    std::optional<double> sink;        ///< its logit: a key that is nobody's token
    double sinkWeight = 0, rowSum = 0; ///< of the terms' weights, without the sink
    const RopeTable* rope = nullptr;   ///< null: not rotary; lives with the record
    [[nodiscard]] bool visible() const { return causal && inWindow; }
    [[nodiscard]] std::int64_t nRotary() const {
        return rope != nullptr ? 2 * static_cast<std::int64_t>(rope->inverseFrequency.size()) : 0;
    }
    /// Index of the pair of dimension d in inverseFrequency, and the other dimension; -1, -1: not rotated.
    struct Pair {
        std::int64_t index = -1, other = -1;
        bool first = true; ///< d is the cosine half
    };
    [[nodiscard]] Pair pairOf(std::int64_t d) const;
    /// Radians by which the pair is turned at a position.
    [[nodiscard]] double angle(std::int64_t pair, std::int64_t position) const;
};

/// Nothing where the positions are beyond the recording. The result must not outlive the record.
std::optional<CellArithmetic> cellArithmetic(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery,
                                             std::int64_t iKey);

} // namespace vitral
