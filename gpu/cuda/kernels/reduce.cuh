// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sums and maxima over the threads of a block whose size is a multiple of 32.

#include "gpu/cuda/kernels/device.h"

namespace vitral::cuda {

struct Plus {
    __device__ float operator()(float a, float b) const { return a + b; }
    static constexpr float kNeutral = 0.0F;
};
struct Largest {
    __device__ float operator()(float a, float b) const { return a > b ? a : b; }
    static constexpr float kNeutral = -3.402823466e38F;
};

template <class Combine>
__device__ __forceinline__ float reduceWarp(float v, Combine combine) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2)
        v = combine(v, __shfl_xor_sync(0xffffffffu, v, step));
    return v;
}

/// The same value for every thread. `scratch`: 33 floats of shared memory, free again when all have returned.
template <class Combine>
__device__ __forceinline__ float reduceBlock(float v, float* scratch, Combine combine) {
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, nWarp = blockDim.x / 32;
    v = reduceWarp(v, combine);
    if (nWarp == 1)
        return v;
    if (lane == 0)
        scratch[warp] = v;
    __syncthreads();
    if (warp == 0) {
        v = reduceWarp(lane < nWarp ? scratch[lane] : Combine::kNeutral, combine);
        if (lane == 0)
            scratch[32] = v;
    }
    __syncthreads();
    v = scratch[32];
    __syncthreads();
    return v;
}

} // namespace vitral::cuda
