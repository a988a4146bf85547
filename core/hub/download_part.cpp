// SPDX-License-Identifier: Apache-2.0
#include "core/hub/download_part.h"

#include "core/base/amounts.h"
#include "core/base/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace vitral::hub {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 1U << 20U;
constexpr std::size_t kMaxJournalBytes = 64U << 10U;

std::unique_ptr<BlockDigest> digestFor(const HubFile& file) {
    if (!file.sha256.empty())
        return std::make_unique<Sha256>();
    auto sha1 = std::make_unique<Sha1>();
    const std::string head = fmt::format("blob {}", file.size);
    sha1->feed(std::as_bytes(std::span(head.c_str(), head.size() + 1)));
    return sha1;
}

const std::string& promised(const HubFile& file) {
    return file.sha256.empty() ? file.gitSha1 : file.sha256;
}

tl::unexpected<Error> ioError(const fs::path& path, std::string_view what, int code) {
    return fail(ErrorCode::Io, fmt::format("{} cannot be {} ({}).", path.string(), what, std::strerror(code)));
}

/// Reads `nByte` of an open file into a digest.
Result<void> digestBytes(int fd, const fs::path& path, std::uint64_t nByte, BlockDigest& digest,
                         const std::stop_token& stop, const std::function<void(std::uint64_t)>& seen) {
    std::vector<std::byte> block(kBlockBytes);
    std::uint64_t done = 0;
    while (done < nByte) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, {});
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), nByte - done));
        const ssize_t n = ::pread(fd, block.data(), wanted, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ioError(path, "read", n < 0 ? errno : EIO);
        digest.feed(std::span(block.data(), static_cast<std::size_t>(n)));
        done += static_cast<std::uint64_t>(n);
        if (seen)
            seen(done);
    }
    return {};
}

} // namespace

Result<std::unique_ptr<DownloadPart>> DownloadPart::open(const fs::path& target, const RepoFiles& repo,
                                                         const HubFile& file) {
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (error)
        return ioError(target.parent_path(), "made", error.value());
    std::unique_ptr<DownloadPart> part(new DownloadPart);
    part->target_ = target;
    part->part_ = target.string() + ".part";
    part->journal_ = target.string() + ".part.json";
    part->repo_ = repo.id;
    part->commit_ = repo.commit;
    part->file_ = file;
    part->fd_ = ::open(part->part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (part->fd_ < 0)
        return ioError(part->part_, "written", errno);
    struct stat info {};
    if (::fstat(part->fd_, &info) != 0 || !S_ISREG(info.st_mode))
        return fail(ErrorCode::Io, fmt::format("{} is no plain file; move it away.", part->part_.string()));
    if (::flock(part->fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} is being downloaded by another window or program.", target.filename().string()));
    part->freshDigest();

    std::string text;
    if (std::ifstream journal(part->journal_, std::ios::binary); journal) {
        text.resize(kMaxJournalBytes);
        journal.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(journal.gcount()));
    }
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto says = [&](const char* key, const std::string& value) {
        const auto it = json.find(key);
        return it != json.end() && it->is_string() && it->get_ref<const std::string&>() == value;
    };
    const auto size = json.is_object() ? json.find("size") : json.end();
    const bool same = json.is_object() && says("repository", repo.id) && says("path", file.path) &&
                      says("checksum", promised(file)) && size != json.end() && size->is_number_unsigned() &&
                      size->get<std::uint64_t>() == file.size && static_cast<std::uint64_t>(info.st_size) <= file.size;
    if (same) {
        part->nByte_ = static_cast<std::uint64_t>(info.st_size);
        if (const auto etag = json.find("etag"); etag != json.end() && etag->is_string())
            part->etag_ = etag->get<std::string>();
    } else {
        VITRAL_TRY(part->empty());
    }
    part->ours_ = true;
    VITRAL_TRY(part->writeJournal());
    return part;
}

DownloadPart::~DownloadPart() {
    if (ours_ && nByte_ == 0) // refused before a byte came: nothing to go on from
        discard();
    if (fd_ >= 0)
        ::close(fd_);
}

void DownloadPart::freshDigest() {
    digest_ = digestFor(file_);
}

Result<void> DownloadPart::readAgain(const std::stop_token& stop, const std::function<void(std::uint64_t)>& seen) {
    freshDigest();
    return digestBytes(fd_, part_, nByte_, *digest_, stop, seen);
}

Result<void> DownloadPart::append(std::span<const std::byte> bytes) {
    digest_->feed(bytes);
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(nByte_));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            const int code = n < 0 ? errno : ENOSPC;
            freshDigest(); // it knows more than the disk does
            if (code == ENOSPC || code == EDQUOT || code == EFBIG)
                return fail(ErrorCode::Io,
                            fmt::format("The disk is full after {} of {}. What came is kept: make room and "
                                        "start the download again.",
                                        byteSize(nByte_), byteSize(file_.size)));
            return ioError(part_, "written", code);
        }
        nByte_ += static_cast<std::uint64_t>(n);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> DownloadPart::empty() {
    freshDigest();
    nByte_ = 0;
    etag_.clear();
    if (::ftruncate(fd_, 0) != 0)
        return ioError(part_, "written", errno);
    return {};
}

Result<void> DownloadPart::remember(const std::string& etag) {
    if (etag == etag_ || etag.size() > 300)
        return {};
    etag_ = etag;
    return writeJournal();
}

Result<void> DownloadPart::writeJournal() const {
    const nlohmann::json json{{"repository", repo_}, {"commit", commit_},           {"path", file_.path},
                              {"size", file_.size},  {"checksum", promised(file_)}, {"etag", etag_}};
    return writeFileAtomically(journal_, json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

bool DownloadPart::isRight() {
    return nByte_ == file_.size && digest_->finish() == promised(file_);
}

Result<void> DownloadPart::finish() {
    if (::fsync(fd_) != 0)
        return ioError(part_, "flushed to the disk", errno);
    if (::rename(part_.c_str(), target_.c_str()) != 0)
        return ioError(target_, "given its name", errno);
    std::error_code ignored;
    fs::remove(journal_, ignored);
    const int folder = ::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return {};
}

void DownloadPart::discard() {
    std::error_code ignored;
    fs::remove(part_, ignored);
    fs::remove(journal_, ignored);
}

Result<std::string> digestOf(const fs::path& path, const HubFile& file, const std::stop_token& stop,
                             const std::function<void(std::uint64_t)>& seen) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ioError(path, "read", errno);
    auto digest = digestFor(file);
    const auto done = digestBytes(fd, path, file.size, *digest, stop, seen);
    ::close(fd);
    VITRAL_TRY(done);
    return digest->finish();
}

} // namespace vitral::hub
