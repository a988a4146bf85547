// SPDX-License-Identifier: Apache-2.0
#include "core/io/atomic_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace vitral {

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path) {
    AtomicFile file;
    file.path_ = path;
    struct stat old {};
    if (::stat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode))
        return fail(ErrorCode::Io, fmt::format("{} is not a file and will not be replaced.", path.string()));
    // A rename asks only the folder's permission, and root has every permission: what is marked read-only stays.
    if (old.st_mode != 0 && (old.st_mode & 0222) == 0)
        return fail(ErrorCode::Io, fmt::format("{} is read-only and will not be replaced.", path.string()));
    std::string name = path.string() + ".part-XXXXXX";
    file.fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file.fd_ < 0)
        return file.writeError();
    file.temporary_ = std::move(name);
    return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})), fd_(std::exchange(other.fd_, -1)),
      writtenBytes_(other.writtenBytes_) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(temporary_, other.temporary_);
    std::swap(fd_, other.fd_);
    std::swap(writtenBytes_, other.writtenBytes_);
    return *this;
}

AtomicFile::~AtomicFile() {
    if (fd_ >= 0)
        ::close(fd_);
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

tl::unexpected<Error> AtomicFile::writeError() const {
    if (errno == ENOSPC || errno == EDQUOT)
        return fail(ErrorCode::Io,
                    fmt::format("The disk is full: {} could not be written past {} bytes; nothing was changed.",
                                path_.string(), writtenBytes_));
    return fail(ErrorCode::Io, fmt::format("Cannot write {}: {}.", path_.string(), std::strerror(errno)));
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return writeError();
        writtenBytes_ += static_cast<std::uint64_t>(n);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> AtomicFile::writeZeros(std::uint64_t n) {
    constexpr std::array<std::byte, 4096> zeros{};
    while (n > 0) {
        const std::uint64_t piece = std::min<std::uint64_t>(n, zeros.size());
        VITRAL_TRY(write(std::span(zeros).first(static_cast<std::size_t>(piece))));
        n -= piece;
    }
    return {};
}

Result<void> AtomicFile::finish() {
    // mkostemp makes the file private; give it the rights a plain open would, as an existing file has them.
    struct stat old {};
    const mode_t mode = ::stat(path_.c_str(), &old) == 0 ? (old.st_mode & 0777) : 0644;
    if (::fchmod(fd_, mode) != 0 || ::fsync(fd_) != 0)
        return writeError();
    const int closed = ::close(std::exchange(fd_, -1));
    if (closed != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0)
        return writeError();
    temporary_.clear();
    const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    if (const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
        ::fsync(dir);
        ::close(dir);
    }
    return {};
}

} // namespace vitral
