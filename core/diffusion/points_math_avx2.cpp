// SPDX-License-Identifier: Apache-2.0
// Compiled with AVX2 and FMA (CMakeLists.txt); points_math.cpp asks the processor first.
#define VITRAL_VECTOR_FLOATS 8
#include "core/diffusion/points_math_loops.inc"

namespace vitral::diffusion::points_math {

extern void productAvx2(std::int64_t m, std::int64_t nOut, std::int64_t nSum, const float* a, std::int64_t rowA,
                        std::int64_t stepA, const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add);
extern void siluAvx2(float* y, const float* x, std::int64_t n);
extern void siluBackwardAvx2(float* d, const float* x, std::int64_t n);

void productAvx2(std::int64_t m, std::int64_t nOut, std::int64_t nSum, const float* a, std::int64_t rowA,
                 std::int64_t stepA, const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
    productLoops(m, nOut, nSum, a, rowA, stepA, b, ldb, c, ldc, add);
}
void siluAvx2(float* y, const float* x, std::int64_t n) {
    siluLoops(y, x, n);
}
void siluBackwardAvx2(float* d, const float* x, std::int64_t n) {
    siluBackwardLoops(d, x, n);
}

} // namespace vitral::diffusion::points_math
