// SPDX-License-Identifier: Apache-2.0
#pragma once
// A weight of loadWeights or loadConv as core/kernels/dense.h wants it: groups of outputs, one input after another.
// Thread: any once made.

#include "core/backend/backend.h"
#include "core/kernels/kernel_table.h"

#include <stop_token>
#include <vector>

namespace vitral {

class ThreadPool;

inline constexpr std::int64_t kDensePatchTaps = 64;
inline constexpr std::int64_t kDensePatchMax = 2048; ///< values of a patch

struct DenseWeight {
    const kernels::DenseKernel* kernel = nullptr;
    kernels::DenseStorage storage = kernels::DenseStorage::F32;
    std::int64_t nOut = 0;
    std::int64_t nTap = 1;     ///< positions of a convolution's kernel that are multiplied one by one
    std::int64_t nChannel = 0; ///< inputs of a tap
    bool patched = false;      ///< few channels: a row of inputs is a whole patch (nTap 1, nChannel = taps * channels)
    std::int64_t nUnit = 0;    ///< of 32 bits of inputs a tap
    std::unique_ptr<Buffer> data; ///< [group][tap][unit][lane]
    std::vector<float> scales;    ///< [nGroup * lanes] what products are multiplied with (F16 only)

    [[nodiscard]] std::int64_t nGroup() const { return (nOut + kernel->lanes - 1) / kernel->lanes; }
    /// Bytes of one unit of all lanes.
    [[nodiscard]] std::size_t unitBytes() const;
    [[nodiscard]] std::size_t groupBytes() const { return static_cast<std::size_t>(nTap * nUnit) * unitBytes(); }
};

/// view [N, C] or [N, C, Kh, Kw]. Errors: Unsupported, InvalidFile, OutOfMemory, Cancelled.
Result<std::unique_ptr<DenseWeight>> packDense(const TensorView& view, WeightForm form,
                                               const kernels::KernelTable& table, ThreadPool& pool,
                                               const std::stop_token& stop);

/// n floats as `storage`: F16 to nearest even and clamped, BF16 to nearest even.
void storeDense(const kernels::KernelTable& table, kernels::DenseStorage storage, const float* x, std::int64_t n,
                std::byte* to);
kernels::DenseStorage denseStorage(kernels::DenseInputs inputs);
/// The power of two that brings `largest` into [limit / 2, limit); 1 for nothing and for what is not finite.
float powerOfTwoScale(float largest, int limitExponent);

} // namespace vitral
