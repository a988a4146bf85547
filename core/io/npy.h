// SPDX-License-Identifier: Apache-2.0
#pragma once
// NumPy's .npy files, versions 1 to 3, C order, little endian: f16 f32 f64 i8 i16 i32 i64. Mapped, not copied.
// Format: numpy.lib.format. Thread: any; immutable once open.

#include "core/base/mapped_file.h"
#include "core/base/result.h"
#include "core/tensor/tensor_view.h"

#include <filesystem>
#include <span>
#include <string>

namespace vitral {

class NpyFile {
public:
    /// Errors: NotFound, Io, InvalidFile (names the field), Unsupported (Fortran order, big endian, other types, more
    /// than four axes).
    static Result<NpyFile> open(const std::filesystem::path& path);
    /// The same on bytes that the caller keeps alive.
    static Result<NpyFile> parse(std::span<const std::byte> bytes);

    /// Bytes inside the file; NumPy aligns them to 16 (64 in newer versions), older writers may not.
    [[nodiscard]] const TensorView& view() const { return view_; }

private:
    MappedFile file_;
    TensorView view_;
};

/// Writes an array of one of the types above so that a reader sees the old file or the new one.
/// Errors: Io, Unsupported (type).
Result<void> writeNpy(const std::filesystem::path& path, const TensorView& array);

} // namespace vitral
