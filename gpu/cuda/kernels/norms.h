// SPDX-License-Identifier: Apache-2.0
#pragma once
// Norms over rows of f32, and what stands beside a norm in every layer: the sum before it, the rotation after it.
// Pointers are the device's; strides in elements. Thread: that of the stream.

#include "gpu/cuda/kernels/stream.h"

#include <cstdint>

namespace vitral::cuda {

/// out[r] = x[r] / sqrt(mean(x[r]^2) + eps) * weight; weight [nCol] or null. out may be x.
void rmsNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
             std::int64_t nRow, std::int64_t nCol, float eps, Stream stream);
/// out[r] = (x[r] - mean) / sqrt(variance + eps) * weight + bias; weight and bias [nCol] or null. out may be x.
void layerNorm(float* out, std::int64_t outStride, const float* x, std::int64_t xStride, const float* weight,
               const float* bias, std::int64_t nRow, std::int64_t nCol, float eps, Stream stream);

/// sum = x + addend, out = norm of sum: as `binary` and rmsNorm or layerNorm one after the other, bit for bit.
struct AddThenNorm {
    float* sum; ///< rows of xStride; may be x
    const float* x;
    std::int64_t xStride;
    const float* addend;
    std::int64_t addendStride;
    float* out;
    std::int64_t outStride;
    const float* weight; ///< [nCol] or null
    const float* bias;   ///< of a layer norm, or null
    std::int64_t nRow, nCol;
    float eps;
    std::int32_t layer; ///< 1: a layer norm, 0: RMS
};
void addThenNorm(const AddThenNorm& a, Stream stream);

/// Heads of queries, and of keys, in place: an RMS norm of every head where `normed`, then the rotation, in one launch.
/// As rmsNorm and rope one after the other, bit for bit. Heads have at most 256 dimensions.
struct HeadsTurned {
    struct Part {
        float* x; ///< [nRow, nHead * headDim]
        std::int64_t stride;
        const float* weight; ///< [headDim] or null
        float eps;
        std::int32_t nHead;
        std::int32_t normed;
        std::int32_t none; ///< no gaps: calls are compared as bytes
    };
    Part parts[2];
    std::int32_t nPart;
    std::int32_t headDim;
    std::int64_t nRow;
    const float* cosSin; ///< [nRow, 2 * half], of ropeAngles
    std::int32_t half;
    std::int32_t halves; ///< 1: pairs (i, i + half), 0: (2i, 2i + 1)
};
void turnHeads(const HeadsTurned& a, Stream stream);

} // namespace vitral::cuda
