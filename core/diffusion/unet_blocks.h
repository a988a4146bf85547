// SPDX-License-Identifier: Apache-2.0
#pragma once
// The pieces of a U-Net (Ronneberger et al. 2015; Ho et al. 2020; Rombach et al. 2022): a residual block that is told
// the time, self-attention over pixels, and a transformer in which pixels look at each other and at the words. Thread:
// load on the loading thread, run on the engine thread.

#include "core/diffusion/layers.h"

#include <string>
#include <vector>

namespace vitral::diffusion {

/// x -> conv(silu(norm(conv(silu(norm(x))) + time))) + x
struct ResBlock {
    GroupNorm norm1, norm2;
    Conv conv1, conv2;
    Linear time;     ///< empty in an autoencoder
    Linear shortcut; ///< where the number of channels changes
    std::int64_t nIn = 0, nOut = 0;
    std::string name; ///< "unet.down.1.res.0"

    /// timeWidth 0: knows no time. Errors: those of NetLoader.
    static Result<ResBlock> load(NetLoader& loader, const std::string& prefix, std::int64_t nIn, std::int64_t nOut,
                                 std::int64_t timeWidth, std::int64_t nGroup, double eps, std::string name);
    /// `time` [nImage, nOut]: this block's projection of the time; empty where it knows none.
    Scratch run(Pass& pass, const Tensor& x, const ImageShape& shape, const Tensor& time) const;
};

/// One self-attention over the pixels with a norm before it and a residual around it (UNet2DModel, AutoencoderKL).
struct PixelAttention {
    GroupNorm norm;
    Linear q, k, v, out;
    std::int64_t nChannel = 0, nHead = 1;
    std::string name;

    static Result<PixelAttention> load(NetLoader& loader, const std::string& prefix, std::int64_t nChannel,
                                       std::int64_t nHead, std::int64_t nGroup, double eps, std::string name);
    /// x += attention(norm(x))
    void run(Pass& pass, const Tensor& x, const ImageShape& shape) const;
};

/// The words of every image, one after another.
struct Words {
    Tensor rows;                      ///< [sum of counts, width]
    std::vector<std::int64_t> counts; ///< [nImage]
    [[nodiscard]] bool uniform() const {
        for (const std::int64_t n : counts)
            if (n != counts.front())
                return false;
        return true;
    }
};

/// norm, projection, layers of {self-attention, cross-attention, gated MLP}, projection, residual.
struct SpatialTransformer {
    struct Layer {
        LayerNorm norm1, norm2, norm3;
        Linear selfQ, selfK, selfV, selfOut;
        Linear crossQ, crossK, crossV, crossOut;
        Linear up, down;
        std::string selfName, crossName, mlpName;
    };
    GroupNorm norm;
    Linear in, out;
    std::vector<Layer> layers;
    std::int64_t nChannel = 0, nHead = 1;
    bool onlyCross = false; ///< the first attention looks at the words as well
    std::string name;       ///< "unet.down.1.attn.0"

    /// `linear`: how its projections are published (UNetConfig::linearProjection).
    static Result<SpatialTransformer> load(NetLoader& loader, const std::string& prefix, std::int64_t nChannel,
                                           std::int64_t nHead, std::int64_t depth, std::int64_t crossWidth,
                                           std::int64_t nGroup, bool onlyCross, bool linear, std::string name);
    Scratch run(Pass& pass, const Tensor& x, const ImageShape& shape, const Words& words) const;

private:
    void attend(Pass& pass, const Tensor& h, const LayerNorm& norm, const Linear& q, const Linear& k, const Linear& v,
                const Linear& out, const ImageShape& shape, const Words* words, const std::string& name) const;
};

} // namespace vitral::diffusion
