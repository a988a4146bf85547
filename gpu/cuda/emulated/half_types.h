// SPDX-License-Identifier: Apache-2.0
#pragma once
// half, __nv_bfloat16 and their pairs as CUDA names them, for kernels on the emulated device. Conversions round to
// nearest even, as the device's do; arithmetic is done in f32 and rounded, which for one operation is the same.

#include "core/kernels/convert.h"

#include <cmath>
#include <cstdint>

struct __half {
    std::uint16_t bits_;
    __half() = default;
    __half(float f) : bits_(vitral::kernels::f32ToHalf(f)) {}
    operator float() const { return vitral::kernels::halfToF32(bits_); }
};
using half = __half;

struct __nv_bfloat16 {
    std::uint16_t bits_;
    __nv_bfloat16() = default;
    __nv_bfloat16(float f) {
        const std::uint32_t bits = vitral::kernels::floatToBits(f);
        bits_ = (bits & 0x7fffffffu) > 0x7f800000u
                    ? static_cast<std::uint16_t>(0x7fff)
                    : static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }
    operator float() const { return vitral::kernels::bf16ToF32(bits_); }
};
using nv_bfloat16 = __nv_bfloat16;

struct alignas(4) __half2 {
    __half x, y;
};
using half2 = __half2;
struct alignas(4) __nv_bfloat162 {
    __nv_bfloat16 x, y;
};
using nv_bfloat162 = __nv_bfloat162;

inline float __half2float(__half h) {
    return h;
}
inline __half __float2half(float f) {
    return {f};
}
inline __half __float2half_rn(float f) {
    return {f};
}
inline __half __ushort_as_half(std::uint16_t bits) {
    __half h;
    h.bits_ = bits;
    return h;
}
inline std::uint16_t __half_as_ushort(__half h) {
    return h.bits_;
}
inline __half2 __halves2half2(__half a, __half b) {
    return {a, b};
}
inline __half2 __floats2half2_rn(float a, float b) {
    return {__half(a), __half(b)};
}
inline __half2 __float2half2_rn(float a) {
    return {__half(a), __half(a)};
}
inline __half2 __half2half2(__half a) {
    return {a, a};
}
inline float __low2float(__half2 h) {
    return h.x;
}
inline float __high2float(__half2 h) {
    return h.y;
}
inline __half __low2half(__half2 h) {
    return h.x;
}
inline __half __high2half(__half2 h) {
    return h.y;
}
inline __half __hadd(__half a, __half b) {
    return {float(a) + float(b)};
}
inline __half __hsub(__half a, __half b) {
    return {float(a) - float(b)};
}
inline __half __hmul(__half a, __half b) {
    return {float(a) * float(b)};
}
inline __half2 __hadd2(__half2 a, __half2 b) {
    return {__hadd(a.x, b.x), __hadd(a.y, b.y)};
}
inline __half2 __hsub2(__half2 a, __half2 b) {
    return {__hsub(a.x, b.x), __hsub(a.y, b.y)};
}
inline __half2 __hmul2(__half2 a, __half2 b) {
    return {__hmul(a.x, b.x), __hmul(a.y, b.y)};
}
/// One rounding: the sum of an exact product and a half fits a double.
inline __half __hfma(__half a, __half b, __half c) {
    return {static_cast<float>(static_cast<double>(float(a)) * static_cast<double>(float(b)) +
                               static_cast<double>(float(c)))};
}
inline __half2 __hfma2(__half2 a, __half2 b, __half2 c) {
    return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)};
}

inline float __bfloat162float(__nv_bfloat16 b) {
    return b;
}
inline __nv_bfloat16 __float2bfloat16(float f) {
    return {f};
}
inline __nv_bfloat16 __float2bfloat16_rn(float f) {
    return {f};
}
inline __nv_bfloat16 __ushort_as_bfloat16(std::uint16_t bits) {
    __nv_bfloat16 b;
    b.bits_ = bits;
    return b;
}
inline std::uint16_t __bfloat16_as_ushort(__nv_bfloat16 b) {
    return b.bits_;
}
inline __nv_bfloat162 __floats2bfloat162_rn(float a, float b) {
    return {__nv_bfloat16(a), __nv_bfloat16(b)};
}
inline __nv_bfloat162 __halves2bfloat162(__nv_bfloat16 a, __nv_bfloat16 b) {
    return {a, b};
}
inline float __low2float(__nv_bfloat162 b) {
    return b.x;
}
inline float __high2float(__nv_bfloat162 b) {
    return b.y;
}
