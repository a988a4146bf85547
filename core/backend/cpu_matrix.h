// SPDX-License-Identifier: Apache-2.0
#pragma once
// A weight on the CPU: the file's bytes, and, where the kernels have a layout of their own for the type, those bytes
// repacked into it (core/kernels/packed.h). Then the file's pages are given back: they are read again only for an
// embedding row. Thread: any once made.

#include "core/backend/backend.h"
#include "core/backend/dense_weight.h"
#include "core/kernels/kernel_table.h"
#include "core/kernels/packed.h"

#include <optional>
#include <stop_token>

namespace vitral {

class ThreadPool;

class CpuMatrix final : public Matrix {
public:
    std::span<const std::byte> bytes;             ///< the file's packed rows
    std::optional<kernels::PackedWeights> layout; ///< of one expert; `data` of the first
    std::unique_ptr<Buffer> packed;               ///< in that layout; F16 and BF16: the rows as they are, in huge pages
    std::unique_ptr<DenseWeight> dense;           ///< made by loadWeights or loadConv: this instead of the two above

    [[nodiscard]] std::size_t residentBytes() const override;
    /// Outputs of one expert (or of the whole matrix), and how many experts there are.
    [[nodiscard]] std::int64_t nOut() const { return shape.rank == 3 ? shape[1] : shape[0]; }
    [[nodiscard]] std::int64_t nIn() const { return shape.nCol(); }
    [[nodiscard]] std::int64_t nExpert() const { return shape.rank == 3 ? shape[0] : 1; }
    [[nodiscard]] std::int64_t nGroup() const { return (nOut() + 15) / 16; }
    [[nodiscard]] const std::byte* row(std::int64_t iRow) const {
        return bytes.data() + static_cast<std::size_t>(iRow) * rowBytes(dtype, nIn());
    }
    /// The rows of an expert for the kernels of plain types (F16, BF16, F32).
    [[nodiscard]] const std::byte* plainRows(std::int64_t iExpert) const {
        const std::byte* base = packed && !layout ? static_cast<const std::byte*>(packed->data()) : bytes.data();
        return base + static_cast<std::size_t>(iExpert * nOut()) * rowBytes(dtype, nIn());
    }
    [[nodiscard]] kernels::PackedWeights expert(std::int64_t iExpert) const;

    /// Makes the kernels' layout, a few megabytes at a time; the file's pages are given back as it goes, so that memory
    /// never holds both. Errors: OutOfMemory, Cancelled.
    Result<void> pack(ThreadPool& pool, const std::stop_token& stop);

private:
    /// Copies 16-bit weights into huge pages: read from a mapped file in small pages they stream at two thirds of the
    /// speed (address translation, above all in virtual machines).
    Result<void> copyPlain(const std::stop_token& stop);
};

/// The type's table, if its values are rows of one.
[[nodiscard]] std::optional<kernels::Codebook> codebookOf(DType dtype);

/// Row iRow of the matrix (rows of all experts counted through) as f32 into out [E].
void weightRow(const kernels::KernelTable& table, const CpuMatrix& weight, std::int64_t iRow, float* out);

} // namespace vitral
