// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights as they lie in the device's memory. Two layouts, both lossless but for WeightForm::Bf16:
//
// Packed: core/kernels/packed.h, the same bytes as on the CPU. 16 outputs interleaved; a vector of 64 bytes holds four
//   inputs of each. A lane that reads 16 bytes gets four inputs (eight where a byte holds two values) of four outputs:
//   the loads of a warp are one stream, and a word of inputs serves four outputs. Types whose products meet 8-bit
//   inputs.
// Rows: the file's bytes, each output's row on a multiple of 16 bytes (F32, F16, BF16, codebook and ternary types:
// their
//   blocks of 50 to 110 bytes are read 16 bytes at a time into shared memory and opened there).
//
// Memory is cut into units of 16 outputs, so that files are uploaded piece by piece. Thread: any.

#include "core/kernels/packed.h"
#include "core/tensor/dtype.h"
#include "core/tensor/tensor_view.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace vitral::cuda {

enum class WeightLayout : std::uint8_t { Packed, Rows };

/// A matrix [nExpert][nOut][nIn] on the device; plain data, given to kernels by value.
struct DeviceWeights {
    const std::byte* data = nullptr; ///< device address, a multiple of 16
    const float* rowScale = nullptr; ///< device [nExpert * nOut], see launchRowScales; null: 1
    std::int64_t nIn = 0;
    std::int64_t nOut = 0;
    std::int64_t nExpert = 1;
    std::size_t unitBytes = 0;   ///< of 16 outputs: a packed group, or 16 rows
    std::size_t expertBytes = 0; ///< from one expert to the next: a whole number of units
    DType dtype = DType::F32;
    WeightLayout layout = WeightLayout::Rows;
    kernels::ValueKind value = kernels::ValueKind::V8; ///< Packed
    kernels::ScaleKind scale = kernels::ScaleKind::Half;
    std::int32_t bias = 0;
    std::uint32_t valueOffset = 0; ///< bytes from a unit's start, as in PackedWeights and ScaleParts
    std::uint32_t minima = 0;
    std::uint32_t superScale = 0;
    std::uint32_t superMin = 0;
    std::size_t rowStride = 0; ///< bytes (Rows)

    [[nodiscard]] std::int64_t unitsPerExpert() const { return (nOut + 15) / 16; }
    [[nodiscard]] std::int64_t nUnit() const { return nExpert * unitsPerExpert(); }
    [[nodiscard]] std::size_t totalBytes() const { return static_cast<std::size_t>(nExpert) * expertBytes; }
};

/// How a type lies on the device; nothing where it is no type of weights. nIn: a multiple of the type's block length.
std::optional<DeviceWeights> deviceWeights(DType type, std::int64_t nIn, std::int64_t nOut, std::int64_t nExpert = 1);

/// Makes unit `iUnit` (w.unitBytes at `to`, host memory, zeros where outputs are missing) from the file's bytes of the
/// whole matrix.
void packUnit(const DeviceWeights& w, const std::byte* file, std::int64_t iUnit, std::byte* to);

/// A weight [N, C] or [N, C, Kh, Kw] of WeightForm Exact (F32) or Bf16 (F16, each output times a power of two that
/// brings its largest value into [1, 2)): Rows with the inputs ordered [tap][channel], channels padded with zeros to a
/// multiple of 8. Whoever calls has checked shape, type and bytes (as core/backend/dense_weight.cpp does).
DeviceWeights denseWeights(const TensorView& view, bool exact);
/// Unit `iUnit` of it; `scales` [16] gets what products of these outputs are multiplied with (1 where exact).
void packDenseUnit(const DeviceWeights& w, const TensorView& view, std::int64_t iUnit, std::byte* to, float* scales);

/// Channels of a picture as convolutions want them.
[[nodiscard]] constexpr std::int64_t paddedChannels(std::int64_t n) {
    return (n + 7) / 8 * 8;
}

} // namespace vitral::cuda
