// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recorded denoising run as one safetensors file: pictures as tensors, everything else as JSON in the container's
// metadata (docs/recorded-runs.md). Thread: any.

#include "core/diffusion/recording.h"
#include "core/io/safetensors.h"

#include <string>
#include <string_view>

namespace vitral::diffusion {

inline constexpr std::string_view kDenoiseFormat = "vitral-denoise", kDenoiseVersion = "1";
inline constexpr std::size_t kMaxDenoiseTextBytes = std::size_t{16} << 20U;

/// Whether the container says that it is a recorded denoising run, of any version.
[[nodiscard]] bool isDenoiseRecording(const SafetensorsFile& file);
/// Pictures are copied out of the file. Errors: InvalidFile naming the key or tensor, Unsupported (a newer version).
Result<DenoiseRecordingPtr> readDenoiseRecording(const SafetensorsFile& file);

/// How schedules stand in files, in both directions. Errors: InvalidFile, the key named.
[[nodiscard]] std::string scheduleToJson(const ScheduleSpec& spec);
Result<ScheduleSpec> scheduleFromJson(std::string_view json);

} // namespace vitral::diffusion
