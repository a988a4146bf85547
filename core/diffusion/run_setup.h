// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a job comes down to before its first step: shapes, times, conditioning, the first x. Thread: engine.

#include "core/diffusion/denoise.h"

#include <optional>

namespace vitral::diffusion {

struct RunShape {
    std::int32_t channels = 0, height = 0, width = 0; ///< of x
    std::int32_t pixelHeight = 0, pixelWidth = 0;
    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    }
};
/// Errors: InvalidArgument (a size the model cannot have, with the nearest it can).
Result<RunShape> runShape(const DiffusionModel& model, const DenoiseSettings& settings);

/// Whether unconditional predictions are made at all, and in step i of n.
[[nodiscard]] bool canGuide(const DiffusionModel& model);
[[nodiscard]] bool guides(const DiffusionModel& model, const DenoiseSettings& settings, std::int32_t iStep,
                          std::int32_t nStep);

/// All steps, or the last part of them (diffusers: int(steps * strength)) where a picture is the beginning.
/// Errors: InvalidArgument.
Result<std::vector<StepTime>> runTimes(const NoiseSchedule& schedule, const DenoiseSettings& settings);

/// diffusers' init_noise_sigma over alpha-scaled x: Euler's schedulers begin with sigma times noise, except under
/// "leading"; all others with noise.
[[nodiscard]] double initialNoiseScale(const NoiseSchedule& schedule, const DenoiseSettings& settings,
                                       const StepTime& first);

/// The way previews are made that comes nearest to the wish: without a tiny decoder the projection, without a known
/// projection the decoder where that is small (8 MB of scratch), else none. `note` says so, where it differs.
[[nodiscard]] PreviewKind previewFor(const DiffusionModel& model, PreviewKind wanted, const RunShape& shape,
                                     std::string* note = nullptr);

struct RunConditioning {
    std::optional<Conditioning> conditional, unconditional;
    std::vector<std::string> notes;
};
/// Prompts, classes and their mixture. Errors: InvalidArgument (a class that is not there), those of the encoder.
Result<RunConditioning> runConditioning(const DiffusionModel& model, const DenoiseSettings& settings,
                                        NetworkContext& context);

/// The first noise: one seed's, or between two seeds.
[[nodiscard]] std::vector<float> initialNoise(const DenoiseSettings& settings, std::size_t n);

/// A picture as the network works on it: resized, encoded or scaled. Errors: InvalidArgument (the autoencoder of the
/// model cannot encode), those of the encoder.
Result<Picture> encodePicture(const DiffusionModel& model, const RunShape& shape, const Picture& pixels,
                              NetworkContext& context);

} // namespace vitral::diffusion
