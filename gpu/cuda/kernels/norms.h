// SPDX-License-Identifier: Apache-2.0
#pragma once
// Norms over rows of f32. Pointers are the device's; strides in elements. Thread: that of the stream.

#include "gpu/cuda/kernels/stream.h"

#include <cstdint>

namespace vitral::cuda {

/// out[r] = x[r] / sqrt(mean(x[r]^2) + eps) * weight; weight [nCol] or null. out may be x.
void rmsNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
             std::int64_t nRow, std::int64_t nCol, float eps, Stream stream);
/// out[r] = (x[r] - mean) / sqrt(variance + eps) * weight + bias; weight and bias [nCol] or null. out may be x.
void layerNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
               const float* bias, std::int64_t nRow, std::int64_t nCol, float eps, Stream stream);

} // namespace vitral::cuda
