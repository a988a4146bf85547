// SPDX-License-Identifier: Apache-2.0
#pragma once
// The three loops of points_net, for AVX2 and FMA where the processor has them: sums then round once a step instead of
// twice, so two kinds of processor agree to f32 rounding and not to the bit. Thread: any.

#include <cstdint>

namespace vitral::diffusion::points_math {

/// c[i * ldc + n] = (add ? c : 0) + sum over k of a[i * rowA + k * stepA] * b[k * ldb + n]; i < m, n < nOut.
/// The sum runs over k in order in f32, whatever the tiling.
void product(std::int64_t m, std::int64_t nOut, std::int64_t nSum, const float* a, std::int64_t rowA,
             std::int64_t stepA, const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add);
/// y = x / (1 + exp(-x)).
void silu(float* y, const float* x, std::int64_t n);
/// d *= derivative of SiLU at x.
void siluBackward(float* d, const float* x, std::int64_t n);

} // namespace vitral::diffusion::points_math
