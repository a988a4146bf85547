// SPDX-License-Identifier: Apache-2.0
// Dot products of codebook rows (IQ1, IQ2, IQ3) with a few rows of inputs, without opening the row into memory first:
// table rows become signed bytes, sixteen at a time, and meet the f32 inputs; the step is applied once a run of values.
// The same products as openCodebookAvx2 and plainProductAvx2, summed in another order. Needs AVX2 and FMA. Plain data
// and internal linkage only.

#include "core/kernels/x86/codebook_tables.h"
#include "core/kernels/x86/vector_math_avx2.h"
#include "core/kernels/x86/x86_kernels.h"
#include "core/tensor/block_formats.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

/// Eight bytes 1 or -1 for eight sign bits; `even`: for seven, the eighth making the number of minuses even.
struct SignTable {
    std::uint64_t all[256];
    std::uint64_t even[128];
};
constexpr SignTable makeSigns() {
    SignTable table{};
    for (unsigned bits = 0; bits < 256; ++bits) {
        unsigned parity = 0;
        for (unsigned i = 0; i < 8; ++i) {
            const bool minus = (bits >> i & 1U) != 0;
            table.all[bits] |= static_cast<std::uint64_t>(minus ? 0xFFU : 1U) << (8 * i);
            parity ^= bits >> i & 1U;
        }
        if (parity == 0)
            table.even[bits & 127U] = table.all[bits];
    }
    return table;
}
constexpr SignTable kSigns = makeSigns();

ALWAYS_INLINE __m128i sixteen(std::uint64_t first, std::uint64_t second) {
    return _mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first));
}
ALWAYS_INLINE __m256 floats(__m128i bytes) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
}

/// Sums of nRow inputs with one row of weights; `part` is of the run of values that share a step.
template <int nRow>
struct Sums {
    const float* x[nRow]; ///< at the block
    __m256 whole[nRow], part[nRow];

    ALWAYS_INLINE void begin() {
        for (int r = 0; r < nRow; ++r)
            part[r] = _mm256_setzero_ps();
    }
    ALWAYS_INLINE void add(__m256 weights, int at) {
        for (int r = 0; r < nRow; ++r)
            part[r] = _mm256_fmadd_ps(weights, _mm256_loadu_ps(x[r] + at), part[r]);
    }
    /// 16 values from element `at` of the block on.
    ALWAYS_INLINE void add(__m128i values, int at) {
        add(floats(values), at);
        add(floats(_mm_unpackhi_epi64(values, values)), at + 8);
    }
    ALWAYS_INLINE void end(float step) {
        for (int r = 0; r < nRow; ++r)
            whole[r] = _mm256_fmadd_ps(_mm256_set1_ps(step), part[r], whole[r]);
    }
};

template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ2_XXS& block, Sums<nRow>& sums) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const std::uint32_t rows = word(block.qs + 4 * b), extra = word(block.qs + 4 * b + 2);
        sums.begin();
        for (int g = 0; g < 4; g += 2)
            sums.add(
                _mm_sign_epi8(sixteen(kTwoXxs[rows >> (8 * g) & 255U], kTwoXxs[rows >> (8 * g + 8) & 255U]),
                              sixteen(kSigns.even[extra >> (7 * g) & 127U], kSigns.even[extra >> (7 * g + 7) & 127U])),
                32 * b + 8 * g);
        sums.end(quarter(d, static_cast<int>(extra >> 28U)));
    }
}
template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ2_XS& block, Sums<nRow>& sums) {
    const float d = opened(block.d);
    for (int g = 0; g < 32; g += 2) {
        const unsigned first = block.qs[g], second = block.qs[g + 1];
        sums.begin();
        sums.add(_mm_sign_epi8(sixteen(kTwoXs[first & 511U], kTwoXs[second & 511U]),
                               sixteen(kSigns.even[first >> 9U], kSigns.even[second >> 9U])),
                 8 * g);
        sums.end(quarter(d, block.scales[g / 4] >> (g % 4 / 2 * 4) & 15));
    }
}
template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ2_S& block, Sums<nRow>& sums) {
    const float d = opened(block.d);
    for (int g = 0; g < 32; g += 2) {
        const int high = block.qh[g / 4] >> (g % 4 * 2);
        sums.begin();
        sums.add(
            _mm_sign_epi8(sixteen(kTwoS[block.qs[g] | (high & 3) << 8], kTwoS[block.qs[g + 1] | (high >> 2 & 3) << 8]),
                          sixteen(kSigns.all[block.signs[g]], kSigns.all[block.signs[g + 1]])),
            8 * g);
        sums.end(quarter(d, block.scales[g / 4] >> (g % 4 / 2 * 4) & 15));
    }
}
template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ3_XXS& block, Sums<nRow>& sums) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const std::uint32_t extra = word(block.gas + 4 * b);
        sums.begin();
        for (int g = 0; g < 4; g += 2) {
            const std::uint8_t* q = block.qs + 8 * b + 2 * g;
            sums.add(_mm_sign_epi8(
                         sixteen(pairOf(kThreeXxs[q[0]], kThreeXxs[q[1]]), pairOf(kThreeXxs[q[2]], kThreeXxs[q[3]])),
                         sixteen(kSigns.even[extra >> (7 * g) & 127U], kSigns.even[extra >> (7 * g + 7) & 127U])),
                     32 * b + 8 * g);
        }
        sums.end(d * (0.5F + static_cast<float>(extra >> 28U)) * 0.5F);
    }
}
template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ3_S& block, Sums<nRow>& sums) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const int high = block.qh[b];
        sums.begin();
        for (int g = 0; g < 4; g += 2) {
            const std::uint8_t* q = block.qs + 8 * b + 2 * g;
            const int h = high >> (2 * g);
            sums.add(
                _mm_sign_epi8(sixteen(pairOf(kThreeS[q[0] | (h & 1) << 8], kThreeS[q[1] | (h >> 1 & 1) << 8]),
                                      pairOf(kThreeS[q[2] | (h >> 2 & 1) << 8], kThreeS[q[3] | (h >> 3 & 1) << 8])),
                              sixteen(kSigns.all[block.signs[4 * b + g]], kSigns.all[block.signs[4 * b + g + 1]])),
                32 * b + 8 * g);
        }
        sums.end(d * static_cast<float>(1 + 2 * (block.scales[b / 2] >> (b % 2 * 4) & 15)));
    }
}

/// Eight ternary values of a row: 0, 1, 2 in the table for -1, 0, 1, and the run's shift.
ALWAYS_INLINE __m256 ternary(std::uint64_t row, float shift) {
    const __m128i values = _mm_sub_epi8(_mm_cvtsi64_si128(static_cast<long long>(row)), _mm_set1_epi8(1));
    return _mm256_add_ps(floats(values), _mm256_set1_ps(shift));
}
template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ1_S& block, Sums<nRow>& sums) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const int extra = block.qh[b];
        const float shift = (extra & 0x8000) != 0 ? -kDelta : kDelta;
        sums.begin();
        for (int g = 0; g < 4; ++g)
            sums.add(ternary(kOne[block.qs[4 * b + g] | (extra >> (3 * g) & 7) << 8], shift), 32 * b + 8 * g);
        sums.end(d * static_cast<float>(2 * (extra >> 12 & 7) + 1));
    }
}
template <int nRow>
ALWAYS_INLINE void dot(const BlockIQ1_M& block, Sums<nRow>& sums) {
    std::uint16_t scales[4];
    __builtin_memcpy(scales, block.scales, sizeof(scales));
    int half = 0;
    for (int i = 0; i < 4; ++i)
        half |= scales[i] >> 12 << (4 * i);
    const float d = opened(static_cast<std::uint16_t>(half));
    for (int sub = 0; sub < 16; ++sub) {
        const int both = block.qh[sub];
        sums.begin();
        for (int g = 0; g < 2; ++g) {
            const int nibble = both >> (4 * g);
            sums.add(ternary(kOne[block.qs[2 * sub + g] | (nibble & 7) << 8], (nibble & 8) != 0 ? -kDelta : kDelta),
                     16 * sub + 8 * g);
        }
        sums.end(d * static_cast<float>(2 * (scales[sub / 4] >> (sub % 4 * 3) & 7) + 1));
    }
}

template <class Block, int nRow>
void products(const CodebookJob& job) {
    for (std::int64_t n = job.first; n < job.first + job.n; ++n) {
        const std::byte* at = job.weights + n * job.nBlock * static_cast<std::int64_t>(sizeof(Block));
        Sums<nRow> sums;
        for (int r = 0; r < nRow; ++r) {
            sums.x[r] = job.x[r];
            sums.whole[r] = _mm256_setzero_ps();
        }
        for (std::int64_t i = 0; i < job.nBlock; ++i, at += sizeof(Block)) {
            Block block;
            __builtin_memcpy(&block, at, sizeof(Block));
            dot(block, sums);
            for (int r = 0; r < nRow; ++r)
                sums.x[r] += 256;
        }
        for (int r = 0; r < nRow; ++r)
            job.out[r][n] = sumOf(sums.whole[r]) + (job.bias != nullptr ? job.bias[n] : 0.0F);
    }
}

template <class Block>
void productsOf(const CodebookJob& job) {
    static_assert(kMaxCodebookRows == 2);
    if (job.nRow == 1)
        return products<Block, 1>(job);
    return products<Block, 2>(job);
}

} // namespace

void codebookProductAvx2(const CodebookJob* job) {
    switch (job->kind) {
    case Codebook::IQ1_S:
        return productsOf<BlockIQ1_S>(*job);
    case Codebook::IQ1_M:
        return productsOf<BlockIQ1_M>(*job);
    case Codebook::IQ2_XXS:
        return productsOf<BlockIQ2_XXS>(*job);
    case Codebook::IQ2_XS:
        return productsOf<BlockIQ2_XS>(*job);
    case Codebook::IQ2_S:
        return productsOf<BlockIQ2_S>(*job);
    case Codebook::IQ3_XXS:
        return productsOf<BlockIQ3_XXS>(*job);
    case Codebook::IQ3_S:
        return productsOf<BlockIQ3_S>(*job);
    }
}

} // namespace vitral::kernels
