// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tiny autoencoders for previews (Ollin Boer Bohan's TAESD family, MIT): the same latents as the large autoencoder, in
// a hundredth of its time, and less true to detail. What a file holds is found from its tensors: any number of latent
// channels, blocks with or without the middle norm of TAEF2, the names of the original (decoder.1.weight, or 1.weight
// in a file of its own) and of diffusers' AutoencoderTiny (decoder.layers.0.weight). Thread: as AutoencoderKl.

#include "core/diffusion/layers.h"
#include "core/diffusion/model.h"
#include "core/diffusion/tiles.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace vitral::diffusion {

class TinyAutoencoder final : public Autoencoder {
public:
    /// `source` holds "decoder.<n>..." and perhaps "encoder.<n>...". Errors: those of NetLoader.
    static Result<std::shared_ptr<const TinyAutoencoder>> load(NetLoader& loader);

    [[nodiscard]] std::int32_t factor() const override { return factor_; }
    [[nodiscard]] std::int32_t channels() const override { return nLatent_; }
    Result<Picture> decode(NetworkContext& context, const Picture& latent,
                           const std::function<void(double)>& progress) const override;
    Result<Picture> encode(NetworkContext& context, const Picture& pixels,
                           const std::function<void(double)>& progress) const override;
    [[nodiscard]] bool canEncode() const override { return !encoder_.steps.empty(); }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t heightPixels, std::int32_t widthPixels) const override;

private:
    /// One entry of the chain: a convolution, or a block of three with a residual around them.
    struct Step {
        std::string name;
        std::vector<Conv> convs; ///< one, or the three of a block
        Linear skip;             ///< of a block whose number of channels changes
        Linear poolIn, poolOut;  ///< TAEF2: x += out(relu(norm(in(x)))) before the block
        GroupNorm poolNorm;
        bool resamples = false; ///< a convolution that halves (encoder) or doubles (decoder)
        bool reluAfter = false;
    };
    struct Half {
        std::vector<Step> steps;
        std::int64_t nIn = 0, nOut = 0;
    };

    TinyAutoencoder() = default;
    static Result<Half> loadHalf(NetLoader& loader, const std::string& prefix, bool decoder);
    Result<void> runHalf(Pass& pass, const Half& half, const Picture& in, Picture& out) const;
    Result<Picture> run(NetworkContext& context, const Half& half, const Picture& in) const;
    [[nodiscard]] std::size_t planBytes(const Half& half, std::int32_t height, std::int32_t width) const;

    Half encoder_, decoder_;
    std::int32_t factor_ = 1, nLatent_ = 0;
    TileRules tiles_;
    std::vector<std::shared_ptr<const void>> kept_;
};

/// A file with both halves, or one half of a pair "*_decoder.safetensors", "*_encoder.safetensors" side by side (the
/// other is taken along where it is there). Errors: those of the readers; InvalidFile, Unsupported.
Result<std::shared_ptr<const TinyAutoencoder>> loadTinyAutoencoder(const std::filesystem::path& path,
                                                                   const DiffusionLoadOptions& options);

} // namespace vitral::diffusion
