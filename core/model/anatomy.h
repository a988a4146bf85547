// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a decoder writes to its residual stream and reads its answer off it, said as data: which tensors of the file a
// head's or a neuron's output passes through on its way to the logits. For what explains a run from its weights (direct
// logit attribution, neurons: core/trace). Thread: any (a value).

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

/// x / sqrt(mean(x^2) + eps) * weight, or with the mean taken off first (LayerNorm) and a bias added. Tensors of the
/// file by their full names; empty: there is none.
struct NormAnatomy {
    std::string weight, bias;
    bool centred = false; ///< LayerNorm
    float eps = 0.0F;
    [[nodiscard]] bool empty() const { return weight.empty(); }
};

struct LayerAnatomy {
    std::int64_t nHead = 0, headDimV = 0;
    std::int64_t nFf = 0;                  ///< neurons of the MLP; 0 where experts stand in its place
    std::string attnOut, attnOutBias;      ///< [E, H * Dv], [E]
    std::string mlpOut, mlpOutBias;        ///< [E, F], [E]; empty where experts stand in its place
    NormAnatomy attnPostNorm, mlpPostNorm; ///< applied to what a block gives before it is added (Gemma 2, OLMo 2)
    float residualScale = 1.0F;            ///< on what a block gives (Granite)
};

struct Anatomy {
    NormAnatomy finalNorm;
    std::string unembedding, unembeddingBias; ///< [V, E], [V]
    float logitDivisor = 1.0F;                ///< logits are divided by it (Granite)
    float softcap = 0.0F;                     ///< logits become cap * tanh(logit / cap); 0: none (Gemma 2)
    bool learnedPositions = false;            ///< a position table is added to the embeddings (GPT-2)
    std::vector<LayerAnatomy> layers;
};

} // namespace vitral
