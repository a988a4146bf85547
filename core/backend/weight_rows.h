// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weight rows as f32, by the reference dequantisation of core/tensor.

#include "core/backend/cpu_backend.h"

namespace vitral {

/// Row iRow of the matrix (rows of all experts counted through) into out [E].
void weightRow(const CpuMatrix& weight, std::int64_t iRow, float* out);
/// The same for any packed run of n elements. Returns false where the type is not known.
bool dequantizePacked(DType type, const std::byte* bytes, float* out, std::int64_t n);

} // namespace vitral
