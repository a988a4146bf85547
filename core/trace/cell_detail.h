// SPDX-License-Identifier: Apache-2.0
#pragma once
// The whole arithmetic of one attention weight, with every number in between, so that a view can print it and it adds
// up: q and k by dimension, their products and running sum, scale, rotary angles, soft-cap, mask, and the softmax among
// the other keys of the same query. Thread: any; a pure function of a snapshot.

#include "core/trace/attention_map.h"
#include "core/trace/positions.h"

#include <cstdint>
#include <vector>

namespace vitral {

struct CellDetail {
    std::int32_t iHead = 0, iKvHead = 0;
    std::int64_t iQuery = 0, iKey = 0;
    std::vector<float> q, k;       ///< [Dk] as the dot product takes them (rotated, rounded to F16)
    std::vector<float> product;    ///< [Dk] q * k
    std::vector<float> partialSum; ///< [Dk] of product up to and with this dimension; the last one is cell.dot
    AttentionCell cell;            ///< dot, scaled, capped, logSumExp, weight; which masks hide it

    struct Turn {
        RotaryPair pair;
        double queryAngle = 0, keyAngle = 0; ///< radians in (-pi, pi]
        double difference = 0;               ///< the angle between the two turns: what the score depends on
        float contribution = 0;              ///< of the pair to dot
    };
    std::vector<Turn> turns; ///< empty: not rotary
    std::vector<float> qBefore,
        kBefore; ///< [Dk] turned back to position 0 (rounded: they come from F16); empty: not rotary

    struct Neighbour {
        std::int64_t iKey = 0;
        float capped = 0; ///< its score as it enters the softmax
        float weight = 0;
    };
    std::vector<Neighbour> top;    ///< the query's heaviest keys, heaviest first
    std::vector<Neighbour> around; ///< visible keys beside iKey, in order, itself included where visible
    std::int64_t nVisible = 0;     ///< keys the query sees
    std::int64_t rank = 0;         ///< of iKey among them by weight, 1 the heaviest; 0: not visible
    double restWeight = 0;         ///< of all visible keys that are not in `top`
    double sinkWeight = 0;         ///< of the sink that is nobody's token (gpt-oss); 0: none
    /// Of all visible keys and the sink: 1 up to rounding, since logSumExp was recorded by the engine and the scores
    /// are computed again from what was rounded.
    double totalWeight = 0;
    double largestScore = 0; ///< of the visible keys
};

/// iQuery and iKey below record.nPosition().
[[nodiscard]] CellDetail cellDetail(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery,
                                    std::int64_t iKey, std::int32_t nTop = 8, std::int32_t nAround = 4);

} // namespace vitral
