// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between the files of matrix-vector products: what a launch is told.

#include "gpu/cuda/kernels/matmul.h"

#include <cstdint>

namespace vitral::cuda {

inline constexpr int kMaxSegments = 4;

/// Outputs of one launch that share inputs and a type: q, k and v; gate and up.
struct VectorSegment {
    const std::byte* data;
    const float* bias;
    float* out;
    std::int64_t outStride;
    std::int64_t nOut;
    std::int64_t firstUnit; ///< number of its first unit of 16 outputs in the launch
};

struct VectorJob {
    VectorSegment segment[kMaxSegments];
    std::int32_t nSegment;
    std::int32_t nRow;     ///< of inputs in this launch, at most 8
    DeviceWeights weights; ///< layout and offsets that all segments share
    const std::int8_t* q;  ///< [nRow][nIn] (Packed)
    const float* qScale;   ///< [nRow][nIn / 32] (Packed)
    const float* x;        ///< [nRow] (Rows)
    std::int64_t xStride;
    // Experts: then blockIdx.y + firstPair is (t, u), inputs and outputs are its own row, and nRow is 1.
    const std::int32_t* ids; ///< null: none
    std::int64_t idStride;
    std::int64_t biasStride;
    std::int32_t firstPair;
    std::int32_t nUsed;
    std::int32_t xPerToken; ///< 1: every expert sees the token's row; else nUsed
};

/// Inputs to 8 bits per block of 32 (core/kernels/scalar/rows.cpp, quantizeTile): q [nRow][nCol], scale [nRow][nCol /
/// 32].
void launchQuantise(const RowsIn& x, std::int8_t* q, float* scale, Stream stream);
/// nPair: blocks along y (1 without experts).
void launchPackedVector(const VectorJob& job, std::int64_t nUnit, std::int64_t nPair, Stream stream);
void launchRowsVector(const VectorJob& job, std::int64_t nUnit, std::int64_t nPair, Stream stream);

} // namespace vitral::cuda
