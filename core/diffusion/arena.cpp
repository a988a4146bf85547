// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/arena.h"

#include <algorithm>
#include <iterator>

namespace vitral::diffusion {

Tensor Arena::take(std::int64_t nRow, std::int64_t nCol) {
    const std::size_t bytes = bytesOf(nRow, nCol);
    auto best = gaps_.end();
    for (auto gap = gaps_.begin(); gap != gaps_.end(); ++gap)
        if (gap->second >= bytes && (best == gaps_.end() || gap->second < best->second))
            best = gap;
    std::size_t at = end_;
    if (best != gaps_.end()) {
        at = best->first;
        const std::size_t rest = best->second - bytes;
        gaps_.erase(best);
        if (rest > 0)
            gaps_.emplace(at + bytes, rest);
    } else {
        end_ += bytes;
        peak_ = std::max(peak_, end_);
        VITRAL_ASSERT(planning() || peak_ <= bytes_, "a pass takes the memory that its plan found");
    }
    Tensor tensor;
    tensor.data = reinterpret_cast<void*>(base_ + at);
    tensor.shape = Shape{nRow, nCol};
    tensor.rowStride = nCol;
    return tensor;
}

void Arena::give(const Tensor& tensor) {
    std::size_t at = reinterpret_cast<std::uintptr_t>(tensor.data) - base_;
    std::size_t bytes = bytesOf(tensor.nRow(), tensor.nCol());
    auto next = gaps_.lower_bound(at);
    if (next != gaps_.end() && next->first == at + bytes) {
        bytes += next->second;
        next = gaps_.erase(next);
    }
    if (next != gaps_.begin()) {
        const auto previous = std::prev(next);
        if (previous->first + previous->second == at) {
            at = previous->first;
            bytes += previous->second;
            gaps_.erase(previous);
        }
    }
    if (at + bytes == end_)
        end_ = at;
    else
        gaps_.emplace(at, bytes);
}

} // namespace vitral::diffusion
