// SPDX-License-Identifier: Apache-2.0
#pragma once
// Self-attention as decoders do it (Vaswani et al. 2017; grouped queries: Ainslie et al. 2023): project to queries,
// keys and values, normalise and rotate where the architecture does, store keys and values, attend, project back.
// Thread: engine.

#include "core/model/pass.h"
#include "core/model/rope_tables.h"
#include "core/model/weights.h"

#include <cstdint>
#include <vector>

namespace vitral {

struct AttentionWeights {
    Linear qkv;               ///< fused [(H + K) Dk + K Dv, E] (GPT-2, Phi-3), or
    Linear q, k, v;           ///< [H Dk, E], [K Dk, E], [K Dv, E]
    Linear o;                 ///< [E, H Dv]
    Norm qNorm, kNorm;        ///< empty, over each head [Dk] (Qwen 3, Gemma 3), or over the projection [H Dk] (OLMo 2)
    std::vector<float> sinks; ///< [H] or empty (gpt-oss)
};

/// What attention of one layer does beyond its weights.
struct AttentionSpec {
    std::int64_t nHead = 0, nKvHead = 0, headDimK = 0, headDimV = 0;
    float scale = 1.0F;
    float softcap = 0.0F;
    std::int64_t window = 0;
    const Rope* rope = nullptr; ///< null: positions enter elsewhere, or not at all (NoPE)
    /// Attention temperature for long contexts (Llama 4, Mistral 3): queries at position p are multiplied by
    /// 1 + temperature * ln(1 + floor(p / temperatureCtx)). 0: none.
    float temperature = 0.0F;
    std::int64_t temperatureCtx = 0;
};

/// The spec that follows from the hyper-parameters; an architecture then changes what is its own.
[[nodiscard]] AttentionSpec attentionSpec(const Hyper& hyper, std::int64_t iLayer);

enum class QkNorm : std::uint8_t { None, PerHead, WholeProjection };

/// Loads blk.i.attn_{q,k,v,output} or attn_qkv (whichever the file has), biases where present, and attn_{q,k}_norm.
Result<AttentionWeights> loadAttention(WeightLoader& loader, const Hyper& hyper, std::int64_t iLayer,
                                       QkNorm qkNorm = QkNorm::None);

/// pass.branch() = attention(input), input [T, E] being pass.normed() or pass.x(). Points: Q to Z.
void attentionBlock(Pass& pass, std::int64_t iLayer, const AttentionWeights& weights, const AttentionSpec& spec,
                    Tensor input);

} // namespace vitral
