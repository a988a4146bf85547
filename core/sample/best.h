// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sampling and scoring from the best of a row of logits alone, where the rest stayed on a device. The same tokens and
// the same numbers as from all of them. Thread: engine.

#include "core/backend/logit_summary.h"
#include "core/sample/params.h"

#include <span>
#include <vector>

namespace vitral {

/// How many of the greatest logits are enough for every token of a run with these parameters: its first stage that does
/// anything keeps no more (top-k), or it takes the greatest (temperature 0). 0: all logits are needed.
[[nodiscard]] std::int32_t enoughBest(const SamplerParams& params);

/// As scoreToken on all logits; `chosen` and the nTop best must be among summary.best.
TokenScore scoreToken(const LogitSummary& summary, TokenId chosen, std::int32_t nTop);

/// f32 [V] with nothing alive (minus infinity) but the best of one summary: what a Sampler takes in the place of all
/// logits when it said how many are enough.
class BestLogits {
public:
    std::span<const float> of(const LogitSummary& summary, std::size_t nVocab);

private:
    std::vector<float> logits_;
    std::vector<TokenId> alive_;
};

} // namespace vitral
