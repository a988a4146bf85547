// SPDX-License-Identifier: Apache-2.0
#pragma once
// A whole file mapped read-only: model weights are used where they lie and never copied. Thread: any once open.

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace vitral {

class MappedFile {
public:
    /// Errors: NotFound, Io (not a regular file, no permission, mapping refused). An empty file maps to an empty span.
    static Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, sizeBytes_}; }

private:
    const std::byte* data_ = nullptr;
    std::size_t sizeBytes_ = 0;
};

/// Whether a text may also come from something that is no file but can be read to its end: a pipe, a terminal.
enum class Streams { Refused, Allowed };

/// Reads a small file whole; refuses more than `limitBytes` with a sentence. With Streams::Allowed this waits for the
/// writer of a pipe. Errors: NotFound, Io, InvalidArgument (too long).
Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limitBytes,
                                 Streams streams = Streams::Refused);

} // namespace vitral
