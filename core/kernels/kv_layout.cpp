// SPDX-License-Identifier: Apache-2.0
#include "core/kernels/kv_layout.h"

#include "core/kernels/convert.h"

namespace vitral::kernels {

namespace {
constexpr std::size_t roundUp64(std::size_t n) {
    return (n + 63) / 64 * 64;
}
constexpr std::size_t elementBytes(KvFormat format) {
    return format == KvFormat::F32 ? 4 : format == KvFormat::F16 ? 2 : 1;
}

template <class T>
T load(const std::byte* at, std::size_t index) {
    T value;
    std::memcpy(&value, at + index * sizeof(T), sizeof(T));
    return value;
}

float element(KvFormat format, const std::byte* values, const std::byte* scales, std::size_t index,
              std::size_t scaleIndex) {
    switch (format) {
    case KvFormat::F32:
        return load<float>(values, index);
    case KvFormat::F16:
        return halfToF32(load<std::uint16_t>(values, index));
    case KvFormat::Q8_0:
        return static_cast<float>(load<std::int8_t>(values, index)) *
               halfToF32(load<std::uint16_t>(scales, scaleIndex));
    }
    return 0;
}
} // namespace

KvLayout makeKvLayout(std::int32_t nKvHead, std::int32_t headDimK, std::int32_t headDimV, KvFormat format) {
    KvLayout layout{};
    layout.nKvHead = nKvHead;
    layout.headDimK = headDimK;
    layout.headDimV = headDimV;
    layout.format = format;
    const auto dk = static_cast<std::size_t>(headDimK);
    const auto dv = static_cast<std::size_t>(headDimV);
    const bool scaled = format == KvFormat::Q8_0;
    layout.kScaleOffset = roundUp64(kKvTokens * dk * elementBytes(format));
    layout.vOffset = layout.kScaleOffset + (scaled ? (dk + 31) / 32 * kKvTokens * 2 : 0);
    layout.vScaleOffset = layout.vOffset + roundUp64(kKvTokens * dv * elementBytes(format));
    layout.headBytes = layout.vScaleOffset + (scaled ? (dv + 31) / 32 * kKvTokens * 2 : 0);
    layout.blockBytes = layout.headBytes * static_cast<std::size_t>(nKvHead);
    return layout;
}

float kvKey(const KvLayout& layout, const std::byte* head, std::int32_t slot, std::int32_t iDim) {
    const auto lane = static_cast<std::size_t>(slot);
    const auto d = static_cast<std::size_t>(iDim);
    return element(layout.format, head, head + layout.kScaleOffset, d * kKvTokens + lane, d / 32 * kKvTokens + lane);
}

float kvValue(const KvLayout& layout, const std::byte* head, std::int32_t slot, std::int32_t iDim) {
    const auto token = static_cast<std::size_t>(slot);
    const auto d = static_cast<std::size_t>(iDim);
    const auto dv = static_cast<std::size_t>(layout.headDimV);
    return element(layout.format, head + layout.vOffset, head + layout.vScaleOffset, token * dv + d,
                   token * ((dv + 31) / 32) + d / 32);
}

} // namespace vitral::kernels
