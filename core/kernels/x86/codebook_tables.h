// SPDX-License-Identifier: Apache-2.0
#pragma once
// What rows of the codebook types IQ1, IQ2 and IQ3 are opened with, for the files compiled with AVX2 and F16C. Internal
// linkage on purpose (STYLE 5.8).

#include "core/base/always_inline.h"
#include "core/tensor/iq_grids.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

// The tables as plain pointers: no function of the standard library is compiled for these instructions.
const std::uint64_t* const kTwoXxs = reinterpret_cast<const std::uint64_t*>(&kIq2XxsGrid);
const std::uint64_t* const kTwoXs = reinterpret_cast<const std::uint64_t*>(&kIq2XsGrid);
const std::uint64_t* const kTwoS = reinterpret_cast<const std::uint64_t*>(&kIq2SGrid);
const std::uint32_t* const kThreeXxs = reinterpret_cast<const std::uint32_t*>(&kIq3XxsGrid);
const std::uint32_t* const kThreeS = reinterpret_cast<const std::uint32_t*>(&kIq3SGrid);
const std::uint64_t* const kOne = reinterpret_cast<const std::uint64_t*>(&kIq1Grid);

ALWAYS_INLINE float opened(std::uint16_t half) {
    return _cvtsh_ss(half);
}
ALWAYS_INLINE std::uint32_t word(const void* at) {
    std::uint32_t value;
    __builtin_memcpy(&value, at, 4);
    return value;
}
ALWAYS_INLINE std::uint64_t pairOf(std::uint32_t first, std::uint32_t second) {
    return first | static_cast<std::uint64_t>(second) << 32U;
}
/// The step of a run: d (1/2 + scale) / 4.
ALWAYS_INLINE float quarter(float d, int scale) {
    return d * (0.5F + static_cast<float>(scale)) * 0.25F;
}

constexpr float kDelta = 0.125F; ///< by which values of IQ1 are moved

} // namespace
} // namespace vitral::kernels
