// SPDX-License-Identifier: Apache-2.0
// One block a row. Sums run over the row in f32, 256 partial sums at most, each of every 256th element.

#include "gpu/cuda/kernels/norms.h"

#include "gpu/cuda/kernels/reduce.cuh"

namespace vitral::cuda {

namespace {

struct NormArgs {
    float* out;
    std::int64_t outStride;
    const float* x;
    std::int64_t xStride;
    const float* weight;
    const float* bias;
    std::int64_t nCol;
    float eps;
};

__global__ void rmsNormKernel(NormArgs a) {
    __shared__ float scratch[33];
    const float* x = a.x + static_cast<std::int64_t>(blockIdx.x) * a.xStride;
    float* out = a.out + static_cast<std::int64_t>(blockIdx.x) * a.outStride;
    float sum = 0;
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        sum += x[i] * x[i];
    sum = reduceBlock(sum, scratch, Plus{});
    const float scale = 1.0F / sqrtf(sum / static_cast<float>(a.nCol) + a.eps);
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        out[i] = x[i] * scale * (a.weight ? a.weight[i] : 1.0F);
}

__global__ void layerNormKernel(NormArgs a) {
    __shared__ float scratch[33];
    const float* x = a.x + static_cast<std::int64_t>(blockIdx.x) * a.xStride;
    float* out = a.out + static_cast<std::int64_t>(blockIdx.x) * a.outStride;
    float sum = 0;
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        sum += x[i];
    const float mean = reduceBlock(sum, scratch, Plus{}) / static_cast<float>(a.nCol);
    float squares = 0;
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        squares += (x[i] - mean) * (x[i] - mean);
    squares = reduceBlock(squares, scratch, Plus{});
    const float scale = 1.0F / sqrtf(squares / static_cast<float>(a.nCol) + a.eps);
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        out[i] = (x[i] - mean) * scale * (a.weight ? a.weight[i] : 1.0F) + (a.bias ? a.bias[i] : 0.0F);
}

unsigned threadsFor(std::int64_t nCol) {
    return nCol <= 32 ? 32 : nCol <= 64 ? 64 : nCol <= 128 ? 128 : 256;
}

} // namespace

void rmsNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
             std::int64_t nRow, std::int64_t nCol, float eps, Stream stream) {
    if (nRow > 0)
        VITRAL_LAUNCH(rmsNormKernel, static_cast<unsigned>(nRow), threadsFor(nCol), 0, stream,
                      NormArgs{out, outStride, x, xStride, weight, nullptr, nCol, eps});
}

void layerNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
               const float* bias, std::int64_t nRow, std::int64_t nCol, float eps, Stream stream) {
    if (nRow > 0)
        VITRAL_LAUNCH(layerNormKernel, static_cast<unsigned>(nRow), threadsFor(nCol), 0, stream,
                      NormArgs{out, outStride, x, xStride, weight, bias, nCol, eps});
}

} // namespace vitral::cuda
