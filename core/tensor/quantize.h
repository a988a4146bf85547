// SPDX-License-Identifier: Apache-2.0
#pragma once
// Block formats to and from float: the reference ("truth") versions. dequantizeRow is bit-for-bit what the published
// reference implementation gives; fast kernels are tested against it. Thread: any.

#include "core/base/result.h"
#include "core/tensor/dtype.h"

#include <cstddef>
#include <span>

namespace vitral {

[[nodiscard]] bool canDequantize(DType type);
[[nodiscard]] bool canQuantize(DType type);

/// src: packed elements of `type`; dst: f32 [n], n a multiple of the block length, n == dst.size().
/// Errors: Unsupported (type), InvalidArgument (sizes).
Result<void> dequantizeRow(DType type, std::span<const std::byte> src, std::span<float> dst);

/// src: f32 [n]; dst: rowBytes(type, n) bytes. Not-finite values are refused with InvalidArgument.
Result<void> quantizeRow(DType type, std::span<const float> src, std::span<std::byte> dst);

[[nodiscard]] float halfToFloat(std::uint16_t half);
[[nodiscard]] std::uint16_t floatToHalf(float value); ///< round to nearest even
[[nodiscard]] float bfloatToFloat(std::uint16_t bits);
[[nodiscard]] std::uint16_t floatToBfloat(float value); ///< round to nearest even; NaN stays NaN

} // namespace vitral
