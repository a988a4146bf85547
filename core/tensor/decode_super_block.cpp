// SPDX-License-Identifier: Apache-2.0
// Q2_K to Q8_K to float. Index names as in block_formats.h: element 128 h + 32 k + l.

#include "core/tensor/block_codec.h"

namespace vitral::codec {

namespace {

void decodeQ2_K(const BlockQ2_K& block, float* y) {
    const float d = halfToFloat(block.d);
    const float dmin = halfToFloat(block.dmin);
    for (int i = 0; i < 256; ++i) {
        const std::uint8_t scale = block.scales[i / 16];
        const int q = (block.qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2)) & 3;
        const float step = d * static_cast<float>(scale & 15);
        y[i] = step * static_cast<float>(q) - dmin * static_cast<float>(scale >> 4);
    }
}

void decodeQ3_K(const BlockQ3_K& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int i = 0; i < 256; ++i) {
        const float step = d * static_cast<float>(unpackQ3Scale(block.scales, i / 16) - 32);
        const int low = (block.qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2)) & 3;
        const int high = (block.hmask[i % 32] >> (i / 32)) & 1;
        y[i] = step * static_cast<float>((low | high << 2) - 4);
    }
}

void decodeQ4_K(const BlockQ4_K& block, float* y) {
    const float d = halfToFloat(block.d);
    const float dmin = halfToFloat(block.dmin);
    for (int j = 0; j < 8; ++j) {
        const ScaleMin packed = unpackScaleMin(block.scales, j);
        const float step = d * static_cast<float>(packed.scale);
        const float minimum = dmin * static_cast<float>(packed.minimum);
        for (int l = 0; l < 32; ++l) {
            const int q = (block.qs[j / 2 * 32 + l] >> (j % 2 * 4)) & 15;
            y[32 * j + l] = step * static_cast<float>(q) - minimum;
        }
    }
}

void decodeQ5_K(const BlockQ5_K& block, float* y) {
    const float d = halfToFloat(block.d);
    const float dmin = halfToFloat(block.dmin);
    for (int j = 0; j < 8; ++j) {
        const ScaleMin packed = unpackScaleMin(block.scales, j);
        const float step = d * static_cast<float>(packed.scale);
        const float minimum = dmin * static_cast<float>(packed.minimum);
        for (int l = 0; l < 32; ++l) {
            const int low = (block.qs[j / 2 * 32 + l] >> (j % 2 * 4)) & 15;
            const int high = (block.qh[l] >> j) & 1;
            y[32 * j + l] = step * static_cast<float>(low | high << 4) - minimum;
        }
    }
}

void decodeQ6_K(const BlockQ6_K& block, float* y) {
    const float d = halfToFloat(block.d);
    for (int i = 0; i < 256; ++i) {
        const int h = i / 128, k = i % 128 / 32, l = i % 32;
        const int low = (block.ql[64 * h + 32 * (k % 2) + l] >> (k / 2 * 4)) & 15;
        const int high = (block.qh[32 * h + l] >> (2 * k)) & 3;
        y[i] = d * static_cast<float>(block.scales[i / 16]) * static_cast<float>((low | high << 4) - 32);
    }
}

void decodeQ8_K(const BlockQ8_K& block, float* y) {
    for (int i = 0; i < 256; ++i)
        y[i] = block.d * static_cast<float>(block.qs[i]);
}

} // namespace

DecodeFunction superBlockDecoder(DType type) {
    switch (type) {
    case DType::Q2_K:
        return decodeRow<BlockQ2_K, 256, decodeQ2_K>;
    case DType::Q3_K:
        return decodeRow<BlockQ3_K, 256, decodeQ3_K>;
    case DType::Q4_K:
        return decodeRow<BlockQ4_K, 256, decodeQ4_K>;
    case DType::Q5_K:
        return decodeRow<BlockQ5_K, 256, decodeQ5_K>;
    case DType::Q6_K:
        return decodeRow<BlockQ6_K, 256, decodeQ6_K>;
    case DType::Q8_K:
        return decodeRow<BlockQ8_K, 256, decodeQ8_K>;
    default:
        return nullptr;
    }
}

} // namespace vitral::codec
