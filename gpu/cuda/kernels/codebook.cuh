// SPDX-License-Identifier: Apache-2.0
#pragma once
// Eight neighbouring weights of the codebook and ternary types, opened on the device. Blocks:
// core/tensor/block_formats.h.

#include "core/tensor/block_formats.h"
#include "core/tensor/dtype.h"
#include "gpu/cuda/kernels/ptx.cuh"

#include <array>

namespace vitral::cuda {

namespace codebook {
#include "core/tensor/iq_grids_data.inc"

/// Packed rows of kBits-wide numbers to rows of bytes, at compile time (as core/tensor/iq_grids.cpp).
template <class Row, int kBits, std::size_t kRows, std::size_t kValues>
struct Rows {
    Row row[kRows];
};
template <class Row, int kBits, std::size_t kRows, std::size_t kValues>
constexpr Rows<Row, kBits, kRows, kValues> expand(const std::uint16_t (&packed)[kRows],
                                                  const std::uint8_t (&values)[kValues]) {
    Rows<Row, kBits, kRows, kValues> rows{};
    for (std::size_t i = 0; i < kRows; ++i)
        for (std::size_t e = 0; e < sizeof(Row); ++e)
            rows.row[i] |= static_cast<Row>(values[(packed[i] >> (kBits * e)) & ((1U << kBits) - 1)]) << (8 * e);
    return rows;
}
static __device__ const auto kIq2Xxs = expand<std::uint64_t, 2>(kPackedIq2Xxs, kPackedIq2XxsValues);
static __device__ const auto kIq2Xs = expand<std::uint64_t, 2>(kPackedIq2Xs, kPackedIq2XsValues);
static __device__ const auto kIq2S = expand<std::uint64_t, 2>(kPackedIq2S, kPackedIq2SValues);
static __device__ const auto kIq3Xxs = expand<std::uint32_t, 3>(kPackedIq3Xxs, kPackedIq3XxsValues);
static __device__ const auto kIq3S = expand<std::uint32_t, 3>(kPackedIq3S, kPackedIq3SValues);
static __device__ const auto kIq1 = expand<std::uint64_t, 2>(kPackedIq1, kPackedIq1Values);
} // namespace codebook

__device__ inline std::uint32_t bytes2(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8;
}
__device__ inline std::uint32_t bytes4(const std::uint8_t* at) {
    return bytes2(at) | bytes2(at + 2) << 16;
}
__device__ inline std::uint32_t eightSigns(std::uint32_t seven) {
    seven &= 127U;
    return seven | (static_cast<std::uint32_t>(__popc(seven)) & 1U) << 7;
}
/// y = step * row * sign.
__device__ inline void signedRow(float step, std::uint64_t row, std::uint32_t signs, float (&y)[8]) {
#pragma unroll
    for (int e = 0; e < 8; ++e) {
        const float value = step * static_cast<float>(static_cast<std::uint32_t>(row >> (8 * e)) & 255U);
        y[e] = ((signs >> e) & 1U) != 0 ? -value : value;
    }
}
__device__ inline void ternaryRow(float step, std::uint64_t row, float delta, float (&y)[8]) {
#pragma unroll
    for (int e = 0; e < 8; ++e)
        y[e] = step *
               (static_cast<float>(static_cast<int>(static_cast<std::uint32_t>(row >> (8 * e)) & 255U) - 1) + delta);
}

/// Bytes of a block of 256 elements; 0 for other types.
__device__ inline int codebookBytes(DType type) {
    switch (type) {
    case DType::IQ1_S:
        return sizeof(BlockIQ1_S);
    case DType::IQ1_M:
        return sizeof(BlockIQ1_M);
    case DType::IQ2_XXS:
        return sizeof(BlockIQ2_XXS);
    case DType::IQ2_XS:
        return sizeof(BlockIQ2_XS);
    case DType::IQ2_S:
        return sizeof(BlockIQ2_S);
    case DType::IQ3_XXS:
        return sizeof(BlockIQ3_XXS);
    case DType::IQ3_S:
        return sizeof(BlockIQ3_S);
    case DType::TQ1_0:
        return sizeof(BlockTQ1_0);
    case DType::TQ2_0:
        return sizeof(BlockTQ2_0);
    default:
        return 0;
    }
}

/// y = elements 8 g .. 8 g + 7 of the block of 256 that begins at p (any address).
__device__ inline void openEight(DType type, const std::uint8_t* p, int g, float (&y)[8]) {
    const auto half = [&](int at) { return halfToFloat(static_cast<std::uint16_t>(bytes2(p + at))); };
    const auto quarter = [](float d, std::uint32_t scale) { return d * (0.5F + static_cast<float>(scale)) * 0.25F; };
    const int b = g / 4; // 32 elements
    switch (type) {
    case DType::IQ2_XXS: {
        const std::uint32_t extra = bytes4(p + 2 + 8 * b + 4);
        signedRow(quarter(half(0), extra >> 28), codebook::kIq2Xxs.row[p[2 + 8 * b + g % 4]],
                  eightSigns(extra >> (7 * (g % 4))), y);
        break;
    }
    case DType::IQ2_XS: {
        const std::uint32_t q = bytes2(p + 2 + 2 * g);
        const std::uint32_t scale = (p[66 + b] >> (g % 4 / 2 * 4)) & 15;
        signedRow(quarter(half(0), scale), codebook::kIq2Xs.row[q & 511U], eightSigns(q >> 9), y);
        break;
    }
    case DType::IQ2_S: {
        const std::uint32_t scale = (p[74 + b] >> (g % 4 / 2 * 4)) & 15;
        const int row = p[2 + g] | ((p[66 + b] >> (g % 4 * 2)) & 3) << 8;
        signedRow(quarter(half(0), scale), codebook::kIq2S.row[row], p[34 + g], y);
        break;
    }
    case DType::IQ3_XXS: {
        const std::uint32_t extra = bytes4(p + 66 + 4 * b);
        const float step = half(0) * (0.5F + static_cast<float>(extra >> 28)) * 0.5F;
        const std::uint64_t row =
            codebook::kIq3Xxs.row[p[2 + 2 * g]] | static_cast<std::uint64_t>(codebook::kIq3Xxs.row[p[3 + 2 * g]]) << 32;
        signedRow(step, row, eightSigns(extra >> (7 * (g % 4))), y);
        break;
    }
    case DType::IQ3_S: {
        const float step = half(0) * static_cast<float>(1 + 2 * ((p[106 + b / 2] >> (b % 2 * 4)) & 15));
        const int high = p[66 + b] >> (g % 4 * 2);
        const std::uint64_t row = codebook::kIq3S.row[p[2 + 2 * g] | (high & 1) << 8] |
                                  static_cast<std::uint64_t>(codebook::kIq3S.row[p[3 + 2 * g] | (high >> 1 & 1) << 8])
                                      << 32;
        signedRow(step, row, p[74 + g], y);
        break;
    }
    case DType::IQ1_S: {
        const std::uint32_t extra = bytes2(p + 34 + 2 * b);
        const float step = half(0) * static_cast<float>(2 * ((extra >> 12) & 7U) + 1);
        ternaryRow(step, codebook::kIq1.row[p[2 + g] | ((extra >> (3 * (g % 4))) & 7U) << 8],
                   (extra & 0x8000U) != 0 ? -0.125F : 0.125F, y);
        break;
    }
    case DType::IQ1_M: {
        std::uint32_t bits = 0;
        for (int i = 0; i < 4; ++i)
            bits |= bytes2(p + 48 + 2 * i) >> 12 << (4 * i);
        const float d = halfToFloat(static_cast<std::uint16_t>(bits));
        const int sub = g / 2;
        const float step = d * static_cast<float>(2 * ((bytes2(p + 48 + 2 * (sub / 4)) >> (sub % 4 * 3)) & 7U) + 1);
        const int nibble = p[32 + g / 2] >> (g % 2 * 4);
        ternaryRow(step, codebook::kIq1.row[p[g] | (nibble & 7) << 8], (nibble & 8) != 0 ? -0.125F : 0.125F, y);
        break;
    }
    case DType::TQ1_0: {
        const float d = half(52);
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const int i = 8 * g + e;
            const int k = i < 160 ? i / 32 : i < 240 ? (i - 160) / 16 : (i - 240) / 4;
            const int at = i < 160 ? i % 32 : i < 240 ? 32 + (i - 160) % 16 : 48 + (i - 240) % 4;
            const int power = k == 0 ? 1 : k == 1 ? 3 : k == 2 ? 9 : k == 3 ? 27 : 81;
            y[e] = d * static_cast<float>(((((p[at] * power) & 255) * 3) >> 8) - 1);
        }
        break;
    }
    case DType::TQ2_0: {
        const float d = half(64);
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const int i = 8 * g + e;
            y[e] = d * static_cast<float>(((p[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2)) & 3) - 1);
        }
        break;
    }
    default:
#pragma unroll
        for (int e = 0; e < 8; ++e)
            y[e] = 0.0F;
    }
}

} // namespace vitral::cuda
