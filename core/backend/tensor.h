// SPDX-License-Identifier: Apache-2.0
#pragma once
// Activations: f32 (or i32 for ids) rows in a Buffer of some Backend. A Tensor is a non-owning handle; only the backend
// that allocated it may follow `data`, which on a GPU is not a host address. Rows may be strided, so that one column
// range of a fused projection is a Tensor too.

#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

#include <cstddef>
#include <cstdint>

namespace vitral {

struct Tensor {
    void* data = nullptr;
    Shape shape;                ///< [rows, columns] in most operations
    std::int64_t rowStride = 0; ///< elements from one row to the next
    DType dtype = DType::F32;

    [[nodiscard]] bool empty() const { return data == nullptr; }
    [[nodiscard]] std::int64_t nRow() const { return shape.nRow(); }
    [[nodiscard]] std::int64_t nCol() const { return shape.nCol(); }
    [[nodiscard]] float* f32() const { return static_cast<float*>(data); }

    /// Rows [first, first + n) of a rank-2 tensor.
    [[nodiscard]] Tensor rows(std::int64_t first, std::int64_t n) const {
        Tensor t = *this;
        t.data = static_cast<std::byte*>(data) + static_cast<std::size_t>(first * rowStride) * 4;
        t.shape = Shape{n, nCol()};
        return t;
    }
    /// Columns [first, first + n) of a rank-2 tensor: same rows, same stride.
    [[nodiscard]] Tensor cols(std::int64_t first, std::int64_t n) const {
        Tensor t = *this;
        t.data = static_cast<std::byte*>(data) + static_cast<std::size_t>(first) * 4;
        t.shape = Shape{nRow(), n};
        return t;
    }
    /// [T, G * D] seen as [T * G, D] (packed rows only): per-head norms.
    [[nodiscard]] Tensor groups(std::int64_t n) const {
        VITRAL_ASSERT(rowStride == nCol() && nCol() % n == 0, "only packed rows can be regrouped");
        Tensor t = *this;
        t.shape = Shape{nRow() * n, nCol() / n};
        t.rowStride = nCol() / n;
        return t;
    }
};

} // namespace vitral
