// SPDX-License-Identifier: Apache-2.0
#pragma once
// One file of a hub onto the disk: into NAME.part beside its place, with NAME.part.json saying what it is a part of,
// and under its name only when it is whole and its checksum is right. A killed program loses nothing: what is in the
// part is kept, read again (its digest is needed) and gone on from, if the hub still has the same file. Connections
// that break and servers that are busy are tried again by themselves, some times. Thread: any; the call blocks, and
// ends within 300 ms of its stop token.

#include "core/hub/hub.h"

#include <filesystem>
#include <functional>

namespace vitral::hub {

enum class DownloadState : std::uint8_t {
    Checking, ///< reading what an earlier download left
    Asking,   ///< waiting for the server
    Receiving,
    Waiting,   ///< for the next try; `note` says why
    Finishing, ///< flushing to the disk
};

struct DownloadProgress {
    DownloadState state = DownloadState::Asking;
    std::uint64_t doneBytes = 0, totalBytes = 0;
    double bytesPerSecond = 0; ///< of the last seconds; 0: not known yet
    std::string note;          ///< while Waiting: what went wrong
};

struct DownloadOptions {
    std::filesystem::path folder;                          ///< models lie in FOLDER/owner/name/path
    int tries = 6;                                         ///< in a row without a megabyte between them
    std::chrono::milliseconds wait{500};                   ///< before the second try; doubled each time, at most 30 s
    std::uint64_t spareBytes = 64 << 20;                   ///< that must be left on the disk afterwards
    std::function<void(const DownloadProgress&)> progress; ///< at most ten a second, and every change of state
};

struct Downloaded {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::uint64_t receivedBytes = 0; ///< in this call; the rest was there
    bool wasThere = false;           ///< whole and right already
};

/// Where a file of a repository will lie.
[[nodiscard]] std::filesystem::path placeOf(const std::filesystem::path& folder, const RepoFiles& repo,
                                            const HubFile& file);

/// Errors: Io (network, disk, not enough room), InvalidFile (wrong bytes or lengths; what came is thrown away),
/// Cancelled (what came is kept), InvalidArgument (a file of that name with other contents is there).
Result<Downloaded> download(const HubAccess& hub, const RepoFiles& repo, const HubFile& file,
                            const DownloadOptions& options, const std::stop_token& stop);

/// Downloads that were begun under `folder` and are not finished: paths of their NAME.part files.
[[nodiscard]] std::vector<std::filesystem::path> unfinishedDownloads(const std::filesystem::path& folder);

/// Deletes such a part and what says what it is a part of. Errors: InvalidArgument (no part, or a program is writing
/// to it), NotFound, Io.
Result<void> discardDownload(const std::filesystem::path& part);

} // namespace vitral::hub
