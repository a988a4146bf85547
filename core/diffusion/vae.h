// SPDX-License-Identifier: Apache-2.0
#pragma once
// The autoencoder of latent diffusion (Kingma and Welling 2014; Rombach et al. 2022): diffusers' AutoencoderKL with any
// number of levels. Latents come and go in the denoiser's units: (z - shift) * scale. What it decodes is not clamped
// and may overshoot -1..1 a little. Feature points: "vae.encoder.down.0.res.0", "vae.decoder.mid",
// "vae.decoder.up.1.res.2". Large pictures go in tiles (tiles.h). Thread: load on the loading thread; decode and encode
// on the engine thread.

#include "core/diffusion/json_config.h"
#include "core/diffusion/layers.h"
#include "core/diffusion/model.h"
#include "core/diffusion/tiles.h"
#include "core/diffusion/unet_blocks.h"

#include <memory>
#include <string>
#include <vector>

namespace vitral::diffusion {

struct VaeConfig {
    std::int64_t inChannels = 3, outChannels = 3, latentChannels = 4;
    std::vector<std::int64_t> channels; ///< a level each, full resolution first
    std::int64_t nRes = 2;              ///< of an encoder level; a decoder level has one more
    std::int64_t nGroup = 32;
    bool midAttention = true;
    bool quant = true, postQuant = true; ///< one-pixel convolutions around the latent
    double scale = 0.18215, shift = 0;
};

/// Errors: InvalidFile, Unsupported (a kind of block, named).
Result<VaeConfig> readVaeConfig(const JsonConfig& json);

class AutoencoderKl final : public Autoencoder {
public:
    /// A checkpoint may bring the decoder alone. Errors: those of NetLoader.
    static Result<std::shared_ptr<const AutoencoderKl>> load(NetLoader& loader, const VaeConfig& config,
                                                             const TileRules& tiles = {});

    [[nodiscard]] std::int32_t factor() const override { return factor_; }
    [[nodiscard]] std::int32_t channels() const override { return static_cast<std::int32_t>(config_.latentChannels); }
    Result<Picture> decode(NetworkContext& context, const Picture& latent,
                           const std::function<void(double)>& progress) const override;
    Result<Picture> encode(NetworkContext& context, const Picture& pixels,
                           const std::function<void(double)>& progress) const override;
    [[nodiscard]] bool canEncode() const override { return hasEncoder_; }
    /// Of decoding, which takes more than encoding.
    [[nodiscard]] std::size_t scratchBytes(std::int32_t heightPixels, std::int32_t widthPixels) const override;

private:
    struct Level {
        std::vector<ResBlock> res;
        Conv resample;
        std::string resampleName;
    };
    struct Half {
        Conv in, out;
        std::vector<Level> levels;
        ResBlock mid0, mid1;
        PixelAttention midAttention;
        GroupNorm outNorm;
        std::string name;
    };

    AutoencoderKl() = default;
    Result<void> loadMid(NetLoader& loader, Half& half, const std::string& prefix) const;
    Result<void> loadEncoder(NetLoader& loader);
    Result<void> loadDecoder(NetLoader& loader);
    Result<Scratch> middle(Pass& pass, const Half& half, Scratch x, const ImageShape& shape) const;
    Result<void> runDecoder(Pass& pass, const Picture& latent, Picture& out,
                            const std::function<void(double)>& progress) const;
    Result<void> runEncoder(Pass& pass, const Picture& pixels, Picture& out,
                            const std::function<void(double)>& progress) const;
    Result<Picture> run(NetworkContext& context, const Picture& in, bool decoding,
                        const std::function<void(double)>& progress) const;
    [[nodiscard]] std::size_t planBytes(std::int32_t heightLatent, std::int32_t widthLatent, bool decoding) const;

    VaeConfig config_;
    TileRules tiles_;
    std::int32_t factor_ = 1;
    bool hasEncoder_ = false;
    Linear quant_, postQuant_;
    Half encoder_, decoder_;
    std::vector<std::shared_ptr<const void>> kept_;
};

} // namespace vitral::diffusion
