// SPDX-License-Identifier: Apache-2.0
// Compiled with -O3 (CMakeLists.txt): the tiles have fixed sizes, so that the inner loops become vector instructions.
#include "core/diffusion/points_math.h"

#include <algorithm>
#include <bit>

namespace vitral::diffusion::points_math {

namespace {

constexpr std::int64_t kRows = 4, kColumns = 8;

/// exp by 2^i * polynomial (Cephes' expf: relative error below 2e-7), without branches.
inline float expOf(float x) {
    x = std::min(88.0F, std::max(-87.0F, x));
    const float shifted = x * 1.44269504088896341F + 12582912.0F; // 1.5 * 2^23: rounds to an integer
    const auto i = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(12582912.0F);
    const float n = shifted - 12582912.0F;
    const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    return p * std::bit_cast<float>((i + 127) << 23);
}

} // namespace

void product(std::int64_t m, std::int64_t nOut, std::int64_t nSum, const float* a, std::int64_t rowA,
             std::int64_t stepA, const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
    std::int64_t i = 0;
    for (; i + kRows <= m; i += kRows) {
        std::int64_t n = 0;
        for (; n + kColumns <= nOut; n += kColumns) {
            float sum[kRows][kColumns] = {};
            for (std::int64_t k = 0; k < nSum; ++k) {
                const float* bk = b + k * ldb + n;
                for (std::int64_t r = 0; r < kRows; ++r) {
                    const float ar = a[(i + r) * rowA + k * stepA];
                    for (std::int64_t j = 0; j < kColumns; ++j)
                        sum[r][j] += ar * bk[j];
                }
            }
            for (std::int64_t r = 0; r < kRows; ++r)
                for (std::int64_t j = 0; j < kColumns; ++j) {
                    float& to = c[(i + r) * ldc + n + j];
                    to = (add ? to : 0.0F) + sum[r][j];
                }
        }
        for (; n < nOut; ++n)
            for (std::int64_t r = 0; r < kRows; ++r) {
                float sum = 0;
                for (std::int64_t k = 0; k < nSum; ++k)
                    sum += a[(i + r) * rowA + k * stepA] * b[k * ldb + n];
                float& to = c[(i + r) * ldc + n];
                to = (add ? to : 0.0F) + sum;
            }
    }
    for (; i < m; ++i)
        for (std::int64_t n = 0; n < nOut; ++n) {
            float sum = 0;
            for (std::int64_t k = 0; k < nSum; ++k)
                sum += a[i * rowA + k * stepA] * b[k * ldb + n];
            float& to = c[i * ldc + n];
            to = (add ? to : 0.0F) + sum;
        }
}

void silu(float* y, const float* x, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        y[i] = x[i] / (1.0F + expOf(-x[i]));
}

void siluBackward(float* d, const float* x, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
        const float s = 1.0F / (1.0F + expOf(-x[i]));
        d[i] *= s * (1.0F + x[i] * (1.0F - s));
    }
}

} // namespace vitral::diffusion::points_math
