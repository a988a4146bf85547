// SPDX-License-Identifier: Apache-2.0
// Blocks of attention cells, eight lanes at a time: 6 queries x 16 keys in registers. Formulas: map_avx512.cpp; truth:
// scalar/map.cpp. Needs AVX2, FMA and F16C. Plain data and internal linkage only.

#include "core/kernels/convert.h"
#include "core/kernels/x86/vector_math_avx2.h"
#include "core/kernels/x86/visible_keys.h"
#include "core/kernels/x86/x86_kernels.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

constexpr int kVectors = kMapKeys / 8;

ALWAYS_INLINE __m256 capped(__m256 s, __m256 cap) {
    const __m256 one = _mm256_set1_ps(1.0F);
    const __m256 x = _mm256_div_ps(s, cap);
    const __m256 x2 = _mm256_mul_ps(x, x);
    __m256 p = _mm256_set1_ps(62.0F / 2835);
    p = _mm256_fmadd_ps(p, x2, _mm256_set1_ps(-17.0F / 315));
    p = _mm256_fmadd_ps(p, x2, _mm256_set1_ps(2.0F / 15));
    p = _mm256_fmadd_ps(p, x2, _mm256_set1_ps(-1.0F / 3));
    p = _mm256_fmadd_ps(_mm256_mul_ps(p, x2), x, x);
    const __m256 far =
        _mm256_sub_ps(one, _mm256_div_ps(_mm256_set1_ps(2.0F), _mm256_add_ps(exp256OrZero(_mm256_add_ps(x, x)), one)));
    return _mm256_mul_ps(cap, _mm256_blendv_ps(far, p, _mm256_cmp_ps(x2, _mm256_set1_ps(0.0625F), _CMP_LT_OQ)));
}

/// dots[i][0..16) = q_i . keys of kRows queries.
template <int kRows>
void dotRows(const float* q, const float* keys, std::int64_t dim, float* dots) {
    __m256 left[kRows], right[kRows];
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i)
        left[i] = right[i] = _mm256_setzero_ps();
    for (std::int64_t d = 0; d < dim; ++d) {
        const __m256 k0 = _mm256_load_ps(keys + d * kMapKeys);
        const __m256 k1 = _mm256_load_ps(keys + d * kMapKeys + 8);
#pragma GCC unroll 6
        for (int i = 0; i < kRows; ++i) {
            const __m256 x = _mm256_broadcast_ss(q + i * dim + d);
            left[i] = _mm256_fmadd_ps(k0, x, left[i]);
            right[i] = _mm256_fmadd_ps(k1, x, right[i]);
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
        _mm256_store_ps(dots + i * kMapKeys, left[i]);
        _mm256_store_ps(dots + i * kMapKeys + 8, right[i]);
    }
}

ALWAYS_INLINE __m256 lanesOf(std::uint32_t bits) {
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_castsi256_ps(
        _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits & 0xffU)), bit), bit));
}

ALWAYS_INLINE __m256 evens(__m256 a, __m256 b) {
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88)), 0xd8));
}
ALWAYS_INLINE __m256 odds(__m256 a, __m256 b) {
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(_mm256_shuffle_ps(a, b, 0xdd)), 0xd8));
}

/// Writes one row of blocks: neighbouring keys are merged until colBlock of them are one value.
void flush(const MapJob& job, __m256* most, __m256* total, float* max, float* sum) {
    int n = kVectors;
    for (std::int32_t merged = 1; merged < job.colBlock; merged *= 2) {
        const int half = n > 1 ? n / 2 : 1;
        for (int i = 0; i < half; ++i) {
            const int a = n > 1 ? 2 * i : 0, b = n > 1 ? 2 * i + 1 : 0;
            most[i] = _mm256_max_ps(evens(most[a], most[b]), odds(most[a], most[b]));
            total[i] = _mm256_add_ps(evens(total[a], total[b]), odds(total[a], total[b]));
        }
        n = half;
    }
    alignas(32) float out[kMapKeys];
    for (int v = 0; v < n; ++v)
        _mm256_store_ps(out + 8 * v, most[v]);
    __builtin_memcpy(max, out, static_cast<std::size_t>(job.nOut) * sizeof(float));
    if (!sum)
        return;
    for (int v = 0; v < n; ++v)
        _mm256_store_ps(out + 8 * v, total[v]);
    __builtin_memcpy(sum, out, static_cast<std::size_t>(job.nOut) * sizeof(float));
}

} // namespace

void openHalvesAvx2(const std::uint16_t* x, std::int64_t n, float* out) {
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i))));
    for (; i < n; ++i)
        out[i] = halfToF32(x[i]);
}

void mapKeysAvx2(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out) {
    std::int32_t d = 0;
    for (; d + 8 <= dim; d += 8)
        for (std::int32_t j = 0; j < kMapKeys; j += 8) {
            __m256 r[8], t[8];
#pragma GCC unroll 8
            for (int i = 0; i < 8; ++i)
                r[i] = j + i < nRow
                           ? _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[j + i] + d)))
                           : _mm256_setzero_ps();
#pragma GCC unroll 4
            for (int i = 0; i < 8; i += 2) {
                t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
                t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
            }
#pragma GCC unroll 2
            for (int i = 0; i < 8; i += 4)
#pragma GCC unroll 2
                for (int h = 0; h < 2; ++h) {
                    r[i + 2 * h] = _mm256_shuffle_ps(t[i + h], t[i + h + 2], 0x44);
                    r[i + 2 * h + 1] = _mm256_shuffle_ps(t[i + h], t[i + h + 2], 0xee);
                }
#pragma GCC unroll 4
            for (int c = 0; c < 4; ++c) {
                _mm256_store_ps(out + (d + c) * kMapKeys + j, _mm256_permute2f128_ps(r[c], r[c + 4], 0x20));
                _mm256_store_ps(out + (d + c + 4) * kMapKeys + j, _mm256_permute2f128_ps(r[c], r[c + 4], 0x31));
            }
        }
    for (; d < dim; ++d)
        for (std::int32_t j = 0; j < kMapKeys; ++j)
            out[d * kMapKeys + j] = j < nRow ? halfToF32(rows[j][d]) : 0.0F;
}

void attentionMapAvx2(const MapJob* jobPointer) {
    const MapJob& job = *jobPointer;
    const __m256 none = _mm256_set1_ps(-__builtin_inff());
    const __m256 zero = _mm256_setzero_ps();
    const __m256 scale = _mm256_set1_ps(job.scale), cap = _mm256_set1_ps(job.softcap);
    alignas(32) float dots[6 * kMapKeys];
    __m256 most[kVectors] = {none, none, none, none}, total[kVectors] = {zero, zero, zero, zero};
    float* max = job.max;
    float* sum = job.sum;
    std::int32_t inBlock = 0;
    for (std::int64_t r = 0; r < job.nRow; r += 6) {
        const std::int64_t n = job.nRow - r < 6 ? job.nRow - r : 6;
        const bool anything = !job.first || (job.end[r + n - 1] > 0 && job.first[r] < kMapKeys);
        const float* q = job.q + r * job.dim;
        for (int half = 0; anything && half < 2; ++half) {
            if (n == 6) {
                dotRows<6>(q, job.keys + half * 16, job.dim, dots + half * 16);
            } else {
                for (std::int64_t i = 0; i < n; ++i)
                    dotRows<1>(q + i * job.dim, job.keys + half * 16, job.dim, dots + i * kMapKeys + half * 16);
            }
        }
        for (std::int64_t i = 0; i < n; ++i) {
            if (anything) {
                const std::uint32_t bits = visible(job, r + i);
                const __m256 lse = _mm256_set1_ps(job.lse ? job.lse[r + i] : 0.0F);
                __m256 rowSum = zero, rowLog = zero;
                for (int v = 0; v < kVectors; ++v) {
                    const __m256 seen = lanesOf(bits >> (8 * v));
                    __m256 x = _mm256_mul_ps(_mm256_load_ps(dots + i * kMapKeys + 8 * v), scale);
                    if (job.softcap > 0)
                        x = capped(x, cap);
                    if (job.lse) {
                        const __m256 log = _mm256_sub_ps(x, lse);
                        x = exp256OrZero(log);
                        rowLog = _mm256_add_ps(rowLog, _mm256_and_ps(seen, _mm256_mul_ps(x, log)));
                    }
                    const __m256 there = _mm256_and_ps(seen, x);
                    most[v] = _mm256_max_ps(most[v], _mm256_blendv_ps(none, x, seen));
                    total[v] = _mm256_add_ps(total[v], there);
                    rowSum = _mm256_add_ps(rowSum, there);
                }
                if (job.rowSum) {
                    job.rowSum[r + i] += sumOf(rowSum);
                    job.rowLog[r + i] += sumOf(rowLog);
                }
            }
            if (++inBlock == job.rowBlock || r + i + 1 == job.nRow) {
                flush(job, most, total, max, sum);
                for (int v = 0; v < kVectors; ++v) {
                    most[v] = none;
                    total[v] = zero;
                }
                inBlock = 0;
                max += job.outStride;
                if (sum)
                    sum += job.outStride;
            }
        }
    }
}

} // namespace vitral::kernels
