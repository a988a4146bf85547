// SPDX-License-Identifier: Apache-2.0
// Fused attention: keys and values of a K/V head are read once for all its query heads and for a tile of rows, in
// chunks of 128 keys, with the softmax kept running (Milakov and Gimelshein 2018; Dao et al. 2022). Scores and weighted
// sums are register-tiled f32 products: 8 queries x 32 keys, 6 queries x 64 dimensions.
// Plain data and internal linkage only (STYLE 5.8).

#include "core/kernels/convert.h"
#include "core/kernels/x86/vector_math_avx512.h"
#include "core/kernels/x86/x86_kernels.h"

namespace vitral::kernels {
namespace {

constexpr std::int64_t kChunkBlocks = 4;
constexpr std::int64_t kChunk = kChunkBlocks * kKvTokens;

/// Sixteen neighbouring elements of an opened (f32) or a half-precision tile.
template <bool kHalf>
ALWAYS_INLINE __m512 lanes(const void* base, std::int64_t index) {
    if constexpr (kHalf)
        return _mm512_cvtph_ps(
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(static_cast<const std::uint16_t*>(base) + index)));
    return _mm512_loadu_ps(static_cast<const float*>(base) + index);
}

/// scores[i][0..32) = q_i . keys, keys [nDim][32].
template <bool kHalf, int kRows>
void scoreRows(const float* q, std::int64_t qStride, const void* keys, std::int64_t nDim, float* scores) {
    __m512 left[kRows], right[kRows];
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i)
        left[i] = right[i] = _mm512_setzero_ps();
    for (std::int64_t d = 0; d < nDim; ++d) {
        const __m512 k0 = lanes<kHalf>(keys, d * kKvTokens);
        const __m512 k1 = lanes<kHalf>(keys, d * kKvTokens + 16);
#pragma GCC unroll 8
        for (int i = 0; i < kRows; ++i) {
            const __m512 x = _mm512_set1_ps(q[i * qStride + d]);
            left[i] = _mm512_fmadd_ps(k0, x, left[i]);
            right[i] = _mm512_fmadd_ps(k1, x, right[i]);
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
        _mm512_storeu_ps(scores + i * kChunk, left[i]);
        _mm512_storeu_ps(scores + i * kChunk + 16, right[i]);
    }
}

template <bool kHalf>
void scoreBlock(const float* q, std::int64_t qStride, std::int64_t nQuery, const void* keys, std::int64_t nDim,
                float* scores) {
    for (std::int64_t m = 0; m < nQuery; m += 8, q += 8 * qStride, scores += 8 * kChunk) {
        switch (nQuery - m) {
        case 1:
            scoreRows<kHalf, 1>(q, qStride, keys, nDim, scores);
            break;
        case 2:
            scoreRows<kHalf, 2>(q, qStride, keys, nDim, scores);
            break;
        case 3:
            scoreRows<kHalf, 3>(q, qStride, keys, nDim, scores);
            break;
        case 4:
            scoreRows<kHalf, 4>(q, qStride, keys, nDim, scores);
            break;
        case 5:
            scoreRows<kHalf, 5>(q, qStride, keys, nDim, scores);
            break;
        case 6:
            scoreRows<kHalf, 6>(q, qStride, keys, nDim, scores);
            break;
        case 7:
            scoreRows<kHalf, 7>(q, qStride, keys, nDim, scores);
            break;
        default:
            scoreRows<kHalf, 8>(q, qStride, keys, nDim, scores);
            break;
        }
    }
}

/// sums[i][0 .. 16 kVectors) += sum over keys of weight[i][key] * values[key]; values [nKey][stride].
template <bool kHalf, int kRows, int kVectors>
void weighRows(const float* weights, const void* values, std::int64_t valueStride, std::int64_t nKey, float* sums,
               std::int64_t sumStride) {
    __m512 sum[kRows][kVectors];
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v)
            sum[i][v] = _mm512_loadu_ps(sums + i * sumStride + v * 16);
    for (std::int64_t j = 0; j < nKey; ++j) {
        __m512 value[kVectors];
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v)
            value[v] = lanes<kHalf>(values, j * valueStride + v * 16);
#pragma GCC unroll 6
        for (int i = 0; i < kRows; ++i) {
            const __m512 w = _mm512_set1_ps(weights[i * kChunk + j]);
#pragma GCC unroll 4
            for (int v = 0; v < kVectors; ++v)
                sum[i][v] = _mm512_fmadd_ps(w, value[v], sum[i][v]);
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v)
            _mm512_storeu_ps(sums + i * sumStride + v * 16, sum[i][v]);
}

template <bool kHalf, int kVectors>
void weighBlock(const float* weights, std::int64_t nQuery, const void* values, std::int64_t valueStride,
                std::int64_t nKey, float* sums, std::int64_t sumStride) {
    for (std::int64_t m = 0; m < nQuery; m += 6, weights += 6 * kChunk, sums += 6 * sumStride) {
        switch (nQuery - m) {
        case 1:
            weighRows<kHalf, 1, kVectors>(weights, values, valueStride, nKey, sums, sumStride);
            break;
        case 2:
            weighRows<kHalf, 2, kVectors>(weights, values, valueStride, nKey, sums, sumStride);
            break;
        case 3:
            weighRows<kHalf, 3, kVectors>(weights, values, valueStride, nKey, sums, sumStride);
            break;
        case 4:
            weighRows<kHalf, 4, kVectors>(weights, values, valueStride, nKey, sums, sumStride);
            break;
        case 5:
            weighRows<kHalf, 5, kVectors>(weights, values, valueStride, nKey, sums, sumStride);
            break;
        default:
            weighRows<kHalf, 6, kVectors>(weights, values, valueStride, nKey, sums, sumStride);
            break;
        }
    }
}

template <bool kHalf>
void weigh(const float* weights, std::int64_t nQuery, const void* values, std::int64_t valueStride, std::int64_t nKey,
           float* sums, std::int64_t sumStride) {
    const std::int64_t elementBytes = kHalf ? 2 : 4;
    for (std::int64_t d = 0; d < sumStride;) {
        const void* at = static_cast<const std::byte*>(values) + d * elementBytes;
        if (sumStride - d >= 64) {
            weighBlock<kHalf, 4>(weights, nQuery, at, valueStride, nKey, sums + d, sumStride);
            d += 64;
        } else {
            weighBlock<kHalf, 1>(weights, nQuery, at, valueStride, nKey, sums + d, sumStride);
            d += 16;
        }
    }
}

/// Q8_0 keys of one block as f32 [Dk][32].
void openKeys(const KvLayout& layout, const std::byte* head, float* to) {
    const std::byte* scales = head + layout.kScaleOffset;
    for (std::int64_t d = 0; d < layout.headDimK; ++d) {
        const std::byte* scale = scales + d / 32 * kKvTokens * 2;
        for (std::int64_t t = 0; t < kKvTokens; t += 16) {
            const __m512 s = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(scale + t * 2)));
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(head + d * kKvTokens + t));
            _mm512_storeu_ps(to + d * kKvTokens + t, _mm512_mul_ps(s, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))));
        }
    }
}

/// Q8_0 values of nKey tokens as f32 [nKey][stride].
void openValues(const KvLayout& layout, const std::byte* head, std::int64_t nKey, float* to, std::int64_t stride) {
    const std::int64_t nGroup = (layout.headDimV + 31) / 32;
    for (std::int64_t t = 0; t < nKey; ++t) {
        const std::byte* values = head + layout.vOffset + t * layout.headDimV;
        const std::byte* scales = head + layout.vScaleOffset + t * nGroup * 2;
        for (std::int64_t d = 0; d < layout.headDimV; d += 16) {
            std::uint16_t bits;
            __builtin_memcpy(&bits, scales + d / 32 * 2, 2);
            const __m128i bytes = _mm_maskz_loadu_epi8(laneMask(layout.headDimV - d), values + d);
            _mm512_storeu_ps(to + t * stride + d, _mm512_mul_ps(_mm512_set1_ps(halfToF32(bits)),
                                                                _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))));
        }
    }
}

struct State {
    float* q;      ///< [nQuery][Dk], scaled
    float* scores; ///< [nQuery][kChunk]
    float* sums;   ///< [nQuery][sumStride]
    float* largest;
    float* total;
    float* keys;   ///< opened block
    float* values; ///< opened block
    std::int64_t nQuery, sumStride;
};

/// Caps and masks the scores of chunk positions [begin, begin + n) of one query and turns them into weights e^(s -
/// max), carrying the sums so far to the new maximum.
void softenRow(const AttentionJob& job, const State& s, std::int64_t m, std::int64_t position, std::int64_t begin,
               std::int64_t n) {
    float* scores = s.scores + m * kChunk;
    const std::int64_t first = job.window > 0 ? position - job.window + 1 : 0;
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512 none = _mm512_set1_ps(-__builtin_inff());
    const __m512 cap = _mm512_set1_ps(job.softcap);
    const bool whole = begin >= first && begin + n - 1 <= position;
    __m512 most = none;
    for (std::int64_t j = 0; j < n; j += 16) {
        __m512 v = _mm512_loadu_ps(scores + j);
        if (job.softcap > 0)
            v = _mm512_mul_ps(cap, tanh512(_mm512_div_ps(v, cap)));
        if (!whole) {
            const __m512i at = _mm512_add_epi32(lane, _mm512_set1_epi32(static_cast<int>(begin + j)));
            const __mmask16 seen = _mm512_cmple_epi32_mask(at, _mm512_set1_epi32(static_cast<int>(position))) &
                                   _mm512_cmpge_epi32_mask(at, _mm512_set1_epi32(static_cast<int>(first)));
            v = _mm512_mask_blend_ps(seen, none, v);
        }
        _mm512_storeu_ps(scores + j, v);
        most = _mm512_max_ps(most, v);
    }
    const float before = s.largest[m];
    const float chunkMost = _mm512_reduce_max_ps(most);
    const float now = chunkMost > before ? chunkMost : before;
    if (now == -__builtin_inff()) { // nothing seen yet
        for (std::int64_t j = 0; j < n; j += 16)
            _mm512_storeu_ps(scores + j, _mm512_setzero_ps());
        return;
    }
    if (now > before) {
        s.largest[m] = now;
        const __m512 factor = exp512(_mm512_set1_ps(before - now)); // 0 where there was nothing before
        s.total[m] *= _mm512_cvtss_f32(factor);
        for (std::int64_t d = 0; d < s.sumStride; d += 16) {
            float* sum = s.sums + m * s.sumStride + d;
            _mm512_storeu_ps(sum, _mm512_mul_ps(_mm512_loadu_ps(sum), factor));
        }
    }
    const __m512 level = _mm512_set1_ps(now);
    __m512 total = _mm512_setzero_ps();
    for (std::int64_t j = 0; j < n; j += 16) {
        const __m512 e = exp512(_mm512_sub_ps(_mm512_loadu_ps(scores + j), level));
        _mm512_storeu_ps(scores + j, e);
        total = _mm512_add_ps(total, e);
    }
    s.total[m] += _mm512_reduce_add_ps(total);
}

} // namespace

void attentionAvx512(const AttentionJob* jobPointer) {
    const AttentionJob& job = *jobPointer;
    const KvLayout& layout = job.layout;
    const std::int64_t dk = layout.headDimK;
    const std::int64_t dv = layout.headDimV;
    State s{};
    s.nQuery = static_cast<std::int64_t>(job.nRow) * job.nGroup;
    s.sumStride = (dv + 15) / 16 * 16;
    // Pieces of the scratch, each a multiple of 16 floats (attentionScratchFloats).
    float* at = job.scratch;
    const std::int64_t padded = (s.nQuery + 15) / 16 * 16;
    s.q = at;
    s.scores = s.q + padded * dk;
    s.sums = s.scores + padded * kChunk;
    s.largest = s.sums + padded * s.sumStride;
    s.total = s.largest + padded;
    s.keys = s.total + padded;
    s.values = s.keys + kKvTokens * dk;

    for (std::int64_t r = 0; r < job.nRow; ++r)
        for (std::int64_t g = 0; g < job.nGroup; ++g) {
            const std::int64_t m = r * job.nGroup + g;
            const float* q = job.q + r * job.qStride + g * dk;
            for (std::int64_t d = 0; d < dk; ++d)
                s.q[m * dk + d] = q[d] * job.scale;
            // A sink is a key that everyone sees and that has no value.
            s.largest[m] = job.sinks ? job.sinks[g] : -__builtin_inff();
            s.total[m] = job.sinks ? 1.0F : 0.0F;
        }
    for (std::int64_t i = 0; i < s.nQuery * s.sumStride; i += 16)
        _mm512_storeu_ps(s.sums + i, _mm512_setzero_ps());

    const std::int64_t firstPosition = job.positions[0];
    const std::int64_t last = job.positions[(job.nRow - 1) * job.positionStride];
    const std::int64_t firstKey = job.window > 0 && firstPosition >= job.window ? firstPosition - job.window + 1 : 0;
    // Few queries read half-precision tiles directly; many share an opened one.
    const bool half = layout.format == KvFormat::F16;
    for (std::int64_t begin = firstKey / kKvTokens * kKvTokens; begin <= last; begin += kChunk) {
        const std::int64_t n = last + 1 - begin < kChunk ? last + 1 - begin : kChunk; // keys of this chunk
        const std::int64_t nBlock = (n + kKvTokens - 1) / kKvTokens;
        const std::byte* heads[kChunkBlocks];
        for (std::int64_t b = 0; b < nBlock; ++b)
            heads[b] = job.layerData + static_cast<std::size_t>(job.blocks[begin / kKvTokens + b]) * layout.blockBytes +
                       static_cast<std::size_t>(job.iKvHead) * layout.headBytes;
        for (std::int64_t b = 0; b < nBlock; ++b) {
            float* scores = s.scores + b * kKvTokens;
            if (half) {
                scoreBlock<true>(s.q, dk, s.nQuery, heads[b], dk, scores);
                continue;
            }
            const void* keys = heads[b];
            if (layout.format == KvFormat::Q8_0) {
                openKeys(layout, heads[b], s.keys);
                keys = s.keys;
            }
            scoreBlock<false>(s.q, dk, s.nQuery, keys, dk, scores);
        }
        for (std::int64_t m = 0; m < s.nQuery; ++m)
            softenRow(job, s, m, job.positions[m / job.nGroup * job.positionStride], begin, nBlock * kKvTokens);
        for (std::int64_t b = 0; b < nBlock; ++b) {
            const std::int64_t nKey = n - b * kKvTokens < kKvTokens ? n - b * kKvTokens : kKvTokens;
            const float* weights = s.scores + b * kKvTokens;
            if (half) {
                weigh<true>(weights, s.nQuery, heads[b] + layout.vOffset, dv, nKey, s.sums, s.sumStride);
            } else if (layout.format == KvFormat::F32) {
                weigh<false>(weights, s.nQuery, heads[b] + layout.vOffset, dv, nKey, s.sums, s.sumStride);
            } else {
                openValues(layout, heads[b], nKey, s.values, s.sumStride);
                weigh<false>(weights, s.nQuery, s.values, s.sumStride, nKey, s.sums, s.sumStride);
            }
        }
    }

    for (std::int64_t r = 0; r < job.nRow; ++r)
        for (std::int64_t g = 0; g < job.nGroup; ++g) {
            const std::int64_t m = r * job.nGroup + g;
            const __m512 inverse = _mm512_set1_ps(1.0F / s.total[m]);
            float* out = job.out + r * job.outStride + g * dv;
            for (std::int64_t d = 0; d < dv; d += 16)
                _mm512_mask_storeu_ps(out + d, laneMask(dv - d),
                                      _mm512_mul_ps(_mm512_loadu_ps(s.sums + m * s.sumStride + d), inverse));
            if (job.lse)
                job.lse[r * job.lseStride + g] = s.largest[m] + __builtin_logf(s.total[m]);
        }
}

} // namespace vitral::kernels
