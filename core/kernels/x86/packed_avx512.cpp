// SPDX-License-Identifier: Apache-2.0
// Products with packed weights (packed.h) by 512-bit integer dot products. Needs AVX-512 F, BW, VL, DQ, VNNI and F16C.
// Few input rows: values are opened up in registers, once for all of them (decoding is bound by memory). Many: two
// groups are opened up into scratch, then every tile of six input rows runs over them with its sums in registers.
// Plain data and internal linkage only (STYLE 5.8).

#include "core/base/always_inline.h"
#include "core/kernels/x86/x86_kernels.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

ALWAYS_INLINE __m512i load512(const void* p) {
    return _mm512_loadu_si512(p);
}
ALWAYS_INLINE __m512 halves(const std::byte* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
ALWAYS_INLINE __m512 unsignedBytes(const std::byte* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
ALWAYS_INLINE __m512 signedBytes(const std::byte* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}

/// Scales of a group as f32 [runs][16], minima (to be added) likewise.
void openScales(const PackedWeights& w, const std::byte* group, float* scale, float* minimum) {
    const ScaleParts parts = scaleParts(w.scale, w.nBlock);
    const std::int64_t nBlock = w.nBlock;
    switch (w.scale) {
    case ScaleKind::Half:
        for (std::int64_t b = 0; b < nBlock; ++b)
            _mm512_store_ps(scale + b * 16, halves(group + b * 32));
        break;
    case ScaleKind::HalfMin:
        for (std::int64_t b = 0; b < nBlock; ++b) {
            _mm512_store_ps(scale + b * 16, halves(group + b * 32));
            _mm512_store_ps(minimum + b * 16, halves(group + parts.minima + b * 32));
        }
        break;
    case ScaleKind::Exponent:
        for (std::int64_t b = 0; b < nBlock; ++b) { // 2^(e - 128) by its bits; e = 0 and 1 are denormal
            const __m512i e = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(group + b * 16)));
            const __m512i normal = _mm512_slli_epi32(_mm512_sub_epi32(e, _mm512_set1_epi32(1)), 23);
            const __m512i small = _mm512_sllv_epi32(_mm512_set1_epi32(0x00200000), e);
            const __mmask16 denormal = _mm512_cmplt_epi32_mask(e, _mm512_set1_epi32(2));
            _mm512_store_ps(scale + b * 16, _mm512_castsi512_ps(_mm512_mask_blend_epi32(denormal, normal, small)));
        }
        break;
    case ScaleKind::Super:
        for (std::int64_t b = 0; b < nBlock; ++b)
            _mm512_store_ps(scale + b * 16,
                            _mm512_mul_ps(halves(group + parts.superScale + b / 8 * 32), signedBytes(group + b * 16)));
        break;
    case ScaleKind::SuperMin:
        for (std::int64_t s = 0; s < nBlock / 8; ++s) {
            const __m512 d = halves(group + parts.superScale + s * 32);
            const __m512 negative = _mm512_sub_ps(_mm512_setzero_ps(), halves(group + parts.superMin + s * 32));
            for (std::int64_t b = s * 8; b < s * 8 + 8; ++b) {
                _mm512_store_ps(scale + b * 16, _mm512_mul_ps(d, unsignedBytes(group + b * 16)));
                _mm512_store_ps(minimum + b * 16,
                                _mm512_mul_ps(negative, unsignedBytes(group + parts.minima + b * 16)));
            }
        }
        break;
    case ScaleKind::Super16:
        for (std::int64_t s = 0; s < nBlock / 8; ++s) {
            const __m512 d = halves(group + parts.superScale + s * 32);
            for (std::int64_t run = s * 16; run < s * 16 + 16; ++run)
                _mm512_store_ps(scale + run * 16, _mm512_mul_ps(d, signedBytes(group + run * 16)));
        }
        break;
    case ScaleKind::SuperMin16:
        for (std::int64_t s = 0; s < nBlock / 8; ++s) {
            const __m512 d = halves(group + parts.superScale + s * 32);
            const __m512 negative = _mm512_sub_ps(_mm512_setzero_ps(), halves(group + parts.superMin + s * 32));
            for (std::int64_t run = s * 16; run < s * 16 + 16; ++run) {
                const __m512i both =
                    _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(group + run * 16)));
                const __m512i low = _mm512_and_si512(both, _mm512_set1_epi32(15));
                _mm512_store_ps(scale + run * 16, _mm512_mul_ps(d, _mm512_cvtepi32_ps(low)));
                _mm512_store_ps(minimum + run * 16,
                                _mm512_mul_ps(negative, _mm512_cvtepi32_ps(_mm512_srli_epi32(both, 4))));
            }
        }
        break;
    }
}

/// The eight byte vectors of one block.
template <ValueKind kValue>
ALWAYS_INLINE void openBlock(const std::byte* p, __m512i lut, __m512i* v) {
    if constexpr (kValue == ValueKind::V8) {
#pragma GCC unroll 8
        for (int j = 0; j < 8; ++j)
            v[j] = load512(p + j * 64);
        return;
    }
    const __m512i low4 = _mm512_set1_epi8(15);
    if constexpr (kValue == ValueKind::V4 || kValue == ValueKind::V5 || kValue == ValueKind::V6 ||
                  kValue == ValueKind::Lut4) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) {
            const __m512i both = load512(p + j * 64);
            v[j] = _mm512_and_si512(both, low4);
            v[j + 4] = _mm512_and_si512(_mm512_srli_epi16(both, 4), low4);
            if constexpr (kValue == ValueKind::Lut4) {
                v[j] = _mm512_shuffle_epi8(lut, v[j]);
                v[j + 4] = _mm512_shuffle_epi8(lut, v[j + 4]);
            }
        }
    }
    if constexpr (kValue == ValueKind::V5) {
        const __m512i bits = load512(p + 256);
        const __m512i mask = _mm512_set1_epi8(16);
        // a | (b & c) in one instruction: truth table 0xf8.
        v[0] = _mm512_ternarylogic_epi32(v[0], _mm512_slli_epi16(bits, 4), mask, 0xf8);
        v[1] = _mm512_ternarylogic_epi32(v[1], _mm512_slli_epi16(bits, 3), mask, 0xf8);
        v[2] = _mm512_ternarylogic_epi32(v[2], _mm512_slli_epi16(bits, 2), mask, 0xf8);
        v[3] = _mm512_ternarylogic_epi32(v[3], _mm512_slli_epi16(bits, 1), mask, 0xf8);
        v[4] = _mm512_ternarylogic_epi32(v[4], bits, mask, 0xf8);
        v[5] = _mm512_ternarylogic_epi32(v[5], _mm512_srli_epi16(bits, 1), mask, 0xf8);
        v[6] = _mm512_ternarylogic_epi32(v[6], _mm512_srli_epi16(bits, 2), mask, 0xf8);
        v[7] = _mm512_ternarylogic_epi32(v[7], _mm512_srli_epi16(bits, 3), mask, 0xf8);
    }
    if constexpr (kValue == ValueKind::V6) {
        const __m512i mask = _mm512_set1_epi8(0x30);
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half) {
            const __m512i bits = load512(p + 256 + half * 64);
            __m512i* u = v + half * 4;
            u[0] = _mm512_ternarylogic_epi32(u[0], _mm512_slli_epi16(bits, 4), mask, 0xf8);
            u[1] = _mm512_ternarylogic_epi32(u[1], _mm512_slli_epi16(bits, 2), mask, 0xf8);
            u[2] = _mm512_ternarylogic_epi32(u[2], bits, mask, 0xf8);
            u[3] = _mm512_ternarylogic_epi32(u[3], _mm512_srli_epi16(bits, 2), mask, 0xf8);
        }
    }
    if constexpr (kValue == ValueKind::V3 || kValue == ValueKind::V2) {
        const __m512i low2 = _mm512_set1_epi8(3);
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half) {
            const __m512i bits = load512(p + half * 64);
            v[half * 4] = _mm512_and_si512(bits, low2);
            v[half * 4 + 1] = _mm512_and_si512(_mm512_srli_epi16(bits, 2), low2);
            v[half * 4 + 2] = _mm512_and_si512(_mm512_srli_epi16(bits, 4), low2);
            v[half * 4 + 3] = _mm512_and_si512(_mm512_srli_epi16(bits, 6), low2);
        }
    }
    if constexpr (kValue == ValueKind::V3) {
        const __m512i bits = load512(p + 128);
        const __m512i mask = _mm512_set1_epi8(4);
        v[0] = _mm512_ternarylogic_epi32(v[0], _mm512_slli_epi16(bits, 2), mask, 0xf8);
        v[1] = _mm512_ternarylogic_epi32(v[1], _mm512_slli_epi16(bits, 1), mask, 0xf8);
        v[2] = _mm512_ternarylogic_epi32(v[2], bits, mask, 0xf8);
        v[3] = _mm512_ternarylogic_epi32(v[3], _mm512_srli_epi16(bits, 1), mask, 0xf8);
        v[4] = _mm512_ternarylogic_epi32(v[4], _mm512_srli_epi16(bits, 2), mask, 0xf8);
        v[5] = _mm512_ternarylogic_epi32(v[5], _mm512_srli_epi16(bits, 3), mask, 0xf8);
        v[6] = _mm512_ternarylogic_epi32(v[6], _mm512_srli_epi16(bits, 4), mask, 0xf8);
        v[7] = _mm512_ternarylogic_epi32(v[7], _mm512_srli_epi16(bits, 5), mask, 0xf8);
    }
}

ALWAYS_INLINE __m512i four(const std::int8_t* q) {
    std::int32_t v;
    __builtin_memcpy(&v, q, 4);
    return _mm512_set1_epi32(v);
}

/// Results of 16 outputs for one input row, with bias, the outputs that exist only.
ALWAYS_INLINE void storeGroup(const PackedJob& job, std::int64_t iGroup, std::int64_t iRow, __m512 result) {
    const std::int64_t first = iGroup * 16;
    const std::int64_t left = job.weights->nOut - first;
    const auto mask = static_cast<__mmask16>(left >= 16 ? 0xffff : left <= 0 ? 0 : (1 << left) - 1);
    if (job.bias)
        result = _mm512_add_ps(result, _mm512_maskz_loadu_ps(mask, job.bias + first));
    _mm512_mask_storeu_ps(job.out[iRow] + first, mask, result);
}

/// One group times a tile of kWidth rows, values opened up in registers.
template <ValueKind kValue, bool kRun16, bool kMin, int kWidth>
void groupTimesTile(const PackedJob& job, std::int64_t iGroup, const InputTile& tile, std::int64_t iRow,
                    const float* scale, const float* minimum) {
    const PackedWeights& w = *job.weights;
    const std::byte* p = w.data + static_cast<std::size_t>(iGroup) * w.groupBytes + w.valueOffset;
    const __m512i lut = kValue == ValueKind::Lut4
                            ? _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w.lut)))
                            : _mm512_setzero_si512();
    const std::int8_t* q = tile.q;
    constexpr int kRuns = kRun16 ? 2 : 1;
    __m512 sum[kWidth];
    for (int c = 0; c < kWidth; ++c)
        sum[c] = _mm512_setzero_ps();
    for (std::int64_t b = 0; b < w.nBlock; ++b) {
        constexpr std::size_t kBytes = valueBytes(kValue);
        // A block ahead of the stream by about 4 KB: hardware prefetch stops at every page.
#pragma GCC unroll 8
        for (std::size_t line = 0; line < kBytes; line += 64)
            _mm_prefetch(reinterpret_cast<const char*>(p) + 4096 + line, _MM_HINT_T0);
        __m512i v[8];
        openBlock<kValue>(p, lut, v);
        const __m512 scale0 = _mm512_load_ps(scale);
        __m512 scale1 = scale0;
        if constexpr (kRun16)
            scale1 = _mm512_load_ps(scale + 16);
#pragma GCC unroll 4
        for (int c = 0; c < kWidth; ++c) {
            __m512i even = kMin ? _mm512_setzero_si512() : _mm512_set1_epi32(tile.correction[b * kRuns * kWidth + c]);
            __m512i odd = kMin || !kRun16 ? _mm512_setzero_si512()
                                          : _mm512_set1_epi32(tile.correction[(b * kRuns + 1) * kWidth + c]);
#pragma GCC unroll 8
            for (int j = 0; j < 8; ++j) {
                // Two chains: by halves where each has its scale, else alternating.
                if (kRun16 ? j < 4 : j % 2 == 0)
                    even = _mm512_dpbusd_epi32(even, v[j], four(q + (j * kWidth + c) * 4));
                else
                    odd = _mm512_dpbusd_epi32(odd, v[j], four(q + (j * kWidth + c) * 4));
            }
            const __m512 inputScale = _mm512_set1_ps(tile.scale[b * kWidth + c]);
            if constexpr (kRun16) {
                sum[c] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(even), _mm512_mul_ps(scale0, inputScale), sum[c]);
                sum[c] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(odd), _mm512_mul_ps(scale1, inputScale), sum[c]);
            } else {
                const __m512i both = _mm512_add_epi32(even, odd);
                sum[c] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(both), _mm512_mul_ps(scale0, inputScale), sum[c]);
            }
            if constexpr (kMin)
                for (int r = 0; r < kRuns; ++r)
                    sum[c] = _mm512_fmadd_ps(_mm512_load_ps(minimum + r * 16),
                                             _mm512_set1_ps(tile.sum[(b * kRuns + r) * kWidth + c]), sum[c]);
        }
        p += kBytes;
        q += 32 * kWidth;
        scale += 16 * kRuns;
        minimum += kMin ? 16 * kRuns : 0;
    }
    for (int c = 0; c < kWidth; ++c)
        storeGroup(job, iGroup, iRow + c, sum[c]);
}

/// Two opened groups, as the tiled product reads them.
struct Panel {
    const std::byte* values[2]; ///< [nBlock][512]
    const float* scale[2];      ///< [runs][16]
    const float* minimum[2];
    std::int64_t iGroup; ///< the first; the second may lie behind the end (its results are masked out)
};

/// Two groups times a tile: 2 * kWidth sums of integers and as many of floats stay in registers.
template <bool kRun16, bool kMin, int kWidth>
void panelTimesTile(const PackedJob& job, const Panel& panel, const InputTile& tile, std::int64_t iRow) {
    constexpr int kRuns = kRun16 ? 2 : 1;
    constexpr int kSteps = 8 / kRuns;
    const std::byte* p0 = panel.values[0];
    const std::byte* p1 = panel.values[1];
    const float* s0 = panel.scale[0];
    const float* s1 = panel.scale[1];
    const float* m0 = panel.minimum[0];
    const float* m1 = panel.minimum[1];
    const std::int8_t* q = tile.q;
    const float* inputScale = tile.scale;
    const std::int32_t* correction = tile.correction;
    const float* inputSum = tile.sum;
    __m512 sum0[kWidth], sum1[kWidth];
#pragma GCC unroll 6
    for (int c = 0; c < kWidth; ++c)
        sum0[c] = sum1[c] = _mm512_setzero_ps();
    const std::int64_t nRun = job.weights->nBlock * kRuns;
    for (std::int64_t run = 0; run < nRun; ++run) {
        __m512i dot0[kWidth], dot1[kWidth];
#pragma GCC unroll 6
        for (int c = 0; c < kWidth; ++c)
            dot0[c] = dot1[c] = kMin ? _mm512_setzero_si512() : _mm512_set1_epi32(correction[c]);
#pragma GCC unroll 8
        for (int j = 0; j < kSteps; ++j) {
            const __m512i v0 = load512(p0 + j * 64);
            const __m512i v1 = load512(p1 + j * 64);
#pragma GCC unroll 6
            for (int c = 0; c < kWidth; ++c) {
                const __m512i x = four(q + (j * kWidth + c) * 4);
                dot0[c] = _mm512_dpbusd_epi32(dot0[c], v0, x);
                dot1[c] = _mm512_dpbusd_epi32(dot1[c], v1, x);
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
        if constexpr (kMin) {
            const __m512 minimum0 = _mm512_load_ps(m0);
            const __m512 minimum1 = _mm512_load_ps(m1);
#pragma GCC unroll 6
            for (int c = 0; c < kWidth; ++c) {
                const __m512 x = _mm512_set1_ps(inputSum[c]);
                sum0[c] = _mm512_fmadd_ps(minimum0, x, sum0[c]);
                sum1[c] = _mm512_fmadd_ps(minimum1, x, sum1[c]);
            }
            m0 += 16;
            m1 += 16;
            inputSum += kWidth;
        } else {
            correction += kWidth;
        }
        p0 += kSteps * 64;
        p1 += kSteps * 64;
        s0 += 16;
        s1 += 16;
        q += kSteps * 4 * kWidth;
        if (!kRun16 || run % 2 == 1)
            inputScale += kWidth;
    }
#pragma GCC unroll 6
    for (int c = 0; c < kWidth; ++c) {
        storeGroup(job, panel.iGroup, iRow + c, sum0[c]);
        storeGroup(job, panel.iGroup + 1, iRow + c, sum1[c]);
    }
}

template <ValueKind kValue>
void openValues(const PackedWeights& w, const std::byte* group, std::byte* to) {
    const std::byte* p = group + w.valueOffset;
    const __m512i lut = kValue == ValueKind::Lut4
                            ? _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w.lut)))
                            : _mm512_setzero_si512();
    for (std::int64_t b = 0; b < w.nBlock; ++b, p += valueBytes(kValue), to += 512) {
        __m512i v[8];
        openBlock<kValue>(p, lut, v);
        for (int j = 0; j < 8; ++j)
            _mm512_store_si512(to + j * 64, v[j]);
    }
}

template <bool kRun16, bool kMin>
void panelTimesTiles(const PackedJob& job, const Panel& panel) {
    std::int64_t iRow = 0;
    for (std::int64_t i = 0; i < job.nTile; ++i) {
        const InputTile& tile = job.tiles[i];
        switch (tile.width) {
        case 1:
            panelTimesTile<kRun16, kMin, 1>(job, panel, tile, iRow);
            break;
        case 2:
            panelTimesTile<kRun16, kMin, 2>(job, panel, tile, iRow);
            break;
        case 3:
            panelTimesTile<kRun16, kMin, 3>(job, panel, tile, iRow);
            break;
        case 4:
            panelTimesTile<kRun16, kMin, 4>(job, panel, tile, iRow);
            break;
        case 5:
            panelTimesTile<kRun16, kMin, 5>(job, panel, tile, iRow);
            break;
        default:
            panelTimesTile<kRun16, kMin, 6>(job, panel, tile, iRow);
            break;
        }
        iRow += tile.width;
    }
}

template <ValueKind kValue, bool kRun16, bool kMin>
void run(const PackedJob& job) {
    const PackedWeights& w = *job.weights;
    auto* floats = reinterpret_cast<float*>(job.scratch);
    const std::int64_t nScale = w.nBlock * 2 * 16;
    float* scale[2] = {floats, floats + nScale};
    float* minimum[2] = {floats + 2 * nScale, floats + 3 * nScale};
    const auto group = [&](std::int64_t i) { return w.data + static_cast<std::size_t>(i) * w.groupBytes; };
    bool narrow = job.nTile <= 4;
    for (std::int64_t i = 0; narrow && i < job.nTile; ++i)
        narrow = job.tiles[i].width <= 4;
    if (narrow) {
        for (std::int64_t g = job.firstGroup; g < job.firstGroup + job.nGroup; ++g) {
            // The values' stream must not stand still while the scales are opened.
            const char* values = reinterpret_cast<const char*>(group(g)) + w.valueOffset;
            for (std::size_t line = 0; line < 4096; line += 64)
                _mm_prefetch(values + line, _MM_HINT_T0);
            openScales(w, group(g), scale[0], minimum[0]);
            std::int64_t iRow = 0;
            for (std::int64_t i = 0; i < job.nTile; iRow += job.tiles[i++].width) {
                const InputTile& t = job.tiles[i];
                switch (t.width) {
                case 1:
                    groupTimesTile<kValue, kRun16, kMin, 1>(job, g, t, iRow, scale[0], minimum[0]);
                    break;
                case 2:
                    groupTimesTile<kValue, kRun16, kMin, 2>(job, g, t, iRow, scale[0], minimum[0]);
                    break;
                case 3:
                    groupTimesTile<kValue, kRun16, kMin, 3>(job, g, t, iRow, scale[0], minimum[0]);
                    break;
                default:
                    groupTimesTile<kValue, kRun16, kMin, 4>(job, g, t, iRow, scale[0], minimum[0]);
                    break;
                }
            }
        }
        return;
    }
    std::byte* opened = job.scratch + static_cast<std::size_t>(nScale) * 16;
    for (std::int64_t g = job.firstGroup; g < job.firstGroup + job.nGroup; g += 2) {
        Panel panel{};
        panel.iGroup = g;
        for (int i = 0; i < 2; ++i) {
            // An odd last group is paired with itself; the second result is not stored.
            const std::byte* from = group(g + i < job.firstGroup + job.nGroup ? g + i : g);
            openScales(w, from, scale[i], minimum[i]);
            panel.scale[i] = scale[i];
            panel.minimum[i] = minimum[i];
            if constexpr (kValue == ValueKind::V8) {
                panel.values[i] = from + w.valueOffset;
            } else {
                std::byte* to = opened + static_cast<std::size_t>(i) * static_cast<std::size_t>(w.nBlock) * 512;
                openValues<kValue>(w, from, to);
                panel.values[i] = to;
            }
        }
        panelTimesTiles<kRun16, kMin>(job, panel);
    }
}

} // namespace

void packedProductAvx512(const PackedJob* job) {
    const ScaleKind scale = job->weights->scale;
    switch (job->weights->value) {
    case ValueKind::V8:
        run<ValueKind::V8, false, false>(*job);
        break;
    case ValueKind::V4:
        if (hasMinimum(scale))
            run<ValueKind::V4, false, true>(*job);
        else
            run<ValueKind::V4, false, false>(*job);
        break;
    case ValueKind::V5:
        if (hasMinimum(scale))
            run<ValueKind::V5, false, true>(*job);
        else
            run<ValueKind::V5, false, false>(*job);
        break;
    case ValueKind::Lut4:
        run<ValueKind::Lut4, false, false>(*job);
        break;
    case ValueKind::V6:
        run<ValueKind::V6, true, false>(*job);
        break;
    case ValueKind::V3:
        run<ValueKind::V3, true, false>(*job);
        break;
    case ValueKind::V2:
        run<ValueKind::V2, true, true>(*job);
        break;
    }
}

/// Inputs to 8 bits, exactly as scalar::quantizeQ8 (same operations in the same order).
void quantizeTileAvx512(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                        std::int32_t* sums) {
    const __m512 limit = _mm512_set1_ps(127.0F);
    const __m512i absMask = _mm512_set1_epi32(0x7fffffff);
    for (std::int32_t c = 0; c < width; ++c) {
        const float* x = rows[c];
        for (std::int64_t b = 0; b < nIn / 32; ++b) {
            const __m512 x0 = _mm512_loadu_ps(x + b * 32);
            const __m512 x1 = _mm512_loadu_ps(x + b * 32 + 16);
            const __m512 a0 = _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(x0), absMask));
            const __m512 a1 = _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(x1), absMask));
            const float largest = _mm512_reduce_max_ps(_mm512_max_ps(a0, a1));
            const bool usable = largest > 0x1.0p-100F && largest < 0x1.0p120F;
            const float inverse = usable ? 127.0F / largest : 0.0F;
            const __m512 factor = _mm512_set1_ps(inverse);
            __m512 y0 = _mm512_mul_ps(x0, factor);
            __m512 y1 = _mm512_mul_ps(x1, factor);
            if (!usable) // not-finite inputs count as zero
                y0 = y1 = _mm512_setzero_ps();
            const __m512i q0 = _mm512_cvtps_epi32(_mm512_min_ps(y0, limit));
            const __m512i q1 = _mm512_cvtps_epi32(_mm512_min_ps(y1, limit));
            const __m128i bytes0 = _mm512_cvtsepi32_epi8(q0);
            const __m128i bytes1 = _mm512_cvtsepi32_epi8(q1);
            scale[b * width + c] = usable ? largest / 127.0F : 0.0F;
            sums[b * 2 * width + c] = _mm512_reduce_add_epi32(q0);
            sums[(b * 2 + 1) * width + c] = _mm512_reduce_add_epi32(q1);
            if (width == 1) {
                _mm_storeu_si128(reinterpret_cast<__m128i*>(q + b * 32), bytes0);
                _mm_storeu_si128(reinterpret_cast<__m128i*>(q + b * 32 + 16), bytes1);
            } else {
                alignas(16) std::int32_t words[8];
                _mm_store_si128(reinterpret_cast<__m128i*>(words), bytes0);
                _mm_store_si128(reinterpret_cast<__m128i*>(words + 4), bytes1);
                for (std::int64_t j = 0; j < 8; ++j)
                    __builtin_memcpy(q + ((b * 8 + j) * width + c) * 4, &words[j], 4);
            }
        }
    }
}

} // namespace vitral::kernels
