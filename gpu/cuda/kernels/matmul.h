// SPDX-License-Identifier: Apache-2.0
#pragma once
// Matrix products on the device: what the backend calls. Addresses are the device's; nothing waits. Inputs are f32
// rows; strides count elements. Where scratch is asked for, it may be used again by the next launch of the same stream.
//
// How inputs are rounded (docs/architecture.md, "The CUDA kernels"):
//   up to kVectorRows rows, packed weights: 8 bits per block of 32, as on the CPU, integer sums per block
//   up to kVectorRows rows, other weights: not at all (f32 products)
//   more rows: to F16 after a power of two per row; weights opened to F16 after a power of two per output; f32 sums
//   (the same through cuBLASLt)
//   F32 weights: never
// Thread: engine.

#include "gpu/cuda/kernels/blas_lt.h"
#include "gpu/cuda/kernels/stream.h"
#include "gpu/cuda/kernels/weights.h"

#include <span>

namespace vitral::cuda {

inline constexpr std::int64_t kVectorRows = 16; ///< up to so many rows weights stream past the inputs

struct RowsIn {
    const float* data = nullptr;
    std::int64_t stride = 0;
    std::int64_t nRow = 0;
    std::int64_t nCol = 0;
};
struct ProductOut {
    DeviceWeights weights; ///< nExpert 1
    float* out = nullptr;  ///< [nRow, nOut]
    std::int64_t stride = 0;
    const float* bias = nullptr; ///< [nOut] or null
};

/// Bytes of scratch for launchProducts of so many rows and columns (for any weights). `open`: the same in both calls.
std::size_t productScratchBytes(std::int64_t nRow, std::int64_t nCol, const OpenRule& open);
/// Every out = x . weights^T + bias. All weights have x.nCol inputs. scratch: aligned to 256 bytes.
void launchProducts(const RowsIn& x, std::span<const ProductOut> outputs, void* scratch, const OpenRule& open,
                    Stream stream);

/// Fills the powers of two that products with more than kVectorRows rows want: scales [nExpert * nOut]. Once after
/// upload, for every type but F32 and F16; then set weights.rowScale.
[[nodiscard]] bool wantsRowScales(const DeviceWeights& w);
void launchRowScales(const DeviceWeights& w, float* scales, Stream stream);

/// out [n, nIn] f32 = rows ids[0 .. n) of the weights (device ids): embeddings.
void launchOpenRows(const DeviceWeights& w, const std::int32_t* ids, std::int64_t n, float* out, std::int64_t stride,
                    Stream stream);

/// Products with experts: out row t * nUsed + u = x_row . weights[ids[t, u]]^T + bias[ids[t, u]].
struct ExpertProduct {
    DeviceWeights weights;
    RowsIn x;                          ///< nToken rows (every expert sees the token) or nToken * nUsed rows
    const std::int32_t* ids = nullptr; ///< device [nToken, nUsed]
    std::int64_t idStride = 0;
    std::int64_t nToken = 0;
    std::int64_t nUsed = 0;
    float* out = nullptr; ///< [nToken * nUsed, nOut]
    std::int64_t outStride = 0;
    const float* bias = nullptr; ///< [nExpert, nOut] or null
    std::int64_t biasStride = 0;
};
std::size_t expertScratchBytes(const ExpertProduct& job);
void launchExperts(const ExpertProduct& job, void* scratch, Stream stream);

} // namespace vitral::cuda
