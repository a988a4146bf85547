// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/kernels/kv.h"

#include "gpu/cuda/kernels/kv.cuh"

namespace vitral::cuda {

namespace {

/// A warp a row, head and 32 dimensions; K's pieces first, then V's.
__global__ void __launch_bounds__(256)
    kvStoreKernel(KvDeviceLayout layout, std::byte* layerData, const float* k, std::int64_t kStride, const float* v,
                  std::int64_t vStride, BatchRows rows) {
    const int piecesK = (layout.strideK + 31) / 32, piecesV = (layout.strideV + 31) / 32;
    const int perHead = piecesK + piecesV;
    const std::int64_t i = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
    if (i >= rows.nRow * layout.nKvHead * perHead)
        return;
    const std::int64_t row = i / (layout.nKvHead * perHead);
    const int head = static_cast<int>(i / perHead % layout.nKvHead);
    const bool isValue = i % perHead >= piecesK;
    const int piece = static_cast<int>(i % perHead) - (isValue ? piecesK : 0);
    const int d = piece * 32 + static_cast<int>(threadIdx.x % 32);
    const int dim = isValue ? layout.headDimV : layout.headDimK;
    const float* from = isValue ? v + row * vStride : k + row * kStride;
    const float x = d < dim ? from[static_cast<std::int64_t>(head) * dim + d] : 0.0F;
    const std::int32_t position = rows.positions[row];
    const std::int32_t block =
        rows.blocks[static_cast<std::int64_t>(rows.sequence[row]) * rows.blockStride + position / kernels::kKvTokens];
    const KvPart part = kvPart(layout, layerData + static_cast<std::size_t>(block) * layout.blockBytes, head, isValue);
    const int slot = position % kernels::kKvTokens;
    const std::int64_t at = static_cast<std::int64_t>(slot) * part.stride + d;
    if (layout.format == kernels::KvFormat::Q8_0) { // core/kernels/scalar/attention.cpp, storeQ8Group
        const std::uint16_t half = floatToHalf(warpMax(fabsf(x)) / 127.0F);
        const float stored = halfToFloat(half);
        const float q = rintf(x * (stored > 0 ? 1.0F / stored : 0.0F));
        if (d < part.stride)
            reinterpret_cast<std::int8_t*>(part.values)[at] = static_cast<std::int8_t>(q < -127.0F  ? -127.0F
                                                                                       : q > 127.0F ? 127.0F
                                                                                                    : q);
        if (threadIdx.x % 32 == 0 && piece * 32 < dim)
            reinterpret_cast<std::uint16_t*>(part.scales)[slot * ((dim + 31) / 32) + piece] = half;
    } else if (d < part.stride) {
        if (layout.format == kernels::KvFormat::F32)
            reinterpret_cast<float*>(part.values)[at] = x;
        else
            reinterpret_cast<std::uint16_t*>(part.values)[at] = floatToHalf(x);
    }
}

__global__ void __launch_bounds__(256)
    kvReadKernel(KvDeviceLayout layout, std::byte* layerData, const std::int32_t* blocks, int head, std::int64_t first,
                 std::int64_t n, bool isValue, float* out) {
    const int dim = isValue ? layout.headDimV : layout.headDimK;
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= n * dim)
        return;
    const std::int64_t position = first + i / dim;
    const auto block = static_cast<std::size_t>(blocks[position / kernels::kKvTokens]);
    const KvPart part = kvPart(layout, layerData + block * layout.blockBytes, head, isValue);
    out[i] = kvElement(layout, part, dim, static_cast<int>(position % kernels::kKvTokens), static_cast<int>(i % dim));
}

std::uint32_t roundUp(std::uint32_t n, std::uint32_t to) {
    return (n + to - 1) / to * to;
}

} // namespace

KvDeviceLayout deviceKvLayout(std::int32_t nKvHead, std::int32_t headDimK, std::int32_t headDimV,
                              kernels::KvFormat format) {
    using kernels::KvFormat;
    const bool scaled = format == KvFormat::Q8_0;
    const std::uint32_t element = format == KvFormat::F32 ? 4 : format == KvFormat::F16 ? 2 : 1;
    const auto dk = static_cast<std::uint32_t>(headDimK), dv = static_cast<std::uint32_t>(headDimV);
    KvDeviceLayout layout{};
    layout.nKvHead = nKvHead;
    layout.headDimK = headDimK;
    layout.headDimV = headDimV;
    layout.strideK = static_cast<std::int32_t>(roundUp(dk, scaled ? 16 : 8));
    layout.strideV = static_cast<std::int32_t>(roundUp(dv, scaled ? 16 : 8));
    layout.format = format;
    constexpr std::uint32_t tokens = kernels::kKvTokens;
    layout.kScaleOffset = tokens * static_cast<std::uint32_t>(layout.strideK) * element;
    layout.vOffset = layout.kScaleOffset + (scaled ? roundUp(tokens * ((dk + 31) / 32) * 2, 64) : 0);
    layout.vScaleOffset = layout.vOffset + tokens * static_cast<std::uint32_t>(layout.strideV) * element;
    layout.headBytes = roundUp(layout.vScaleOffset + (scaled ? tokens * ((dv + 31) / 32) * 2 : 0), 64);
    layout.blockBytes = static_cast<std::size_t>(nKvHead) * layout.headBytes;
    return layout;
}

void launchKvStore(const KvDeviceLayout& layout, std::byte* layerData, const float* k, std::int64_t kStride,
                   const float* v, std::int64_t vStride, const BatchRows& rows, Stream stream) {
    const std::int64_t nWarp = rows.nRow * layout.nKvHead * ((layout.strideK + 31) / 32 + (layout.strideV + 31) / 32);
    if (nWarp > 0)
        VITRAL_LAUNCH(kvStoreKernel, static_cast<unsigned>((nWarp + 7) / 8), 256, 0, stream, layout, layerData, k,
                      kStride, v, vStride, rows);
}

void launchKvRead(const KvDeviceLayout& layout, const std::byte* layerData, const std::int32_t* blocks,
                  std::int32_t iKvHead, std::int64_t first, std::int64_t n, bool values, float* out, Stream stream) {
    const std::int64_t count = n * (values ? layout.headDimV : layout.headDimK);
    if (count > 0)
        VITRAL_LAUNCH(kvReadKernel, static_cast<unsigned>((count + 255) / 256), 256, 0, stream, layout,
                      const_cast<std::byte*>(layerData), blocks, iKvHead, first, n, values, out);
}

} // namespace vitral::cuda
