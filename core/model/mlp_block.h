// SPDX-License-Identifier: Apache-2.0
#pragma once
// The feed-forward half of a layer: gated (Shazeer 2020: act(x Wg) * x Wu, then Wd) or plain (act(x Wu), then Wd).
// Thread: engine.

#include "core/model/pass.h"
#include "core/model/weights.h"

namespace vitral {

struct MlpWeights {
    Linear gate; ///< [F, E]; empty in a plain MLP and in a fused one
    Linear up;   ///< [F, E]; fused (Phi-3): [2F, E], the gate first
    Linear down; ///< [E, F]
    std::int64_t nFf = 0;
    bool fused = false;
};

enum class MlpKind : std::uint8_t { Gated, GatedFused, Plain };

/// Loads blk.i.ffn_{gate,up,down}<suffix>, biases where present. The suffix "_shexp" names a shared expert's.
Result<MlpWeights> loadMlp(WeightLoader& loader, std::int64_t nEmbd, std::int64_t nFf, std::int64_t iLayer,
                           MlpKind kind, std::string_view suffix = {});

/// pass.branch() = mlp(input), input [T, E] being pass.normed() or pass.x(). Points: MlpPre to MlpPost.
void mlpBlock(Pass& pass, std::int64_t iLayer, const MlpWeights& weights, Activation activation, Tensor input);

} // namespace vitral
