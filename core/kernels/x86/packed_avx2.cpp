// SPDX-License-Identifier: Apache-2.0
// Products with packed weights (packed.h) for processors with AVX2 and no AVX-512: a group is opened up into signed
// bytes in scratch, then eight of its outputs meet up to four input rows at a time. Needs AVX2, FMA and F16C.
// Plain data and internal linkage only (STYLE 5.8).

#include "core/kernels/convert.h"
#include "core/kernels/x86/vector_math_avx2.h"
#include "core/kernels/x86/x86_kernels.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

ALWAYS_INLINE __m256i load256(const void* p) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
ALWAYS_INLINE __m256 halves(const std::byte* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
ALWAYS_INLINE __m128i eightBytes(const std::byte* p) {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
}
ALWAYS_INLINE __m256 unsignedBytes(const std::byte* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eightBytes(p)));
}
ALWAYS_INLINE __m256 signedBytes(const std::byte* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(eightBytes(p)));
}

/// Scales and minima (to be added) of eight rows of a group, f32 [runs][16]; `h` 0 or 8 is the first row.
void openScales(const PackedWeights& w, const std::byte* group, int h, float* scale, float* minimum) {
    const ScaleParts parts = scaleParts(w.scale, w.nBlock);
    const std::int64_t runs = w.nBlock * (scalesOf16(w.scale) ? 2 : 1);
    const std::int64_t perSuper = scalesOf16(w.scale) ? 16 : 8;
    for (std::int64_t i = 0; i < runs; ++i) {
        __m256 s = _mm256_setzero_ps();
        __m256 m = _mm256_setzero_ps();
        const std::byte* small = group + i * 16 + h;
        const std::int64_t super = (i / perSuper * 16 + h) * 2;
        switch (w.scale) {
        case ScaleKind::Half:
            s = halves(group + (i * 16 + h) * 2);
            break;
        case ScaleKind::HalfMin:
            s = halves(group + (i * 16 + h) * 2);
            m = halves(group + parts.minima + (i * 16 + h) * 2);
            break;
        case ScaleKind::Exponent: {
            const __m256i e = _mm256_cvtepu8_epi32(eightBytes(small));
            const __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), 23);
            const __m256i denormal = _mm256_sllv_epi32(_mm256_set1_epi32(0x00200000), e);
            const __m256i isSmall = _mm256_cmpgt_epi32(_mm256_set1_epi32(2), e);
            s = _mm256_castsi256_ps(_mm256_blendv_epi8(normal, denormal, isSmall));
            break;
        }
        case ScaleKind::Super:
        case ScaleKind::Super16:
            s = _mm256_mul_ps(halves(group + parts.superScale + super), signedBytes(small));
            break;
        case ScaleKind::SuperMin:
            s = _mm256_mul_ps(halves(group + parts.superScale + super), unsignedBytes(small));
            m = _mm256_mul_ps(halves(group + parts.superMin + super), unsignedBytes(small + parts.minima));
            m = _mm256_sub_ps(_mm256_setzero_ps(), m);
            break;
        case ScaleKind::SuperMin16: {
            const __m256i both = _mm256_cvtepu8_epi32(eightBytes(small));
            const __m256i low = _mm256_and_si256(both, _mm256_set1_epi32(15));
            s = _mm256_mul_ps(halves(group + parts.superScale + super), _mm256_cvtepi32_ps(low));
            m = _mm256_mul_ps(halves(group + parts.superMin + super), _mm256_cvtepi32_ps(_mm256_srli_epi32(both, 4)));
            m = _mm256_sub_ps(_mm256_setzero_ps(), m);
            break;
        }
        }
        _mm256_storeu_ps(scale + i * 16 + h, s);
        _mm256_storeu_ps(minimum + i * 16 + h, m);
    }
}

/// Shifts every byte right by n bits (left where negative) and keeps the bits of `mask`.
ALWAYS_INLINE __m256i bits(__m256i v, int n, int mask) {
    v = n >= 0 ? _mm256_srli_epi16(v, n) : _mm256_slli_epi16(v, -n);
    return _mm256_and_si256(v, _mm256_set1_epi8(static_cast<char>(mask)));
}

/// The eight byte vectors of half a block (eight rows), signed. p: the block, moved by 32 for the second half.
template <ValueKind kValue>
ALWAYS_INLINE void openBlock(const std::byte* p, __m256i lut, __m256i bias, __m256i* v) {
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
        if constexpr (kValue == ValueKind::V8) {
            v[j] = load256(p + j * 64);
        } else if constexpr (kValue == ValueKind::V3 || kValue == ValueKind::V2) {
            v[j] = bits(load256(p + j / 4 * 64), j % 4 * 2, 3);
            if constexpr (kValue == ValueKind::V3)
                v[j] = _mm256_or_si256(v[j], bits(load256(p + 128), j - 2, 4));
        } else {
            v[j] = bits(load256(p + j % 4 * 64), j < 4 ? 0 : 4, 15);
            if constexpr (kValue == ValueKind::V5)
                v[j] = _mm256_or_si256(v[j], bits(load256(p + 256), j - 4, 16));
            if constexpr (kValue == ValueKind::V6)
                v[j] = _mm256_or_si256(v[j], bits(load256(p + 256 + j / 4 * 64), j % 4 * 2 - 4, 48));
            if constexpr (kValue == ValueKind::Lut4)
                v[j] = _mm256_shuffle_epi8(lut, v[j]);
        }
        v[j] = _mm256_sub_epi8(v[j], bias);
    }
}

template <ValueKind kValue>
void openValues(const PackedWeights& w, const std::byte* group, std::byte* to) {
    const std::byte* p = group + w.valueOffset;
    const __m256i lut = kValue == ValueKind::Lut4
                            ? _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w.lut)))
                            : _mm256_setzero_si256();
    const __m256i bias = _mm256_set1_epi8(static_cast<char>(w.bias));
    for (std::int64_t b = 0; b < w.nBlock; ++b, p += valueBytes(kValue), to += 512)
        for (int h = 0; h < 64; h += 32) {
            __m256i v[8];
            openBlock<kValue>(p + h, lut, bias, v);
            for (int j = 0; j < 8; ++j)
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + j * 64 + h), v[j]);
        }
}

struct Group {
    const std::byte* values; ///< [nBlock][8][16 rows][4], signed
    const float* scale;
    const float* minimum;
    std::int64_t index;
};

/// Eight outputs (rows h .. h + 7 of the group) times kRows input rows from row c of the tile on.
template <bool kRun16, bool kMin, int kRows>
void eightOutputs(const PackedJob& job, const Group& group, int h, const InputTile& tile, std::int64_t c,
                  std::int64_t iRow) {
    constexpr int kRuns = kRun16 ? 2 : 1;
    constexpr int kSteps = 8 / kRuns;
    const std::int64_t width = tile.width;
    const __m256i ones = _mm256_set1_epi16(1);
    __m256 sum[kRows];
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i)
        sum[i] = _mm256_setzero_ps();
    const std::byte* p = group.values + h * 4;
    const std::int8_t* q = tile.q + c * 4;
    for (std::int64_t run = 0; run < job.weights->nBlock * kRuns; ++run) {
        __m256i dot[kRows];
#pragma GCC unroll 4
        for (int i = 0; i < kRows; ++i)
            dot[i] = _mm256_setzero_si256();
#pragma GCC unroll 8
        for (int j = 0; j < kSteps; ++j) {
            const __m256i w = load256(p + j * 64);
            const __m256i size = _mm256_abs_epi8(w); // -128 becomes 128, unsigned
#pragma GCC unroll 4
            for (int i = 0; i < kRows; ++i) {
                std::int32_t word;
                __builtin_memcpy(&word, q + (j * width + i) * 4, 4);
                // |w| * (x with the sign of w): pairs add up to 32512 at most, which fits 16 bits.
                const __m256i x = _mm256_sign_epi8(_mm256_set1_epi32(word), w);
                dot[i] = _mm256_add_epi32(dot[i], _mm256_madd_epi16(_mm256_maddubs_epi16(size, x), ones));
            }
        }
        const __m256 scale = _mm256_loadu_ps(group.scale + run * 16 + h);
#pragma GCC unroll 4
        for (int i = 0; i < kRows; ++i) {
            const __m256 both = _mm256_mul_ps(scale, _mm256_set1_ps(tile.scale[run / kRuns * width + c + i]));
            sum[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[i]), both, sum[i]);
            if constexpr (kMin)
                sum[i] = _mm256_fmadd_ps(_mm256_loadu_ps(group.minimum + run * 16 + h),
                                         _mm256_set1_ps(tile.sum[run * width + c + i]), sum[i]);
        }
        p += kSteps * 64;
        q += kSteps * 4 * width;
    }
    const std::int64_t first = group.index * 16 + h;
    const std::int64_t left = job.weights->nOut - first;
    for (int i = 0; i < kRows; ++i) {
        alignas(32) float result[8];
        _mm256_store_ps(result, sum[i]);
        for (std::int64_t n = 0; n < (left < 8 ? left : 8); ++n)
            job.out[iRow + c + i][first + n] = result[n] + (job.bias ? job.bias[first + n] : 0.0F);
    }
}

template <bool kRun16, bool kMin>
void groupTimesTiles(const PackedJob& job, const Group& group) {
    for (int h = 0; h < 16; h += 8) {
        std::int64_t iRow = 0;
        for (std::int64_t t = 0; t < job.nTile; ++t) {
            const InputTile& tile = job.tiles[t];
            for (std::int64_t c = 0; c < tile.width; c += 3) {
                switch (tile.width - c) {
                case 1:
                    eightOutputs<kRun16, kMin, 1>(job, group, h, tile, c, iRow);
                    break;
                case 2:
                    eightOutputs<kRun16, kMin, 2>(job, group, h, tile, c, iRow);
                    break;
                default:
                    eightOutputs<kRun16, kMin, 3>(job, group, h, tile, c, iRow);
                    break;
                }
            }
            iRow += tile.width;
        }
    }
}

} // namespace

void packedProductAvx2(const PackedJob* job) {
    const PackedWeights& w = *job->weights;
    auto* scale = reinterpret_cast<float*>(job->scratch);
    float* minimum = scale + w.nBlock * 2 * 16;
    std::byte* values = job->scratch + static_cast<std::size_t>(w.nBlock) * 2 * 16 * 4 * 2;
    for (std::int64_t g = job->firstGroup; g < job->firstGroup + job->nGroup; ++g) {
        const std::byte* from = w.data + static_cast<std::size_t>(g) * w.groupBytes;
        openScales(w, from, 0, scale, minimum);
        openScales(w, from, 8, scale, minimum);
        switch (w.value) {
        case ValueKind::V8:
            openValues<ValueKind::V8>(w, from, values);
            break;
        case ValueKind::V4:
            openValues<ValueKind::V4>(w, from, values);
            break;
        case ValueKind::V5:
            openValues<ValueKind::V5>(w, from, values);
            break;
        case ValueKind::V6:
            openValues<ValueKind::V6>(w, from, values);
            break;
        case ValueKind::V3:
            openValues<ValueKind::V3>(w, from, values);
            break;
        case ValueKind::V2:
            openValues<ValueKind::V2>(w, from, values);
            break;
        case ValueKind::Lut4:
            openValues<ValueKind::Lut4>(w, from, values);
            break;
        }
        const Group group{values, scale, minimum, g};
        if (scalesOf16(w.scale)) {
            if (hasMinimum(w.scale))
                groupTimesTiles<true, true>(*job, group);
            else
                groupTimesTiles<true, false>(*job, group);
        } else if (hasMinimum(w.scale)) {
            groupTimesTiles<false, true>(*job, group);
        } else {
            groupTimesTiles<false, false>(*job, group);
        }
    }
}

/// The same operations in the same order as scalar::quantizeTile.
void quantizeTileAvx2(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                      std::int32_t* sums) {
    const __m256 sign = _mm256_set1_ps(-0.0F);
    for (std::int64_t c = 0; c < width; ++c)
        for (std::int64_t b = 0; b < nIn / 32; ++b) {
            __m256 x[4];
            __m256 most = _mm256_setzero_ps();
            for (int i = 0; i < 4; ++i) {
                x[i] = _mm256_loadu_ps(rows[c] + b * 32 + i * 8);
                most = _mm256_max_ps(_mm256_andnot_ps(sign, x[i]), most);
            }
            alignas(32) float lanes[8];
            _mm256_store_ps(lanes, most);
            float largest = 0;
            for (const float lane : lanes)
                largest = lane > largest ? lane : largest;
            const bool usable = largest > 0x1.0p-100F && largest < 0x1.0p120F;
            const __m256 factor = _mm256_set1_ps(usable ? 127.0F / largest : 0.0F);
            scale[b * width + c] = usable ? largest / 127.0F : 0.0F;
            std::int32_t sum[2] = {0, 0};
            for (int i = 0; i < 4; ++i) {
                alignas(32) std::int32_t v[8] = {};
                if (usable)
                    _mm256_store_si256(reinterpret_cast<__m256i*>(v), _mm256_cvtps_epi32(_mm256_mul_ps(x[i], factor)));
                for (std::int64_t k = 0; k < 8; ++k) {
                    sum[i / 2] += v[k];
                    q[((b * 8 + i * 2 + k / 4) * width + c) * 4 + k % 4] = static_cast<std::int8_t>(v[k]);
                }
            }
            sums[b * 2 * width + c] = sum[0];
            sums[(b * 2 + 1) * width + c] = sum[1];
        }
}

namespace {

template <PlainKind kKind>
ALWAYS_INLINE __m256 weights8(const std::byte* p) {
    if constexpr (kKind == PlainKind::F32)
        return _mm256_loadu_ps(reinterpret_cast<const float*>(p));
    if constexpr (kKind == PlainKind::F16)
        return halves(p);
    const __m128i raw = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(raw), 16));
}

template <PlainKind kKind>
float weight1(const std::byte* p) {
    if constexpr (kKind == PlainKind::F32) {
        float v;
        __builtin_memcpy(&v, p, 4);
        return v;
    }
    std::uint16_t raw;
    __builtin_memcpy(&raw, p, 2);
    return kKind == PlainKind::F16 ? halfToF32(raw) : bf16ToF32(raw);
}

/// Two outputs times up to four rows at a time.
template <PlainKind kKind>
void plain(const PlainJob& job) {
    constexpr std::size_t kBytes = kKind == PlainKind::F32 ? 4 : 2;
    const std::size_t rowBytes = static_cast<std::size_t>(job.nIn) * kBytes;
    const std::int64_t whole = job.nIn / 8 * 8;
    for (std::int64_t n = job.first; n < job.first + job.n; n += 2) {
        const bool two = n + 1 < job.first + job.n;
        const std::byte* w0 = job.weights + static_cast<std::size_t>(n) * rowBytes;
        const std::byte* w1 = two ? w0 + rowBytes : w0;
        for (std::int64_t r = 0; r < job.nRow; r += 4) {
            const std::int64_t nRow = job.nRow - r < 4 ? job.nRow - r : 4;
            const float* x[4];
            for (std::int64_t i = 0; i < 4; ++i)
                x[i] = job.x[r + (i < nRow ? i : 0)];
            __m256 sum0[4], sum1[4];
            for (int i = 0; i < 4; ++i)
                sum0[i] = sum1[i] = _mm256_setzero_ps();
            if (nRow == 1) { // decoding: no work on rows that are not there
                for (std::int64_t k = 0; k < whole; k += 8) {
                    const __m256 v = _mm256_loadu_ps(x[0] + k);
                    const auto at = static_cast<std::size_t>(k) * kBytes;
                    sum0[0] = _mm256_fmadd_ps(weights8<kKind>(w0 + at), v, sum0[0]);
                    sum1[0] = _mm256_fmadd_ps(weights8<kKind>(w1 + at), v, sum1[0]);
                }
            } else {
                for (std::int64_t k = 0; k < whole; k += 8) {
                    const auto at = static_cast<std::size_t>(k) * kBytes;
                    const __m256 a = weights8<kKind>(w0 + at);
                    const __m256 b = weights8<kKind>(w1 + at);
#pragma GCC unroll 4
                    for (int i = 0; i < 4; ++i) {
                        const __m256 v = _mm256_loadu_ps(x[i] + k);
                        sum0[i] = _mm256_fmadd_ps(a, v, sum0[i]);
                        sum1[i] = _mm256_fmadd_ps(b, v, sum1[i]);
                    }
                }
            }
            for (std::int64_t i = 0; i < nRow; ++i) {
                float s0 = sumOf(sum0[i]) + (job.bias ? job.bias[n] : 0.0F);
                float s1 = sumOf(sum1[i]) + (job.bias && two ? job.bias[n + 1] : 0.0F);
                for (std::int64_t k = whole; k < job.nIn; ++k) {
                    s0 += weight1<kKind>(w0 + static_cast<std::size_t>(k) * kBytes) * x[i][k];
                    s1 += weight1<kKind>(w1 + static_cast<std::size_t>(k) * kBytes) * x[i][k];
                }
                job.out[r + i][n] = s0;
                if (two)
                    job.out[r + i][n + 1] = s1;
            }
        }
    }
}

} // namespace

void plainProductAvx2(const PlainJob* job) {
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

} // namespace vitral::kernels
