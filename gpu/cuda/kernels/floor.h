// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a device can do at best, measured by kernels that do nothing else: the floor beside every figure of a benchmark.

#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>

namespace vitral::cuda {

/// Reads `bytes` (a multiple of 16) once; sink [1] keeps the compiler honest.
void launchReadAll(const void* data, std::size_t bytes, std::uint32_t* sink, Stream stream);
/// nBlock blocks of 256 threads, each warp nRepeat times eight mma m16n8k16 of halves with f32 sums (4,096 operations
/// each) on registers alone. On Hopper and later this instruction reaches less than wgmma would.
void launchMultiplyAll(std::int32_t nBlock, std::int32_t nRepeat, float* sink, Stream stream);
inline constexpr double kMultiplyOperations = 8.0 * 4096 * 8; ///< of a block and repeat

/// Whether the device in use can run what this file was compiled to: its own code, or PTX that the driver compiles.
/// Not on the emulated device.
[[nodiscard]] bool kernelsAreFor();

} // namespace vitral::cuda
