// SPDX-License-Identifier: Apache-2.0
// The codebook types (IQ1 .. IQ4) to float. Index names: b = 32 elements, g = a group of 8 (IQ1, IQ2) or 4 (IQ3).

#include "core/tensor/block_codec.h"
#include "core/tensor/iq_grids.h"

namespace vitral::codec {

namespace {

constexpr float kIq1Delta = 0.125F;

/// Element e of a table row, whose bytes are packed with element 0 lowest.
int rowByte(std::uint64_t row, int e) {
    return static_cast<int>((row >> (8 * e)) & 255);
}

/// y[0..7] = step * row * sign.
void putEight(float step, std::uint64_t row, std::uint8_t signs, float* y) {
    for (int e = 0; e < 8; ++e) {
        const float value = step * static_cast<float>(rowByte(row, e));
        y[e] = (signs >> e & 1) != 0 ? -value : value;
    }
}
void putFour(float step, std::uint32_t row, std::uint32_t signs, float* y) {
    for (int e = 0; e < 4; ++e) {
        const float value = step * static_cast<float>(rowByte(row, e));
        y[e] = (signs >> e & 1) != 0 ? -value : value;
    }
}

std::uint32_t readU32(const void* at) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    return value;
}

float quarterStep(float d, int scale) {
    return d * (0.5F + static_cast<float>(scale)) * 0.25F;
}

void decodeIq2Xxs(const BlockIQ2_XXS& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int b = 0; b < 8; ++b) {
        const std::uint32_t rows = readU32(block.qs + 4 * b);
        const std::uint32_t extra = readU32(block.qs + 4 * b + 2);
        const float step = quarterStep(d, static_cast<int>(extra >> 28));
        for (int g = 0; g < 4; ++g)
            putEight(step, kIq2XxsGrid[rows >> (8 * g) & 255], expandSigns(extra >> (7 * g)), y + 32 * b + 8 * g);
    }
}

void decodeIq2Xs(const BlockIQ2_XS& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int g = 0; g < 32; ++g) {
        const float step = quarterStep(d, block.scales[g / 4] >> (g % 4 / 2 * 4) & 15);
        putEight(step, kIq2XsGrid[block.qs[g] & 511], expandSigns(block.qs[g] >> 9), y + 8 * g);
    }
}

void decodeIq2S(const BlockIQ2_S& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int g = 0; g < 32; ++g) {
        const float step = quarterStep(d, block.scales[g / 4] >> (g % 4 / 2 * 4) & 15);
        const int row = block.qs[g] | (block.qh[g / 4] >> (g % 4 * 2) & 3) << 8;
        putEight(step, kIq2SGrid[row], block.signs[g], y + 8 * g);
    }
}

void decodeIq3Xxs(const BlockIQ3_XXS& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int b = 0; b < 8; ++b) {
        const std::uint32_t extra = readU32(block.gas + 4 * b);
        const float step = d * (0.5F + static_cast<float>(extra >> 28)) * 0.5F;
        for (int g = 0; g < 8; ++g) {
            const std::uint32_t signs = expandSigns(extra >> (7 * (g / 2))) >> (g % 2 * 4);
            putFour(step, kIq3XxsGrid[block.qs[8 * b + g]], signs, y + 32 * b + 4 * g);
        }
    }
}

void decodeIq3S(const BlockIQ3_S& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int g = 0; g < 64; ++g) {
        const int b = g / 8;
        const float step = d * static_cast<float>(1 + 2 * (block.scales[b / 2] >> (b % 2 * 4) & 15));
        const int row = block.qs[g] | (block.qh[b] >> (g % 8) & 1) << 8;
        putFour(step, kIq3SGrid[row], static_cast<std::uint32_t>(block.signs[g / 2] >> (g % 2 * 4)), y + 4 * g);
    }
}

/// y[0..7] = step * (row + delta); the table's bytes are -1, 0, 1 raised by one.
void putTernary(float step, std::uint64_t row, float delta, float* y) {
    for (int e = 0; e < 8; ++e)
        y[e] = step * (static_cast<float>(rowByte(row, e) - 1) + delta);
}

void decodeIq1S(const BlockIQ1_S& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int b = 0; b < 8; ++b) {
        const int extra = block.qh[b];
        const float step = d * static_cast<float>(2 * (extra >> 12 & 7) + 1);
        const float delta = (extra & 0x8000) != 0 ? -kIq1Delta : kIq1Delta;
        for (int g = 0; g < 4; ++g) {
            const int row = block.qs[4 * b + g] | (extra >> (3 * g) & 7) << 8;
            putTernary(step, kIq1Grid[row], delta, y + 32 * b + 8 * g);
        }
    }
}

void decodeIq1M(const BlockIQ1_M& block, float* y) {
    std::uint16_t scales[4];
    std::memcpy(scales, block.scales, sizeof(scales));
    int half = 0;
    for (int i = 0; i < 4; ++i)
        half |= scales[i] >> 12 << (4 * i);
    const float d = halfToFloat(static_cast<HalfBits>(half));
    for (int g = 0; g < 32; ++g) {
        const int sub = g / 2; // 16 elements
        const float step = d * static_cast<float>(2 * (scales[sub / 4] >> (sub % 4 * 3) & 7) + 1);
        const int nibble = block.qh[g / 2] >> (g % 2 * 4);
        const float delta = (nibble & 8) != 0 ? -kIq1Delta : kIq1Delta;
        putTernary(step, kIq1Grid[block.qs[g] | (nibble & 7) << 8], delta, y + 8 * g);
    }
}

void decodeIq4Nl(const BlockIQ4_NL& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int j = 0; j < 16; ++j) {
        y[j] = d * static_cast<float>(kIq4Values[block.qs[j] & 15]);
        y[j + 16] = d * static_cast<float>(kIq4Values[block.qs[j] >> 4]);
    }
}

void decodeIq4Xs(const BlockIQ4_XS& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int b = 0; b < 8; ++b) {
        const int scale = (block.scalesLow[b / 2] >> (b % 2 * 4) & 15) | (block.scalesHigh >> (2 * b) & 3) << 4;
        const float step = d * static_cast<float>(scale - 32);
        for (int j = 0; j < 16; ++j) {
            const std::uint8_t byte = block.qs[16 * b + j];
            y[32 * b + j] = step * static_cast<float>(kIq4Values[byte & 15]);
            y[32 * b + j + 16] = step * static_cast<float>(kIq4Values[byte >> 4]);
        }
    }
}

} // namespace

DecodeFunction codebookDecoder(DType type) {
    switch (type) {
    case DType::IQ1_S:
        return decodeRow<BlockIQ1_S, 256, decodeIq1S>;
    case DType::IQ1_M:
        return decodeRow<BlockIQ1_M, 256, decodeIq1M>;
    case DType::IQ2_XXS:
        return decodeRow<BlockIQ2_XXS, 256, decodeIq2Xxs>;
    case DType::IQ2_XS:
        return decodeRow<BlockIQ2_XS, 256, decodeIq2Xs>;
    case DType::IQ2_S:
        return decodeRow<BlockIQ2_S, 256, decodeIq2S>;
    case DType::IQ3_XXS:
        return decodeRow<BlockIQ3_XXS, 256, decodeIq3Xxs>;
    case DType::IQ3_S:
        return decodeRow<BlockIQ3_S, 256, decodeIq3S>;
    case DType::IQ4_NL:
        return decodeRow<BlockIQ4_NL, 32, decodeIq4Nl>;
    case DType::IQ4_XS:
        return decodeRow<BlockIQ4_XS, 256, decodeIq4Xs>;
    default:
        return nullptr;
    }
}

} // namespace vitral::codec
