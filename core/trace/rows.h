// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows of numbers that only ever grow: what a recorder appends on the engine thread and views read on theirs, without
// a copy. Rows lie in blocks that are allocated once and never move; a Rows value is a snapshot that shares them and
// knows how many rows are written. Rows below nRow() never change again, so a snapshot may be read on any thread while
// the writer goes on behind it (the snapshot itself crosses threads through a mutex: an event, a queued job).

#include "core/backend/shared_rows.h"
#include "core/tensor/dtype.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vitral {

inline constexpr std::int64_t kRowsPerBlock = 64;

/// Snapshot of [nRow, nCol] values of dtype F16 or F32. Thread: any; copying is cheap.
class Rows {
public:
    Rows() = default;
    Rows(DType dtype, std::int64_t nCol) : dtype_(dtype), nCol_(nCol) {}
    /// nRow packed rows that lie in memory already (a mapped file) and stay as they are while `owner` lives. `data` is
    /// aligned for the type. Nothing ever writes there: a writer that goes on from such rows copies the last block.
    static Rows view(DType dtype, std::int64_t nCol, std::int64_t nRow, const std::shared_ptr<const void>& owner,
                     const std::byte* data);

    [[nodiscard]] DType dtype() const { return dtype_; }
    [[nodiscard]] std::int64_t nRow() const { return nRow_; }
    [[nodiscard]] std::int64_t nCol() const { return nCol_; }
    [[nodiscard]] bool empty() const { return nRow_ == 0; }
    /// Bytes of the blocks behind this snapshot (blocks are whole, so a little more than nRow needs).
    [[nodiscard]] std::size_t bytes() const;

    /// Start of row `i`; consecutive rows are contiguous within a block of kRowsPerBlock.
    [[nodiscard]] const std::byte* row(std::int64_t i) const {
        return blocks_[static_cast<std::size_t>(i / kRowsPerBlock)].get() +
               static_cast<std::size_t>(i % kRowsPerBlock) * rowBytes();
    }
    [[nodiscard]] const std::uint16_t* f16(std::int64_t i) const {
        return reinterpret_cast<const std::uint16_t*>(row(i));
    }
    [[nodiscard]] const float* f32(std::int64_t i) const { return reinterpret_cast<const float*>(row(i)); }
    [[nodiscard]] float at(std::int64_t iRow, std::int64_t iCol) const;
    /// Columns [firstCol, firstCol + host.size()) of one row as f32.
    void read(std::int64_t iRow, std::int64_t firstCol, std::span<float> host) const;
    /// The device's copy of block `iBlock`; null: there is none.
    [[nodiscard]] const DeviceBlock* kept(std::int64_t iBlock) const {
        return static_cast<std::size_t>(iBlock) < kept_.size() ? kept_[static_cast<std::size_t>(iBlock)].get()
                                                               : nullptr;
    }
    /// The first n rows (a shared prefix of two runs).
    [[nodiscard]] Rows first(std::int64_t n) const;

private:
    friend class RowsWriter;
    [[nodiscard]] std::size_t rowBytes() const {
        return static_cast<std::size_t>(nCol_) * (dtype_ == DType::F16 ? 2U : 4U);
    }
    DType dtype_ = DType::F32;
    std::int64_t nCol_ = 0, nRow_ = 0;
    std::vector<std::shared_ptr<std::byte[]>> blocks_;
    std::vector<std::shared_ptr<DeviceBlock>> kept_; ///< of the first blocks, where a device keeps them, too
};

/// Appends rows. Thread: one (the engine's). Starting from a snapshot, a shared half-full last block is copied first.
class RowsWriter {
public:
    RowsWriter() = default;
    explicit RowsWriter(Rows start);
    /// values: f32 [n, nCol] with `stride` floats from row to row; rounded to nearest even for F16, clamped to the
    /// largest finite half. May throw std::bad_alloc (the job runner turns it into an Error).
    void append(const float* values, std::int64_t n, std::int64_t stride);
    /// Room for n rows more: appends the address of each to `rows`, to be filled before the next snapshot.
    void grow(std::int64_t n, std::vector<std::byte*>& rows) { growKept(n, rows, nullptr, nullptr); }
    /// The same with the device's copy: the device's address of each row to `kept`, null where it has no room.
    void growKept(std::int64_t n, std::vector<std::byte*>& rows, RowKeeper* keeper, std::vector<std::byte*>* kept);
    [[nodiscard]] Rows snapshot() const { return rows_; }
    [[nodiscard]] std::int64_t nRow() const { return rows_.nRow_; }

private:
    Rows rows_;
    bool ownsTail_ = false; ///< false while the last, half-full block belongs to the snapshot we started from
};

} // namespace vitral
