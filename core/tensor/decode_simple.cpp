// SPDX-License-Identifier: Apache-2.0
// Plain numbers, blocks of 32 and the ternary types to float.

#include "core/tensor/block_codec.h"

namespace vitral::codec {

namespace {

void decodeQ4_0(const BlockQ4_0& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int j = 0; j < 16; ++j) {
        y[j] = d * static_cast<float>((block.qs[j] & 15) - 8);
        y[j + 16] = d * static_cast<float>((block.qs[j] >> 4) - 8);
    }
}

void decodeQ4_1(const BlockQ4_1& block, float* y) {
    const float d = halfToFloat(block.d);
    const float m = halfToFloat(block.m);
    for (int j = 0; j < 16; ++j) {
        y[j] = d * static_cast<float>(block.qs[j] & 15) + m;
        y[j + 16] = d * static_cast<float>(block.qs[j] >> 4) + m;
    }
}

/// The five-bit number i of Q5_0 and Q5_1.
template <class Block>
int fiveBits(const Block& block, int i) {
    const int low = i < 16 ? block.qs[i] & 15 : block.qs[i - 16] >> 4;
    return low | ((block.qh[i / 8] >> (i % 8)) & 1) << 4;
}

void decodeQ5_0(const BlockQ5_0& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int i = 0; i < 32; ++i)
        y[i] = d * static_cast<float>(fiveBits(block, i) - 16);
}

void decodeQ5_1(const BlockQ5_1& block, float* y) {
    const float d = halfToFloat(block.d);
    const float m = halfToFloat(block.m);
    for (int i = 0; i < 32; ++i)
        y[i] = d * static_cast<float>(fiveBits(block, i)) + m;
}

template <class Block> // BlockQ8_0, BlockQ8_1
void decodeQ8(const Block& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int i = 0; i < 32; ++i)
        y[i] = static_cast<float>(block.qs[i]) * d;
}

void decodeMxfp4(const BlockMXFP4& block, float* y) {
    // 2^(e - 128): the doubled table needs half the block's scale.
    const std::uint32_t bits = block.e < 2 ? 0x00200000U << block.e : static_cast<std::uint32_t>(block.e - 1) << 23;
    float d = 0;
    std::memcpy(&d, &bits, sizeof(d));
    for (int j = 0; j < 16; ++j) {
        y[j] = d * static_cast<float>(kMxfp4Values[block.qs[j] & 15]);
        y[j + 16] = d * static_cast<float>(kMxfp4Values[block.qs[j] >> 4]);
    }
}

/// Trit k, most significant first, of a byte that holds them as a fraction of 256.
float trit(std::uint8_t byte, int k) {
    constexpr std::uint8_t kPower[5] = {1, 3, 9, 27, 81};
    const auto shifted = static_cast<std::uint8_t>(byte * kPower[k]); // drops the trits before k
    return static_cast<float>(((shifted * 3) >> 8) - 1);
}

void decodeTq1_0(const BlockTQ1_0& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int k = 0; k < 5; ++k)
        for (int l = 0; l < 32; ++l)
            y[32 * k + l] = d * trit(block.qs[l], k);
    for (int k = 0; k < 5; ++k)
        for (int l = 0; l < 16; ++l)
            y[160 + 16 * k + l] = d * trit(block.qs[32 + l], k);
    for (int k = 0; k < 4; ++k)
        for (int l = 0; l < 4; ++l)
            y[240 + 4 * k + l] = d * trit(block.qh[l], k);
}

void decodeTq2_0(const BlockTQ2_0& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int i = 0; i < 256; ++i)
        y[i] = d * static_cast<float>(((block.qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2)) & 3) - 1);
}

template <class T>
void decodeNumbers(const std::byte* src, std::size_t n, float* dst) {
    for (std::size_t i = 0; i < n; ++i) {
        T value;
        std::memcpy(&value, src + i * sizeof(T), sizeof(T));
        dst[i] = static_cast<float>(value);
    }
}

template <float (*convert)(std::uint16_t)>
void decodeSixteen(const std::byte* src, std::size_t n, float* dst) {
    for (std::size_t i = 0; i < n; ++i) {
        std::uint16_t bits;
        std::memcpy(&bits, src + i * sizeof(bits), sizeof(bits));
        dst[i] = convert(bits);
    }
}

} // namespace

DecodeFunction simpleDecoder(DType type) {
    switch (type) {
    case DType::F32:
        return decodeNumbers<float>;
    case DType::F64:
        return decodeNumbers<double>;
    case DType::I8:
        return decodeNumbers<std::int8_t>;
    case DType::I16:
        return decodeNumbers<std::int16_t>;
    case DType::I32:
        return decodeNumbers<std::int32_t>;
    case DType::I64:
        return decodeNumbers<std::int64_t>;
    case DType::F16:
        return decodeSixteen<halfToFloat>;
    case DType::BF16:
        return decodeSixteen<bfloatToFloat>;
    case DType::Q4_0:
        return decodeRow<BlockQ4_0, 32, decodeQ4_0>;
    case DType::Q4_1:
        return decodeRow<BlockQ4_1, 32, decodeQ4_1>;
    case DType::Q5_0:
        return decodeRow<BlockQ5_0, 32, decodeQ5_0>;
    case DType::Q5_1:
        return decodeRow<BlockQ5_1, 32, decodeQ5_1>;
    case DType::Q8_0:
        return decodeRow<BlockQ8_0, 32, decodeQ8<BlockQ8_0>>;
    case DType::Q8_1:
        return decodeRow<BlockQ8_1, 32, decodeQ8<BlockQ8_1>>;
    case DType::MXFP4:
        return decodeRow<BlockMXFP4, 32, decodeMxfp4>;
    case DType::TQ1_0:
        return decodeRow<BlockTQ1_0, 256, decodeTq1_0>;
    case DType::TQ2_0:
        return decodeRow<BlockTQ2_0, 256, decodeTq2_0>;
    default:
        return nullptr;
    }
}

} // namespace vitral::codec
