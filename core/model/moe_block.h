// SPDX-License-Identifier: Apache-2.0
#pragma once
// Mixture of experts (Shazeer et al. 2017; Fedus et al. 2021): a router picks a few gated MLPs for every token and
// their results are added, weighted by the router. Thread: engine.

#include "core/model/expert_rule.h"
#include "core/model/mlp_block.h"
#include "core/model/pass.h"
#include "core/model/weights.h"

namespace vitral {

struct MoeWeights {
    Linear router;         ///< [nExpert, E]
    Linear gate, up, down; ///< [nExpert, F, E], [nExpert, F, E], [nExpert, E, F]
    [[nodiscard]] bool empty() const { return router.empty(); }
};

/// Loads blk.i.ffn_gate_inp and ffn_{gate,up,down}_exps, biases where present.
Result<MoeWeights> loadMoe(WeightLoader& loader, const Hyper& hyper, std::int64_t iLayer);

/// pass.branch() = experts(pass.normed()). Point: MoeGate.
void moeBlock(Pass& pass, std::int64_t iLayer, const MoeWeights& weights, const ExpertRule& rule);

} // namespace vitral
