// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the room asks of core/diffusion, as values: the real functions in the program, closed forms in tests.
// Thread: load, run and encode on the engine thread; the rest anywhere.

#include "core/diffusion/upscale.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace vitral {

struct DenoiseFunctions {
    std::function<bool(const std::filesystem::path&)> looksLike;
    std::function<Result<diffusion::DiffusionModelPtr>(const std::filesystem::path&,
                                                       const diffusion::DiffusionLoadOptions&)>
        load;
    std::function<Result<diffusion::DenoisePlan>(const diffusion::DenoiseJob&)> plan;
    std::function<Result<diffusion::DenoiseRecordingPtr>(const diffusion::DenoiseJob&, std::stop_token,
                                                         const std::function<void(const diffusion::DenoiseProgress&)>&)>
        run;
    std::function<Result<void>(const diffusion::DenoiseRecording&, const std::filesystem::path&)> save;
    std::function<Result<diffusion::DenoiseRecordingPtr>(const std::filesystem::path&)> open;
    std::function<diffusion::Picture(const diffusion::Picture&, const diffusion::StepTime&, std::uint64_t)> addNoise;
    std::function<Result<std::vector<diffusion::StepTime>>(const diffusion::ScheduleSpec&, std::int32_t,
                                                           diffusion::StepSpacing, diffusion::SolverKind)>
        times;
    std::function<std::string(const diffusion::DenoiseSettings&)> toJson;
    std::function<Result<diffusion::DenoiseSettings>(std::string_view)> fromJson;
    std::function<Result<void>(const diffusion::DenoiseSettings&)> check;
    std::function<Result<diffusion::Picture>(const diffusion::UpscaleJob&, std::stop_token,
                                             const std::function<void(double, const diffusion::Picture&)>&)>
        upscale;
};

/// Those of core/diffusion.
[[nodiscard]] DenoiseFunctions coreDenoiseFunctions();

} // namespace vitral
