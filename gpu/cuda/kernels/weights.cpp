// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/kernels/weights.h"

#include "core/base/assert.h"
#include "core/kernels/convert.h"
#include "core/kernels/pack_weights.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace vitral::cuda {

namespace {
std::size_t roundUp16(std::size_t n) {
    return (n + 15) / 16 * 16;
}

void finish(DeviceWeights& w) {
    w.expertBytes = static_cast<std::size_t>(w.unitsPerExpert()) * w.unitBytes;
}

/// The power of two that brings `largest` into [1, 2); 1 for nothing and for what is not finite.
float intoOne(float largest) {
    if (!(largest > 0.0F) || !std::isfinite(largest))
        return 1.0F;
    return std::ldexp(1.0F, std::clamp(-std::ilogb(largest), -100, 100));
}
} // namespace

std::optional<DeviceWeights> deviceWeights(DType type, std::int64_t nIn, std::int64_t nOut, std::int64_t nExpert) {
    DeviceWeights w;
    w.dtype = type;
    w.nIn = nIn;
    w.nOut = nOut;
    w.nExpert = nExpert;
    if (const auto packed = kernels::packedLayout(type, nIn, nOut)) {
        const kernels::ScaleParts parts = kernels::scaleParts(packed->scale, packed->nBlock);
        w.layout = WeightLayout::Packed;
        w.value = packed->value;
        w.scale = packed->scale;
        w.bias = packed->bias;
        w.unitBytes = packed->groupBytes;
        w.valueOffset = static_cast<std::uint32_t>(packed->valueOffset);
        w.minima = static_cast<std::uint32_t>(parts.minima);
        w.superScale = static_cast<std::uint32_t>(parts.superScale);
        w.superMin = static_cast<std::uint32_t>(parts.superMin);
        finish(w);
        return w;
    }
    switch (type) {
    case DType::F32:
    case DType::F16:
    case DType::BF16:
    case DType::IQ1_S:
    case DType::IQ1_M:
    case DType::IQ2_XXS:
    case DType::IQ2_XS:
    case DType::IQ2_S:
    case DType::IQ3_XXS:
    case DType::IQ3_S:
    case DType::TQ1_0:
    case DType::TQ2_0:
        w.rowStride = roundUp16(rowBytes(type, nIn));
        w.unitBytes = 16 * w.rowStride;
        finish(w);
        return w;
    default:
        return std::nullopt;
    }
}

void packUnit(const DeviceWeights& w, const std::byte* file, std::int64_t iUnit, std::byte* to) {
    const std::int64_t iExpert = iUnit / w.unitsPerExpert();
    const std::int64_t iOut = iUnit % w.unitsPerExpert() * 16;
    const std::int64_t n = std::min<std::int64_t>(16, w.nOut - iOut);
    const std::size_t oneRow = rowBytes(w.dtype, w.nIn);
    const std::byte* from = file + static_cast<std::size_t>(iExpert * w.nOut + iOut) * oneRow;
    if (w.layout == WeightLayout::Packed) {
        kernels::packGroup(w.dtype, *kernels::packedLayout(w.dtype, w.nIn, w.nOut), from, n, to);
        return;
    }
    std::memset(to, 0, w.unitBytes);
    for (std::int64_t i = 0; i < n; ++i)
        std::memcpy(to + static_cast<std::size_t>(i) * w.rowStride, from + static_cast<std::size_t>(i) * oneRow,
                    oneRow);
}

DeviceWeights denseWeights(const TensorView& view, bool exact) {
    const std::int64_t nTap = view.shape.rank == 4 ? view.shape[2] * view.shape[3] : 1;
    DeviceWeights w;
    w.dtype = exact ? DType::F32 : DType::F16;
    w.nIn = nTap * paddedChannels(view.shape[1]);
    w.nOut = view.shape[0];
    w.rowStride = roundUp16(rowBytes(w.dtype, w.nIn));
    w.unitBytes = 16 * w.rowStride;
    finish(w);
    return w;
}

void packDenseUnit(const DeviceWeights& w, const TensorView& view, std::int64_t iUnit, std::byte* to, float* scales) {
    const std::int64_t nChannel = view.shape[1];
    const std::int64_t nTap = view.shape.rank == 4 ? view.shape[2] * view.shape[3] : 1;
    const std::int64_t padded = paddedChannels(nChannel);
    const auto nIn = static_cast<std::size_t>(nChannel * nTap);
    const std::size_t oneRow = rowBytes(view.dtype, nChannel * nTap);
    std::vector<float> row(nIn);
    std::memset(to, 0, w.unitBytes);
    std::fill_n(scales, 16, 1.0F);
    for (std::int64_t i = 0; i < std::min<std::int64_t>(16, w.nOut - iUnit * 16); ++i, to += w.rowStride) {
        const auto done = dequantizeRow(
            view.dtype, view.bytes.subspan(static_cast<std::size_t>(iUnit * 16 + i) * oneRow, oneRow), row);
        VITRAL_ASSERT(done.has_value(), "the type was checked before");
        float scale = 1.0F;
        if (w.dtype == DType::F16) {
            float largest = 0;
            for (const float v : row)
                largest = std::max(largest, std::fabs(v));
            scale = intoOne(largest);
            scales[i] = 1.0F / scale;
        }
        for (std::int64_t tap = 0; tap < nTap; ++tap)
            for (std::int64_t c = 0; c < nChannel; ++c) {
                const float v = row[static_cast<std::size_t>(c * nTap + tap)] * scale;
                const auto at = static_cast<std::size_t>(tap * padded + c);
                if (w.dtype == DType::F16) {
                    const std::uint16_t half = kernels::f32ToHalf(v);
                    std::memcpy(to + at * 2, &half, 2);
                } else {
                    std::memcpy(to + at * 4, &v, 4);
                }
            }
    }
}

} // namespace vitral::cuda
