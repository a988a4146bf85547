// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ablation sweep: every attention head and every MLP knocked out on its own, and what that does to one token's
// log-probability. Zero ablation puts 0 in the place of a head's output (hook_z) or of what an MLP adds; mean ablation
// puts its mean over the positions of the same text (Wang et al. 2022), which stays closer to what later layers expect.
// Many ablated copies are computed as branches of one batch. Thread: engine; results are values.

#include "core/trace/explain.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace vitral {

enum class AblationKind : std::uint8_t { Zero, Mean };

struct AblationRequest {
    std::int64_t position = -1; ///< whose next token is watched; negative: from the end. Later tokens are not computed.
    TokenId token = -1;         ///< -1: the model's first choice there
    AblationKind kind = AblationKind::Zero;
    bool heads = true, mlps = true;
    std::vector<std::int32_t> layers; ///< ascending; empty: all
};

struct AblationEffect {
    std::int32_t iLayer = 0, iHead = -1; ///< head -1: the MLP
    float logProbability = 0;            ///< of the token, with this part ablated; nats
    float logit = 0;
    TokenId firstChoice = 0; ///< the model's answer then
};

struct AblationSweep {
    std::int64_t position = 0;
    TokenId token = 0, firstChoice = 0;  ///< firstChoice: without any ablation
    float logProbability = 0, logit = 0; ///< without any ablation
    std::vector<AblationEffect> effects; ///< by layer; heads, then the MLP
};

/// `partial` (may be empty) is shown every effect as it is known, so that a picture fills in.
/// Errors: InvalidArgument, Cancelled, those of forward.
Result<AblationSweep> ablationSweep(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                    const AblationRequest& request,
                                    const std::function<void(const AblationEffect&)>& partial = {});

} // namespace vitral
