// SPDX-License-Identifier: Apache-2.0
#pragma once
// Addresses and elements of kv.h's blocks on the device.

#include "gpu/cuda/kernels/kv.h"
#include "gpu/cuda/kernels/ptx.cuh"

namespace vitral::cuda {

/// Keys or values of one head in one block.
struct KvPart {
    std::byte* values;
    std::byte* scales;
    std::int32_t stride; ///< elements from one token to the next
};
__device__ inline KvPart kvPart(const KvDeviceLayout& layout, std::byte* block, int head, bool isValue) {
    std::byte* at = block + static_cast<std::size_t>(head) * layout.headBytes;
    if (isValue)
        return {at + layout.vOffset, at + layout.vScaleOffset, layout.strideV};
    return {at, at + layout.kScaleOffset, layout.strideK};
}
/// dim: the head's dimensions.
__device__ inline float kvElement(const KvDeviceLayout& layout, const KvPart& part, int dim, int slot, int d) {
    const std::int64_t at = static_cast<std::int64_t>(slot) * part.stride + d;
    switch (layout.format) {
    case kernels::KvFormat::F32:
        return reinterpret_cast<const float*>(part.values)[at];
    case kernels::KvFormat::F16:
        return halfToFloat(reinterpret_cast<const std::uint16_t*>(part.values)[at]);
    case kernels::KvFormat::Q8_0:
        return static_cast<float>(reinterpret_cast<const std::int8_t*>(part.values)[at]) *
               halfToFloat(reinterpret_cast<const std::uint16_t*>(part.scales)[slot * ((dim + 31) / 32) + d / 32]);
    }
    return 0.0F;
}

/// Eight neighbouring elements of F32 or Q8_0 as halves, at `to` (16 bytes of shared memory). d: a multiple of 8 below
/// the stride.
__device__ inline void openEightElements(std::uint16_t* to, const KvDeviceLayout& layout, const KvPart& part, int dim,
                                         int slot, int d, bool valid) {
    const std::int64_t at = static_cast<std::int64_t>(slot) * part.stride + d;
    std::uint32_t two[4] = {};
    if (valid && layout.format == kernels::KvFormat::F32) {
        const auto* from = reinterpret_cast<const float*>(part.values) + at;
#pragma unroll
        for (int i = 0; i < 4; ++i)
            two[i] = packHalves(from[2 * i], from[2 * i + 1]);
    } else if (valid) {
        const auto bytes = *reinterpret_cast<const uint2*>(part.values + at);
        const float scale =
            d < dim
                ? halfToFloat(reinterpret_cast<const std::uint16_t*>(part.scales)[slot * ((dim + 31) / 32) + d / 32])
                : 0.0F;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const std::uint32_t word = (i < 2 ? bytes.x : bytes.y) >> (i % 2 * 16);
            two[i] = packHalves(scale * static_cast<float>(static_cast<std::int8_t>(word & 255U)),
                                scale * static_cast<float>(static_cast<std::int8_t>((word >> 8) & 255U)));
        }
    }
    *reinterpret_cast<Quad*>(to) = {two[0], two[1], two[2], two[3]};
}

} // namespace vitral::cuda
