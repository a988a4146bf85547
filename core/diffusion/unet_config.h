// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a U-Net is made of, as data: read from diffusers' config.json, or found from the names and shapes of the tensors
// where a checkpoint brings no configuration. Thread: any.

#include "core/base/result.h"
#include "core/diffusion/json_config.h"
#include "core/diffusion/tensor_source.h"

#include <cstdint>
#include <vector>

namespace vitral::diffusion {

enum class BlockAttention : std::uint8_t {
    None,
    Transformer, ///< self-attention, cross-attention and a gated MLP (UNet2DConditionModel)
    Plain,       ///< one self-attention over the pixels (UNet2DModel)
};

/// One resolution of the U-Net. Down blocks are listed from full resolution to the smallest, up blocks the other way.
struct UNetLevel {
    std::int64_t channels = 0;
    std::int64_t nRes = 0; ///< residual blocks
    BlockAttention attention = BlockAttention::None;
    std::int64_t nHead = 1; ///< Transformer: heads; Plain: heads too (channels / head width)
    std::int64_t depth = 1; ///< transformer layers in each attention
    bool resample = false;  ///< ends with a halving (down) or doubling (up)
    bool onlyCross = false; ///< the first attention of a layer looks at the words as well
};

struct UNetConfig {
    bool conditional = true; ///< UNet2DConditionModel
    std::int64_t inChannels = 4, outChannels = 4;
    std::int64_t sampleHeight = 64, sampleWidth = 64;
    std::vector<UNetLevel> down, up;
    BlockAttention midAttention = BlockAttention::Transformer;
    std::int64_t nMidRes = 2; ///< 0: no block in the middle
    std::int64_t midHead = 8, midDepth = 1;
    std::int64_t crossWidth = 768; ///< of a word's conditioning
    std::int64_t nGroup = 32;
    double normEps = 1e-5;
    bool linearProjection = false; ///< files have the projections around a transformer as matrices, not as convolutions
    bool flipSinToCos = true;
    double freqShift = 0;
    bool centerInput = false; ///< x becomes 2x - 1
    std::int64_t nClass = 0;  ///< class embeddings; 0: none
    std::int64_t nTextTime = 0,
                 textTimeWidth = 256; ///< SDXL's add_embedding: width of its input and of a number; 0: none

    [[nodiscard]] std::int64_t timeWidth() const { return down.front().channels * 4; }
};

/// Errors: InvalidFile (a key missing or out of range, named), Unsupported (a kind of block, named).
Result<UNetConfig> readUNetConfig(const JsonConfig& json);

} // namespace vitral::diffusion
