// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scratch of one pass of a network, given back piece by piece: a U-Net keeps its skip connections while everything
// between them comes and goes, which a stack cannot do. The same code run without memory ("planning") yields the peak
// exactly: what a pass will take is stated before it runs, by the pass itself. Thread: one at a time.

#include "core/backend/tensor.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace vitral::diffusion {

class Arena {
public:
    /// Plans: hands out addresses that nobody may follow, and counts.
    Arena() = default;
    /// Serves from `memory`, of at least the peak that planning found for the same sequence of calls.
    Arena(void* memory, std::size_t bytes) : base_(reinterpret_cast<std::uintptr_t>(memory)), bytes_(bytes) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    [[nodiscard]] bool planning() const { return base_ == kNowhere; }
    [[nodiscard]] std::size_t peakBytes() const { return peak_; }

    /// The smallest gap that is large enough, else the end.
    Tensor take(std::int64_t nRow, std::int64_t nCol);
    void give(const Tensor& tensor);

private:
    static constexpr std::uintptr_t kNowhere = 4096; ///< of planning
    [[nodiscard]] static std::size_t bytesOf(std::int64_t nRow, std::int64_t nCol) {
        return (static_cast<std::size_t>(nRow) * static_cast<std::size_t>(nCol) * sizeof(float) + 63) / 64 * 64;
    }
    std::uintptr_t base_ = kNowhere;
    std::size_t bytes_ = 0;
    std::size_t end_ = 0, peak_ = 0;
    std::map<std::size_t, std::size_t> gaps_; ///< offset to bytes; never two that touch, none at the end
};

/// A piece of an arena that is given back when this goes out of scope.
class Scratch {
public:
    Scratch() = default;
    Scratch(Arena& arena, std::int64_t nRow, std::int64_t nCol) : arena_(&arena), tensor_(arena.take(nRow, nCol)) {}
    Scratch(Scratch&& other) noexcept
        : arena_(std::exchange(other.arena_, nullptr)), tensor_(std::exchange(other.tensor_, {})) {}
    Scratch& operator=(Scratch&& other) noexcept {
        if (this != &other) {
            release();
            arena_ = std::exchange(other.arena_, nullptr);
            tensor_ = std::exchange(other.tensor_, {});
        }
        return *this;
    }
    ~Scratch() { release(); }

    [[nodiscard]] const Tensor& operator*() const { return tensor_; }
    [[nodiscard]] const Tensor* operator->() const { return &tensor_; }
    void release() {
        if (arena_ != nullptr)
            std::exchange(arena_, nullptr)->give(std::exchange(tensor_, {}));
    }

private:
    Arena* arena_ = nullptr;
    Tensor tensor_;
};

} // namespace vitral::diffusion
