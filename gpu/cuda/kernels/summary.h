// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows of logits to what sampling needs of them (core/backend/logit_summary.h), on the device. Pointers are the
// device's. Thread: that of the stream.

#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>

namespace vitral::cuda {

inline constexpr std::int32_t kMostBest = 256; ///< DeviceBackend::kMostBest

/// One row's result: this header, then nBest pairs (id i32, logit f32), best first; of equal logits the smaller id.
struct SummaryHeader {
    double z, s; ///< sums of e^d and d e^d, d = logit - greatest: terms in f32 to 2 ulp, added up in f64
    float greatest;
    std::int32_t nBest; ///< of them that there are
    std::int32_t nOdd;  ///< logits that are not finite: the rest means nothing then
    std::int32_t padding;
};
struct SummaryBest {
    std::int32_t id;
    float logit;
};

[[nodiscard]] std::size_t summaryRowBytes(std::int32_t nBest);
[[nodiscard]] std::size_t summaryScratchBytes(std::int64_t nRow, std::int64_t nCol, std::int32_t nBest);
/// out: nRow results, summaryRowBytes(nBest) apart. nBest from 1 to kMostBest; nCol below 2^31.
void launchSummary(std::byte* out, const float* logits, std::int64_t stride, std::int64_t nRow, std::int64_t nCol,
                   std::int32_t nBest, void* scratch, Stream stream);

} // namespace vitral::cuda
