// SPDX-License-Identifier: Apache-2.0
#pragma once
// A loaded diffusion model: a network that predicts, perhaps a text encoder, perhaps an autoencoder. Const after load
// and shared; what a run changes is in NetworkContext. The parts are interfaces, so that 2-D points, the small bundled
// models and Stable Diffusion go through the same runs and views. Thread: load and the parts' work on the engine
// thread; descriptions any.

#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/diffusion/picture.h"
#include "core/diffusion/schedule.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::diffusion {

/// Points a network can give while it predicts; names as ARCHITECTURE: "unet.down.1.attn.0.cross".
class NetworkObserver {
public:
    virtual ~NetworkObserver() = default;
    [[nodiscard]] virtual bool wantsCross(std::string_view block) const { return (void)block, false; }
    /// Queries after their projection [nImage * pixels, H * D], keys [nImage * words, H * D] and the log-sum-exp
    /// [nImage * pixels, H] of one cross-attention, f32: a weight is exp(scale * q.k - lse).
    virtual void giveCross(std::string_view block, Tensor q, Tensor k, Tensor lse, std::int32_t nHead, float scale,
                           std::int32_t height, std::int32_t width) {
        (void)block, (void)q, (void)k, (void)lse, (void)nHead, (void)scale, (void)height, (void)width;
    }
    [[nodiscard]] virtual bool wantsFeatures(std::string_view block) const { return (void)block, false; }
    /// What a block leaves: [nImage * height * width, channels].
    virtual void giveFeatures(std::string_view block, Tensor x, std::int32_t height, std::int32_t width) {
        (void)block, (void)x, (void)height, (void)width;
    }
};

struct NetworkContext {
    Backend& backend;
    Workspace& workspace; ///< is reset
    std::stop_token stop; ///< asked between blocks, and inside long ones
    NetworkObserver* observer = nullptr;
};

/// What a prompt becomes. Rows are words (tokens) for cross-attention; a class is a number; both may be missing.
struct Conditioning {
    std::int64_t nToken = 0, width = 0;
    std::vector<float> tokens; ///< [nToken, width]
    std::vector<float> pooled; ///< SDXL and the like; else empty
    std::int32_t classId = -1;
    std::vector<std::string> words; ///< [nToken], the text of each token, for views; special ones in <...>
};

/// One evaluation for a few pictures at one time (unconditional and conditional run as one batch of two).
struct NetworkInput {
    std::span<const float> x;                       ///< [nImage, C, H, W] packed
    std::int32_t nImage = 1, height = 0, width = 0; ///< of x
    double timestep = 0;
    std::span<const Conditioning* const> conditioning; ///< one an image; null: none
    std::span<const float> skipScales;                 ///< empty: all 1
};

struct NetworkInfo {
    std::string kind; ///< "U-Net", "MLP", "ViT"
    std::int32_t inChannels = 0, outChannels = 0;
    std::int32_t sizeMultiple = 1;                    ///< height and width must divide by it
    std::int32_t defaultHeight = 0, defaultWidth = 0; ///< of x, as the denoiser sees it
    bool anySize = true;                              ///< false: the default size only
    std::int64_t nParameter = 0;
    std::vector<std::string> crossBlocks; ///< names as given to the observer, in order
    std::vector<std::string> featureBlocks;
    std::vector<std::string> skips; ///< skip connections, in the order of skipScales
};

class Denoiser {
public:
    virtual ~Denoiser() = default;
    [[nodiscard]] virtual const NetworkInfo& info() const = 0;
    /// out: [nImage, outChannels, H, W]. Errors: Cancelled, OutOfMemory, InvalidArgument (shape), Device.
    virtual Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const = 0;
    /// Bytes of scratch at its peak for such an input, beside the weights.
    [[nodiscard]] virtual std::size_t scratchBytes(std::int32_t nImage, std::int32_t height,
                                                   std::int32_t width) const = 0;
};

class TextEncoder {
public:
    virtual ~TextEncoder() = default;
    [[nodiscard]] virtual std::int64_t maxTokens() const = 0;
    /// `prompt` may weight words: "(cat:1.3)". Longer texts are cut, which `nCut` counts (tokens).
    virtual Result<Conditioning> encode(NetworkContext& context, std::string_view prompt,
                                        std::int64_t* nCut = nullptr) const = 0;
};

/// Pixels to latents and back; latents already in the denoiser's units.
class Autoencoder {
public:
    virtual ~Autoencoder() = default;
    [[nodiscard]] virtual std::int32_t factor() const = 0;   ///< pixels a latent is wide: 8
    [[nodiscard]] virtual std::int32_t channels() const = 0; ///< of the latent: 4
    virtual Result<Picture> decode(NetworkContext& context, const Picture& latent,
                                   const std::function<void(double)>& progress = {}) const = 0;
    /// The mean of the posterior.
    virtual Result<Picture> encode(NetworkContext& context, const Picture& pixels,
                                   const std::function<void(double)>& progress = {}) const = 0;
    [[nodiscard]] virtual bool canEncode() const { return true; }
    [[nodiscard]] virtual std::size_t scratchBytes(std::int32_t heightPixels, std::int32_t widthPixels) const = 0;
};

struct DiffusionInfo {
    std::string name, architecture; ///< "Stable Diffusion 1.x", "Vitral emoji", "MNIST pixel U-Net", "2-D points"
    std::string licence;            ///< where the file says one
    std::string weightTypes;        ///< "F16", "Q8_0 + F16"
    std::size_t weightBytes = 0, residentBytes = 0;
    std::vector<std::string> classNames; ///< of a class-conditional model
    std::int32_t nullClass = -1;         ///< stands for "no class" under guidance
    bool zeroNegative = false;           ///< without a negative prompt the unconditional text is zeros (SDXL)
    double defaultGuidance = 1;
    std::int32_t defaultSteps = 20;
    SolverKind defaultSolver = SolverKind::DpmPp2M;
    /// Linear projection of latents to RGB for quick previews: [channels + 1 (bias)][3]; empty: none known.
    std::vector<float> previewProjection;
    /// Without an autoencoder: pixels (-1..1) = x * pixelScale + pixelOffset (networks trained on 0..1 and the like).
    float pixelScale = 1, pixelOffset = 0;
};

class DiffusionModel {
public:
    virtual ~DiffusionModel() = default;
    DiffusionInfo info;
    ScheduleSpec schedule;
    std::shared_ptr<const Denoiser> denoiser;
    std::shared_ptr<const TextEncoder> textEncoder; ///< null: none
    std::shared_ptr<const Autoencoder> autoencoder; ///< null: works on pixels
    std::shared_ptr<const Autoencoder> tinyDecoder; ///< TAESD, for previews; null: none
    std::shared_ptr<Backend> backend;
    std::vector<std::shared_ptr<const void>> files; ///< keeps mapped weights alive
};
using DiffusionModelPtr = std::shared_ptr<const DiffusionModel>;

/// How the products of a network are computed.
enum class Precision : std::uint8_t {
    Auto,  ///< Fast where the processor has BF16 dot products
    Exact, ///< f32 products of weights as the file has them
    Fast,  ///< inputs and weights rounded to BF16, sums in f32
};

struct DiffusionLoadOptions {
    std::shared_ptr<Backend> backend;
    Precision precision = Precision::Auto;
    std::function<void(double fraction)> progress;
    std::stop_token stop;
    std::filesystem::path tinyDecoder; ///< a TAESD file to use with it; empty: none
};

/// A diffusers folder, a single-file checkpoint (safetensors, GGUF) or a file of this program's own. Every file is
/// hostile. Errors: those of the readers; Unsupported (what was found, what is known); InvalidFile (a tensor missing or
/// of the wrong shape, named); OutOfMemory; Cancelled.
Result<DiffusionModelPtr> loadDiffusionModel(const std::filesystem::path& path, const DiffusionLoadOptions& options);

/// Whether a path looks like a diffusion model (cheap: names and headers only), for pickers.
bool looksLikeDiffusionModel(const std::filesystem::path& path);

} // namespace vitral::diffusion
