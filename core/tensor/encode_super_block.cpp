// SPDX-License-Identifier: Apache-2.0
// Float to Q2_K .. Q6_K: the numbers come from scale_search, here they are packed (layouts in block_formats.h).

#include "core/tensor/block_codec.h"
#include "core/tensor/scale_search.h"

namespace vitral::codec {

namespace {

std::uint8_t byteOf(int value) {
    return static_cast<std::uint8_t>(value);
}

/// Two bits of each element: element 128 h + 32 k + l to bits 2k of out[32 h + l].
template <class Q>
void putTwoBits(const Q& twoBits, std::uint8_t* out) {
    for (int i = 0; i < 256; ++i) {
        std::uint8_t& byte = out[i / 128 * 32 + i % 32];
        const int shift = i % 128 / 32 * 2;
        byte = byteOf((shift == 0 ? 0 : byte) | twoBits(i) << shift);
    }
}

bool encodeQ2_K(const float* x, BlockQ2_K& block) {
    AffineBlock found;
    if (!searchAffine({16, 3, 15}, x, found))
        return false;
    block.d = found.d;
    block.dmin = found.dmin;
    for (int j = 0; j < 16; ++j)
        block.scales[j] = byteOf(found.scale[j] | found.minimum[j] << 4);
    putTwoBits([&](int i) { return found.q[i]; }, block.qs);
    return true;
}

bool encodeQ3_K(const float* x, BlockQ3_K& block) {
    SignedBlock found;
    if (!searchSigned({4, 32}, x, found))
        return false;
    block.d = found.d;
    std::memset(block.scales, 0, sizeof(block.scales));
    for (int j = 0; j < 16; ++j) {
        const int scale = found.scale[j] + 32;
        std::uint8_t& low = block.scales[j % 8];
        std::uint8_t& high = block.scales[8 + j % 4];
        low = byteOf(low | (scale & 15) << (j < 8 ? 0 : 4));
        high = byteOf(high | (scale >> 4) << (2 * (j / 4)));
    }
    putTwoBits([&](int i) { return (found.q[i] + 4) & 3; }, block.qs);
    std::memset(block.hmask, 0, sizeof(block.hmask));
    for (int i = 0; i < 256; ++i)
        block.hmask[i % 32] = byteOf(block.hmask[i % 32] | ((found.q[i] + 4) >> 2) << (i / 32));
    return true;
}

void packScaleMin(const AffineBlock& found, std::uint8_t* scales) {
    for (int j = 0; j < 4; ++j) {
        scales[j] = byteOf(found.scale[j] | (found.scale[j + 4] >> 4) << 6);
        scales[j + 4] = byteOf(found.minimum[j] | (found.minimum[j + 4] >> 4) << 6);
        scales[j + 8] = byteOf((found.scale[j + 4] & 15) | (found.minimum[j + 4] & 15) << 4);
    }
}

/// Low four bits: element 64 h + l in the low nibble of qs[32 h + l], element 64 h + 32 + l in the high one.
void packNibbles(const AffineBlock& found, std::uint8_t* qs) {
    for (int h = 0; h < 4; ++h)
        for (int l = 0; l < 32; ++l)
            qs[32 * h + l] = byteOf((found.q[64 * h + l] & 15) | (found.q[64 * h + 32 + l] & 15) << 4);
}

bool encodeQ4_K(const float* x, BlockQ4_K& block) {
    AffineBlock found;
    if (!searchAffine({32, 15, 63}, x, found))
        return false;
    block.d = found.d;
    block.dmin = found.dmin;
    packScaleMin(found, block.scales);
    packNibbles(found, block.qs);
    return true;
}

bool encodeQ5_K(const float* x, BlockQ5_K& block) {
    AffineBlock found;
    if (!searchAffine({32, 31, 63}, x, found))
        return false;
    block.d = found.d;
    block.dmin = found.dmin;
    packScaleMin(found, block.scales);
    packNibbles(found, block.qs);
    std::memset(block.qh, 0, sizeof(block.qh));
    for (int i = 0; i < 256; ++i)
        block.qh[i % 32] = byteOf(block.qh[i % 32] | (found.q[i] >> 4) << (i / 32));
    return true;
}

bool encodeQ6_K(const float* x, BlockQ6_K& block) {
    SignedBlock found;
    if (!searchSigned({32, 128}, x, found))
        return false;
    block.d = found.d;
    for (int j = 0; j < 16; ++j)
        block.scales[j] = static_cast<std::int8_t>(found.scale[j]);
    for (int h = 0; h < 2; ++h) {
        for (int l = 0; l < 32; ++l) {
            const auto q = [&](int k) { return found.q[128 * h + 32 * k + l] + 32; };
            block.ql[64 * h + l] = byteOf((q(0) & 15) | (q(2) & 15) << 4);
            block.ql[64 * h + 32 + l] = byteOf((q(1) & 15) | (q(3) & 15) << 4);
            block.qh[32 * h + l] = byteOf(q(0) >> 4 | (q(1) >> 4) << 2 | (q(2) >> 4) << 4 | (q(3) >> 4) << 6);
        }
    }
    return true;
}

} // namespace

EncodeFunction superBlockEncoder(DType type) {
    switch (type) {
    case DType::Q2_K:
        return encodeRow<BlockQ2_K, 256, encodeQ2_K>;
    case DType::Q3_K:
        return encodeRow<BlockQ3_K, 256, encodeQ3_K>;
    case DType::Q4_K:
        return encodeRow<BlockQ4_K, 256, encodeQ4_K>;
    case DType::Q5_K:
        return encodeRow<BlockQ5_K, 256, encodeQ5_K>;
    case DType::Q6_K:
        return encodeRow<BlockQ6_K, 256, encodeQ6_K>;
    default:
        return nullptr;
    }
}

} // namespace vitral::codec
