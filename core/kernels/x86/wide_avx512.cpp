// SPDX-License-Identifier: Apache-2.0
// Products with 16- and 32-bit weights. Few input rows: weights are read where they lie and multiplied as f32. Many:
// 32 outputs at a time become 14-bit integers in scratch and meet inputs of the same kind in 16-bit dot products, which
// run at twice the rate of f32 and are as exact as F16 (packed.h, InputTile16). Needs AVX-512 F, BW, VL, DQ, VNNI,
// F16C. Plain data and internal linkage only (STYLE 5.8).

#include "core/base/always_inline.h"
#include "core/kernels/x86/x86_kernels.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

template <PlainKind kKind>
constexpr std::size_t kElementBytes = kKind == PlainKind::F32 ? 4 : 2;

/// Sixteen weights as f32; past the end zeros.
template <PlainKind kKind>
ALWAYS_INLINE __m512 weights16(const std::byte* p, __mmask16 mask) {
    if constexpr (kKind == PlainKind::F32)
        return mask == 0xffff ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(mask, p);
    const __m256i bits =
        mask == 0xffff ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)) : _mm256_maskz_loadu_epi16(mask, p);
    if constexpr (kKind == PlainKind::F16)
        return _mm512_cvtph_ps(bits);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

/// Four outputs (the last ones may repeat) times kRows inputs.
template <PlainKind kKind, int kRows>
void fourOutputs(const PlainJob& job, std::int64_t iOut, std::int64_t iRow) {
    const std::size_t rowBytes = static_cast<std::size_t>(job.nIn) * kElementBytes<kKind>;
    const std::int64_t end = job.first + job.n;
    const std::byte* w[4];
    for (std::int64_t i = 0; i < 4; ++i)
        w[i] = job.weights + static_cast<std::size_t>(iOut + i < end ? iOut + i : end - 1) * rowBytes;
    const std::size_t ahead = rowBytes <= 32768 ? 4 * rowBytes : 4096;
    const float* x[kRows];
    for (int c = 0; c < kRows; ++c)
        x[c] = job.x[iRow + c];
    __m512 sum[4][kRows];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
#pragma GCC unroll 6
        for (int c = 0; c < kRows; ++c)
            sum[i][c] = _mm512_setzero_ps();
    const auto step = [&](std::int64_t k, __mmask16 mask) __attribute__((always_inline)) {
        __m512 v[4];
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i)
            v[i] = weights16<kKind>(w[i] + static_cast<std::size_t>(k) * kElementBytes<kKind>, mask);
#pragma GCC unroll 6
        for (int c = 0; c < kRows; ++c) {
            const __m512 input = mask == 0xffff ? _mm512_loadu_ps(x[c] + k) : _mm512_maskz_loadu_ps(mask, x[c] + k);
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i)
                sum[i][c] = _mm512_fmadd_ps(v[i], input, sum[i][c]);
        }
    };
    std::int64_t k = 0;
    constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(kElementBytes<kKind>);
    for (; k + kLine <= job.nIn; k += kLine) { // a cache line of each of the four rows
        // The same place four rows on, into the second-level cache: hardware prefetch follows single rows only.
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i)
            _mm_prefetch(reinterpret_cast<const char*>(w[i]) + static_cast<std::size_t>(k) * kElementBytes<kKind> +
                             ahead,
                         _MM_HINT_T1);
#pragma GCC unroll 2
        for (std::int64_t part = 0; part < kLine; part += 16)
            step(k + part, 0xffff);
    }
    for (; k < job.nIn; k += 16) {
        const std::int64_t left = job.nIn - k;
        step(k, static_cast<__mmask16>(left >= 16 ? 0xffff : (1 << left) - 1));
    }
    for (std::int64_t i = 0; i < 4 && iOut + i < end; ++i)
        for (int c = 0; c < kRows; ++c)
            job.out[iRow + c][iOut + i] = _mm512_reduce_add_ps(sum[i][c]) + (job.bias ? job.bias[iOut + i] : 0.0F);
}

/// One row of inputs: outputs one after another, so that the weights are a single stream.
template <PlainKind kKind>
void oneRow(const PlainJob& job) {
    constexpr std::size_t kBytes = kElementBytes<kKind>;
    const float* x = job.x[0];
    const std::byte* w = job.weights + static_cast<std::size_t>(job.first * job.nIn) * kBytes;
    for (std::int64_t n = job.first; n < job.first + job.n; ++n) {
        __m512 sum[4];
        for (__m512& s : sum)
            s = _mm512_setzero_ps();
        std::int64_t k = 0;
        for (; k + 64 <= job.nIn; k += 64, w += 64 * kBytes) {
#pragma GCC unroll 4
            for (std::size_t line = 0; line < kBytes; ++line)
                _mm_prefetch(reinterpret_cast<const char*>(w) + 4096 + line * 64, _MM_HINT_T0);
#pragma GCC unroll 4
            for (std::size_t i = 0; i < 4; ++i)
                sum[i] = _mm512_fmadd_ps(weights16<kKind>(w + i * 16 * kBytes, 0xffff), _mm512_loadu_ps(x + k + i * 16),
                                         sum[i]);
        }
        for (; k < job.nIn; k += 16) {
            const std::int64_t left = job.nIn - k < 16 ? job.nIn - k : 16;
            const auto mask = static_cast<__mmask16>((1 << left) - 1);
            sum[0] = _mm512_fmadd_ps(weights16<kKind>(w, mask), _mm512_maskz_loadu_ps(mask, x + k), sum[0]);
            w += static_cast<std::size_t>(left) * kBytes;
        }
        const __m512 all = _mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3]));
        job.out[0][n] = _mm512_reduce_add_ps(all) + (job.bias ? job.bias[n] : 0.0F);
    }
}

template <PlainKind kKind>
void plain(const PlainJob& job) {
    if (job.nRow == 1) {
        oneRow<kKind>(job);
        return;
    }
    for (std::int64_t n = job.first; n < job.first + job.n; n += 4)
        for (std::int64_t r = 0; r < job.nRow; r += 6) {
            switch (job.nRow - r) {
            case 1:
                fourOutputs<kKind, 1>(job, n, r);
                break;
            case 2:
                fourOutputs<kKind, 2>(job, n, r);
                break;
            case 3:
                fourOutputs<kKind, 3>(job, n, r);
                break;
            case 4:
                fourOutputs<kKind, 4>(job, n, r);
                break;
            case 5:
                fourOutputs<kKind, 5>(job, n, r);
                break;
            default:
                fourOutputs<kKind, 6>(job, n, r);
                break;
            }
        }
}

/// Rows become columns: lane r of vector j = lane j of row r, for 32-bit lanes.
ALWAYS_INLINE void transpose16(__m512i* v) {
    __m512i t[16];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) { // pairs of rows
        t[2 * i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) { // fours
        v[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
        v[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
        v[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
        v[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) { // 128-bit lanes of rows 0..7 and 8..15
        t[i] = _mm512_shuffle_i32x4(v[i], v[4 + i], 0x88);
        t[4 + i] = _mm512_shuffle_i32x4(v[i], v[4 + i], 0xdd);
        t[8 + i] = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0x88);
        t[12 + i] = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0xdd);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
        v[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
        v[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
        v[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
        v[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
    }
}

constexpr float kLargest14 = 8191.0F;

/// Scale of each lane's largest value, and what to multiply with.
ALWAYS_INLINE __m512 inverseScale(__m512 largest, float* scale) {
    const __mmask16 usable = _mm512_cmp_ps_mask(largest, _mm512_set1_ps(0x1.0p-100F), _CMP_GT_OQ) &
                             _mm512_cmp_ps_mask(largest, _mm512_set1_ps(0x1.0p120F), _CMP_LT_OQ);
    _mm512_storeu_ps(scale, _mm512_maskz_div_ps(usable, largest, _mm512_set1_ps(kLargest14)));
    return _mm512_maskz_div_ps(usable, _mm512_set1_ps(kLargest14), largest);
}

ALWAYS_INLINE __m512i pairOf(__m512 low, __m512 high, __m512 factor) {
    const __m512i a = _mm512_cvtps_epi32(_mm512_mul_ps(low, factor));
    const __m512i b = _mm512_cvtps_epi32(_mm512_mul_ps(high, factor));
    return _mm512_mask_blend_epi16(0xaaaaaaaa, a, _mm512_slli_epi32(b, 16));
}

ALWAYS_INLINE __m512 absolute(__m512 x) {
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(0x7fffffff)));
}

/// 16 outputs as 14-bit integers: values [nBlock][16 pairs][16 rows][2], scale [nBlock][16].
template <PlainKind kKind>
void openGroup(const WideJob& job, std::int64_t first, std::int16_t* values, float* scale) {
    const std::size_t rowBytes = static_cast<std::size_t>(job.nIn) * kElementBytes<kKind>;
    const std::int64_t end = job.first + job.n;
    const std::byte* base =
        kKind == PlainKind::F32 ? job.weights - static_cast<std::size_t>(job.first) * rowBytes : job.weights;
    for (std::int64_t k = 0; k < job.nIn; k += 32, values += 512, scale += 16) {
        const std::int64_t left = job.nIn - k;
        const auto mask = static_cast<__mmask32>(left >= 32 ? 0xffffffffU : (1U << left) - 1);
        if constexpr (kKind == PlainKind::F32) {
            __m512i low[16], high[16];
            for (std::int64_t r = 0; r < 16; ++r) {
                const std::byte* at =
                    base + static_cast<std::size_t>(first + r) * rowBytes + static_cast<std::size_t>(k) * 4;
                const bool there = first + r < end;
                low[r] = _mm512_maskz_loadu_epi32(there ? static_cast<__mmask16>(mask) : 0, at);
                high[r] = _mm512_maskz_loadu_epi32(there ? static_cast<__mmask16>(mask >> 16) : 0, at + 64);
            }
            transpose16(low);
            transpose16(high);
            __m512 largest = _mm512_setzero_ps();
            for (int j = 0; j < 16; ++j)
                largest = _mm512_max_ps(largest, _mm512_max_ps(absolute(_mm512_castsi512_ps(low[j])),
                                                               absolute(_mm512_castsi512_ps(high[j]))));
            const __m512 factor = inverseScale(largest, scale);
            for (int j = 0; j < 8; ++j) {
                _mm512_store_si512(values + j * 32, pairOf(_mm512_castsi512_ps(low[2 * j]),
                                                           _mm512_castsi512_ps(low[2 * j + 1]), factor));
                _mm512_store_si512(values + (8 + j) * 32, pairOf(_mm512_castsi512_ps(high[2 * j]),
                                                                 _mm512_castsi512_ps(high[2 * j + 1]), factor));
            }
        } else {
            __m512i v[16];
            for (std::int64_t r = 0; r < 16; ++r) {
                const std::byte* at =
                    base + static_cast<std::size_t>(first + r) * rowBytes + static_cast<std::size_t>(k) * 2;
                v[r] = _mm512_maskz_loadu_epi16(first + r < end ? mask : 0, at);
            }
            transpose16(v);
            // Magnitudes of both 16-bit types are ordered like their bits.
            __m512i most = _mm512_setzero_si512();
            for (int j = 0; j < 16; ++j)
                most = _mm512_max_epu16(most, _mm512_and_si512(v[j], _mm512_set1_epi16(0x7fff)));
            most = _mm512_max_epu16(_mm512_and_si512(most, _mm512_set1_epi32(0xffff)), _mm512_srli_epi32(most, 16));
            const auto lowHalf = [](__m512i pairs) {
                if constexpr (kKind == PlainKind::F16)
                    return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(pairs));
                return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
            };
            const __m512 factor = inverseScale(lowHalf(most), scale);
            for (int j = 0; j < 16; ++j)
                _mm512_store_si512(values + j * 32,
                                   pairOf(lowHalf(v[j]), lowHalf(_mm512_srli_epi32(v[j], 16)), factor));
        }
    }
}

struct WidePanel {
    const std::int16_t* values[2];
    const float* scale[2];
};

ALWAYS_INLINE __m512i pair(const std::int16_t* q) {
    std::int32_t v;
    __builtin_memcpy(&v, q, 4);
    return _mm512_set1_epi32(v);
}

ALWAYS_INLINE void storeOutputs(const WideJob& job, std::int64_t first, std::int64_t iRow, __m512 result) {
    const std::int64_t left = job.first + job.n - first;
    const auto mask = static_cast<__mmask16>(left >= 16 ? 0xffff : left <= 0 ? 0 : (1 << left) - 1);
    if (job.bias)
        result = _mm512_add_ps(result, _mm512_maskz_loadu_ps(mask, job.bias + first));
    _mm512_mask_storeu_ps(job.out[iRow] + first, mask, result);
}

template <int kWidth>
void widePanelTimesTile(const WideJob& job, const WidePanel& panel, const InputTile16& tile, std::int64_t iRow) {
    const std::int16_t* p0 = panel.values[0];
    const std::int16_t* p1 = panel.values[1];
    const float* s0 = panel.scale[0];
    const float* s1 = panel.scale[1];
    const std::int16_t* q = tile.q;
    const float* inputScale = tile.scale;
    __m512 sum0[kWidth], sum1[kWidth];
#pragma GCC unroll 6
    for (int c = 0; c < kWidth; ++c)
        sum0[c] = sum1[c] = _mm512_setzero_ps();
    const std::int64_t nBlock = (job.nIn + 31) / 32;
    for (std::int64_t b = 0; b < nBlock; ++b) {
        __m512i dot0[kWidth], dot1[kWidth];
#pragma GCC unroll 6
        for (int c = 0; c < kWidth; ++c)
            dot0[c] = dot1[c] = _mm512_setzero_si512();
#pragma GCC unroll 16 // all of it: with less, GCC 12 spills sums to the stack
        for (int j = 0; j < 16; ++j) {
            const __m512i v0 = _mm512_load_si512(p0 + j * 32);
            const __m512i v1 = _mm512_load_si512(p1 + j * 32);
#pragma GCC unroll 6
            for (int c = 0; c < kWidth; ++c) {
                const __m512i x = pair(q + (j * kWidth + c) * 2);
                dot0[c] = _mm512_dpwssd_epi32(dot0[c], v0, x);
                dot1[c] = _mm512_dpwssd_epi32(dot1[c], v1, x);
            }
        }
        const __m512 scale0 = _mm512_load_ps(s0);
        const __m512 scale1 = _mm512_load_ps(s1);
#pragma GCC unroll 6
        for (int c = 0; c < kWidth; ++c) {
            const __m512 x = _mm512_set1_ps(inputScale[c]);
            sum0[c] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot0[c]), _mm512_mul_ps(scale0, x), sum0[c]);
            sum1[c] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot1[c]), _mm512_mul_ps(scale1, x), sum1[c]);
        }
        p0 += 512;
        p1 += 512;
        s0 += 16;
        s1 += 16;
        q += 32 * kWidth;
        inputScale += kWidth;
    }
#pragma GCC unroll 6
    for (int c = 0; c < kWidth; ++c) {
        storeOutputs(job, job.first, iRow + c, sum0[c]);
        storeOutputs(job, job.first + 16, iRow + c, sum1[c]);
    }
}

} // namespace

void plainProductAvx512(const PlainJob* job) {
    switch (job->kind) {
    case PlainKind::F16:
        plain<PlainKind::F16>(*job);
        break;
    case PlainKind::BF16:
        plain<PlainKind::BF16>(*job);
        break;
    case PlainKind::F32:
        plain<PlainKind::F32>(*job);
        break;
    }
}

void wideProductAvx512(const WideJob* job) {
    const std::int64_t nBlock = (job->nIn + 31) / 32;
    auto* values = reinterpret_cast<std::int16_t*>(job->scratch);
    auto* scale = reinterpret_cast<float*>(job->scratch + static_cast<std::size_t>(nBlock) * 2048);
    WidePanel panel{};
    for (int i = 0; i < 2; ++i) {
        const std::int64_t first = job->first + i * 16;
        std::int16_t* to = values + i * nBlock * 512;
        float* scaleTo = scale + i * nBlock * 16;
        switch (job->kind) {
        case PlainKind::F16:
            openGroup<PlainKind::F16>(*job, first, to, scaleTo);
            break;
        case PlainKind::BF16:
            openGroup<PlainKind::BF16>(*job, first, to, scaleTo);
            break;
        case PlainKind::F32:
            openGroup<PlainKind::F32>(*job, first, to, scaleTo);
            break;
        }
        panel.values[i] = to;
        panel.scale[i] = scaleTo;
    }
    std::int64_t iRow = 0;
    for (std::int64_t i = 0; i < job->nTile; ++i) {
        const InputTile16& tile = job->tiles[i];
        switch (tile.width) {
        case 1:
            widePanelTimesTile<1>(*job, panel, tile, iRow);
            break;
        case 2:
            widePanelTimesTile<2>(*job, panel, tile, iRow);
            break;
        case 3:
            widePanelTimesTile<3>(*job, panel, tile, iRow);
            break;
        case 4:
            widePanelTimesTile<4>(*job, panel, tile, iRow);
            break;
        case 5:
            widePanelTimesTile<5>(*job, panel, tile, iRow);
            break;
        default:
            widePanelTimesTile<6>(*job, panel, tile, iRow);
            break;
        }
        iRow += tile.width;
    }
}

void quantizeTile16Avx512(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int16_t* q,
                          float* scale) {
    for (std::int32_t c = 0; c < width; ++c) {
        for (std::int64_t k = 0; k < nIn; k += 32) {
            const std::int64_t b = k / 32;
            const std::int64_t left = nIn - k;
            const auto mask = static_cast<__mmask32>(left >= 32 ? 0xffffffffU : (1U << left) - 1);
            const __m512 x0 = _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), rows[c] + k);
            const __m512 x1 = _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask >> 16), rows[c] + k + 16);
            const float largest = _mm512_reduce_max_ps(_mm512_max_ps(absolute(x0), absolute(x1)));
            const bool usable = largest > 0x1.0p-100F && largest < 0x1.0p120F;
            const __m512 factor = _mm512_set1_ps(usable ? kLargest14 / largest : 0.0F);
            scale[b * width + c] = usable ? largest / kLargest14 : 0.0F;
            alignas(64) std::int16_t out[32];
            _mm256_store_si256(reinterpret_cast<__m256i*>(out),
                               _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(x0, factor))));
            _mm256_store_si256(reinterpret_cast<__m256i*>(out + 16),
                               _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(x1, factor))));
            for (std::int64_t j = 0; j < 16; ++j)
                __builtin_memcpy(q + ((b * 16 + j) * width + c) * 2, out + 2 * j, 4);
        }
    }
}

} // namespace vitral::kernels
