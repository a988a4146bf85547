// SPDX-License-Identifier: Apache-2.0
#pragma once
// Shapes are row-major and in NumPy order: dims[0] is the outermost axis, dims[rank - 1] the contiguous one. GGUF's
// reversed order is flipped once, in core/io. Axis letters everywhere: T tokens, H heads, K key/value heads, D head
// dimension, E embedding, F feed-forward, V vocabulary, L layers.

#include "core/base/assert.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace vitral {

struct Shape {
    static constexpr int kMaxRank = 4;
    std::array<std::int64_t, kMaxRank> dims{};
    int rank = 0;

    Shape() = default;
    Shape(std::initializer_list<std::int64_t> list) {
        VITRAL_ASSERT(list.size() <= kMaxRank, "a shape has at most four axes");
        for (const std::int64_t dim : list)
            dims[static_cast<std::size_t>(rank++)] = dim;
    }

    [[nodiscard]] std::int64_t operator[](int axis) const { return dims[static_cast<std::size_t>(axis)]; }
    [[nodiscard]] std::int64_t count() const {
        std::int64_t n = 1;
        for (int i = 0; i < rank; ++i)
            n *= dims[static_cast<std::size_t>(i)];
        return n;
    }
    /// Elements of the contiguous axis; 1 for a scalar.
    [[nodiscard]] std::int64_t nCol() const { return rank == 0 ? 1 : dims[static_cast<std::size_t>(rank - 1)]; }
    /// Product of all other axes.
    [[nodiscard]] std::int64_t nRow() const {
        std::int64_t n = 1;
        for (int i = 0; i + 1 < rank; ++i)
            n *= dims[static_cast<std::size_t>(i)];
        return n;
    }
    bool operator==(const Shape&) const = default;
    /// "[32, 2048]"
    [[nodiscard]] std::string toString() const;
};

} // namespace vitral
