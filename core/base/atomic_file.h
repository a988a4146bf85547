// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file written piece by piece that appears under its name only when it is whole: the bytes go to a temporary file
// beside it (NAME.part-PID-XXXXXX, locked while its writer lives), which finish() flushes to disk and renames; until
// then the old file, if any, stands. What a killed writer left behind is removed by the next one that writes in the
// same folder. Thread: one at a time.

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace vitral {

class AtomicFile {
public:
    /// Errors: Io (the folder does not exist or refuses; the name belongs to a folder, a device or a
    /// read-only file).
    static Result<AtomicFile> create(const std::filesystem::path& path);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    /// Removes the temporary file where finish() was not reached.
    ~AtomicFile();

    /// Errors: Io; a full disk says how much had been written.
    Result<void> write(std::span<const std::byte> bytes);
    Result<void> write(std::string_view text) { return write(std::as_bytes(std::span(text.data(), text.size()))); }
    Result<void> writeZeros(std::uint64_t n);
    Result<void> finish();

    [[nodiscard]] std::uint64_t writtenBytes() const { return writtenBytes_; }

private:
    AtomicFile() = default;
    [[nodiscard]] tl::unexpected<Error> writeError() const;

    std::filesystem::path path_;
    std::string temporary_; // empty when there is nothing to remove
    int fd_ = -1;
    std::uint64_t writtenBytes_ = 0;
};

/// Writes `bytes` so that a reader (and a crash) sees the old file or the new one, never half. Errors: as AtomicFile's.
Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes);

} // namespace vitral
