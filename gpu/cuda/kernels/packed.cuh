// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading core/kernels/packed.h's layout on the device: the unsigned bytes of a vector, the scales of outputs.

#include "gpu/cuda/kernels/ptx.cuh"
#include "gpu/cuda/kernels/weights.h"

namespace vitral::cuda {

using kernels::ScaleKind;
using kernels::ValueKind;

/// Values of IQ4_NL and IQ4_XS (first) and of MXFP4, as signed bytes, four to a word, the lowest first.
struct LookupTable {
    std::uint32_t word[4];
};
__device__ inline LookupTable lookupTable(bool mxfp4) {
    if (mxfp4)
        return {{0x03020100U, 0x0c080604U, 0xfdfeff00U, 0xf4f8fafcU}};
    return {{0xbfad9881U, 0xf6eaddcfU, 0x26190d01U, 0x71594535U}};
}

/// The four low nibbles (even) and the four high ones (odd) of a word as table values.
struct NibblePair {
    std::uint32_t low, high;
};
__device__ inline NibblePair lookUp(const LookupTable& table, std::uint32_t q) {
    const std::uint32_t choose =
        0x32103210U | ((q & 0x88888888U) >> 1); // byte i, of the upper eight where bit 3 is set
    std::uint32_t part[2];
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const std::uint32_t at = q >> (16 * i);
        part[i] = bytePermute(bytePermute(table.word[0], table.word[1], at),
                              bytePermute(table.word[2], table.word[3], at), choose >> (16 * i));
    }
    return {bytePermute(part[0], part[1], 0x6420U), bytePermute(part[0], part[1], 0x7531U)};
}

/// 2^(e - 128), also where that is denormal (MXFP4 and the emulated device agree with core/tensor).
__device__ inline float exponentScale(std::uint32_t e) {
    return bitsAs<float>(e < 2 ? 0x00200000U << e : (e - 1) << 23);
}

/// What 16 inputs of one output are multiplied with: weight = scale * q - minimum (q as stored, bias still in it).
struct RunScale {
    float scale, minimum;
};

template <class T>
__device__ inline T loadAs(const std::byte* at) {
    return *reinterpret_cast<const T*>(at);
}

/// Scale of run `run` (0: inputs 0..15 of block b, 1: the rest) of output r of a unit.
__device__ inline RunScale runScale(ScaleKind kind, const DeviceWeights& w, const std::byte* unit, std::int64_t b,
                                    int run, int r) {
    const auto half = [&](std::size_t at) { return halfToFloat(loadAs<std::uint16_t>(unit + at)); };
    const auto byteAt = [&](std::size_t at) { return static_cast<std::uint32_t>(loadAs<std::uint8_t>(unit + at)); };
    const auto place = static_cast<std::size_t>(b * 16 + r);
    const auto place16 = static_cast<std::size_t>((b * 2 + run) * 16 + r);
    const auto super = static_cast<std::size_t>(b / 8 * 16 + r) * 2;
    switch (kind) {
    case ScaleKind::Half:
        return {half(place * 2), 0.0F};
    case ScaleKind::HalfMin:
        return {half(place * 2), -half(w.minima + place * 2)};
    case ScaleKind::Exponent:
        return {exponentScale(byteAt(place)), 0.0F};
    case ScaleKind::Super:
        return {half(w.superScale + super) * static_cast<float>(static_cast<std::int8_t>(byteAt(place))), 0.0F};
    case ScaleKind::SuperMin:
        return {half(w.superScale + super) * static_cast<float>(byteAt(place)),
                half(w.superMin + super) * static_cast<float>(byteAt(w.minima + place))};
    case ScaleKind::Super16:
        return {half(w.superScale + super) * static_cast<float>(static_cast<std::int8_t>(byteAt(place16))), 0.0F};
    case ScaleKind::SuperMin16:
        return {half(w.superScale + super) * static_cast<float>(byteAt(place16) & 15U),
                half(w.superMin + super) * static_cast<float>(byteAt(place16) >> 4)};
    }
    return {0.0F, 0.0F};
}

} // namespace vitral::cuda
