// SPDX-License-Identifier: Apache-2.0
// The search for the steps of signed formats for AVX-512: the sixteen sub-blocks of a super-block side by side, the
// same numbers bit for bit as scale_kernels_plain.cpp. Products and sums are fused only where both are
// exact: compiled with -mavx512f and -ffp-contract=off; internal linkage and plain data only.

#include "core/tensor/scale_kernels.h"

#include <immintrin.h>

namespace vitral::codec {

namespace {

#define ALWAYS_INLINE __attribute__((always_inline)) inline
using Ends = TrialEnds;

ALWAYS_INLINE __m512 all(float value) {
    return _mm512_set1_ps(value);
}
/// The best q of each value; the order of the operands keeps what is no number, as std::max and std::min do.
template <Ends kEnds = Ends::Both>
ALWAYS_INLINE __m512 levelOf(__m512 value, __m512 inv, float half) {
    const __m512 magic = all(12582912.0F); // no room for a fraction
    __m512 level = _mm512_mul_ps(value, inv);
    if (kEnds == Ends::Both)
        level = _mm512_max_ps(all(-half), level);
    if (kEnds != Ends::None)
        level = _mm512_min_ps(all(half - 1), level);
    return _mm512_sub_ps(_mm512_add_ps(level, magic), magic);
}
/// 1 / value, or 0 where that is no number to count with.
ALWAYS_INLINE __m512 inverse(__m512 value) {
    const __m512 inverted = _mm512_div_ps(all(1.0F), value);
    const __mmask16 finite = _mm512_cmp_ps_mask(_mm512_abs_ps(inverted), all(__builtin_inff()), _CMP_LT_OQ);
    return _mm512_maskz_mov_ps(finite, inverted);
}
/// Eight parts of a sum as Lanes::sum adds them: ((0 + 4) + (1 + 5)) + ((2 + 6) + (3 + 7)).
ALWAYS_INLINE __m512 sumOf(const __m512* part) {
    const __m512 low = _mm512_add_ps(_mm512_add_ps(part[0], part[4]), _mm512_add_ps(part[1], part[5]));
    return _mm512_add_ps(low, _mm512_add_ps(_mm512_add_ps(part[2], part[6]), _mm512_add_ps(part[3], part[7])));
}

struct Projections {
    __m512 xq, qq;
    [[nodiscard]] ALWAYS_INLINE __m512 gains() const {
        const __mmask16 positive = _mm512_cmp_ps_mask(qq, _mm512_setzero_ps(), _CMP_GT_OQ);
        return _mm512_maskz_div_ps(positive, _mm512_mul_ps(xq, xq), qq);
    }
};
template <Ends kEnds = Ends::Both>
ALWAYS_INLINE Projections project(const float* turned, __m512 inv, float half) {
    __m512 xq[8], qq[8];
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) {
        const __m512 a = _mm512_loadu_ps(turned + 16 * p), b = _mm512_loadu_ps(turned + 16 * p + 128);
        const __m512 qa = levelOf<kEnds>(a, inv, half), qb = levelOf<kEnds>(b, inv, half);
        xq[p] = _mm512_add_ps(_mm512_add_ps(_mm512_setzero_ps(), _mm512_mul_ps(a, qa)), _mm512_mul_ps(b, qb));
        qq[p] = _mm512_fmadd_ps(qa, qa, p < 4 ? _mm512_setzero_ps() : qq[p - 4]); // whole numbers: exact in any order
        qq[p] = _mm512_fmadd_ps(qb, qb, qq[p]);
    }
    return {sumOf(xq), _mm512_add_ps(_mm512_add_ps(qq[4], qq[5]), _mm512_add_ps(qq[6], qq[7]))};
}
Projections project(const float* turned, Ends ends, __m512 inv, float half) {
    return ends == Ends::None  ? project<Ends::None>(turned, inv, half)
           : ends == Ends::Top ? project<Ends::Top>(turned, inv, half)
                               : project<Ends::Both>(turned, inv, half);
}

} // namespace

void fitStepsAvx512(const float* turned, float half, float* steps);
void fitStepsAvx512(const float* turned, float half, float* steps) {
    __m512 largest = _mm512_loadu_ps(turned);
    for (int i = 1; i < 16; ++i) {
        const __m512 x = _mm512_loadu_ps(turned + 16 * i);
        largest =
            _mm512_mask_mov_ps(largest, _mm512_cmp_ps_mask(_mm512_abs_ps(largest), _mm512_abs_ps(x), _CMP_LT_OQ), x);
    }
    const __m512 inv = inverse(largest); // 0 where nothing can be fitted: then every gain below is 0
    const bool tame = _mm512_cmp_ps_mask(_mm512_abs_ps(inv), all(kTameInverse), _CMP_LT_OQ) == 0xFFFF;
    __m512 best = _mm512_setzero_ps(), bestGain = best;
    for (int trial = -20; trial <= 20; ++trial) {
        const float level = trial < 0 ? -half + 0.1F * static_cast<float>(trial + 10)
                                      : half - 1 + 0.1F * static_cast<float>(trial - 10);
        const Ends ends = tame ? trialEnds(level, half) : Ends::Both;
        Projections fit = project(turned, ends, _mm512_mul_ps(all(level), inv), half);
        for (;;) { // a lane that is done projects its best again, which gains nothing
            const __m512 gain = fit.gains();
            const __mmask16 better = _mm512_cmp_ps_mask(gain, bestGain, _CMP_GT_OQ);
            if (better == 0)
                break;
            bestGain = _mm512_mask_mov_ps(bestGain, better, gain);
            best = _mm512_mask_div_ps(best, better, fit.xq, fit.qq);
            fit = project<Ends::Both>(turned, inverse(best), half);
        }
    }
    _mm512_storeu_ps(steps, best);
}

void threeErrorsAvx512(const float* turned, const float* steps, float half, float* errors);
void threeErrorsAvx512(const float* turned, const float* steps, float half, float* errors) {
    for (int k = 0; k < 48; k += 16) {
        const __m512 step = _mm512_loadu_ps(steps + k), inv = inverse(step);
        __m512 part[8];
#pragma GCC unroll 8
        for (int p = 0; p < 8; ++p) {
            const __m512 a = _mm512_loadu_ps(turned + 16 * p), b = _mm512_loadu_ps(turned + 16 * p + 128);
            const __m512 missA = _mm512_sub_ps(_mm512_mul_ps(step, levelOf(a, inv, half)), a);
            const __m512 missB = _mm512_sub_ps(_mm512_mul_ps(step, levelOf(b, inv, half)), b);
            part[p] = _mm512_add_ps(_mm512_mul_ps(missA, missA), _mm512_mul_ps(missB, missB));
        }
        _mm512_storeu_ps(errors + k, sumOf(part));
    }
}

} // namespace vitral::codec
