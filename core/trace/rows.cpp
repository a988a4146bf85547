// SPDX-License-Identifier: Apache-2.0
#include "core/trace/rows.h"

#include "core/base/assert.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vitral {
namespace {
constexpr float kLargestHalf = 65504.0F;
} // namespace

std::size_t Rows::bytes() const {
    return blocks_.size() * static_cast<std::size_t>(kRowsPerBlock) * rowBytes();
}

float Rows::at(std::int64_t iRow, std::int64_t iCol) const {
    return dtype_ == DType::F16 ? halfToFloat(f16(iRow)[iCol]) : f32(iRow)[iCol];
}

void Rows::read(std::int64_t iRow, std::int64_t firstCol, std::span<float> host) const {
    if (dtype_ != DType::F16) {
        std::copy_n(f32(iRow) + firstCol, host.size(), host.data());
        return;
    }
    const std::uint16_t* from = f16(iRow) + firstCol;
    for (std::size_t i = 0; i < host.size(); ++i)
        host[i] = halfToFloat(from[i]);
}

Rows Rows::view(DType dtype, std::int64_t nCol, std::int64_t nRow, const std::shared_ptr<const void>& owner,
                const std::byte* data) {
    Rows rows(dtype, nCol);
    rows.nRow_ = nRow;
    for (std::int64_t i = 0; i < nRow; i += kRowsPerBlock)
        rows.blocks_.emplace_back(owner, const_cast<std::byte*>(data) + static_cast<std::size_t>(i) * rows.rowBytes());
    return rows;
}

Rows Rows::first(std::int64_t n) const {
    Rows rows = *this;
    rows.nRow_ = std::min(n, nRow_);
    rows.blocks_.resize(static_cast<std::size_t>((rows.nRow_ + kRowsPerBlock - 1) / kRowsPerBlock));
    rows.kept_.resize(std::min(rows.kept_.size(), rows.blocks_.size()));
    return rows;
}

RowsWriter::RowsWriter(Rows start) : rows_(std::move(start)) {}

void RowsWriter::growKept(std::int64_t n, std::vector<std::byte*>& rows, RowKeeper* keeper,
                          std::vector<std::byte*>* kept) {
    const std::size_t blockBytes = static_cast<std::size_t>(kRowsPerBlock) * rows_.rowBytes();
    if (!keeper && n > 0) // a device's block that these rows do not reach is worth nothing
        rows_.kept_.resize(std::min(rows_.kept_.size(), static_cast<std::size_t>(rows_.nRow_ / kRowsPerBlock)));
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t inBlock = rows_.nRow_ % kRowsPerBlock;
        if (inBlock == 0) {
            rows_.blocks_.push_back(std::make_shared_for_overwrite<std::byte[]>(blockBytes));
            ownsTail_ = true;
            if (keeper) {
                rows_.kept_.resize(rows_.blocks_.size() - 1);
                rows_.kept_.push_back(keeper->makeBlock(blockBytes));
            }
        } else if (!ownsTail_) {
            auto copy = std::make_shared_for_overwrite<std::byte[]>(blockBytes);
            std::memcpy(copy.get(), rows_.blocks_.back().get(), static_cast<std::size_t>(inBlock) * rows_.rowBytes());
            rows_.blocks_.back() = std::move(copy);
            ownsTail_ = true;
            if (keeper && rows_.kept_.size() == rows_.blocks_.size() && rows_.kept_.back()) {
                auto block = keeper->makeBlock(blockBytes);
                if (block && block->ordinal == rows_.kept_.back()->ordinal)
                    keeper->copyBlock(*block, *rows_.kept_.back(),
                                      static_cast<std::size_t>(inBlock) * rows_.rowBytes());
                else
                    block.reset();
                rows_.kept_.back() = std::move(block);
            }
        }
        if (kept) {
            const DeviceBlock* block = rows_.kept(rows_.nRow_ / kRowsPerBlock);
            kept->push_back(block ? block->data + static_cast<std::size_t>(inBlock) * rows_.rowBytes() : nullptr);
        }
        rows.push_back(rows_.blocks_.back().get() + static_cast<std::size_t>(inBlock) * rows_.rowBytes());
        ++rows_.nRow_;
    }
}

void RowsWriter::append(const float* values, std::int64_t n, std::int64_t stride) {
    std::vector<std::byte*> rows;
    grow(n, rows);
    for (std::int64_t i = 0; i < n; ++i) {
        const float* from = values + i * stride;
        std::byte* to = rows[static_cast<std::size_t>(i)];
        if (rows_.dtype_ == DType::F16) {
            auto* half = reinterpret_cast<std::uint16_t*>(to);
            for (std::int64_t c = 0; c < rows_.nCol_; ++c)
                half[c] = floatToHalf(std::clamp(from[c], -kLargestHalf, kLargestHalf));
        } else {
            std::memcpy(to, from, rows_.rowBytes());
        }
    }
}

} // namespace vitral
