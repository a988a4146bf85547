// SPDX-License-Identifier: Apache-2.0
// Row operations and fused attention, eight lanes at a time, for processors with AVX2 and no AVX-512. Formulas:
// scalar/rows.cpp and attention_avx512.cpp. Needs AVX2, FMA and F16C. Plain data and internal linkage only (STYLE 5.8).

#include "core/kernels/convert.h"
#include "core/kernels/x86/vector_math_avx2.h"
#include "core/kernels/x86/x86_kernels.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

ALWAYS_INLINE float mostOf(__m256 v) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

ALWAYS_INLINE __m256 silu(__m256 x, float alpha) {
    const __m256 e = exp256(_mm256_mul_ps(_mm256_set1_ps(-alpha), x));
    return _mm256_div_ps(x, _mm256_add_ps(_mm256_set1_ps(1.0F), e));
}

} // namespace

void rmsNormAvx2(float* out, const float* x, const float* weight, std::int64_t n, float eps) {
    __m256 sum = _mm256_setzero_ps();
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256 v = _mm256_loadu_ps(x + i);
        sum = _mm256_fmadd_ps(v, v, sum);
    }
    auto total = static_cast<double>(sumOf(sum));
    for (; i < n; ++i)
        total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    const auto factor =
        static_cast<float>(1.0 / __builtin_sqrt(total / static_cast<double>(n) + static_cast<double>(eps)));
    const __m256 f = _mm256_set1_ps(factor);
    for (i = 0; i + 8 <= n; i += 8) {
        const __m256 v = _mm256_mul_ps(_mm256_loadu_ps(x + i), f);
        _mm256_storeu_ps(out + i, weight ? _mm256_mul_ps(v, _mm256_loadu_ps(weight + i)) : v);
    }
    for (; i < n; ++i)
        out[i] = x[i] * factor * (weight ? weight[i] : 1.0F);
}

void toHalfAvx2(std::uint16_t* out, const float* x, std::int64_t n) {
    const __m256 most = _mm256_set1_ps(65504.0F), least = _mm256_set1_ps(-65504.0F);
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        // Of a NaN and a number, min and max give their second operand: the NaN stays.
        const __m256 v = _mm256_min_ps(most, _mm256_max_ps(least, _mm256_loadu_ps(x + i)));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
    for (; i < n; ++i) {
        const float v = x[i] > 65504.0F ? 65504.0F : x[i] < -65504.0F ? -65504.0F : x[i];
        out[i] = f32ToHalf(v);
    }
}

void gatedActivationAvx2(Act kind, float* out, const float* gate, const float* up, std::int64_t n) {
    std::int64_t i = 0;
    if (kind == Act::Silu) // the commonest one; the others stay scalar
        for (; i + 8 <= n; i += 8) {
            const __m256 g = _mm256_loadu_ps(gate + i);
            // Far out the clamped exponential is not exact enough to vanish: x / inf is 0.
            const __m256 far = _mm256_cmp_ps(g, _mm256_set1_ps(-87.0F), _CMP_LT_OQ);
            const __m256 y = _mm256_andnot_ps(far, silu(g, 1.0F));
            _mm256_storeu_ps(out + i, _mm256_mul_ps(y, _mm256_loadu_ps(up + i)));
        }
    if (i < n)
        scalarKernels().gatedActivation(kind, out + i, gate + i, up + i, n - i);
}

namespace {

constexpr std::int64_t kChunk = 128;

/// scores[i][32] = q_i . keys of kRows queries; keys f32 [nDim][32].
template <int kRows>
void scoreRows(const float* q, const float* keys, std::int64_t nDim, float* scores) {
    __m256 sum[kRows][4];
#pragma GCC unroll 2
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < 4; ++v)
            sum[i][v] = _mm256_setzero_ps();
    for (std::int64_t d = 0; d < nDim; ++d)
#pragma GCC unroll 2
        for (int i = 0; i < kRows; ++i) {
            const __m256 x = _mm256_set1_ps(q[i * nDim + d]);
#pragma GCC unroll 4
            for (int v = 0; v < 4; ++v)
                sum[i][v] = _mm256_fmadd_ps(x, _mm256_loadu_ps(keys + d * kKvTokens + v * 8), sum[i][v]);
        }
    for (int i = 0; i < kRows; ++i)
        for (int v = 0; v < 4; ++v)
            _mm256_storeu_ps(scores + i * kChunk + v * 8, sum[i][v]);
}

/// Opens keys [Dk][32] or values [32][dv8] of a block to f32.
void openKeys(const KvLayout& layout, const std::byte* head, float* to) {
    const std::int64_t n = static_cast<std::int64_t>(layout.headDimK) * kKvTokens;
    for (std::int64_t i = 0; i < n; i += 8) {
        __m256 v;
        if (layout.format == KvFormat::F32) {
            v = _mm256_loadu_ps(reinterpret_cast<const float*>(head) + i);
        } else if (layout.format == KvFormat::F16) {
            v = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(head + i * 2)));
        } else {
            const std::byte* scale = head + layout.kScaleOffset + (i / kKvTokens / 32 * kKvTokens + i % kKvTokens) * 2;
            const __m256 s = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(scale)));
            const __m128i q = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(head + i));
            v = _mm256_mul_ps(s, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(q)));
        }
        _mm256_storeu_ps(to + i, v);
    }
}

void openValues(const KvLayout& layout, const std::byte* head, std::int64_t nKey, float* to, std::int64_t stride) {
    const std::int64_t dv = layout.headDimV;
    const std::byte* values = head + layout.vOffset;
    for (std::int64_t t = 0; t < nKey; ++t)
        for (std::int64_t d = 0; d < dv; ++d) {
            float v;
            if (layout.format == KvFormat::F32) {
                __builtin_memcpy(&v, values + (t * dv + d) * 4, 4);
            } else if (layout.format == KvFormat::F16) {
                std::uint16_t raw;
                __builtin_memcpy(&raw, values + (t * dv + d) * 2, 2);
                v = _cvtsh_ss(raw);
            } else {
                std::uint16_t raw;
                __builtin_memcpy(&raw, head + layout.vScaleOffset + (t * ((dv + 31) / 32) + d / 32) * 2, 2);
                v = static_cast<float>(static_cast<std::int8_t>(values[t * dv + d])) * _cvtsh_ss(raw);
            }
            to[t * stride + d] = v;
        }
}

} // namespace

void attentionAvx2(const AttentionJob* jobPointer) {
    const AttentionJob& job = *jobPointer;
    const KvLayout& layout = job.layout;
    const std::int64_t dk = layout.headDimK;
    const std::int64_t dv = layout.headDimV;
    const std::int64_t stride = (dv + 15) / 16 * 16;
    const std::int64_t nQuery = static_cast<std::int64_t>(job.nRow) * job.nGroup;
    const std::int64_t padded = (nQuery + 15) / 16 * 16;
    // Pieces of the scratch as attentionScratchFloats counts them.
    float* q = job.scratch;
    float* scores = q + padded * dk;
    float* sums = scores + padded * kChunk;
    float* largest = sums + padded * stride;
    float* total = largest + padded;
    float* keys = total + padded;
    float* values = keys + kKvTokens * dk;
    for (std::int64_t m = 0; m < nQuery; ++m) {
        const std::int64_t g = m % job.nGroup;
        const float* from = job.q + m / job.nGroup * job.qStride + g * dk;
        for (std::int64_t d = 0; d < dk; ++d)
            q[m * dk + d] = from[d] * job.scale;
        largest[m] = job.sinks ? job.sinks[g] : -__builtin_inff();
        total[m] = job.sinks ? 1.0F : 0.0F;
        for (std::int64_t d = 0; d < stride; ++d)
            sums[m * stride + d] = 0;
    }
    for (std::int64_t i = 0; i < kKvTokens * stride; ++i)
        values[i] = 0; // the padding behind dv is added up, too
    const std::int64_t firstPosition = job.positions[0];
    const std::int64_t last = job.positions[(job.nRow - 1) * job.positionStride];
    const std::int64_t firstKey = job.window > 0 && firstPosition >= job.window ? firstPosition - job.window + 1 : 0;
    for (std::int64_t begin = firstKey / kKvTokens * kKvTokens; begin <= last; begin += kKvTokens) {
        const std::int64_t nKey = last + 1 - begin < kKvTokens ? last + 1 - begin : kKvTokens;
        const std::byte* head = job.layerData +
                                static_cast<std::size_t>(job.blocks[begin / kKvTokens]) * layout.blockBytes +
                                static_cast<std::size_t>(job.iKvHead) * layout.headBytes;
        openKeys(layout, head, keys);
        openValues(layout, head, nKey, values, stride);
        for (std::int64_t m = 0; m < nQuery; m += 2)
            if (m + 1 < nQuery)
                scoreRows<2>(q + m * dk, keys, dk, scores + m * kChunk);
            else
                scoreRows<1>(q + m * dk, keys, dk, scores + m * kChunk);
        for (std::int64_t m = 0; m < nQuery; ++m) {
            float* s = scores + m * kChunk;
            const std::int64_t position = job.positions[m / job.nGroup * job.positionStride];
            const std::int64_t from =
                job.window > 0 && position - job.window + 1 > begin ? position - job.window + 1 - begin : 0;
            const std::int64_t to = position + 1 - begin < nKey ? position + 1 - begin : nKey;
            if (to <= from)
                continue;
            for (std::int64_t j = 0; j < kKvTokens; ++j)
                s[j] = j < from || j >= to ? -__builtin_inff()
                       : job.softcap > 0   ? job.softcap * __builtin_tanhf(s[j] / job.softcap)
                                           : s[j];
            __m256 most = _mm256_loadu_ps(s);
            for (int v = 8; v < 32; v += 8)
                most = _mm256_max_ps(most, _mm256_loadu_ps(s + v));
            const float chunkMost = mostOf(most);
            if (chunkMost > largest[m]) {
                const float factor = largest[m] == -__builtin_inff() ? 0.0F : __builtin_expf(largest[m] - chunkMost);
                largest[m] = chunkMost;
                total[m] *= factor;
                for (std::int64_t d = 0; d < stride; d += 8)
                    _mm256_storeu_ps(sums + m * stride + d,
                                     _mm256_mul_ps(_mm256_loadu_ps(sums + m * stride + d), _mm256_set1_ps(factor)));
            }
            const __m256 level = _mm256_set1_ps(largest[m]);
            __m256 sum = _mm256_setzero_ps();
            for (int v = 0; v < 32; v += 8) {
                const __m256 x = _mm256_sub_ps(_mm256_loadu_ps(s + v), level);
                const __m256 e = _mm256_and_ps(exp256(x), _mm256_cmp_ps(x, _mm256_set1_ps(-87.0F), _CMP_GT_OQ));
                _mm256_storeu_ps(s + v, e);
                sum = _mm256_add_ps(sum, e);
            }
            total[m] += sumOf(sum);
            for (std::int64_t d = 0; d < stride; d += 16) {
                __m256 a = _mm256_loadu_ps(sums + m * stride + d);
                __m256 b = _mm256_loadu_ps(sums + m * stride + d + 8);
                for (std::int64_t j = from; j < to; ++j) {
                    const __m256 w = _mm256_set1_ps(s[j]);
                    a = _mm256_fmadd_ps(w, _mm256_loadu_ps(values + j * stride + d), a);
                    b = _mm256_fmadd_ps(w, _mm256_loadu_ps(values + j * stride + d + 8), b);
                }
                _mm256_storeu_ps(sums + m * stride + d, a);
                _mm256_storeu_ps(sums + m * stride + d + 8, b);
            }
        }
    }
    for (std::int64_t m = 0; m < nQuery; ++m) {
        const std::int64_t r = m / job.nGroup;
        const std::int64_t g = m % job.nGroup;
        for (std::int64_t d = 0; d < dv; ++d)
            job.out[r * job.outStride + g * dv + d] = sums[m * stride + d] / total[m];
        if (job.lse)
            job.lse[r * job.lseStride + g] = largest[m] + __builtin_logf(total[m]);
    }
}

} // namespace vitral::kernels
