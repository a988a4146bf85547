// SPDX-License-Identifier: Apache-2.0
#include "core/backend/backend.h"

#include <algorithm>

namespace vitral {

namespace {
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
} // namespace

Result<Tensor> Workspace::make(std::int64_t nRow, std::int64_t nCol, DType dtype) {
    VITRAL_ASSERT(dtype == DType::F32 || dtype == DType::I32, "activations are f32 or i32");
    const std::size_t bytes = (static_cast<std::size_t>(nRow) * static_cast<std::size_t>(nCol) * 4 + 63) / 64 * 64;
    while (iChunk_ < chunks_.size() && offset_ + bytes > chunks_[iChunk_]->sizeBytes()) {
        ++iChunk_;
        offset_ = 0;
    }
    if (iChunk_ == chunks_.size()) {
        VITRAL_TRY_ASSIGN(auto chunk, backend_->allocate(std::max(bytes, kChunkBytes)));
        chunks_.push_back(std::move(chunk));
        offset_ = 0;
    }
    Tensor t;
    t.data = static_cast<std::byte*>(chunks_[iChunk_]->data()) + offset_;
    t.shape = Shape{nRow, nCol};
    t.rowStride = nCol;
    t.dtype = dtype;
    offset_ += bytes;
    return t;
}

void Workspace::reset() {
    iChunk_ = 0;
    offset_ = 0;
}

std::size_t Workspace::reservedBytes() const {
    std::size_t bytes = 0;
    for (const auto& chunk : chunks_)
        bytes += chunk->sizeBytes();
    return bytes;
}

} // namespace vitral
