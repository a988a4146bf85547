// SPDX-License-Identifier: Apache-2.0
#pragma once
// The U-Net of Stable Diffusion 1.x, 2.x and XL and of small models of the same family: diffusers' UNet2DConditionModel
// and UNet2DModel. Names for observers, recorders and skip scales are those of `info()`:
//
//   unet.in                                    the first convolution
//   unet.down.1.res.0  unet.down.1.attn.0      what a residual block, an attention leaves; .cross and .self within it
//   unet.down.1.down                           the halving
//   unet.mid.res.0  unet.mid.attn.0  unet.mid  in the middle; "unet.mid" is what leaves it
//   unet.up.2.res.1  unet.up.2.attn.1  unet.up.2.up
//
// A transformer of several layers says ".layer.3.cross". Skip connections are named after what they carry and numbered
// in the order of the encoder. Thread: load on the loading thread; predict on the engine thread; info any.

#include "core/diffusion/layers.h"
#include "core/diffusion/model.h"
#include "core/diffusion/unet_blocks.h"
#include "core/diffusion/unet_config.h"

#include <memory>
#include <string>
#include <vector>

namespace vitral::diffusion {

class UNet final : public Denoiser {
public:
    /// `nWord` is how many words a text has, for scratchBytes(). Errors: those of NetLoader.
    static Result<std::shared_ptr<const UNet>> load(NetLoader& loader, const UNetConfig& config, std::int64_t nWord);

    [[nodiscard]] const NetworkInfo& info() const override { return info_; }
    [[nodiscard]] const UNetConfig& config() const { return config_; }
    Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const override;
    [[nodiscard]] std::size_t scratchBytes(std::int32_t nImage, std::int32_t height, std::int32_t width) const override;

private:
    struct Level {
        std::vector<ResBlock> res;
        std::vector<SpatialTransformer> transformers;
        std::vector<PixelAttention> attentions;
        std::vector<std::string> attentionNames;
        Conv resample; ///< empty at the last level
        std::string resampleName;
    };
    /// What stands in host memory and goes up before the pass.
    struct HostInput {
        std::vector<float> pixels, time, words, textTime;
        std::vector<std::int32_t> classes;
        std::vector<std::int64_t> wordCounts;
        std::span<const float> skipScales;
    };

    UNet() = default;
    Result<void> loadLevels(NetLoader& loader);
    Result<void> loadAttention(NetLoader& loader, Level& level, const UNetLevel& spec, const std::string& prefix,
                               std::int64_t i, const std::string& name);
    void describe();
    Result<HostInput> check(const NetworkInput& input, std::span<float> out) const;
    Result<void> run(Pass& pass, const HostInput& host, const ImageShape& shape, std::span<float> out) const;
    Result<void> embedTime(Pass& pass, const HostInput& host, std::int64_t nImage, std::vector<Scratch>& rows) const;
    void attend(Pass& pass, const Level& level, std::size_t i, Scratch& x, const ImageShape& shape,
                const Words& words) const;

    UNetConfig config_;
    NetworkInfo info_;
    std::int64_t nWord_ = 77;
    Conv in_, out_;
    Linear time1_, time2_, added1_, added2_;
    std::unique_ptr<Matrix> classes_;
    std::vector<Level> down_, up_;
    std::vector<ResBlock> midRes_;
    Level mid_; ///< its attention
    GroupNorm outNorm_;
    std::vector<const ResBlock*> allRes_; ///< in the order of the pass
    std::vector<std::shared_ptr<const void>> kept_;
};

} // namespace vitral::diffusion
