// SPDX-License-Identifier: Apache-2.0
// Float to plain numbers and blocks of 32, with the rounding of the reference implementation, bit for bit.

#include "core/tensor/block_codec.h"

#include <algorithm>
#include <cmath>

namespace vitral::codec {

namespace {

/// False where the value overflows to infinity.
bool putHalf(float value, HalfBits& bits) {
    bits = floatToHalf(value);
    return (bits & 0x7C00) != 0x7C00;
}

/// 1 / d, or 0 for a scale so small that its inverse is not a number to count with.
float inverse(float d) {
    const float inverted = d == 0 ? 0.0F : 1.0F / d;
    return std::isfinite(inverted) ? inverted : 0.0F;
}

/// Smallest and largest of 32, each found in eight parts so that the compiler may use vectors.
struct Range {
    float low, high;
};
Range rangeOf(const float* x) {
    float low[8], high[8];
    for (int l = 0; l < 8; ++l)
        low[l] = high[l] = x[l];
    for (int i = 8; i < 32; i += 8) {
        for (int l = 0; l < 8; ++l) {
            low[l] = x[i + l] < low[l] ? x[i + l] : low[l];
            high[l] = high[l] < x[i + l] ? x[i + l] : high[l];
        }
    }
    return {*std::min_element(low, low + 8), *std::max_element(high, high + 8)};
}

/// The element of largest magnitude, the first of equals.
float extreme(const float* x) {
    const auto [low, high] = rangeOf(x);
    if (high != -low)
        return high > -low ? high : low;
    return *std::find_if(x, x + 32, [most = high](float value) { return std::fabs(value) == most; });
}

/// The nearest whole number, halves away from zero, held in -127..127.
int rounded(float value) {
    const float held = std::min(std::max(value, -127.0F), 127.0F);
    const int whole = static_cast<int>(held);
    const float rest = held - static_cast<float>(whole); // exact
    return whole + (rest >= 0.5F ? 1 : 0) - (rest <= -0.5F ? 1 : 0);
}

/// Truncated and held in 0..top; the argument carries its own rounding offset.
std::uint8_t truncated(float value, int top) {
    return static_cast<std::uint8_t>(std::clamp(value, 0.0F, static_cast<float>(top)));
}

void putNibbles(const std::uint8_t* q, std::uint8_t* qs) {
    for (int j = 0; j < 16; ++j)
        qs[j] = static_cast<std::uint8_t>((q[j] & 15) | (q[j + 16] & 15) << 4);
}

void putFifthBits(const std::uint8_t* q, std::uint8_t* qh) {
    for (int j = 0; j < 4; ++j) {
        qh[j] = 0;
        for (int bit = 0; bit < 8; ++bit)
            qh[j] = static_cast<std::uint8_t>(qh[j] | (q[8 * j + bit] >> 4) << bit);
    }
}

/// Q4_0 and Q5_0: the element of largest magnitude becomes -kHalfRange exactly.
template <int kHalfRange>
bool encodeSigned(const float* x, HalfBits& dBits, std::uint8_t* q) {
    const float d = extreme(x) / -kHalfRange;
    const float id = inverse(d);
    for (int i = 0; i < 32; ++i)
        q[i] = truncated(x[i] * id + (kHalfRange + 0.5F), 2 * kHalfRange - 1);
    return putHalf(d, dBits);
}

/// Q4_1 and Q5_1: the range from smallest to largest in kTop steps.
template <int kTop>
bool encodeRange(const float* x, HalfBits& dBits, HalfBits& mBits, std::uint8_t* q) {
    const auto [low, high] = rangeOf(x);
    const float m = low;
    const float d = (high - m) / kTop;
    const float id = inverse(d);
    for (int i = 0; i < 32; ++i)
        q[i] = truncated((x[i] - m) * id + 0.5F, kTop);
    return putHalf(d, dBits) && putHalf(m, mBits);
}

bool encodeQ4_0(const float* x, BlockQ4_0& block) {
    std::uint8_t q[32];
    const bool fits = encodeSigned<8>(x, block.d, q);
    putNibbles(q, block.qs);
    return fits;
}

bool encodeQ5_0(const float* x, BlockQ5_0& block) {
    std::uint8_t q[32];
    const bool fits = encodeSigned<16>(x, block.d, q);
    putNibbles(q, block.qs);
    putFifthBits(q, block.qh);
    return fits;
}

bool encodeQ4_1(const float* x, BlockQ4_1& block) {
    std::uint8_t q[32];
    const bool fits = encodeRange<15>(x, block.d, block.m, q);
    putNibbles(q, block.qs);
    return fits;
}

bool encodeQ5_1(const float* x, BlockQ5_1& block) {
    std::uint8_t q[32];
    const bool fits = encodeRange<31>(x, block.d, block.m, q);
    putNibbles(q, block.qs);
    putFifthBits(q, block.qh);
    return fits;
}

bool encodeQ8_0(const float* x, BlockQ8_0& block) {
    const float d = std::fabs(extreme(x)) / 127;
    const float id = inverse(d);
    for (int i = 0; i < 32; ++i)
        block.qs[i] = static_cast<std::int8_t>(rounded(x[i] * id));
    return putHalf(d, block.d);
}

bool encodeF32(const float* src, std::size_t n, std::byte* dst) {
    std::memcpy(dst, src, n * sizeof(float));
    return true;
}

bool encodeF16(const float* src, std::size_t n, std::byte* dst) {
    for (std::size_t i = 0; i < n; ++i) {
        HalfBits bits = 0;
        if (!putHalf(src[i], bits))
            return false;
        std::memcpy(dst + 2 * i, &bits, 2);
    }
    return true;
}

bool encodeBf16(const float* src, std::size_t n, std::byte* dst) {
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint16_t bits = floatToBfloat(src[i]);
        if ((bits & 0x7F80) == 0x7F80)
            return false;
        std::memcpy(dst + 2 * i, &bits, 2);
    }
    return true;
}

} // namespace

EncodeFunction simpleEncoder(DType type) {
    switch (type) {
    case DType::F32:
        return encodeF32;
    case DType::F16:
        return encodeF16;
    case DType::BF16:
        return encodeBf16;
    case DType::Q4_0:
        return encodeRow<BlockQ4_0, 32, encodeQ4_0>;
    case DType::Q4_1:
        return encodeRow<BlockQ4_1, 32, encodeQ4_1>;
    case DType::Q5_0:
        return encodeRow<BlockQ5_0, 32, encodeQ5_0>;
    case DType::Q5_1:
        return encodeRow<BlockQ5_1, 32, encodeQ5_1>;
    case DType::Q8_0:
        return encodeRow<BlockQ8_0, 32, encodeQ8_0>;
    default:
        return nullptr;
    }
}

} // namespace vitral::codec
