// SPDX-License-Identifier: Apache-2.0
#pragma once
// A typed, shaped look at bytes that somebody else owns (a mapped file, mostly). Never owns; the bytes must outlive it.

#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

#include <cstddef>
#include <span>

namespace vitral {

struct TensorView {
    DType dtype = DType::F32;
    Shape shape;
    std::span<const std::byte> bytes; ///< packed rows, length == rowBytes(dtype, nCol) * nRow

    [[nodiscard]] bool empty() const { return bytes.empty(); }
};

} // namespace vitral
