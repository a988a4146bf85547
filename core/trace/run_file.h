// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recorded run as one safetensors file: tensors under the points' names, everything else as JSON in the container's
// metadata (docs/recorded-runs.md). Python's safetensors package opens it. Thread: any.

#include "core/base/result.h"
#include "core/trace/recording.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string_view>

namespace vitral {

class SafetensorsFile;

/// Written beside and renamed, so that a file is whole or not there. Errors: Io, Cancelled,
/// InvalidArgument (more tokens than a file can describe).
Result<void> saveRun(const Recording& recording, const std::filesystem::path& path, std::stop_token stop = {});
/// The numbers stay in the mapped file. Errors: those of SafetensorsFile::open; InvalidFile naming the key or tensor
/// that is wrong, or saying that the file is no recorded run.
Result<RecordingPtr> openRun(const std::filesystem::path& path);
/// The same of a container that is open already (tests, fuzzers, inspect).
Result<RecordingPtr> readRun(std::shared_ptr<const SafetensorsFile> file);
/// Whether the container says that it is a recorded run, of any version.
[[nodiscard]] bool isRun(const SafetensorsFile& file);

/// What stands in the container's metadata.
inline constexpr std::size_t kMaxRunTextBytes = std::size_t{16} << 20U; ///< of the JSON text: a million tokens
inline constexpr std::string_view kRunFormatKey = "format", kRunFormat = "vitral-run", kRunVersionKey = "version",
                                  kRunVersion = "1", kRunKey = "run";

} // namespace vitral
