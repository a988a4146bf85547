// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a hub answers to a search and to the question which files a repository has.

#include "core/hub/download.h"
#include "tests/fuzz/fuzz_target.h"

#include <string_view>

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto found = hub::readSearch(text, "hub.example")) {
        VITRAL_FUZZ_REQUIRE(found->size() <= 100);
        for (const hub::RepoEntry& entry : *found)
            VITRAL_FUZZ_REQUIRE(hub::isRepoName(entry.id));
    } else {
        VITRAL_FUZZ_REQUIRE(found.error().message.size() > 15 && found.error().message.size() < 500);
    }
    const auto repo = hub::readFileList(text, "hub.example", "anna/small");
    if (!repo) {
        VITRAL_FUZZ_REQUIRE(repo.error().message.size() > 15 && repo.error().message.size() < 500);
        return 0;
    }
    VITRAL_FUZZ_REQUIRE(repo->commit.size() == 40);
    for (const hub::HubFile& file : repo->files) {
        VITRAL_FUZZ_REQUIRE(hub::isSafePath(file.path));
        VITRAL_FUZZ_REQUIRE(file.sha256.size() == 64 || file.gitSha1.size() == 40);
        VITRAL_FUZZ_REQUIRE(!hub::partsOf(*repo, file).empty());
        const auto place = hub::placeOf("/models", *repo, file).lexically_normal().string();
        VITRAL_FUZZ_REQUIRE(place.starts_with("/models/anna/small/"));
    }
    return 0;
}
