// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs another program's benchmark (llama-bench and its kin) once and reads its figures.

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace vitral::cli {

struct RivalRound {
    double prefillTokensPerSecond = 0;
    double decodeTokensPerSecond = 0;
};

/// One repetition with flash attention, on the same file and number of threads.
/// Errors: NotFound, Io (it could not be run or printed something else than its JSON).
Result<RivalRound> runRival(const std::string& program, const std::filesystem::path& model, std::int64_t nPrompt,
                            std::int64_t nGenerate, int nThread);

} // namespace vitral::cli
