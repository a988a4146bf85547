// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one include of a kernel file. Kernels are compiled twice: by nvcc into the plug-in, and by the C++ compiler with
// VITRAL_CUDA_EMULATED against a small device on the CPU (gpu/cuda/emulated/device.h), on which tests run them without
// a GPU. So a kernel file uses CUDA's words (__global__, threadIdx, __shfl_xor_sync, ...) and these three macros:
//
//   VITRAL_LAUNCH((rmsNormKernel<4>), grid, block, sharedBytes, stream, arguments...);   // from host code
//   VITRAL_SHARED(float, tile);   // in a kernel: float* tile, the dynamic shared memory, aligned to 16 bytes
//   __shared__ float partial[32]; // static shared memory as usual; it holds no values from the start
//
// What fails at a launch is kept and reported by takeLaunchFailure() (gpu/cuda/runtime.h). More than 48 KB of dynamic
// shared memory is asked for by VITRAL_LAUNCH itself.

#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>

#ifdef VITRAL_CUDA_EMULATED
#include "gpu/cuda/emulated/device.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace vitral::cuda {
/// Asks for and keeps the error of the last launch (runtime_device.cpp).
void noteLaunch(const char* kernel);
} // namespace vitral::cuda

#define VITRAL_LAUNCH(kernel, grid, block, sharedBytes, stream, ...)                                                   \
    do {                                                                                                               \
        if ((sharedBytes) > std::size_t{48} * 1024)                                                                    \
            (void)cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,                            \
                                       static_cast<int>(sharedBytes));                                                 \
        kernel<<<(grid), (block), (sharedBytes), (stream)>>>(__VA_ARGS__);                                             \
        ::vitral::cuda::noteLaunch(#kernel);                                                                           \
    } while (false)

#define VITRAL_SHARED(type, name)                                                                                      \
    extern __shared__ __align__(16) unsigned char vitralDynamicShared[];                                               \
    type* name = reinterpret_cast<type*>(vitralDynamicShared)
#endif
