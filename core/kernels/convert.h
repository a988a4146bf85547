// SPDX-License-Identifier: Apache-2.0
#pragma once
// Half-precision conversions for kernels, without a library call. Internal linkage on purpose: files compiled for
// different instruction sets must not share one copy. Same results as core/tensor/quantize.h (tested). Thread: any.

#include <cstdint>
#include <cstring>

namespace vitral::kernels {

static inline float bitsToFloat(std::uint32_t bits) {
    float f;
    std::memcpy(&f, &bits, 4);
    return f;
}
static inline std::uint32_t floatToBits(float f) {
    std::uint32_t bits;
    std::memcpy(&bits, &f, 4);
    return bits;
}

/// IEEE binary16 to binary32, exact.
static inline float halfToF32(std::uint16_t h) {
    const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16;
    const std::uint32_t magnitude = h & 0x7fffu;
    if (magnitude >= 0x7c00u) // infinity, NaN
        return bitsToFloat(sign | 0x7f800000u | (magnitude << 13));
    if (magnitude >= 0x0400u) // normal: rebias the exponent
        return bitsToFloat(sign | ((magnitude << 13) + 0x38000000u));
    const float f = static_cast<float>(magnitude) * 0x1.0p-24F; // subnormal
    return bitsToFloat(sign | floatToBits(f));
}

/// IEEE binary32 to binary16, round to nearest even.
static inline std::uint16_t f32ToHalf(float value) {
    const std::uint32_t bits = floatToBits(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) // NaN keeps its top payload bits, quiet
        return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
    if (magnitude >= 0x477ff000u) // rounds to 65536 or more
        return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude < 0x38800000u) { // subnormal half: let the float adder round at 2^-24
        const float shifted = bitsToFloat(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign | (floatToBits(shifted) - 0x3f000000u));
    }
    const std::uint32_t odd = (magnitude >> 13) & 1u;
    return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

static inline float bf16ToF32(std::uint16_t b) {
    return bitsToFloat(static_cast<std::uint32_t>(b) << 16);
}

} // namespace vitral::kernels
