// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recorded run as one safetensors file: tensors under the points' names, everything else as JSON in the container's
// metadata (docs/recorded-runs.md). Python's safetensors package opens it. Thread: any.

#include "core/base/result.h"
#include "core/trace/recording.h"

#include <filesystem>
#include <stop_token>

namespace vitral {

/// Written beside and renamed, so that a file is whole or not there. Errors: Io, Cancelled.
Result<void> saveRun(const Recording& recording, const std::filesystem::path& path, std::stop_token stop = {});
/// Errors: those of SafetensorsFile::open; InvalidFile naming the key or tensor that is wrong.
Result<RecordingPtr> openRun(const std::filesystem::path& path);

} // namespace vitral
