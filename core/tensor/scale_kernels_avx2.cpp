// SPDX-License-Identifier: Apache-2.0
// The inner loops of scale_search for AVX2: lanes are trials where many trials meet the same elements, and elements
// elsewhere. Products and sums are fused only where both are exact, and every other sum has the order of
// scale_kernels_plain.cpp, so that a file is the same whatever processor wrote it (tst_quantize). Compiled with -mavx2,
// -mfma and -ffp-contract=off; internal linkage and plain data only.

#include "core/tensor/scale_kernels.h"

#include <immintrin.h>

namespace vitral::codec {

namespace {

#define ALWAYS_INLINE __attribute__((always_inline)) inline

ALWAYS_INLINE __m256 all(float value) {
    return _mm256_set1_ps(value);
}
ALWAYS_INLINE __m256 nearest(__m256 value) {
    const __m256 magic = all(12582912.0F);
    return _mm256_sub_ps(_mm256_add_ps(value, magic), magic);
}
/// The order of the operands keeps what is no number, as std::max and std::min do.
ALWAYS_INLINE __m256 clamped(__m256 value, __m256 low, __m256 high) {
    return _mm256_min_ps(high, _mm256_max_ps(low, value));
}
ALWAYS_INLINE __m256 isFinite(__m256 value) {
    const __m256 magnitude = _mm256_andnot_ps(all(-0.0F), value);
    return _mm256_cmp_ps(magnitude, all(__builtin_inff()), _CMP_LT_OQ);
}
/// 1 / value, or 0 where that is no number to count with.
ALWAYS_INLINE __m256 inverse(__m256 value) {
    const __m256 inverted = _mm256_div_ps(all(1.0F), value);
    return _mm256_and_ps(inverted, isFinite(inverted));
}
ALWAYS_INLINE float inverse(float value) {
    return _mm256_cvtss_f32(inverse(all(value)));
}
/// ((0 + 4) + (1 + 5)) + ((2 + 6) + (3 + 7)).
ALWAYS_INLINE float sumOf(__m256 part) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(part), _mm256_extractf128_ps(part, 1));
    const __m128 two = _mm_hadd_ps(four, four);
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
ALWAYS_INLINE double sumOf(__m256d low, __m256d high) {
    double part[4];
    _mm256_storeu_pd(part, _mm256_add_pd(low, high));
    return (part[0] + part[1]) + (part[2] + part[3]);
}
/// Elements i, i + 8, ... of x are part i of a sum; parts in the order in which Lanes::sum adds them.
constexpr int kPartOrder[8] = {0, 4, 1, 5, 2, 6, 3, 7};

/// Adds up eight parts that come in kPartOrder.
struct Tree {
    __m256 pair, four, total;
    ALWAYS_INLINE void add(int i, __m256 part) {
        if (i % 2 == 0) {
            pair = part;
            return;
        }
        pair = _mm256_add_ps(pair, part);
        if (i % 4 == 1) {
            four = pair;
            return;
        }
        four = _mm256_add_ps(four, pair);
        total = i == 3 ? four : _mm256_add_ps(total, four);
    }
};

// Eight lines at once: a lane is a trial.

struct Lines {
    __m256 step, offset;
};
struct Evaluated {
    __m256 q, qq, xq, error;
};

template <bool kSums, bool kError>
ALWAYS_INLINE Evaluated evaluate(const float* x, int n, Lines lines, __m256 top) {
    const __m256 inv = inverse(lines.step), zero = _mm256_setzero_ps();
    Tree sumQ, sumQq, sumXq, sumError;
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) {
        __m256 partQ = zero, partQq = zero, partXq = zero, partError = zero;
        for (int i = kPartOrder[p]; i < n; i += 8) {
            const __m256 value = _mm256_broadcast_ss(x + i);
            const __m256 q = nearest(clamped(_mm256_mul_ps(_mm256_add_ps(value, lines.offset), inv), zero, top));
            if (kSums) {
                partQ = _mm256_add_ps(partQ, q);
                partQq = _mm256_add_ps(partQq, _mm256_mul_ps(q, q));
                partXq = _mm256_add_ps(partXq, _mm256_mul_ps(value, q));
            }
            if (kError) {
                const __m256 miss = _mm256_sub_ps(_mm256_sub_ps(_mm256_mul_ps(lines.step, q), lines.offset), value);
                partError = _mm256_add_ps(partError, _mm256_mul_ps(miss, miss));
            }
        }
        if (kSums) {
            sumQ.add(p, partQ);
            sumQq.add(p, partQq);
            sumXq.add(p, partXq);
        }
        if (kError)
            sumError.add(p, partError);
    }
    Evaluated found{zero, zero, zero, zero};
    if (kSums)
        found.q = sumQ.total, found.qq = sumQq.total, found.xq = sumXq.total;
    if (kError)
        found.error = sumError.total;
    return found;
}

ALWAYS_INLINE Lines refit(Lines lines, const Evaluated& s, float sumX, int n) {
    const __m256 zero = _mm256_setzero_ps(), count = all(static_cast<float>(n)), sx = all(sumX);
    const __m256 determinant = _mm256_sub_ps(_mm256_mul_ps(count, s.qq), _mm256_mul_ps(s.q, s.q));
    const __m256 regular = _mm256_cmp_ps(determinant, zero, _CMP_GT_OQ);
    __m256 step = _mm256_sub_ps(_mm256_mul_ps(count, s.xq), _mm256_mul_ps(s.q, sx));
    __m256 offset = _mm256_sub_ps(_mm256_mul_ps(s.q, s.xq), _mm256_mul_ps(s.qq, sx));
    step = _mm256_and_ps(regular, _mm256_div_ps(step, determinant));
    offset = _mm256_and_ps(regular, _mm256_div_ps(offset, determinant));
    const __m256 through = _mm256_or_ps(_mm256_cmp_ps(determinant, zero, _CMP_LE_OQ),
                                        _mm256_cmp_ps(offset, zero, _CMP_LT_OQ)); // without an offset
    const __m256 alone = _mm256_and_ps(_mm256_cmp_ps(s.qq, zero, _CMP_GT_OQ), _mm256_div_ps(s.xq, s.qq));
    step = _mm256_blendv_ps(step, alone, through);
    offset = _mm256_andnot_ps(through, offset);
    const __m256 good =
        _mm256_and_ps(_mm256_cmp_ps(step, zero, _CMP_GT_OQ), _mm256_and_ps(isFinite(step), isFinite(offset)));
    return {_mm256_blendv_ps(lines.step, step, good), _mm256_blendv_ps(lines.offset, offset, good)};
}

float affineError(const float* x, int n, Line line, float top) {
    const __m256 inv = all(inverse(line.step)), step = all(line.step), offset = all(line.offset);
    __m256 error = _mm256_setzero_ps();
    for (int i = 0; i < n; i += 8) {
        const __m256 value = _mm256_loadu_ps(x + i);
        const __m256 q =
            nearest(clamped(_mm256_mul_ps(_mm256_add_ps(value, offset), inv), _mm256_setzero_ps(), all(top)));
        const __m256 miss = _mm256_sub_ps(_mm256_sub_ps(_mm256_mul_ps(step, q), offset), value);
        error = _mm256_add_ps(error, _mm256_mul_ps(miss, miss));
    }
    return sumOf(error);
}

Line fitLine(const float* x, int n, float top) {
    float low = x[0], high = x[0];
    __m256 sum = _mm256_setzero_ps();
    for (int i = 0; i < n; i += 8)
        sum = _mm256_add_ps(sum, _mm256_loadu_ps(x + i));
    const float sumX = sumOf(sum);
    for (int i = 1; i < n; ++i) {
        low = x[i] < low ? x[i] : low;
        high = high < x[i] ? x[i] : high;
    }
    low = 0.0F < low ? 0.0F : low;
    if (!(high > low))
        return {0.0F, -low};
    Line best{(high - low) / top, -low};
    float bestError = affineError(x, n, best, top);
    if (!(bestError > 0))
        return best;
    // Trials -10 .. 10 in three vectors; the last three lanes are not looked at.
    alignas(32) float steps[2][24], offsets[2][24], errors[2][24];
    for (int v = 0; v < 3; ++v) {
        const __m256 trial = _mm256_add_ps(all(static_cast<float>(8 * v - 10)), _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7));
        const __m256 levels = _mm256_add_ps(all(top), _mm256_mul_ps(all(0.1F), trial));
        Lines lines{_mm256_div_ps(all(high - low), levels), all(-low)};
        lines = refit(lines, evaluate<true, false>(x, n, lines, all(top)), sumX, n);
        const Evaluated first = evaluate<true, true>(x, n, lines, all(top));
        _mm256_store_ps(steps[0] + 8 * v, lines.step);
        _mm256_store_ps(offsets[0] + 8 * v, lines.offset);
        _mm256_store_ps(errors[0] + 8 * v, first.error);
        lines = refit(lines, first, sumX, n);
        _mm256_store_ps(steps[1] + 8 * v, lines.step);
        _mm256_store_ps(offsets[1] + 8 * v, lines.offset);
        _mm256_store_ps(errors[1] + 8 * v, evaluate<false, true>(x, n, lines, all(top)).error);
    }
    for (int i = 0; i < 21 && bestError > 0; ++i) {
        for (int pass = 0; pass < 2; ++pass) {
            if (errors[pass][i] < bestError) {
                bestError = errors[pass][i];
                best = {steps[pass][i], offsets[pass][i]};
            }
        }
    }
    return best;
}

void nineErrors(const float* x, int n, const Line* lines, float top, float* errors) {
    errors[0] = affineError(x, n, lines[0], top);
    const Line* l = lines + 1;
    const __m256 step =
        _mm256_setr_ps(l[0].step, l[1].step, l[2].step, l[3].step, l[4].step, l[5].step, l[6].step, l[7].step);
    const __m256 offset = _mm256_setr_ps(l[0].offset, l[1].offset, l[2].offset, l[3].offset, l[4].offset, l[5].offset,
                                         l[6].offset, l[7].offset);
    _mm256_storeu_ps(errors + 1, evaluate<false, true>(x, n, {step, offset}, all(top)).error);
}

/// Eight whole numbers as bytes; unsigned and signed bytes alike, in their ranges.
ALWAYS_INLINE void storeBytes(__m256 q, void* out) {
    const __m256i whole = _mm256_cvttps_epi32(q);
    const __m128i shorts = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64(static_cast<__m128i*>(out), _mm_packs_epi16(shorts, shorts));
}

void chooseAffine(const float* x, int n, Line line, float top, std::uint8_t* q, float* error) {
    const __m256 inv = all(inverse(line.step)), step = all(line.step), offset = all(line.offset);
    __m256 sum = _mm256_loadu_ps(error);
    for (int i = 0; i < n; i += 8) {
        const __m256 value = _mm256_loadu_ps(x + i);
        const __m256 level =
            nearest(clamped(_mm256_mul_ps(_mm256_add_ps(value, offset), inv), _mm256_setzero_ps(), all(top)));
        const __m256 miss = _mm256_sub_ps(_mm256_sub_ps(_mm256_mul_ps(step, level), offset), value);
        sum = _mm256_add_ps(sum, _mm256_mul_ps(miss, miss));
        storeBytes(level, q + i);
    }
    _mm256_storeu_ps(error, sum);
}

/// Sums of whole numbers times elements in eight parts of doubles.
struct DoubleLanes {
    __m256d low = _mm256_setzero_pd(), high = _mm256_setzero_pd();
    ALWAYS_INLINE void add(__m256i whole, const float* x) {
        const __m256d xLow = _mm256_cvtps_pd(_mm_loadu_ps(x)), xHigh = _mm256_cvtps_pd(_mm_loadu_ps(x + 4));
        low = _mm256_add_pd(low, _mm256_mul_pd(_mm256_cvtepi32_pd(_mm256_castsi256_si128(whole)), xLow));
        high = _mm256_add_pd(high, _mm256_mul_pd(_mm256_cvtepi32_pd(_mm256_extracti128_si256(whole, 1)), xHigh));
    }
    [[nodiscard]] ALWAYS_INLINE double sum() const { return sumOf(low, high); }
};
ALWAYS_INLINE double wholeSum(__m256i part) {
    alignas(32) std::int32_t each[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(each), part);
    std::int64_t sum = 0;
    for (int i = 0; i < 8; ++i)
        sum += each[i];
    return static_cast<double>(sum);
}

void affineSums(const float* x, int subLen, const std::uint8_t* scale, const std::uint8_t* minimum,
                const std::uint8_t* q, AffineSums* sums) {
    __m256i aa = _mm256_setzero_si256(), ab = aa;
    DoubleLanes ax, bx;
    double bb = 0;
    for (int i = 0; i < 256; i += 8) {
        const int j = i / subLen, b = minimum[j];
        const __m256i levels = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(q + i)));
        const __m256i a = _mm256_mullo_epi32(levels, _mm256_set1_epi32(scale[j]));
        aa = _mm256_add_epi32(aa, _mm256_mullo_epi32(a, a));
        ab = _mm256_add_epi32(ab, _mm256_mullo_epi32(a, _mm256_set1_epi32(b)));
        bb += 8.0 * b * b;
        ax.add(a, x + i);
        bx.add(_mm256_set1_epi32(b), x + i);
    }
    *sums = {wholeSum(aa), wholeSum(ab), bb, ax.sum(), bx.sum()};
}

// Eight sub-blocks at once, of a super-block that is turned over: a lane is a sub-block.

using Ends = TrialEnds;

template <Ends kEnds = Ends::Both>
ALWAYS_INLINE __m256 levelOf(__m256 value, __m256 inv, float half) {
    __m256 level = _mm256_mul_ps(value, inv);
    if (kEnds == Ends::Both)
        level = _mm256_max_ps(all(-half), level);
    if (kEnds != Ends::None)
        level = _mm256_min_ps(all(half - 1), level);
    return nearest(level);
}

struct Projections {
    __m256 xq, qq;
    [[nodiscard]] ALWAYS_INLINE __m256 gains() const {
        const __m256 positive = _mm256_cmp_ps(qq, _mm256_setzero_ps(), _CMP_GT_OQ);
        return _mm256_and_ps(_mm256_div_ps(_mm256_mul_ps(xq, xq), qq), positive);
    }
};
template <Ends kEnds = Ends::Both>
ALWAYS_INLINE Projections project(const float* turned, __m256 inv, float half) {
    Tree sumXq;
    __m256 qqA = _mm256_setzero_ps(), qqB = qqA; // whole numbers: exact in any order
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) {
        const float* at = turned + 16 * kPartOrder[p];
        const __m256 a = _mm256_loadu_ps(at), b = _mm256_loadu_ps(at + 128), zero = _mm256_setzero_ps();
        const __m256 qa = levelOf<kEnds>(a, inv, half), qb = levelOf<kEnds>(b, inv, half);
        sumXq.add(p, _mm256_add_ps(_mm256_add_ps(zero, _mm256_mul_ps(a, qa)), _mm256_mul_ps(b, qb)));
        qqA = _mm256_fmadd_ps(qa, qa, qqA);
        qqB = _mm256_fmadd_ps(qb, qb, qqB);
    }
    return {sumXq.total, _mm256_add_ps(qqA, qqB)};
}
Projections project(const float* turned, Ends ends, __m256 inv, float half) {
    return ends == Ends::None  ? project<Ends::None>(turned, inv, half)
           : ends == Ends::Top ? project<Ends::Top>(turned, inv, half)
                               : project<Ends::Both>(turned, inv, half);
}

ALWAYS_INLINE void fitEight(const float* turned, float half, float* steps) {
    const __m256 sign = all(-0.0F);
    __m256 largest = _mm256_loadu_ps(turned);
    for (int i = 1; i < 16; ++i) {
        const __m256 x = _mm256_loadu_ps(turned + 16 * i);
        const __m256 larger = _mm256_cmp_ps(_mm256_andnot_ps(sign, largest), _mm256_andnot_ps(sign, x), _CMP_LT_OQ);
        largest = _mm256_blendv_ps(largest, x, larger);
    }
    const __m256 inv = inverse(largest); // 0 where nothing can be fitted: then every gain below is 0
    const __m256 small = _mm256_cmp_ps(_mm256_andnot_ps(sign, inv), all(kTameInverse), _CMP_LT_OQ);
    const bool tame = _mm256_movemask_ps(small) == 0xFF;
    __m256 best = _mm256_setzero_ps(), bestGain = best;
    for (int trial = -20; trial <= 20; ++trial) {
        const float level = trial < 0 ? -half + 0.1F * static_cast<float>(trial + 10)
                                      : half - 1 + 0.1F * static_cast<float>(trial - 10);
        const Ends ends = tame ? trialEnds(level, half) : Ends::Both;
        Projections fit = project(turned, ends, _mm256_mul_ps(all(level), inv), half);
        for (;;) { // a lane that is done projects its best again, which gains nothing
            const __m256 gain = fit.gains(), better = _mm256_cmp_ps(gain, bestGain, _CMP_GT_OQ);
            if (_mm256_movemask_ps(better) == 0)
                break;
            bestGain = _mm256_blendv_ps(bestGain, gain, better);
            best = _mm256_blendv_ps(best, _mm256_div_ps(fit.xq, fit.qq), better);
            fit = project<Ends::Both>(turned, inverse(best), half);
        }
    }
    _mm256_storeu_ps(steps, best);
}
void fitSteps(const float* turned, float half, float* steps) {
    fitEight(turned, half, steps);
    fitEight(turned + 8, half, steps + 8);
}

void threeErrors(const float* turned, const float* steps, float half, float* errors) {
    for (int k = 0; k < 48; k += 8) {
        const __m256 step = _mm256_loadu_ps(steps + k), inv = inverse(step);
        Tree error;
#pragma GCC unroll 8
        for (int p = 0; p < 8; ++p) {
            const float* at = turned + 16 * kPartOrder[p] + k % 16;
            const __m256 a = _mm256_loadu_ps(at), b = _mm256_loadu_ps(at + 128);
            const __m256 missA = _mm256_sub_ps(_mm256_mul_ps(step, levelOf(a, inv, half)), a);
            const __m256 missB = _mm256_sub_ps(_mm256_mul_ps(step, levelOf(b, inv, half)), b);
            error.add(p, _mm256_add_ps(_mm256_mul_ps(missA, missA), _mm256_mul_ps(missB, missB)));
        }
        _mm256_storeu_ps(errors + k, error.total);
    }
}

void chooseSigned(const float* x, const float* steps, float half, std::int8_t* q, float* error) {
    alignas(32) float inverses[16];
    _mm256_store_ps(inverses, inverse(_mm256_loadu_ps(steps)));
    _mm256_store_ps(inverses + 8, inverse(_mm256_loadu_ps(steps + 8)));
    __m256 sum = _mm256_setzero_ps();
    for (int i = 0; i < 256; i += 8) {
        const __m256 value = _mm256_loadu_ps(x + i);
        const __m256 level = levelOf(value, all(inverses[i / 16]), half);
        const __m256 miss = _mm256_sub_ps(_mm256_mul_ps(all(steps[i / 16]), level), value);
        sum = _mm256_add_ps(sum, _mm256_mul_ps(miss, miss));
        storeBytes(level, q + i);
    }
    _mm256_storeu_ps(error, sum);
}

void signedSums(const float* x, const std::int16_t* scale, const std::int8_t* q, double* aa, double* ax) {
    __m256i squares = _mm256_setzero_si256(); // at most 32 * (32 * 128)^2 a part
    DoubleLanes sum;
    for (int i = 0; i < 256; i += 8) {
        const __m256i levels = _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(q + i)));
        const __m256i a = _mm256_mullo_epi32(levels, _mm256_set1_epi32(scale[i / 16]));
        squares = _mm256_add_epi32(squares, _mm256_mullo_epi32(a, a));
        sum.add(a, x + i);
    }
    *aa = wholeSum(squares);
    *ax = sum.sum();
}

constexpr ScaleKernels kKernels{fitLine,  nineErrors,  chooseAffine, affineSums,
                                fitSteps, threeErrors, chooseSigned, signedSums};

} // namespace

extern const ScaleKernels* const kAvx2ScaleKernels;
const ScaleKernels* const kAvx2ScaleKernels = &kKernels;

} // namespace vitral::codec
