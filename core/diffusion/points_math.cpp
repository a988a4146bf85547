// SPDX-License-Identifier: Apache-2.0
// Compiled with -O3 (CMakeLists.txt).
#include "core/diffusion/points_math.h"

#include "core/kernels/cpu_features.h"

#define VITRAL_VECTOR_FLOATS 4
#include "core/diffusion/points_math_loops.inc"

namespace vitral::diffusion::points_math {

#ifdef VITRAL_POINTS_AVX2
extern void productAvx2(std::int64_t m, std::int64_t nOut, std::int64_t nSum, const float* a, std::int64_t rowA,
                        std::int64_t stepA, const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add);
extern void siluAvx2(float* y, const float* x, std::int64_t n);
extern void siluBackwardAvx2(float* d, const float* x, std::int64_t n);

namespace {
bool useAvx2() {
    static const bool has = kernels::cpuFeatures().avx2;
    return has;
}
} // namespace
#define VITRAL_CHOOSE(name, ...) (useAvx2() ? name##Avx2(__VA_ARGS__) : name##Loops(__VA_ARGS__))
#else
#define VITRAL_CHOOSE(name, ...) name##Loops(__VA_ARGS__)
#endif

void product(std::int64_t m, std::int64_t nOut, std::int64_t nSum, const float* a, std::int64_t rowA,
             std::int64_t stepA, const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
    VITRAL_CHOOSE(product, m, nOut, nSum, a, rowA, stepA, b, ldb, c, ldc, add);
}
void silu(float* y, const float* x, std::int64_t n) {
    VITRAL_CHOOSE(silu, y, x, n);
}
void siluBackward(float* d, const float* x, std::int64_t n) {
    VITRAL_CHOOSE(siluBackward, d, x, n);
}

} // namespace vitral::diffusion::points_math
