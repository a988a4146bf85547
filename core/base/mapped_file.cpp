// SPDX-License-Identifier: Apache-2.0
#include "core/base/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vitral {

namespace {

class Fd {
public:
    explicit Fd(int fd) : fd_(fd) {}
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

std::string systemReason() { return std::strerror(errno); }

Result<std::size_t> regularFileSize(int fd, const std::filesystem::path& path) {
    struct stat info{};
    if (::fstat(fd, &info) != 0)
        return fail(ErrorCode::Io, fmt::format("Cannot read {}: {}.", path.string(), systemReason()));
    if (!S_ISREG(info.st_mode))
        return fail(ErrorCode::Io, fmt::format("{} is not a file.", path.string()));
    return static_cast<std::size_t>(info.st_size);
}

tl::unexpected<Error> openError(const std::filesystem::path& path) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    return fail(code, fmt::format("Cannot open {}: {}.", path.string(), systemReason()));
}

} // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0)
        return openError(path);
    VITRAL_TRY_ASSIGN(const std::size_t size, regularFileSize(fd.get(), path));
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

Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limitBytes) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0)
        return openError(path);
    VITRAL_TRY_ASSIGN(const std::size_t size, regularFileSize(fd.get(), path));
    if (size > limitBytes)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} has {} bytes; at most {} are read here.", path.string(), size, limitBytes));
    std::string text(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n = ::read(fd.get(), text.data() + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(ErrorCode::Io, fmt::format("Cannot read {}: {}.", path.string(), systemReason()));
        if (n == 0)
            break;
        done += static_cast<std::size_t>(n);
    }
    text.resize(done);
    return text;
}

Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    std::string temporary = (folder / (path.filename().string() + ".XXXXXX")).string();
    const auto writeError = [&] {
        return fail(ErrorCode::Io, fmt::format("Cannot write {}: {}.", path.string(), systemReason()));
    };
    const Fd fd(::mkstemp(temporary.data()));
    if (fd.get() < 0)
        return writeError();
    const auto abandon = [&] {
        auto error = writeError();
        ::unlink(temporary.c_str());
        return error;
    };
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return abandon();
        done += static_cast<std::size_t>(n);
    }
    if (::fchmod(fd.get(), 0644) != 0 || ::fsync(fd.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0)
        return abandon();
    if (const Fd dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); dir.get() >= 0)
        ::fsync(dir.get());
    return {};
}

} // namespace vitral
