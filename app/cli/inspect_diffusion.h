// SPDX-License-Identifier: Apache-2.0
#pragma once
// vitral-cli inspect on a picture model: what it is, its parts, and the memory a run takes.

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace vitral::cli {

/// Errors: those of summarizeDiffusion.
Result<std::string> describeDiffusion(const std::filesystem::path& path, bool asJson);

} // namespace vitral::cli
