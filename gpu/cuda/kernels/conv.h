// SPDX-License-Identifier: Apache-2.0
#pragma once
// Convolution as a matrix product whose inputs are gathered tap by tap (implicit GEMM): no patch is ever stored.
// Weights of denseWeights(): F16 on matrix instructions, F32 on f32 products. Inputs of F16 products are rounded to F16
// once, after a power of two for the whole tensor. Thread: that of the stream.

#include "gpu/cuda/kernels/stream.h"
#include "gpu/cuda/kernels/weights.h"

namespace vitral::cuda {

struct Convolution {
    DeviceWeights weights;    ///< rowScale: packDenseUnit's scales on the device
    const float* x = nullptr; ///< [nImage * height * width, nChannel]
    std::int64_t xStride = 0;
    std::int64_t nChannel = 0;
    float* out = nullptr; ///< [nImage * outHeight * outWidth, nOut]
    std::int64_t outStride = 0;
    const float* bias = nullptr; ///< [nOut] or null
    std::int32_t nImage = 1;
    std::int32_t height = 0;
    std::int32_t width = 0;
    std::int32_t outHeight = 0;
    std::int32_t outWidth = 0;
    std::int32_t kernelH = 1;
    std::int32_t kernelW = 1;
    std::int32_t stride = 1;
    std::int32_t padTop = 0;
    std::int32_t padLeft = 0;
    bool doubled = false; ///< the picture is enlarged 2x by nearest neighbour first
};
std::size_t convolutionScratchBytes(const Convolution& job);
void launchConvolution(const Convolution& job, void* scratch, Stream stream);
/// Products with weights of denseWeights([N, C]): a 1x1 convolution over rows.
Convolution rowsAsPicture(const DeviceWeights& weights, const float* x, std::int64_t xStride, std::int64_t nRow,
                          std::int64_t nChannel, float* out, std::int64_t outStride, const float* bias);

} // namespace vitral::cuda
