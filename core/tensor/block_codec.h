// SPDX-License-Identifier: Apache-2.0
#pragma once
// Inside core/tensor only: one function per block format, and the loop that runs it over a row.

#include "core/tensor/block_formats.h"
#include "core/tensor/quantize.h"

#include <cstring>

namespace vitral::codec {

/// Elements of block type B, from its name in dtype.h; specialised by the loops below through the callers.
template <class Block, int kLen, void (*decode)(const Block&, float*)>
void decodeRow(const std::byte* src, std::size_t n, float* dst) {
    for (std::size_t i = 0; i < n; i += kLen, src += sizeof(Block), dst += kLen) {
        Block block;
        std::memcpy(&block, src, sizeof(Block));
        decode(block, dst);
    }
}

/// encode returns false where a scale does not fit a half.
template <class Block, int kLen, bool (*encode)(const float*, Block&)>
bool encodeRow(const float* src, std::size_t n, std::byte* dst) {
    for (std::size_t i = 0; i < n; i += kLen, src += kLen, dst += sizeof(Block)) {
        Block block;
        if (!encode(src, block))
            return false;
        std::memcpy(dst, &block, sizeof(Block));
    }
    return true;
}

// All: n is a multiple of the block length, src holds that many blocks.
using DecodeFunction = void (*)(const std::byte* src, std::size_t n, float* dst);
using EncodeFunction = bool (*)(const float* src, std::size_t n, std::byte* dst);
/// Null where the type is not known to that file.
[[nodiscard]] DecodeFunction simpleDecoder(DType type);     ///< plain numbers, blocks of 32, ternary
[[nodiscard]] DecodeFunction superBlockDecoder(DType type); ///< Q2_K .. Q8_K
[[nodiscard]] DecodeFunction codebookDecoder(DType type);   ///< IQ1 .. IQ4
[[nodiscard]] EncodeFunction simpleEncoder(DType type);
[[nodiscard]] EncodeFunction superBlockEncoder(DType type);

} // namespace vitral::codec
