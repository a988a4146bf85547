// SPDX-License-Identifier: Apache-2.0
#pragma once
// Model files of real shapes with random weights, for timing and for tests: nobody has to download anything. They load
// here and in other programs that read GGUF; what they say is noise.

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::cli {

struct RandomModel {
    std::string shape; ///< one of randomModelShapes()
    std::string type;  ///< a dtype name, or Q4_K_M, Q5_K_M: that mixture
    std::uint64_t seed = 1;
};

std::vector<std::string> randomModelShapes();
/// Errors: InvalidArgument (unknown shape or type), Unsupported (a type that cannot be written yet), Io.
Result<void> writeRandomModel(const RandomModel& what, const std::filesystem::path& path);

} // namespace vitral::cli
