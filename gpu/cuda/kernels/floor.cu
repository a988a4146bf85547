// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/kernels/floor.h"

#include "gpu/cuda/kernels/ptx.cuh"

namespace vitral::cuda {

namespace {

__global__ void __launch_bounds__(256) readAllKernel(const Quad* data, std::size_t n, std::uint32_t* sink) {
    std::uint32_t x = 0;
    const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
#pragma unroll 8
    for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
        const Quad q = loadStream(data + i);
        x ^= q.x ^ q.y ^ q.z ^ q.w;
    }
    if (x == 0x12345678U)
        *sink = x;
}

__global__ void __launch_bounds__(256) multiplyAllKernel(std::int32_t nRepeat, float* sink) {
    float c[8][4] = {};
    const std::uint32_t a[4] = {threadIdx.x, threadIdx.x + 1, threadIdx.x + 2, threadIdx.x + 3}; // tiny halves
    for (std::int32_t i = 0; i < nRepeat; ++i) {
#pragma unroll
        for (int j = 0; j < 8; ++j)
            multiplyHalves(c[j], a, a[j % 4], a[(j + 1) % 4]);
    }
    float sum = 0;
#pragma unroll
    for (int j = 0; j < 8; ++j)
        sum += c[j][0] + c[j][1] + c[j][2] + c[j][3];
    if (sum == 12345.0F)
        *sink = sum;
}

} // namespace

void launchReadAll(const void* data, std::size_t bytes, std::uint32_t* sink, Stream stream) {
    VITRAL_LAUNCH(readAllKernel, 132U * 16U, 256, 0, stream, static_cast<const Quad*>(data), bytes / 16, sink);
}

#ifndef VITRAL_CUDA_EMULATED
bool kernelsAreFor() {
    cudaFuncAttributes attributes{};
    const cudaError_t error = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(&readAllKernel));
    (void)cudaGetLastError();
    return error != cudaErrorNoKernelImageForDevice && error != cudaErrorInvalidDeviceFunction &&
           error != cudaErrorUnsupportedPtxVersion;
}
#endif

void launchMultiplyAll(std::int32_t nBlock, std::int32_t nRepeat, float* sink, Stream stream) {
    VITRAL_LAUNCH(multiplyAllKernel, static_cast<unsigned>(nBlock), 256, 0, stream, nRepeat, sink);
}

} // namespace vitral::cuda
