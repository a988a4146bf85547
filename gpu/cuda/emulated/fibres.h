// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between the emulated runtime and the fibres: one call that runs a grid.

#include "gpu/cuda/kernels/device.h"

#include <cstddef>
#include <functional>
#include <string>

namespace vitral::cuda::emulated {

/// Runs `body` once for every thread. Empty, or what is wrong with the launch or happened in it. Thread: any, each with
/// a device memory of shared and warp state of its own.
std::string runGrid(dim3 grid, dim3 block, std::size_t sharedBytes, const std::function<void()>& body);

} // namespace vitral::cuda::emulated
