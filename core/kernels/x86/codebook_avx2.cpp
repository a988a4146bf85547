// SPDX-License-Identifier: Apache-2.0
// Rows of the codebook types IQ1, IQ2 and IQ3 as floats, eight values at a time: a row of the table is opened, scaled
// and given its signs. The same values bit for bit as core/tensor/decode_codebook.cpp, which is the truth. Needs AVX2
// and F16C. Plain data and internal linkage only.

#include "core/kernels/x86/codebook_tables.h"
#include "core/kernels/x86/x86_kernels.h"
#include "core/tensor/block_formats.h"

#include <immintrin.h>

namespace vitral::kernels {
namespace {

/// Seven sign bits and the eighth that makes their number even.
ALWAYS_INLINE std::uint32_t eightSigns(std::uint32_t seven) {
    const std::uint32_t low = seven & 127U;
    return low | (static_cast<std::uint32_t>(__builtin_popcount(low)) & 1U) << 7U;
}
ALWAYS_INLINE __m256 floatsOf(std::uint64_t row) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(row))));
}
/// out[0..7] = step * row, negative where bits of `signs` are set.
ALWAYS_INLINE void put(float step, std::uint64_t row, std::uint32_t signs, float* out) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i set = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(signs)), bits);
    const __m256i minus = _mm256_slli_epi32(_mm256_cmpeq_epi32(set, bits), 31);
    const __m256 value = _mm256_mul_ps(_mm256_set1_ps(step), floatsOf(row));
    _mm256_storeu_ps(out, _mm256_xor_ps(value, _mm256_castsi256_ps(minus)));
}
/// out[0..7] = step * (row - 1 + delta).
ALWAYS_INLINE void putTernary(float step, std::uint64_t row, float delta, float* out) {
    const __m256 value = _mm256_add_ps(_mm256_sub_ps(floatsOf(row), _mm256_set1_ps(1.0F)), _mm256_set1_ps(delta));
    _mm256_storeu_ps(out, _mm256_mul_ps(_mm256_set1_ps(step), value));
}

ALWAYS_INLINE void open(const BlockIQ2_XXS& block, float* y) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const std::uint32_t rows = word(block.qs + 4 * b), extra = word(block.qs + 4 * b + 2);
        const float step = quarter(d, static_cast<int>(extra >> 28U));
        for (int g = 0; g < 4; ++g)
            put(step, kTwoXxs[rows >> (8 * g) & 255U], eightSigns(extra >> (7 * g)), y + 32 * b + 8 * g);
    }
}
ALWAYS_INLINE void open(const BlockIQ2_XS& block, float* y) {
    const float d = opened(block.d);
    for (int g = 0; g < 32; ++g)
        put(quarter(d, block.scales[g / 4] >> (g % 4 / 2 * 4) & 15), kTwoXs[block.qs[g] & 511],
            eightSigns(block.qs[g] >> 9U), y + 8 * g);
}
ALWAYS_INLINE void open(const BlockIQ2_S& block, float* y) {
    const float d = opened(block.d);
    for (int g = 0; g < 32; ++g)
        put(quarter(d, block.scales[g / 4] >> (g % 4 / 2 * 4) & 15),
            kTwoS[block.qs[g] | (block.qh[g / 4] >> (g % 4 * 2) & 3) << 8], block.signs[g], y + 8 * g);
}
ALWAYS_INLINE void open(const BlockIQ3_XXS& block, float* y) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const std::uint32_t extra = word(block.gas + 4 * b);
        const float step = d * (0.5F + static_cast<float>(extra >> 28U)) * 0.5F;
        for (int g = 0; g < 4; ++g) // two table rows of four at a time
            put(step, pairOf(kThreeXxs[block.qs[8 * b + 2 * g]], kThreeXxs[block.qs[8 * b + 2 * g + 1]]),
                eightSigns(extra >> (7 * g)), y + 32 * b + 8 * g);
    }
}
ALWAYS_INLINE void open(const BlockIQ3_S& block, float* y) {
    const float d = opened(block.d);
    for (int g = 0; g < 32; ++g) {
        const int b = g / 4, high = block.qh[b] >> (g % 4 * 2);
        const float step = d * static_cast<float>(1 + 2 * (block.scales[b / 2] >> (b % 2 * 4) & 15));
        put(step,
            pairOf(kThreeS[block.qs[2 * g] | (high & 1) << 8], kThreeS[block.qs[2 * g + 1] | (high >> 1 & 1) << 8]),
            block.signs[g], y + 8 * g);
    }
}
ALWAYS_INLINE void open(const BlockIQ1_S& block, float* y) {
    const float d = opened(block.d);
    for (int b = 0; b < 8; ++b) {
        const int extra = block.qh[b];
        const float step = d * static_cast<float>(2 * (extra >> 12 & 7) + 1);
        const float delta = (extra & 0x8000) != 0 ? -kDelta : kDelta;
        for (int g = 0; g < 4; ++g)
            putTernary(step, kOne[block.qs[4 * b + g] | (extra >> (3 * g) & 7) << 8], delta, y + 32 * b + 8 * g);
    }
}
ALWAYS_INLINE void open(const BlockIQ1_M& block, float* y) {
    std::uint16_t scales[4];
    __builtin_memcpy(scales, block.scales, sizeof(scales));
    int half = 0;
    for (int i = 0; i < 4; ++i)
        half |= scales[i] >> 12 << (4 * i);
    const float d = opened(static_cast<std::uint16_t>(half));
    for (int g = 0; g < 32; ++g) {
        const int sub = g / 2;
        const float step = d * static_cast<float>(2 * (scales[sub / 4] >> (sub % 4 * 3) & 7) + 1);
        const int nibble = block.qh[g / 2] >> (g % 2 * 4);
        putTernary(step, kOne[block.qs[g] | (nibble & 7) << 8], (nibble & 8) != 0 ? -kDelta : kDelta, y + 8 * g);
    }
}

template <class Block>
void openAll(const std::byte* from, std::int64_t nBlock, float* out) {
    for (std::int64_t i = 0; i < nBlock; ++i) {
        Block block;
        __builtin_memcpy(&block, from + i * static_cast<std::int64_t>(sizeof(Block)), sizeof(Block));
        open(block, out + 256 * i);
    }
}

} // namespace

void openCodebookAvx2(Codebook kind, const std::byte* blocks, std::int64_t nBlock, float* out) {
    switch (kind) {
    case Codebook::IQ1_S:
        return openAll<BlockIQ1_S>(blocks, nBlock, out);
    case Codebook::IQ1_M:
        return openAll<BlockIQ1_M>(blocks, nBlock, out);
    case Codebook::IQ2_XXS:
        return openAll<BlockIQ2_XXS>(blocks, nBlock, out);
    case Codebook::IQ2_XS:
        return openAll<BlockIQ2_XS>(blocks, nBlock, out);
    case Codebook::IQ2_S:
        return openAll<BlockIQ2_S>(blocks, nBlock, out);
    case Codebook::IQ3_XXS:
        return openAll<BlockIQ3_XXS>(blocks, nBlock, out);
    case Codebook::IQ3_S:
        return openAll<BlockIQ3_S>(blocks, nBlock, out);
    }
}

} // namespace vitral::kernels
