// SPDX-License-Identifier: Apache-2.0
#pragma once
// exp and sums on eight lanes, for the files compiled with AVX2. Internal linkage on purpose (STYLE 5.8).

#include "core/base/always_inline.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

/// e^x as in vector_math_avx512.h; below -87 e^-87, above 88 e^88.
ALWAYS_INLINE __m256 exp256(__m256 x) {
    x = _mm256_min_ps(_mm256_set1_ps(88.3F), _mm256_max_ps(_mm256_set1_ps(-87.3F), x));
    const __m256 n =
        _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504F)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375F), x);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4F), r);
    __m256 p = _mm256_set1_ps(1.0F / 720);
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0F / 120));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0F / 24));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0F / 6));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0.5F));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0F));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0F));
    const __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(p, _mm256_castsi256_ps(power));
}

/// e^x; 0 below -87, where exp256 gives e^-87.
ALWAYS_INLINE __m256 exp256OrZero(__m256 x) {
    return _mm256_andnot_ps(_mm256_cmp_ps(x, _mm256_set1_ps(-87.0F), _CMP_LT_OQ), exp256(x));
}

ALWAYS_INLINE float sumOf(__m256 v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

} // namespace
} // namespace vitral::kernels
