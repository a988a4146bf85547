// SPDX-License-Identifier: Apache-2.0
#pragma once
// The unfinished file of a download: its bytes, its journal and its digest. Locked while its writer lives, so that two
// programs do not write into one. Thread: one at a time.

#include "core/hub/digest.h"
#include "core/hub/hub.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace vitral::hub {

class DownloadPart {
public:
    /// Opens or makes NAME.part for `target`. An older part is kept where its journal names the same bytes (commit,
    /// size, checksum), else emptied. Errors: Io; InvalidArgument (another program downloads it now).
    static Result<std::unique_ptr<DownloadPart>> open(const std::filesystem::path& target, const RepoFiles& repo,
                                                      const HubFile& file);
    ~DownloadPart();
    DownloadPart(const DownloadPart&) = delete;
    DownloadPart& operator=(const DownloadPart&) = delete;

    /// Feeds the digest with what is there. `seen` is called every megabyte with the bytes read. Errors: Io, Cancelled.
    Result<void> readAgain(const std::stop_token& stop, const std::function<void(std::uint64_t)>& seen);
    /// Errors: Io; a full disk says how much is kept.
    Result<void> append(std::span<const std::byte> bytes);
    /// From the beginning again. Errors: Io.
    Result<void> empty();
    /// The ETag of what is being received, for the next program that goes on. Errors: Io.
    Result<void> remember(const std::string& etag);
    /// Whether the digest is the one that was promised; only once, when all bytes are there.
    [[nodiscard]] bool isRight();
    /// Flushes, takes its name, removes the journal. Errors: Io.
    Result<void> finish();
    /// Removes both files.
    void discard();

    [[nodiscard]] std::uint64_t size() const { return nByte_; }
    [[nodiscard]] const std::string& etag() const { return etag_; }

private:
    DownloadPart() = default;
    Result<void> writeJournal() const;
    void freshDigest();

    std::filesystem::path target_, part_, journal_;
    std::string repo_, commit_, etag_;
    HubFile file_;
    std::unique_ptr<BlockDigest> digest_;
    std::uint64_t nByte_ = 0;
    int fd_ = -1;
    bool ours_ = false; ///< the lock is held, and what lies there is this download's
};

/// The digest of a whole file as `file` is named by, or "" when cancelled. Errors: Io.
Result<std::string> digestOf(const std::filesystem::path& path, const HubFile& file, const std::stop_token& stop,
                             const std::function<void(std::uint64_t)>& seen);

} // namespace vitral::hub
