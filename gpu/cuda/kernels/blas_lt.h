// SPDX-License-Identifier: Apache-2.0
#pragma once
// cuBLASLt for products of F16 weights with many rows, opened at run time where it is installed (nothing links it). Its
// results meet the same rounding as ours: F16 factors, f32 sums. VITRAL_CUBLASLT=off leaves it alone, a path names the
// library. Thread: engine, as kernels.

#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace vitral::cuda {

/// out [nRow, nOut] = inputs [nRow, nIn] . weights [nOut, nIn]^T; strides in elements of each.
struct HalfProduct {
    const std::uint16_t* inputs;
    std::int64_t inputStride;
    const std::uint16_t* weights;
    std::int64_t weightStride;
    float* out;
    std::int64_t outStride;
    std::int64_t nRow, nOut, nIn;
};

inline constexpr std::size_t kBlasLtWorkspaceBytes = std::size_t{32} << 20; ///< NVIDIA's advice for Hopper
inline constexpr std::int64_t kBlasLtRows = 128; ///< from so many rows on a product is worth the way there
/// When weights of other types than F16 are opened to F16 for it: from so many rows on, so many bytes at a time.
/// Opening costs as much as it saves at some 300 rows on Hopper (docs/performance.md, CUDA), and some 600 before it,
/// where both multiply with the same instructions.
struct OpenRule {
    std::int64_t fromRows = std::int64_t{1} << 40; ///< never
    std::size_t roomBytes = std::size_t{64} << 20;
};
/// VITRAL_CUDA_OPEN_ROWS=N sets another number of rows; 0: never. major: of the device's compute capability.
[[nodiscard]] OpenRule openRule(int major);

/// Whether there is one; the first call opens it.
[[nodiscard]] bool haveBlasLt();
/// "cuBLASLt 13.0.2 (libcublasLt.so.13)", or why there is none.
[[nodiscard]] std::string blasLtNote();
/// False where the library does not take the product: nothing was started then. workspace: kBlasLtWorkspaceBytes,
/// aligned to 256 bytes.
[[nodiscard]] bool blasLtProduct(const HalfProduct& product, void* workspace, Stream stream);

} // namespace vitral::cuda
