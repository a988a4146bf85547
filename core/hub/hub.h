// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a hub of models (huggingface.co, or another server that speaks as it does) has: searching it, and the files of
// one repository with their sizes, checksums and licence. Nothing here is called unless a person asked for it; every
// answer is hostile until it is checked. Endpoints as huggingface_hub 2.4.0 uses them: GET /api/models?search=...,
// GET /api/models/ID/revision/REVISION?blobs=true, GET /ID/resolve/COMMIT/PATH. Thread: any; calls block.

#include "core/hub/http.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral::hub {

/// Where to ask, and how.
struct HubAccess {
    std::string base;  ///< "https://huggingface.co", without a slash at its end
    std::string token; ///< of a person who may read gated models; "": none
    HttpLimits limits;
};

/// VITRAL_HUB_URL, else https://huggingface.co.
[[nodiscard]] std::string defaultHubAddress();

struct RepoEntry {
    std::string id;                          ///< "owner/name"
    std::string licence;                     ///< "apache-2.0"; "": not said
    std::string task;                        ///< "text-generation"; "": not said
    std::string modified;                    ///< "2025-03-01T10:00:00.000Z"; "": not said
    std::int64_t nDownload = -1, nLike = -1; ///< -1: not said
    bool gated = false;
};

struct SearchQuery {
    std::string text;
    int limit = 30;       ///< 1 to 100
    bool ggufOnly = true; ///< only repositories with GGUF files
};

/// Most downloaded first. Errors: httpGet's; InvalidFile (an answer that is no list); a status with its sentence.
Result<std::vector<RepoEntry>> searchModels(const HubAccess& hub, const SearchQuery& query,
                                            const std::stop_token& stop);

struct HubFile {
    std::string path; ///< in the repository; checked: relative, no "..", no control characters
    std::uint64_t size = 0;
    std::string sha256;  ///< 64 digits, of files in LFS
    std::string gitSha1; ///< 40 digits, of "blob SIZE\0" and the bytes: of all others
};

struct RepoFiles {
    std::string id, commit; ///< commit: 40 digits, what to download from
    std::string licence, licenceName, licenceLink;
    bool gated = false;
    std::vector<HubFile> files; ///< by path; those without a size or a checksum are left out and counted
    int nLeftOut = 0;
};

/// All files of the model that `file` is a part of (NAME-00001-of-00003.gguf), in order, as far as the repository has
/// them; the file alone where it is whole by itself.
[[nodiscard]] std::vector<HubFile> partsOf(const RepoFiles& repo, const HubFile& file);

/// Errors: as searchModels; InvalidArgument for a name that can be no repository's; NotFound.
Result<RepoFiles> listFiles(const HubAccess& hub, const std::string& repo, const std::string& revision,
                            const std::stop_token& stop);

/// What the answers to these two say; `host` stands in sentences. Errors: InvalidFile.
Result<std::vector<RepoEntry>> readSearch(std::string_view text, std::string_view host);
Result<RepoFiles> readFileList(std::string_view text, std::string_view host, const std::string& repo);

/// Whether "owner/name" (or "name") can be a repository's, and a path a file's in it: letters, digits and a few marks;
/// nothing that leaves a folder.
[[nodiscard]] bool isRepoName(std::string_view repo);
[[nodiscard]] bool isSafePath(std::string_view path);
/// By its name: weights that a room of this program could open.
[[nodiscard]] bool isModelFile(std::string_view path);

/// A sentence for a status of 400 and more: who may not, what is not there, who is too busy. `token`: one was sent.
[[nodiscard]] HttpFailure failureOf(const HttpAnswer& answer, std::string_view what, bool token);

/// "https://huggingface.co/owner/name": the page on which the terms of a gated model are accepted.
[[nodiscard]] std::string pageOf(const HubAccess& hub, std::string_view repo);
[[nodiscard]] std::string fileAddress(const HubAccess& hub, const RepoFiles& repo, const HubFile& file);

} // namespace vitral::hub
