// SPDX-License-Identifier: Apache-2.0
#include "core/hub/hub.h"

#include "core/base/split_name.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::hub {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxListBytes = 32U << 20U;
constexpr std::size_t kMaxFiles = 20000;
constexpr std::size_t kMaxTextBytes = 300; // of a name or a licence: longer ones are nobody's
constexpr std::uint64_t kMaxFileBytes = std::uint64_t(1) << 50U;

bool isWordCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool isHexadecimal(std::string_view text, std::size_t n) {
    return text.size() == n && std::all_of(text.begin(), text.end(),
                                           [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// A short text without control characters; "" for anything else.
std::string plainText(const Json& object, const char* key) {
    const auto it = object.find(key);
    if (it == object.end() || !it->is_string())
        return {};
    const auto& text = it->get_ref<const std::string&>();
    if (text.size() > kMaxTextBytes ||
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }))
        return {};
    return text;
}

std::int64_t wholeNumber(const Json& object, const char* key) {
    const auto it = object.find(key);
    if (it == object.end() || !it->is_number_integer())
        return -1;
    if (it->is_number_unsigned() && it->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return -1;
    return std::max<std::int64_t>(-1, it->get<std::int64_t>());
}

/// false, "auto" or "manual".
bool isGated(const Json& object) {
    const auto it = object.find("gated");
    return it != object.end() && ((it->is_boolean() && it->get<bool>()) || it->is_string());
}

/// "license:apache-2.0" among the tags.
std::string licenceTag(const Json& object) {
    const auto tags = object.find("tags");
    if (tags != object.end() && tags->is_array())
        for (const Json& tag : *tags)
            if (tag.is_string() && tag.get_ref<const std::string&>().starts_with("license:") &&
                tag.get_ref<const std::string&>().size() < kMaxTextBytes)
                return tag.get<std::string>().substr(8);
    return {};
}

Result<std::string> askText(const HubAccess& hub, const std::string& path, std::string_view what,
                            const std::stop_token& stop) {
    HttpAnswer answer;
    auto text = httpText({hub.base + path, hub.token, 0, {}}, hub.limits, stop, kMaxListBytes, answer);
    if (!text)
        return tl::unexpected(std::move(text).error().error);
    if (answer.status >= 400)
        return tl::unexpected(failureOf(answer, what, !hub.token.empty()).error);
    return std::move(*text);
}

tl::unexpected<Error> noList(std::string_view host) {
    return fail(ErrorCode::InvalidFile,
                fmt::format("{} answers with something that is no list of models; perhaps it is no hub.", host));
}

std::optional<HubFile> fileOf(const Json& sibling) {
    if (!sibling.is_object())
        return std::nullopt;
    HubFile file;
    file.path = plainText(sibling, "rfilename");
    const std::int64_t size = wholeNumber(sibling, "size");
    file.gitSha1 = plainText(sibling, "blobId");
    const auto lfs = sibling.find("lfs");
    std::int64_t lfsSize = -1;
    if (lfs != sibling.end() && lfs->is_object()) {
        file.sha256 = plainText(*lfs, "sha256");
        if (file.sha256.empty())
            file.sha256 = plainText(*lfs, "oid");
        lfsSize = wholeNumber(*lfs, "size");
        file.gitSha1.clear(); // that of the pointer, not of the file
        if (!isHexadecimal(file.sha256, 64))
            return std::nullopt;
    } else if (!isHexadecimal(file.gitSha1, 40)) {
        return std::nullopt;
    }
    const std::int64_t bytes = lfsSize >= 0 ? lfsSize : size;
    if (!isSafePath(file.path) || bytes < 0 || static_cast<std::uint64_t>(bytes) > kMaxFileBytes)
        return std::nullopt;
    file.size = static_cast<std::uint64_t>(bytes);
    return file;
}

} // namespace

std::string defaultHubAddress() {
    const char* address = std::getenv("VITRAL_HUB_URL");
    std::string base = address != nullptr && *address != '\0' ? address : "https://huggingface.co";
    while (base.ends_with('/'))
        base.pop_back();
    return base;
}

bool isRepoName(std::string_view repo) {
    if (repo.empty() || repo.size() > 200 || repo.find("..") != std::string_view::npos ||
        std::count(repo.begin(), repo.end(), '/') > 1)
        return false;
    char before = '/';
    for (const char c : repo) {
        if (!isWordCharacter(c) && c != '-' && c != '.' && c != '/')
            return false;
        if (before == '/' && !isWordCharacter(c))
            return false;
        before = c;
    }
    return before != '/';
}

bool isModelFile(std::string_view path) {
    return path.ends_with(".gguf") || path.ends_with(".safetensors");
}

bool isSafePath(std::string_view path) {
    if (path.empty() || path.size() > 1000)
        return false;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view name = path.substr(begin, end - begin);
        if (name.empty() || name == "." || name == ".." || name.size() > 200 || name.ends_with(".part") ||
            name.ends_with(".part.json"))
            return false;
        for (const char c : name)
            if (static_cast<unsigned char>(c) < 32 || c == 127 || c == '\\' || c == ':')
                return false;
        begin = end + 1;
    }
    return true;
}

HttpFailure failureOf(const HttpAnswer& answer, std::string_view what, bool token) {
    const std::string host = hostOf(answer.url);
    const std::string_view code = answer.header("x-error-code");
    HttpFailure f;
    f.error.code = ErrorCode::Io;
    if (code == "GatedRepo" || answer.status == 401 || answer.status == 403) {
        if (code == "RepoNotFound") {
            f.error.code = ErrorCode::NotFound;
            f.error.message = fmt::format("{} knows no {}; it may be private, or the name be another.", host, what);
        } else if (token) {
            f.error.message = fmt::format("{} does not give {} to you yet: accept its terms on its page, and see that "
                                          "the token may read gated models.",
                                          host, what);
        } else {
            f.error.message = fmt::format("{} gives {} only to people who have accepted its terms: accept them on its "
                                          "page, then give your access token.",
                                          host, what);
        }
    } else if (answer.status == 404) {
        f.error.code = ErrorCode::NotFound;
        f.error.message = fmt::format("{} knows no {}.", host, what);
    } else if (answer.status == 429 || answer.status >= 500) {
        f.transient = true;
        const std::string_view after = answer.header("retry-after");
        int seconds = 0;
        const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), seconds);
        if (error == std::errc() && seconds > 0)
            f.retryAfter = std::chrono::seconds(std::min(seconds, 3600));
        f.error.message =
            answer.status == 429
                ? fmt::format("{} asks for patience: too many requests came from here. Try again in {}.", host,
                              f.retryAfter.count() > 0 ? fmt::format("{} s", f.retryAfter.count())
                                                       : std::string("some minutes"))
                : fmt::format("{} has trouble of its own (status {}). Try again later.", host, answer.status);
    } else {
        f.error.message = fmt::format("{} refuses to give {} (status {}).", host, what, answer.status);
    }
    return f;
}

Result<std::vector<RepoEntry>> searchModels(const HubAccess& hub, const SearchQuery& query,
                                            const std::stop_token& stop) {
    std::string path = fmt::format("/api/models?search={}&sort=downloads&direction=-1&limit={}",
                                   percentEncoded(query.text), std::clamp(query.limit, 1, 100));
    if (query.ggufOnly)
        path += "&filter=gguf";
    for (const char* field : {"downloads", "likes", "gated", "tags", "pipeline_tag", "lastModified"})
        path += fmt::format("&expand={}", field);
    VITRAL_TRY_ASSIGN(const std::string text, askText(hub, path, "such list", stop));
    return readSearch(text, hostOf(hub.base));
}

Result<std::vector<RepoEntry>> readSearch(std::string_view text, std::string_view host) {
    const Json list = Json::parse(text, nullptr, false);
    if (!list.is_array()) // nor is what cannot be read
        return noList(host);
    std::vector<RepoEntry> found;
    for (const Json& item : list) {
        if (!item.is_object() || found.size() >= 100)
            continue;
        RepoEntry entry;
        entry.id = plainText(item, "id");
        if (entry.id.empty())
            entry.id = plainText(item, "modelId");
        if (!isRepoName(entry.id))
            continue;
        entry.licence = licenceTag(item);
        entry.task = plainText(item, "pipeline_tag");
        entry.modified = plainText(item, "lastModified");
        entry.nDownload = wholeNumber(item, "downloads");
        entry.nLike = wholeNumber(item, "likes");
        entry.gated = isGated(item);
        found.push_back(std::move(entry));
    }
    return found;
}

std::vector<HubFile> partsOf(const RepoFiles& repo, const HubFile& file) {
    const auto name = splitNameOf(file.path);
    std::vector<HubFile> parts;
    for (int no = 0; name && no < name->count; ++no) {
        const std::string path = splitFileName(*name, no);
        const auto it = std::lower_bound(repo.files.begin(), repo.files.end(), path,
                                         [](const HubFile& f, const std::string& p) { return f.path < p; });
        if (it != repo.files.end() && it->path == path)
            parts.push_back(*it);
    }
    return parts.empty() ? std::vector{file} : parts;
}

Result<RepoFiles> listFiles(const HubAccess& hub, const std::string& repo, const std::string& revision,
                            const std::stop_token& stop) {
    if (!isRepoName(repo))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("\"{}\" is not the name of a repository; those look like owner/name.", repo));
    if (revision.empty() || revision.size() > 200 || revision.find("..") != std::string::npos)
        return fail(ErrorCode::InvalidArgument, "A revision is a branch, a tag or a commit, such as main.");
    VITRAL_TRY_ASSIGN(const std::string text, askText(hub,
                                                      fmt::format("/api/models/{}/revision/{}?blobs=true",
                                                                  percentEncoded(repo, true), percentEncoded(revision)),
                                                      repo, stop));
    return readFileList(text, hostOf(hub.base), repo);
}

Result<RepoFiles> readFileList(std::string_view text, std::string_view host, const std::string& repo) {
    const Json info = Json::parse(text, nullptr, false);
    if (info.is_discarded())
        return noList(host);
    RepoFiles out;
    out.id = repo;
    out.commit = info.is_object() ? plainText(info, "sha") : std::string();
    const auto siblings = info.is_object() ? info.find("siblings") : info.end();
    if (!info.is_object() || !isHexadecimal(out.commit, 40) || siblings == info.end() || !siblings->is_array())
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{} does not say which files {} has; perhaps it is no hub.", host, repo));
    out.licence = licenceTag(info);
    if (const auto card = info.find("cardData"); card != info.end() && card->is_object()) {
        if (out.licence.empty())
            out.licence = plainText(*card, "license");
        out.licenceName = plainText(*card, "license_name");
        out.licenceLink = plainText(*card, "license_link");
    }
    out.gated = isGated(info);
    for (const Json& sibling : *siblings) {
        if (out.files.size() >= kMaxFiles) {
            ++out.nLeftOut;
            continue;
        }
        if (auto file = fileOf(sibling))
            out.files.push_back(std::move(*file));
        else
            ++out.nLeftOut;
    }
    std::sort(out.files.begin(), out.files.end(), [](const HubFile& a, const HubFile& b) { return a.path < b.path; });
    return out;
}

std::string pageOf(const HubAccess& hub, std::string_view repo) {
    return fmt::format("{}/{}", hub.base, percentEncoded(repo, true));
}

std::string fileAddress(const HubAccess& hub, const RepoFiles& repo, const HubFile& file) {
    return fmt::format("{}/{}/resolve/{}/{}", hub.base, percentEncoded(repo.id, true), repo.commit,
                       percentEncoded(file.path, true));
}

} // namespace vitral::hub
