// SPDX-License-Identifier: Apache-2.0
// Blocks of attention cells, sixteen lanes at a time: 8 queries x 32 keys in registers, then scale, soft-cap, weight
// and merge while the tile is in the first cache. Truth: scalar/map.cpp. Plain data and internal linkage only.

#include "core/kernels/convert.h"
#include "core/kernels/x86/vector_math_avx512.h"
#include "core/kernels/x86/visible_keys.h"
#include "core/kernels/x86/x86_kernels.h"

namespace vitral::kernels {
namespace {

/// Columns of a 16 x 16 tile of floats become rows.
ALWAYS_INLINE void transpose(__m512 (&r)[16]) {
    __m512 t[16], u[16];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4)
#pragma GCC unroll 2
        for (int j = 0; j < 2; ++j) {
            const __m512d a = _mm512_castps_pd(t[i + j]), b = _mm512_castps_pd(t[i + j + 2]);
            u[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
            u[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
        }
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) { // 128-bit lane l of u[4 g + c]: column c + 4 l of rows 4 g ... 4 g + 3
        const __m512 even0 = _mm512_shuffle_f32x4(u[c], u[4 + c], 0x88);
        const __m512 even1 = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0x88);
        const __m512 odd0 = _mm512_shuffle_f32x4(u[c], u[4 + c], 0xdd);
        const __m512 odd1 = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0xdd);
        r[c] = _mm512_shuffle_f32x4(even0, even1, 0x88);
        r[c + 8] = _mm512_shuffle_f32x4(even0, even1, 0xdd);
        r[c + 4] = _mm512_shuffle_f32x4(odd0, odd1, 0x88);
        r[c + 12] = _mm512_shuffle_f32x4(odd0, odd1, 0xdd);
    }
}

/// dots[i][0..32) = q_i . keys of kRows queries.
template <int kRows>
void dotRows(const float* q, const float* keys, std::int64_t dim, float* dots) {
    __m512 left[kRows], right[kRows];
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i)
        left[i] = right[i] = _mm512_setzero_ps();
    for (std::int64_t d = 0; d < dim; ++d) {
        const __m512 k0 = _mm512_load_ps(keys + d * kMapKeys);
        const __m512 k1 = _mm512_load_ps(keys + d * kMapKeys + 16);
#pragma GCC unroll 8
        for (int i = 0; i < kRows; ++i) {
            const __m512 x = _mm512_set1_ps(q[i * dim + d]);
            left[i] = _mm512_fmadd_ps(k0, x, left[i]);
            right[i] = _mm512_fmadd_ps(k1, x, right[i]);
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
        _mm512_store_ps(dots + i * kMapKeys, left[i]);
        _mm512_store_ps(dots + i * kMapKeys + 16, right[i]);
    }
}

/// Near 0 the difference of tanh512 would lose the small digits.
ALWAYS_INLINE __m512 capped(__m512 s, __m512 cap) {
    const __m512 x = _mm512_div_ps(s, cap);
    const __m512 x2 = _mm512_mul_ps(x, x);
    __m512 p = _mm512_set1_ps(62.0F / 2835);
    p = _mm512_fmadd_ps(p, x2, _mm512_set1_ps(-17.0F / 315));
    p = _mm512_fmadd_ps(p, x2, _mm512_set1_ps(2.0F / 15));
    p = _mm512_fmadd_ps(p, x2, _mm512_set1_ps(-1.0F / 3));
    p = _mm512_fmadd_ps(_mm512_mul_ps(p, x2), x, x);
    const __mmask16 small = _mm512_cmp_ps_mask(x2, _mm512_set1_ps(0.0625F), _CMP_LT_OQ);
    return _mm512_mul_ps(cap, _mm512_mask_blend_ps(small, tanh512(x), p));
}

struct Merge {
    __m512 max0, max1, sum0, sum1;
};

ALWAYS_INLINE __m512 evens(__m512 a, __m512 b) {
    return _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);
}
ALWAYS_INLINE __m512 odds(__m512 a, __m512 b) {
    return _mm512_permutex2var_ps(a, _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b);
}

/// Writes one row of blocks: neighbouring keys are merged until colBlock of them are one value.
ALWAYS_INLINE void flush(const MapJob& job, const Merge& m, float* max, float* sum) {
    if (job.colBlock == 1) {
        _mm512_mask_storeu_ps(max, laneMask(job.nOut), m.max0);
        _mm512_mask_storeu_ps(max + 16, laneMask(job.nOut - 16), m.max1);
        if (sum) {
            _mm512_mask_storeu_ps(sum, laneMask(job.nOut), m.sum0);
            _mm512_mask_storeu_ps(sum + 16, laneMask(job.nOut - 16), m.sum1);
        }
        return;
    }
    __m512 most = _mm512_max_ps(evens(m.max0, m.max1), odds(m.max0, m.max1));
    __m512 total = _mm512_add_ps(evens(m.sum0, m.sum1), odds(m.sum0, m.sum1));
    for (std::int32_t merged = 2; merged < job.colBlock; merged *= 2) {
        most = _mm512_max_ps(evens(most, most), odds(most, most));
        total = _mm512_add_ps(evens(total, total), odds(total, total));
    }
    _mm512_mask_storeu_ps(max, laneMask(job.nOut), most);
    if (sum)
        _mm512_mask_storeu_ps(sum, laneMask(job.nOut), total);
}

} // namespace

void openHalvesAvx512(const std::uint16_t* x, std::int64_t n, float* out) {
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 m = laneMask(n - i);
        _mm512_mask_storeu_ps(out + i, m, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(m, x + i)));
    }
}

void mapKeysAvx512(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out) {
    for (std::int32_t d = 0; d < dim; d += 16) {
        const __mmask16 m = laneMask(dim - d);
        const std::int32_t n = dim - d < 16 ? dim - d : 16;
        for (std::int32_t half = 0; half < 2; ++half) {
            __m512 r[16];
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i)
                r[i] = half * 16 + i < nRow ? _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(m, rows[half * 16 + i] + d))
                                            : _mm512_setzero_ps();
            transpose(r);
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i)
                if (i < n)
                    _mm512_store_ps(out + (d + i) * kMapKeys + half * 16, r[i]);
        }
    }
}

void attentionMapAvx512(const MapJob* jobPointer) {
    const MapJob& job = *jobPointer;
    const __m512 none = _mm512_set1_ps(-__builtin_inff());
    const __m512 zero = _mm512_setzero_ps();
    const __m512 scale = _mm512_set1_ps(job.scale), cap = _mm512_set1_ps(job.softcap);
    alignas(64) float dots[8 * kMapKeys];
    Merge m{none, none, zero, zero};
    float* max = job.max;
    float* sum = job.sum;
    std::int32_t inBlock = 0;
    for (std::int64_t r = 0; r < job.nRow; r += 8) {
        const std::int64_t n = job.nRow - r < 8 ? job.nRow - r : 8;
        // Bounds ascend: when the last query sees no key yet, or the first none any more, nobody does.
        const bool anything = !job.first || (job.end[r + n - 1] > 0 && job.first[r] < kMapKeys);
        const float* q = job.q + r * job.dim;
        if (anything) {
            if (n == 8) {
                dotRows<8>(q, job.keys, job.dim, dots);
            } else {
                for (std::int64_t i = 0; i < n; ++i)
                    dotRows<1>(q + i * job.dim, job.keys, job.dim, dots + i * kMapKeys);
            }
        }
        for (std::int64_t i = 0; i < n; ++i) {
            if (anything) {
                __m512 a = _mm512_mul_ps(_mm512_load_ps(dots + i * kMapKeys), scale);
                __m512 b = _mm512_mul_ps(_mm512_load_ps(dots + i * kMapKeys + 16), scale);
                if (job.softcap > 0) {
                    a = capped(a, cap);
                    b = capped(b, cap);
                }
                const std::uint32_t bits = visible(job, r + i);
                const auto ma = static_cast<__mmask16>(bits), mb = static_cast<__mmask16>(bits >> 16);
                if (job.lse) {
                    const __m512 lse = _mm512_set1_ps(job.lse[r + i]);
                    const __m512 la = _mm512_sub_ps(a, lse), lb = _mm512_sub_ps(b, lse);
                    a = exp512(la);
                    b = exp512(lb);
                    if (job.rowLog)
                        job.rowLog[r + i] += _mm512_reduce_add_ps(
                            _mm512_add_ps(_mm512_maskz_mul_ps(ma, a, la), _mm512_maskz_mul_ps(mb, b, lb)));
                }
                m.max0 = _mm512_mask_max_ps(m.max0, ma, m.max0, a);
                m.max1 = _mm512_mask_max_ps(m.max1, mb, m.max1, b);
                m.sum0 = _mm512_mask_add_ps(m.sum0, ma, m.sum0, a);
                m.sum1 = _mm512_mask_add_ps(m.sum1, mb, m.sum1, b);
                if (job.rowSum)
                    job.rowSum[r + i] +=
                        _mm512_reduce_add_ps(_mm512_add_ps(_mm512_maskz_mov_ps(ma, a), _mm512_maskz_mov_ps(mb, b)));
            }
            if (++inBlock == job.rowBlock || r + i + 1 == job.nRow) {
                flush(job, m, max, sum);
                m = {none, none, zero, zero};
                inBlock = 0;
                max += job.outStride;
                if (sum)
                    sum += job.outStride;
            }
        }
    }
}

} // namespace vitral::kernels
