// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keys and values on the device. A block holds kKvTokens tokens; per K/V head K as [32 tokens][strideK], then V as
// [32 tokens][strideV]: rows of one token, as matrix instructions want both (the CPU keeps K the other way round).
// Strides are the head's dimensions rounded up to 8, zeros between. Q8_0: signed bytes (rows of strides rounded up to
// 16), then f16 scales per token and 32 dimensions. Thread: that of the stream.

#include "core/kernels/kernel_table.h"
#include "gpu/cuda/kernels/batch.h"
#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>

namespace vitral::cuda {

struct KvDeviceLayout {
    std::int32_t nKvHead;
    std::int32_t headDimK;
    std::int32_t headDimV;
    std::int32_t strideK; ///< elements from one token to the next
    std::int32_t strideV;
    kernels::KvFormat format;
    std::uint32_t kScaleOffset; ///< bytes from a head's start (Q8_0): [32][ceil(Dk / 32)]
    std::uint32_t vOffset;      ///< bytes from a head's start to V
    std::uint32_t vScaleOffset; ///< (Q8_0): [32][ceil(Dv / 32)]
    std::uint32_t headBytes;    ///< a multiple of 64
    std::size_t blockBytes;     ///< nKvHead * headBytes
};
KvDeviceLayout deviceKvLayout(std::int32_t nKvHead, std::int32_t headDimK, std::int32_t headDimV,
                              kernels::KvFormat format);

/// Writes k [nRow, K * Dk] and v [nRow, K * Dv] (strides in elements) at the rows' positions.
void launchKvStore(const KvDeviceLayout& layout, std::byte* layerData, const float* k, std::int64_t kStride,
                   const float* v, std::int64_t vStride, const BatchRows& rows, Stream stream);
/// out [n, D] = keys (or values) of one head at positions [first, first + n); blocks: device table of the sequence.
void launchKvRead(const KvDeviceLayout& layout, const std::byte* layerData, const std::int32_t* blocks,
                  std::int32_t iKvHead, std::int64_t first, std::int64_t n, bool values, float* out, Stream stream);

} // namespace vitral::cuda
