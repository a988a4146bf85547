// SPDX-License-Identifier: Apache-2.0
#include "core/kernels/pack_weights.h"

#include "core/tensor/block_formats.h"

#include <array>
#include <cstring>
#include <new>
#include <utility>

namespace vitral::kernels {

namespace {

template <std::size_t... I>
constexpr std::array<std::uint8_t, 16> biased(const std::int8_t (&table)[16], std::index_sequence<I...>) {
    return {static_cast<std::uint8_t>(table[I] + 128)...};
}
constexpr auto kIq4Lut = biased(kIq4Values, std::make_index_sequence<16>{});
constexpr auto kMxfp4Lut = biased(kMxfp4Values, std::make_index_sequence<16>{});

struct Kinds {
    DType type;
    ValueKind value;
    ScaleKind scale;
    std::int32_t bias;
    const std::uint8_t* lut;
};
constexpr Kinds kKinds[] = {
    {DType::Q8_0, ValueKind::V8, ScaleKind::Half, 128, nullptr},
    {DType::Q4_0, ValueKind::V4, ScaleKind::Half, 8, nullptr},
    {DType::Q4_1, ValueKind::V4, ScaleKind::HalfMin, 0, nullptr},
    {DType::Q5_0, ValueKind::V5, ScaleKind::Half, 16, nullptr},
    {DType::Q5_1, ValueKind::V5, ScaleKind::HalfMin, 0, nullptr},
    {DType::IQ4_NL, ValueKind::Lut4, ScaleKind::Half, 128, kIq4Lut.data()},
    {DType::MXFP4, ValueKind::Lut4, ScaleKind::Exponent, 128, kMxfp4Lut.data()},
    {DType::IQ4_XS, ValueKind::Lut4, ScaleKind::Super, 128, kIq4Lut.data()},
    {DType::Q2_K, ValueKind::V2, ScaleKind::SuperMin16, 0, nullptr},
    {DType::Q3_K, ValueKind::V3, ScaleKind::Super16, 4, nullptr},
    {DType::Q4_K, ValueKind::V4, ScaleKind::SuperMin, 0, nullptr},
    {DType::Q5_K, ValueKind::V5, ScaleKind::SuperMin, 0, nullptr},
    {DType::Q6_K, ValueKind::V6, ScaleKind::Super16, 32, nullptr},
};

/// The block whose bytes were copied to aligned storage.
template <class Block>
const Block& as(const std::byte* storage) {
    return *std::launder(reinterpret_cast<const Block*>(storage));
}

/// Where the scales of one block of one row go.
struct ScaleSink {
    std::byte* group;
    ScaleParts parts;
    std::size_t iBlock, iRow;

    void half(HalfBits bits) const { std::memcpy(group + (iBlock * 16 + iRow) * 2, &bits, 2); }
    void halfMinimum(HalfBits bits) const { std::memcpy(group + parts.minima + (iBlock * 16 + iRow) * 2, &bits, 2); }
    void small(int scale) const { group[iBlock * 16 + iRow] = static_cast<std::byte>(scale); }
    void smallMinimum(int minimum) const { group[parts.minima + iBlock * 16 + iRow] = static_cast<std::byte>(minimum); }
    void small16(int iHalf, int scale) const {
        group[(iBlock * 2 + static_cast<std::size_t>(iHalf)) * 16 + iRow] = static_cast<std::byte>(scale);
    }
    void super(HalfBits d) const { std::memcpy(group + parts.superScale + (iBlock / 8 * 16 + iRow) * 2, &d, 2); }
    void superMinimum(HalfBits d) const { std::memcpy(group + parts.superMin + (iBlock / 8 * 16 + iRow) * 2, &d, 2); }
};

void nibbles(const std::uint8_t* qs, std::uint8_t* q) {
    for (int i = 0; i < 16; ++i) {
        q[i] = qs[i] & 15;
        q[i + 16] = qs[i] >> 4;
    }
}
void fifthBits(const std::uint8_t* qh, std::uint8_t* q) {
    for (int i = 0; i < 32; ++i)
        q[i] = static_cast<std::uint8_t>(q[i] | ((qh[i / 8] >> (i % 8)) & 1) << 4);
}

/// The 32 values of sub-block j of a block (0 for types of 32) as unsigned bytes, and its scales.
/// Layouts: core/tensor/block_formats.h.
void openBlock(DType type, const std::byte* storage, int j, std::uint8_t* q, const ScaleSink& to) {
    switch (type) {
    case DType::Q4_0:
    case DType::IQ4_NL: {
        const auto& block = as<BlockQ4_0>(storage);
        nibbles(block.qs, q);
        to.half(block.d);
        break;
    }
    case DType::Q4_1: {
        const auto& block = as<BlockQ4_1>(storage);
        nibbles(block.qs, q);
        to.half(block.d);
        to.halfMinimum(block.m);
        break;
    }
    case DType::Q5_0: {
        const auto& block = as<BlockQ5_0>(storage);
        nibbles(block.qs, q);
        fifthBits(block.qh, q);
        to.half(block.d);
        break;
    }
    case DType::Q5_1: {
        const auto& block = as<BlockQ5_1>(storage);
        nibbles(block.qs, q);
        fifthBits(block.qh, q);
        to.half(block.d);
        to.halfMinimum(block.m);
        break;
    }
    case DType::MXFP4: {
        const auto& block = as<BlockMXFP4>(storage);
        nibbles(block.qs, q);
        to.small(block.e);
        break;
    }
    case DType::IQ4_XS: {
        const auto& block = as<BlockIQ4_XS>(storage);
        nibbles(block.qs + 16 * j, q);
        const int low = (block.scalesLow[j / 2] >> (j % 2 * 4)) & 15;
        to.small((low | ((block.scalesHigh >> (2 * j)) & 3) << 4) - 32);
        to.super(block.d);
        break;
    }
    case DType::Q4_K: {
        const auto& block = as<BlockQ4_K>(storage);
        for (int i = 0; i < 32; ++i)
            q[i] = (block.qs[j / 2 * 32 + i] >> (j % 2 * 4)) & 15;
        const ScaleMin packed = unpackScaleMin(block.scales, j);
        to.small(packed.scale);
        to.smallMinimum(packed.minimum);
        to.super(block.d);
        to.superMinimum(block.dmin);
        break;
    }
    case DType::Q5_K: {
        const auto& block = as<BlockQ5_K>(storage);
        for (int i = 0; i < 32; ++i)
            q[i] = static_cast<std::uint8_t>(((block.qs[j / 2 * 32 + i] >> (j % 2 * 4)) & 15) | ((block.qh[i] >> j) & 1)
                                                                                                    << 4);
        const ScaleMin packed = unpackScaleMin(block.scales, j);
        to.small(packed.scale);
        to.smallMinimum(packed.minimum);
        to.super(block.d);
        to.superMinimum(block.dmin);
        break;
    }
    case DType::Q6_K: {
        const auto& block = as<BlockQ6_K>(storage);
        const int h = j / 4;
        const int k = j % 4;
        for (int i = 0; i < 32; ++i)
            q[i] = static_cast<std::uint8_t>(((block.ql[64 * h + 32 * (k % 2) + i] >> (k / 2 * 4)) & 15) |
                                             ((block.qh[32 * h + i] >> (2 * k)) & 3) << 4);
        to.small16(0, block.scales[2 * j]);
        to.small16(1, block.scales[2 * j + 1]);
        to.super(block.d);
        break;
    }
    case DType::Q3_K: {
        const auto& block = as<BlockQ3_K>(storage);
        for (int i = 0; i < 32; ++i)
            q[i] = static_cast<std::uint8_t>(((block.qs[j / 4 * 32 + i] >> (j % 4 * 2)) & 3) |
                                             ((block.hmask[i] >> j) & 1) << 2);
        to.small16(0, unpackQ3Scale(block.scales, 2 * j) - 32);
        to.small16(1, unpackQ3Scale(block.scales, 2 * j + 1) - 32);
        to.super(block.d);
        break;
    }
    case DType::Q2_K: {
        const auto& block = as<BlockQ2_K>(storage);
        for (int i = 0; i < 32; ++i)
            q[i] = (block.qs[j / 4 * 32 + i] >> (j % 4 * 2)) & 3;
        to.small16(0, block.scales[2 * j]);
        to.small16(1, block.scales[2 * j + 1]);
        to.super(block.d);
        to.superMinimum(block.dmin);
        break;
    }
    default:
        break;
    }
}

std::uint32_t four(const std::uint8_t* q) {
    std::uint32_t v;
    std::memcpy(&v, q, 4);
    return v;
}
void put(std::byte* at, std::size_t vector, std::size_t iRow, std::uint32_t v) {
    std::memcpy(at + vector * 64 + iRow * 4, &v, 4);
}

/// 32 values of one row into the planes of a block. A shift never carries between bytes: the masks come first.
void packValues(ValueKind kind, const std::uint8_t* q, std::size_t iRow, std::byte* block) {
    if (kind == ValueKind::V8) {
        for (std::size_t j = 0; j < 8; ++j)
            put(block, j, iRow, four(q + 4 * j));
        return;
    }
    if (kind != ValueKind::V3 && kind != ValueKind::V2) {
        for (std::size_t j = 0; j < 4; ++j)
            put(block, j, iRow, (four(q + 4 * j) & 0x0f0f0f0fU) | (four(q + 16 + 4 * j) & 0x0f0f0f0fU) << 4);
        block += 256;
    }
    // What is left: one or two planes of two bits, then one plane of one bit.
    const int shift2 = kind == ValueKind::V6 ? 4 : 0;
    if (kind == ValueKind::V6 || kind == ValueKind::V3 || kind == ValueKind::V2) {
        for (std::size_t half = 0; half < 2; ++half) {
            std::uint32_t plane = 0;
            for (std::size_t j = 0; j < 4; ++j)
                plane |= ((four(q + half * 16 + 4 * j) >> shift2) & 0x03030303U) << (2 * j);
            put(block, half, iRow, plane);
        }
        block += 128;
    }
    if (kind == ValueKind::V5 || kind == ValueKind::V3) {
        std::uint32_t plane = 0;
        for (std::size_t j = 0; j < 8; ++j)
            plane |= ((four(q + 4 * j) >> (kind == ValueKind::V5 ? 4 : 2)) & 0x01010101U) << j;
        put(block, 0, iRow, plane);
    }
}

} // namespace

std::optional<PackedWeights> packedLayout(DType type, std::int64_t nIn, std::int64_t nOut) {
    for (const Kinds& kinds : kKinds) {
        if (kinds.type != type)
            continue;
        PackedWeights w{};
        w.nBlock = nIn / 32;
        w.nOut = nOut;
        w.bias = kinds.bias;
        w.value = kinds.value;
        w.scale = kinds.scale;
        w.lut = kinds.lut;
        w.valueOffset = scaleParts(kinds.scale, w.nBlock).end;
        w.groupBytes = w.valueOffset + static_cast<std::size_t>(w.nBlock) * valueBytes(kinds.value);
        return w;
    }
    return std::nullopt;
}

void packGroup(DType type, const PackedWeights& layout, const std::byte* rows, std::int64_t nRow, std::byte* to) {
    const std::size_t oneRow = rowBytes(type, layout.nBlock * 32);
    const auto blockBytes = static_cast<std::size_t>(dtypeInfo(type).blockBytes);
    const int nSub = dtypeInfo(type).blockLen / 32;
    if (nRow < 16)
        std::memset(to, 0, layout.groupBytes);
    ScaleSink sink{to, scaleParts(layout.scale, layout.nBlock), 0, 0};
    std::byte* values = to + layout.valueOffset;
    const std::size_t valueStep = valueBytes(layout.value);
    for (std::int64_t b = 0; b < layout.nBlock; b += nSub, values += valueStep * static_cast<std::size_t>(nSub))
        for (std::size_t r = 0; r < static_cast<std::size_t>(nRow); ++r) {
            const std::byte* from = rows + r * oneRow + static_cast<std::size_t>(b / nSub) * blockBytes;
            sink.iRow = r;
            sink.iBlock = static_cast<std::size_t>(b);
            if (type == DType::Q8_0) { // no detour: the bytes are there, but for the bias
                for (std::size_t j = 0; j < 8; ++j)
                    put(values, j, r, four(reinterpret_cast<const std::uint8_t*>(from) + 2 + 4 * j) ^ 0x80808080U);
                HalfBits d;
                std::memcpy(&d, from, 2);
                sink.half(d);
                continue;
            }
            alignas(16) std::byte storage[256];
            std::memcpy(storage, from, blockBytes);
            for (int j = 0; j < nSub; ++j) {
                alignas(16) std::uint8_t q[32];
                sink.iBlock = static_cast<std::size_t>(b + j);
                openBlock(type, storage, j, q, sink);
                packValues(layout.value, q, r, values + static_cast<std::size_t>(j) * valueStep);
            }
        }
}

} // namespace vitral::kernels
