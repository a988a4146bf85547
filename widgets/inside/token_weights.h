// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one token looks at, or who looks at it, as one number for every token: of one head, or over heads and layers.
// Thread: any (pure).

#include "core/trace/recording.h"
#include "core/trace/text_alignment.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

namespace vitral {

enum class HeadMix : std::uint8_t {
    One,       ///< the chosen head
    LayerMean, ///< mean over the heads of the chosen layer
    LayerMax,  ///< the largest of them, cell by cell: does not add up to 1
    AllMean,   ///< mean over all recorded layers and heads
};
enum class LookDirection : std::uint8_t {
    LooksAt, ///< the token is the query: a row
    SeenBy,  ///< the token is the key: a column
};

struct WeightQuestion {
    RecordingPtr recording;
    RecordingPtr minus;                         ///< of a comparison; null: none
    std::shared_ptr<const TextAlignment> pairs; ///< of `recording` and `minus`
    std::int32_t iLayer = 0, iHead = 0;
    HeadMix mix = HeadMix::One;
    LookDirection direction = LookDirection::LooksAt;
    std::int64_t position = 0;
};

struct TokenWeights {
    std::int64_t position = -1;
    bool difference = false;
    bool alone = false;         ///< of a difference: this token has no partner in the other run, so there is none
    std::vector<float> weights; ///< [n]; tokens that cannot be seen are 0; NaN: no partner in the other run
    std::int32_t nHeadUsed = 0; ///< how many maps were mixed
};

/// Nothing when stopped, or where no such layer was recorded or the position is beyond it.
std::optional<TokenWeights> tokenWeights(const WeightQuestion& question, std::stop_token stop = {});

/// What one number of it is mixed of: every head's weight between question.position and `token`, in this run or in
/// question.minus (at the partners). Empty where nothing is recorded, or there is no partner.
struct MixedWeight {
    std::int32_t iLayer = 0, iHead = 0;
    double score = 0, logSumExp = 0, weight = 0;
};
std::vector<MixedWeight> mixedWeights(const WeightQuestion& question, std::int64_t token, bool ofMinus);

} // namespace vitral
