// SPDX-License-Identifier: Apache-2.0
#pragma once
// vitral-cli bench of a diffusion model: seconds a step, what recording and previews cost, and how soon a run stops
// when it is told to. The three kinds of runs take turns, because the speed of a shared machine drifts. Thread: main.

#include "app/cli/common.h"

#include <cstdint>

namespace vitral::cli {

struct DenoiseBenchOptions {
    std::filesystem::path model;
    std::int32_t steps = 8, width = 0, height = 0; ///< 0: the model's own size
    int nRun = 5;
    int nCancel = 20; ///< runs that are stopped somewhere in the middle
    bool json = false;
};

Result<void> benchDenoise(const DenoiseBenchOptions& options, const CommonOptions& common);

} // namespace vitral::cli
