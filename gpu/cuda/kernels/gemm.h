// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between the files of matrix products: what the host code of products.cpp asks of the kernels. Thread: that of the
// stream.

#include "gpu/cuda/kernels/conv.h"
#include "gpu/cuda/kernels/matmul.h"

namespace vitral::cuda {

inline constexpr int kMaxExperts = 1024;

/// Some rows of the sorted order that go to one expert.
struct ExpertTile {
    std::int32_t expert;
    std::int32_t first;
    std::int32_t n;
};

struct GemmJob {
    DeviceWeights weights;
    const std::uint16_t* halves; ///< rounded inputs [rows][stride]
    std::int64_t stride;
    const float* unscale; ///< [rows] of inputs
    std::int64_t nRow;    ///< of outputs
    std::int64_t
        rowsPerInput; ///< output row r has input row r / rowsPerInput (experts that share a token's row), else 1
    float* out;
    std::int64_t outStride;
    const float* bias;
    // Experts: which rows, in which order; device memory. Null: all rows as they come.
    const std::int32_t* order;
    const ExpertTile* tiles;
    const std::int32_t* nTile;
    std::int64_t biasStride;
};

void launchRoundRows(const RowsIn& x, std::uint16_t* halves, std::int64_t stride, float* unscale, Stream stream);
/// out = out * unscale[row] * rowScale[col] + bias[col]: what another product left to do. rowScale and bias [nCol] or
/// null.
void launchFinishRows(float* out, std::int64_t stride, const float* unscale, const float* rowScale, const float* bias,
                      std::int64_t nRow, std::int64_t nCol, Stream stream);
/// Outputs [firstOut, firstOut + n) of weights of any type but F32, opened to F16 after their power of two: halves
/// [n][stride], zeros from nIn on. firstOut: a multiple of 16; stride: nIn rounded up to 8.
void launchOpenHalves(const DeviceWeights& w, std::int64_t firstOut, std::int64_t n, std::uint16_t* halves,
                      std::int64_t stride, Stream stream);
/// large: 128 x 128 outputs a block, else 64 x 64. nTileM: blocks along the rows, or the most tiles there can be.
void launchGemm(const GemmJob& job, bool large, std::int64_t nTileM, Stream stream);
void launchSort(const std::int32_t* ids, std::int64_t idStride, std::int64_t nPair, std::int64_t nUsed,
                std::int64_t nExpert, std::int64_t tileRows, std::int32_t* order, ExpertTile* tiles,
                std::int32_t* nTile, Stream stream);
/// *largest = bits of max |x|.
void launchLargest(const float* x, std::int64_t stride, std::int64_t nRow, std::int64_t nCol, std::uint32_t* largest,
                   Stream stream);
/// f32 products (WeightForm::Exact, F32 weights): a convolution, of which rows are the 1x1 case.
void launchExactConvolution(const Convolution& job, Stream stream);

} // namespace vitral::cuda
