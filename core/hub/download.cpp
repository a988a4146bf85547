// SPDX-License-Identifier: Apache-2.0
#include "core/hub/download.h"

#include "core/base/amounts.h"
#include "core/hub/download_part.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <sys/file.h>
#include <unistd.h>

namespace vitral::hub {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kProgressBytes = 1U << 20U; ///< a try that brings this much counts as none in a row
constexpr std::chrono::milliseconds kTick{100}, kSpeedSpan{1000}, kLongestWait{30000};
constexpr int kPatientSeconds = 120; ///< a server that asks for more patience than this is told of, not waited for

tl::unexpected<HttpFailure> refuse(ErrorCode code, std::string message) {
    return tl::unexpected(HttpFailure{Error{code, std::move(message)}, false, std::chrono::seconds(0)});
}

/// Tells how far it is, not more often than a person can read.
class Teller {
public:
    Teller(const DownloadOptions& options, std::uint64_t totalBytes) : options_(options) {
        now_.totalBytes = totalBytes;
    }

    void state(DownloadState state, std::string note = {}) {
        now_.state = state;
        now_.note = std::move(note);
        now_.bytesPerSecond = 0;
        spanBegin_ = Clock::now();
        spanBytes_ = now_.doneBytes;
        tell();
    }
    void bytes(std::uint64_t done) {
        now_.doneBytes = done;
        const Clock::time_point time = Clock::now();
        if (time - spanBegin_ >= kSpeedSpan) {
            const double speed = static_cast<double>(done - std::min(done, spanBytes_)) /
                                 std::chrono::duration<double>(time - spanBegin_).count();
            now_.bytesPerSecond = now_.bytesPerSecond > 0 ? 0.6 * now_.bytesPerSecond + 0.4 * speed : speed;
            spanBegin_ = time;
            spanBytes_ = done;
        }
        untold_ = true;
        tick();
    }
    /// What was not told yet, for fear of telling too often.
    void tick() {
        if (untold_ && Clock::now() - told_ >= kTick)
            tell();
    }

private:
    void tell() {
        told_ = Clock::now();
        untold_ = false;
        if (options_.progress)
            options_.progress(now_);
    }
    const DownloadOptions& options_;
    DownloadProgress now_;
    Clock::time_point told_{}, spanBegin_ = Clock::now();
    std::uint64_t spanBytes_ = 0;
    bool untold_ = false;
};

/// "bytes 100-999/1000": the first byte and the whole; nothing where it says something else.
std::optional<std::pair<std::uint64_t, std::uint64_t>> contentRange(std::string_view text) {
    if (!text.starts_with("bytes "))
        return std::nullopt;
    text.remove_prefix(6);
    std::uint64_t first = 0, whole = 0;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos ||
        std::from_chars(text.data(), text.data() + text.size(), first).ec != std::errc() ||
        std::from_chars(text.data() + slash + 1, text.data() + text.size(), whole).ec != std::errc())
        return std::nullopt;
    return std::pair(first, whole);
}

/// The checksum a hub says of what it links to: `"<64 digits>"`, perhaps weak.
std::string_view linkedDigest(std::string_view etag) {
    if (etag.starts_with("W/"))
        etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
        etag = etag.substr(1, etag.size() - 2);
    return etag.size() == 64 ? etag : std::string_view();
}

/// One try: from what the part holds to the end of the answer. `worthless`: what the part holds cannot be right.
HttpResult<void> receive(const HubAccess& hub, const RepoFiles& repo, const HubFile& file, DownloadPart& part,
                         Teller& teller, bool& worthless, const std::stop_token& stop) {
    const std::string host = hostOf(hub.base);
    const auto otherFile = [&] {
        return refuse(ErrorCode::InvalidFile,
                      fmt::format("{} has another {} by now than it listed. List the files of {} again.", host,
                                  file.path, repo.id));
    };
    std::optional<HttpFailure> misled;
    HttpVisitor visitor;
    visitor.onRedirect = [&](const HttpAnswer& answer) {
        const std::string_view digest = linkedDigest(answer.header("x-linked-etag"));
        if (!digest.empty() && !file.sha256.empty() && digest != file.sha256)
            misled = otherFile().value();
    };
    visitor.onHeader = [&](const HttpAnswer& answer) -> HttpResult<void> {
        if (misled)
            return tl::unexpected(*misled);
        if (answer.status == 416) // its file ends before the one that was listed
            return otherFile();
        if (answer.status >= 400)
            return tl::unexpected(failureOf(answer, repo.id, !hub.token.empty()));
        if (answer.status == 206) {
            const auto range = contentRange(answer.header("content-range"));
            if (!range || range->first != part.size() || range->second != file.size)
                return refuse(ErrorCode::InvalidFile,
                              fmt::format("{} sends another piece of {} than was asked for; what is there is kept. Try "
                                          "again later.",
                                          host, file.path));
        } else if (answer.status == 200) {
            if (part.size() > 0)
                if (auto emptied = part.empty(); !emptied)
                    return tl::unexpected(HttpFailure{emptied.error(), false, {}});
        } else {
            return refuse(ErrorCode::Io, fmt::format("{} gives no file (status {}).", host, answer.status));
        }
        const std::int64_t length = answer.length();
        if (length >= 0 && part.size() + static_cast<std::uint64_t>(length) != file.size)
            return refuse(ErrorCode::InvalidFile,
                          fmt::format("{} says that {} has {}, and sends {}; nothing of it was kept.", host, file.path,
                                      byteSize(file.size), byteSize(part.size() + static_cast<std::uint64_t>(length))));
        if (auto noted = part.remember(std::string(answer.header("etag"))); !noted)
            return tl::unexpected(HttpFailure{noted.error(), false, {}});
        teller.state(DownloadState::Receiving);
        return {};
    };
    visitor.onBytes = [&](std::span<const std::byte> bytes) -> HttpResult<void> {
        if (bytes.size() > file.size - part.size()) {
            worthless = true;
            return refuse(ErrorCode::InvalidFile,
                          fmt::format("{} sends more than the {} that {} should have; what came was "
                                      "thrown away.",
                                      host, byteSize(file.size), file.path));
        }
        if (auto written = part.append(bytes); !written)
            return tl::unexpected(HttpFailure{written.error(), false, {}});
        teller.bytes(part.size());
        return {};
    };
    visitor.onTick = [&] { teller.tick(); };
    teller.state(DownloadState::Asking);
    auto answer =
        httpGet({fileAddress(hub, repo, file), hub.token, part.size(), part.etag()}, hub.limits, stop, visitor);
    if (!answer)
        return tl::unexpected(std::move(answer).error());
    if (part.size() < file.size)
        return tl::unexpected(
            HttpFailure{Error{ErrorCode::Io, fmt::format("The connection to {} broke off after {} of {}.", host,
                                                         byteSize(part.size()), byteSize(file.size))},
                        true,
                        {}});
    return {};
}

/// Waits, unless it is cancelled; false then.
bool waitFor(std::chrono::milliseconds span, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, span, [] { return false; });
    return !stop.stop_requested();
}

Result<void> enoughRoom(const fs::path& folder, std::uint64_t neededBytes, std::uint64_t spareBytes) {
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error || space.available >= neededBytes + spareBytes)
        return {};
    return fail(ErrorCode::Io, fmt::format("There is not enough room in {}: {} are missing of {}. Make room and try "
                                           "again.",
                                           folder.string(), byteSize(neededBytes + spareBytes - space.available),
                                           byteSize(neededBytes + spareBytes)));
}

} // namespace

fs::path placeOf(const fs::path& folder, const RepoFiles& repo, const HubFile& file) {
    return folder / fs::path(repo.id) / fs::path(file.path);
}

Result<Downloaded> download(const HubAccess& hub, const RepoFiles& repo, const HubFile& file,
                            const DownloadOptions& options, const std::stop_token& stop) {
    if (!isRepoName(repo.id) || !isSafePath(file.path) || (file.sha256.empty() && file.gitSha1.empty()))
        return fail(ErrorCode::InvalidArgument, "This file has no name or no checksum that can be trusted.");
    const fs::path target = placeOf(options.folder, repo, file);
    Teller teller(options, file.size);
    Downloaded result{target, file.size, 0, false};

    std::error_code error;
    if (fs::exists(fs::symlink_status(target, error))) {
        teller.state(DownloadState::Checking);
        if (fs::is_regular_file(target, error) && fs::file_size(target, error) == file.size) {
            VITRAL_TRY_ASSIGN(const std::string digest,
                              digestOf(target, file, stop, [&](std::uint64_t n) { teller.bytes(n); }));
            if (digest == (file.sha256.empty() ? file.gitSha1 : file.sha256)) {
                result.wasThere = true;
                return result;
            }
        }
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} is there already and is not what {} has. Move it away, or "
                                "choose another folder.",
                                target.string(), hostOf(hub.base)));
    }
    VITRAL_TRY_ASSIGN(const std::unique_ptr<DownloadPart> part, DownloadPart::open(target, repo, file));
    VITRAL_TRY(enoughRoom(target.parent_path(), file.size - part->size(), options.spareBytes));
    if (part->size() > 0) {
        teller.state(DownloadState::Checking);
        VITRAL_TRY(part->readAgain(stop, [&](std::uint64_t n) { teller.bytes(n); }));
    }

    int failed = 0;
    while (part->size() < file.size || file.size == 0) {
        const std::uint64_t before = part->size();
        bool worthless = false;
        auto received = receive(hub, repo, file, *part, teller, worthless, stop);
        if (part->size() > before)
            result.receivedBytes += part->size() - before;
        if (received)
            break;
        HttpFailure failure = std::move(received).error();
        if (worthless)
            part->discard();
        if (!failure.transient)
            return tl::unexpected(std::move(failure.error));
        failed = part->size() >= before + kProgressBytes ? 1 : failed + 1;
        if (failed >= options.tries || failure.retryAfter.count() > kPatientSeconds) {
            if (part->size() > 0)
                failure.error.message += " What came is kept, and the next download goes on from there.";
            return tl::unexpected(std::move(failure.error));
        }
        std::chrono::milliseconds span = std::min(options.wait * (1 << std::min(failed - 1, 10)), kLongestWait);
        if (failure.retryAfter.count() > 0)
            span = std::chrono::milliseconds(failure.retryAfter);
        teller.state(DownloadState::Waiting, failure.error.message);
        if (!waitFor(span, stop))
            return fail(ErrorCode::Cancelled, {});
    }
    teller.state(DownloadState::Finishing);
    if (!part->isRight()) {
        part->discard();
        return fail(
            ErrorCode::InvalidFile,
            fmt::format("What came is not {}: its checksum is another than the one {} told. It was thrown away; try "
                        "again, and if it happens again, do not trust this connection.",
                        file.path, hostOf(hub.base)));
    }
    VITRAL_TRY(part->finish());
    return result;
}

std::vector<fs::path> unfinishedDownloads(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
         !error && it != end && found.size() < 1000; it.increment(error)) {
        if (it.depth() > 6)
            it.disable_recursion_pending();
        std::error_code inner;
        if (it->path().extension() == ".part" && fs::exists(it->path().string() + ".json", inner))
            found.push_back(it->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

Result<void> discardDownload(const fs::path& part) {
    if (part.extension() != ".part")
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} is no unfinished download: their names end in .part.", part.string()));
    const int fd = ::open(part.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return fail(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                    fmt::format("{} cannot be deleted ({}).", part.string(), std::strerror(errno)));
    const bool busy = ::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    std::error_code error;
    if (!busy && fs::remove(part, error))
        fs::remove(part.string() + ".json", error);
    ::close(fd);
    if (busy)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} is being downloaded by another window or program.", part.stem().string()));
    if (error)
        return fail(ErrorCode::Io, fmt::format("{} cannot be deleted ({}).", part.string(), error.message()));
    return {};
}

} // namespace vitral::hub
