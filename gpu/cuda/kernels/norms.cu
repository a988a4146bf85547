// SPDX-License-Identifier: Apache-2.0
// One block a row. Sums run over the row in f32, 256 partial sums at most, each of every 256th element. A kernel that
// adds first makes the same sums in the same order, so that it gives the same bits as two launches would.

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
    float* sum = nullptr; ///< of kernels that add: sum = x + addend, rows of xStride and addendStride; may be x
    const float* addend = nullptr;
    std::int64_t addendStride = 0;
};

/// The row that is to be normalised, after adding: each thread reads back only what it wrote itself.
template <bool adds>
__device__ inline const float* rowOf(const NormArgs& a) {
    const auto row = static_cast<std::int64_t>(blockIdx.x);
    const float* x = a.x + row * a.xStride;
    if constexpr (adds) {
        const float* addend = a.addend + row * a.addendStride;
        float* sum = a.sum + row * a.xStride;
        for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
            sum[i] = x[i] + addend[i];
        return sum;
    }
    return x;
}

template <bool adds>
__global__ void rmsNormKernel(NormArgs a) {
    __shared__ float scratch[33];
    const float* x = rowOf<adds>(a);
    float* out = a.out + static_cast<std::int64_t>(blockIdx.x) * a.outStride;
    float sum = 0;
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        sum += x[i] * x[i];
    sum = reduceBlock(sum, scratch, Plus{});
    const float scale = 1.0F / sqrtf(sum / static_cast<float>(a.nCol) + a.eps);
    for (std::int64_t i = threadIdx.x; i < a.nCol; i += blockDim.x)
        out[i] = x[i] * scale * (a.weight ? a.weight[i] : 1.0F);
}

template <bool adds>
__global__ void layerNormKernel(NormArgs a) {
    __shared__ float scratch[33];
    const float* x = rowOf<adds>(a);
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

/// A block a head. The arithmetic is rmsNormKernel's and rope's (rows.cu), in their order.
__global__ void __launch_bounds__(256) turnHeadsKernel(HeadsTurned a) {
    __shared__ float scratch[33];
    const std::int32_t nAll = a.parts[0].nHead + (a.nPart > 1 ? a.parts[1].nHead : 0);
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(nAll);
    auto head = static_cast<std::int32_t>(blockIdx.x - static_cast<unsigned>(row) * static_cast<unsigned>(nAll));
    const bool second = head >= a.parts[0].nHead;
    const HeadsTurned::Part part = second ? a.parts[1] : a.parts[0];
    head -= second ? a.parts[0].nHead : 0;
    float* x = part.x + row * part.stride + head * a.headDim;
    if (part.normed) {
        float sum = 0;
        for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < a.headDim;
             i += static_cast<std::int32_t>(blockDim.x))
            sum += x[i] * x[i];
        sum = reduceBlock(sum, scratch, Plus{});
        const float scale = 1.0F / sqrtf(sum / static_cast<float>(a.headDim) + part.eps);
        for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < a.headDim;
             i += static_cast<std::int32_t>(blockDim.x))
            x[i] = x[i] * scale * (part.weight ? part.weight[i] : 1.0F);
        __syncthreads();
    }
    const float* cosines = a.cosSin + row * 2 * a.half;
    for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < a.half;
         i += static_cast<std::int32_t>(blockDim.x)) {
        float& first = x[a.halves ? i : 2 * i];
        float& other = x[a.halves ? i + a.half : 2 * i + 1];
        const float cosine = cosines[i], sine = cosines[a.half + i];
        const float x0 = first, x1 = other;
        first = x0 * cosine - x1 * sine;
        other = x0 * sine + x1 * cosine;
    }
}

} // namespace

void rmsNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
             std::int64_t nRow, std::int64_t nCol, float eps, Stream stream) {
    if (nRow > 0)
        VITRAL_LAUNCH(rmsNormKernel<false>, static_cast<unsigned>(nRow), threadsFor(nCol), 0, stream,
                      NormArgs{out, outStride, x, xStride, weight, nullptr, nCol, eps});
}

void addThenNorm(const AddThenNorm& a, Stream stream) {
    const NormArgs args{a.out,  a.outStride, a.x,   a.xStride, a.weight,      a.bias,
                        a.nCol, a.eps,       a.sum, a.addend,  a.addendStride};
    if (a.nRow <= 0)
        return;
    if (a.layer)
        VITRAL_LAUNCH(layerNormKernel<true>, static_cast<unsigned>(a.nRow), threadsFor(a.nCol), 0, stream, args);
    else
        VITRAL_LAUNCH(rmsNormKernel<true>, static_cast<unsigned>(a.nRow), threadsFor(a.nCol), 0, stream, args);
}

void turnHeads(const HeadsTurned& a, Stream stream) {
    const std::int64_t n = a.nRow * (a.parts[0].nHead + (a.nPart > 1 ? a.parts[1].nHead : 0));
    if (n > 0)
        VITRAL_LAUNCH(turnHeadsKernel, static_cast<unsigned>(n), threadsFor(a.headDim), 0, stream, a);
}

void layerNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
               const float* bias, std::int64_t nRow, std::int64_t nCol, float eps, Stream stream) {
    if (nRow > 0)
        VITRAL_LAUNCH(layerNormKernel<false>, static_cast<unsigned>(nRow), threadsFor(nCol), 0, stream,
                      NormArgs{out, outStride, x, xStride, weight, bias, nCol, eps});
}

} // namespace vitral::cuda
