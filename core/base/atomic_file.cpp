// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace vitral {

namespace {

constexpr std::string_view kMark = ".part-";
constexpr std::size_t kRandomLength = 6; // what mkostemp fills in
constexpr int kMaxEntriesLookedAt = 10'000;

std::filesystem::path folderOf(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// The process that a temporary file's name tells, or 0 where the name is not one of ours.
::pid_t writerOf(std::string_view name) {
    const std::size_t mark = name.rfind(kMark);
    if (mark == std::string_view::npos || mark == 0)
        return 0;
    const std::string_view rest = name.substr(mark + kMark.size());
    const std::size_t dash = rest.find('-');
    if (dash == std::string_view::npos || rest.size() - dash - 1 != kRandomLength)
        return 0;
    ::pid_t pid = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + dash, pid);
    return error == std::errc() && end == rest.data() + dash && pid > 0 ? pid : 0;
}

/// Removes `path` if nobody writes it any more: its process is gone and so is its lock. The lock also tells of a living
/// writer in another container or on another machine, whose process number means nothing here.
void removeIfAbandoned(const std::filesystem::path& path, ::pid_t writer) {
    if (::kill(writer, 0) == 0 || errno != ESRCH)
        return;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && ::flock(fd, LOCK_EX | LOCK_NB) == 0)
        ::unlink(path.c_str());
    ::close(fd);
}

void removeAbandoned(const std::filesystem::path& folder) {
    std::error_code error;
    int n = 0;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end && n < kMaxEntriesLookedAt;
         it.increment(error), ++n)
        if (const ::pid_t writer = writerOf(it->path().filename().string()); writer != 0)
            removeIfAbandoned(it->path(), writer);
}

} // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path) {
    AtomicFile file;
    file.path_ = path;
    struct stat old {};
    if (::stat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode))
        return fail(ErrorCode::Io, fmt::format("{} is not a file and will not be replaced.", path.string()));
    // A rename asks only the folder's permission, and root has every permission: what is marked read-only stays.
    if (old.st_mode != 0 && (old.st_mode & 0222) == 0)
        return fail(ErrorCode::Io, fmt::format("{} is read-only and will not be replaced.", path.string()));
    removeAbandoned(folderOf(path));
    std::string name = fmt::format("{}{}{}-XXXXXX", path.string(), kMark, ::getpid());
    file.fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file.fd_ < 0)
        return file.writeError();
    file.temporary_ = std::move(name);
    ::flock(file.fd_, LOCK_EX | LOCK_NB); // a file system without locks leaves the process number alone to tell
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
    if (errno == EFBIG)
        return fail(ErrorCode::Io, fmt::format("{} would be larger than this system lets a file be ({} bytes were "
                                               "written); nothing was changed.",
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
    if (const int dir = ::open(folderOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
        ::fsync(dir);
        ::close(dir);
    }
    return {};
}

Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
    VITRAL_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
    VITRAL_TRY(file.write(bytes));
    return file.finish();
}

} // namespace vitral
