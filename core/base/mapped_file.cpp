// SPDX-License-Identifier: Apache-2.0
#include "core/base/mapped_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace vitral {

namespace {

class Fd {
public:
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

std::string systemReason() {
    return std::strerror(errno);
}

/// "is a folder" and the like; nothing for a plain file.
const char* whatElse(mode_t mode) {
    if (S_ISREG(mode))
        return nullptr;
    if (S_ISDIR(mode))
        return "is a folder";
    if (S_ISFIFO(mode))
        return "is a pipe";
    if (S_ISSOCK(mode))
        return "is a socket";
    return "is a device";
}

tl::unexpected<Error> openError(const std::filesystem::path& path) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    return fail(code, fmt::format("Cannot open {}: {}.", path.string(), systemReason()));
}

/// Opens a plain file for reading. What it is is asked first: opening a pipe waits for its writer, and opening a device
/// may do something. What took its place in between is caught by O_NONBLOCK and the second look.
Result<Fd> openPlainFile(const std::filesystem::path& path, std::size_t& sizeBytes) {
    struct stat info {};
    const auto refuse = [&] {
        return fail(ErrorCode::Io, fmt::format("{} {}, not a file: give the path of a plain file.", path.string(),
                                               whatElse(info.st_mode)));
    };
    if (::stat(path.c_str(), &info) != 0)
        return openError(path);
    if (whatElse(info.st_mode) != nullptr)
        return refuse();
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0)
        return openError(path);
    if (::fstat(fd.get(), &info) != 0)
        return fail(ErrorCode::Io, fmt::format("Cannot read {}: {}.", path.string(), systemReason()));
    if (whatElse(info.st_mode) != nullptr)
        return refuse();
    sizeBytes = static_cast<std::size_t>(info.st_size);
    return fd;
}

/// Opens what can be read to its end: a plain file (its size goes to `sizeBytes`), a pipe or a terminal.
Result<Fd> openStream(const std::filesystem::path& path, std::size_t& sizeBytes) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
        return openError(path);
    if (S_ISREG(info.st_mode))
        sizeBytes = static_cast<std::size_t>(info.st_size);
    else if (!S_ISFIFO(info.st_mode) && !S_ISCHR(info.st_mode))
        return fail(ErrorCode::Io, fmt::format("{} {}, not a file or a pipe.", path.string(), whatElse(info.st_mode)));
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (fd.get() < 0)
        return openError(path);
    return fd;
}

} // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    std::size_t size = 0;
    VITRAL_TRY_ASSIGN(const Fd fd, openPlainFile(path, size));
    MappedFile file;
    if (size == 0)
        return file;
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (address == MAP_FAILED)
        return fail(ErrorCode::Io, fmt::format("Cannot map {} into memory: {}.", path.string(), systemReason()));
    file.data_ = static_cast<const std::byte*>(address);
    file.sizeBytes_ = size;
    return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), sizeBytes_(std::exchange(other.sizeBytes_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(sizeBytes_, other.sizeBytes_);
    return *this;
}

MappedFile::~MappedFile() {
    if (data_ != nullptr)
        ::munmap(const_cast<std::byte*>(data_), sizeBytes_);
}

Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limitBytes, Streams streams) {
    std::size_t size = 0;
    VITRAL_TRY_ASSIGN(const Fd fd, streams == Streams::Allowed ? openStream(path, size) : openPlainFile(path, size));
    if (size > limitBytes)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} has {} bytes; at most {} are read here.", path.string(), size, limitBytes));
    std::string text;
    text.reserve(size);
    std::array<char, std::size_t{1} << 16U> chunk;
    for (;;) {
        const ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(ErrorCode::Io, fmt::format("Cannot read {}: {}.", path.string(), systemReason()));
        if (n == 0)
            return text;
        if (static_cast<std::size_t>(n) > limitBytes - text.size())
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("{} has more than {} bytes; no more are read here.", path.string(), limitBytes));
        text.append(chunk.data(), static_cast<std::size_t>(n));
    }
}

} // namespace vitral
