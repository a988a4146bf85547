// SPDX-License-Identifier: Apache-2.0
#pragma once
// A run from noise to picture: conditioning, noise, the steps of a solver with guidance, masks and interventions, and
// the decoder. Everything on the way is recorded as asked. Thread: engine.

#include "core/diffusion/recording.h"

#include <functional>

namespace vitral::diffusion {

struct DenoiseJob {
    DiffusionModelPtr model;
    DenoiseSettings settings;
    DenoiseRequest request;
    /// Go on from step `branchStep` of this run with other settings (prompt, seed of later noise, guidance, solver; its
    /// size and its number of steps stay). Null: from the beginning.
    DenoiseRecordingPtr branchFrom;
    std::int32_t branchStep = 0;
};

struct DenoiseProgress {
    double fraction = 0;
    std::string what;              ///< "text", "step 3 of 20", "decoding"
    DenoiseRecordingPtr recording; ///< as far as it is; after every step
};

/// What a run will take, before it starts.
struct DenoisePlan {
    std::size_t scratchBytes = 0, recordBytes = 0, decodeBytes = 0; ///< peaks, beside the weights
    std::int64_t evaluations = 0;                                   ///< of the network, guidance counted twice
    std::vector<std::string> notes;                                 ///< what the byte budget leaves out
};
/// Errors: InvalidArgument (settings that do not fit the model, named).
Result<DenoisePlan> planDenoise(const DenoiseJob& job);

/// Errors: InvalidArgument, Cancelled (within 300 ms or one layer), OutOfMemory, Device.
Result<DenoiseRecordingPtr> denoise(const DenoiseJob& job, std::stop_token stop,
                                    const std::function<void(const DenoiseProgress&)>& progress);

/// x_t of a picture at a time: the forward process with the noise of a seed. Pixels or latents, as the model works on.
[[nodiscard]] Picture addNoise(const Picture& clean, const StepTime& time, std::uint64_t seed);
/// Standard normal numbers of (seed, stream): Philox 4x32-10 (Salmon et al. 2011) and Box-Muller, the same on every
/// machine up to the rounding of log, sin and cos in f32 as documented.
void normalNoise(std::uint64_t seed, std::uint64_t stream, std::span<float> out);

} // namespace vitral::diffusion
