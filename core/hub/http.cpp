// SPDX-License-Identifier: Apache-2.0
#include "core/hub/http.h"

#include "core/base/amounts.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <curl/curl.h>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <optional>

namespace vitral::hub {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWake{80}; // how often a stop token is looked at

struct EasyDelete {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct UrlDelete {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlDelete>;

tl::unexpected<HttpFailure> failure(ErrorCode code, std::string message, bool transient = false) {
    return tl::unexpected(HttpFailure{Error{code, std::move(message)}, transient, std::chrono::seconds(0)});
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
        return {};
    std::string copy = text;
    curl_free(text);
    return copy;
}

struct Place {
    std::string scheme, host, port;
    bool operator==(const Place&) const = default;
};

std::optional<Place> placeOf(const std::string& url) {
    const UrlHandle handle(curl_url());
    if (!handle || curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return std::nullopt;
    Place place{part(handle.get(), CURLUPART_SCHEME), part(handle.get(), CURLUPART_HOST),
                part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
    if ((place.scheme != "https" && place.scheme != "http") || place.host.empty())
        return std::nullopt;
    return place;
}

/// What one request notes while it runs.
struct Exchange {
    const HttpLimits& limits;
    const HttpVisitor& visitor;
    HttpAnswer answer;
    std::size_t headerBytes = 0;
    bool headerDone = false, redirect = false;
    Clock::time_point lastSign = Clock::now();
    std::optional<HttpFailure> refused;
};

std::string trimmed(std::string_view text) {
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    return std::string(text);
}

std::size_t onHeaderLine(char* bytes, std::size_t, std::size_t n, void* user) {
    auto& x = *static_cast<Exchange*>(user);
    x.lastSign = Clock::now();
    x.headerBytes += n;
    if (x.headerBytes > x.limits.headerBytes) {
        x.refused =
            HttpFailure{Error{ErrorCode::Io, fmt::format("{} sends a header without an end; this is not how a hub "
                                                         "answers. Try another address, or later.",
                                                         hostOf(x.answer.url))},
                        false,
                        {}};
        return 0;
    }
    const std::string line = trimmed({bytes, n});
    if (line.starts_with("HTTP/")) { // also after a "100 Continue" and a proxy's answer
        x.answer.headers.clear();
        x.headerDone = false;
        const std::size_t blank = line.find(' ');
        int status = 0;
        if (blank != std::string::npos)
            std::from_chars(line.data() + blank + 1, line.data() + line.size(), status);
        x.answer.status = status;
    } else if (line.empty()) {
        if (x.answer.status < 200)
            return n;
        x.headerDone = true;
        x.redirect = x.answer.status >= 300 && x.answer.status < 400 && !x.answer.header("location").empty();
        if (x.redirect) {
            if (x.visitor.onRedirect)
                x.visitor.onRedirect(x.answer);
        } else if (x.visitor.onHeader) {
            if (auto result = x.visitor.onHeader(x.answer); !result) {
                x.refused = std::move(result).error();
                return 0;
            }
        }
    } else if (const std::size_t colon = line.find(':'); colon != std::string::npos) {
        std::string name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        x.answer.headers.emplace_back(std::move(name), trimmed(std::string_view(line).substr(colon + 1)));
    }
    return n;
}

std::size_t onBody(char* bytes, std::size_t, std::size_t n, void* user) {
    auto& x = *static_cast<Exchange*>(user);
    x.lastSign = Clock::now();
    if (x.redirect || !x.visitor.onBytes)
        return n;
    if (auto result = x.visitor.onBytes(std::as_bytes(std::span(bytes, n))); !result) {
        x.refused = std::move(result).error();
        return 0;
    }
    return n;
}

HttpFailure sentenceOf(CURLcode code, const char* detail, const std::string& url) {
    const std::string host = hostOf(url);
    const std::string said = *detail != '\0' ? detail : curl_easy_strerror(code);
    const auto io = [](std::string message, bool transient) {
        return HttpFailure{Error{ErrorCode::Io, std::move(message)}, transient, {}};
    };
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        return io(fmt::format("The proxy of this computer was not found ({}); look at its network settings.", said),
                  false);
    case CURLE_COULDNT_RESOLVE_HOST:
        return io(fmt::format("The name {} was not found; look whether this computer is on the internet.", host), true);
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
        return io(fmt::format("{} cannot be reached ({}); look whether this computer is on the internet.", host, said),
                  true);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return io(fmt::format("{} does not show a certificate that this computer trusts, so nothing was fetched ({}).",
                              host, said),
                  false);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return io(fmt::format("The connection to {} broke off ({}).", host, said), true);
    case CURLE_UNSUPPORTED_PROTOCOL: // the address was looked at: this is about the answer
    case CURLE_WEIRD_SERVER_REPLY:
        return io(fmt::format("{} did not answer as a server of the web does.", host), false);
    case CURLE_URL_MALFORMAT:
        return HttpFailure{
            Error{ErrorCode::InvalidArgument, fmt::format("{} is no address of the web (https://...).", url)},
            false,
            {}};
    case CURLE_OUT_OF_MEMORY:
    case static_cast<CURLcode>(100): // CURLE_TOO_LARGE, of later versions
        return io(
            fmt::format("{} sends a header without an end; this is not how a hub answers. Try another address, or "
                        "later.",
                        host),
            false);
    default:
        return io(fmt::format("{} could not be read ({}).", host, said), false);
    }
}

struct Headers {
    curl_slist* list = nullptr;
    ~Headers() { curl_slist_free_all(list); }
    void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

/// Certificates of issuers besides the system's, as curl's own program finds them: companies' networks need that.
const char* issuersOf() {
    for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
        if (const char* file = std::getenv(name); file != nullptr && *file != '\0')
            return file;
    return nullptr;
}

/// One address, no redirect followed.
HttpResult<void> exchange(Exchange& x, const HttpRequest& request, const std::string& url, bool withToken,
                          const std::stop_token& stop) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const std::unique_ptr<CURL, EasyDelete> easy(curl_easy_init());
    const std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi(curl_multi_init(), curl_multi_cleanup);
    if (!easy || !multi)
        return failure(ErrorCode::OutOfMemory, "There is not enough memory for a connection.");
    char detail[CURL_ERROR_SIZE] = "";
    Headers headers;
    headers.add("Accept: */*");
    if (request.from > 0) {
        headers.add(fmt::format("Range: bytes={}-", request.from));
        if (!request.ifRange.empty())
            headers.add("If-Range: " + request.ifRange);
    }
    CURL* e = easy.get();
    curl_easy_setopt(e, CURLOPT_URL, url.c_str());
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); // a look-up of a name is not waited for when a person cancels
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(x.limits.connect.count()));
    curl_easy_setopt(e, CURLOPT_USERAGENT, "vitral");
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers.list);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, &onHeaderLine);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, &x);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &onBody);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, &x);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(e, CURLOPT_HTTP_CONTENT_DECODING, 0L);    // sizes and digests are those of the file itself
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // what a proxy says is not what the hub says
    if (const char* issuers = issuersOf(); issuers != nullptr)
        curl_easy_setopt(e, CURLOPT_CAINFO, issuers);
    if (withToken && !request.token.empty()) {
        curl_easy_setopt(e, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, request.token.c_str());
    }
    curl_multi_add_handle(multi.get(), e);
    const struct Removed {
        CURLM* multi;
        CURL* easy;
        ~Removed() { curl_multi_remove_handle(multi, easy); }
    } removed{multi.get(), e};

    const Clock::time_point begin = Clock::now();
    x.lastSign = begin;
    for (;;) {
        int running = 0;
        if (const CURLMcode code = curl_multi_perform(multi.get(), &running); code != CURLM_OK)
            return failure(ErrorCode::Io, fmt::format("The connection failed ({}).", curl_multi_strerror(code)));
        if (stop.stop_requested())
            return failure(ErrorCode::Cancelled, {});
        int waiting = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi.get(), &waiting)) {
            if (message->msg != CURLMSG_DONE)
                continue;
            if (x.refused)
                return tl::unexpected(std::move(*x.refused));
            long proxySaid = 0;
            curl_easy_getinfo(e, CURLINFO_HTTP_CONNECTCODE, &proxySaid);
            if (message->data.result != CURLE_OK && proxySaid >= 300)
                return failure(ErrorCode::Io,
                               fmt::format("The proxy of this computer refuses the way to {} (status {}); look at its "
                                           "network settings.",
                                           hostOf(url), proxySaid));
            if (message->data.result != CURLE_OK)
                return tl::unexpected(sentenceOf(message->data.result, detail, url));
            if (x.answer.status < 200)
                return failure(ErrorCode::Io,
                               fmt::format("{} did not answer as a server of the web does.", hostOf(url)));
            return {};
        }
        const Clock::time_point now = Clock::now();
        if (now - x.lastSign > x.limits.silence)
            return failure(ErrorCode::Io,
                           fmt::format("{} has sent nothing for {} seconds.", hostOf(url),
                                       std::max<std::int64_t>(1, x.limits.silence.count() / 1000)),
                           true);
        if (!x.headerDone && now - begin > x.limits.header)
            return failure(ErrorCode::Io,
                           fmt::format("{} sends a header without an end; this is not how a hub answers. "
                                       "Try another address, or later.",
                                       hostOf(url)));
        if (x.visitor.onTick)
            x.visitor.onTick();
        curl_multi_poll(multi.get(), nullptr, 0, static_cast<int>(kWake.count()), nullptr);
    }
}

/// Where a redirect leads, from the address that sent it.
std::string resolved(const std::string& base, std::string_view location) {
    const UrlHandle handle(curl_url());
    const std::string to(location);
    if (!handle || curl_url_set(handle.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
        curl_url_set(handle.get(), CURLUPART_URL, to.c_str(), CURLU_URLENCODE) != CURLUE_OK)
        return {};
    return part(handle.get(), CURLUPART_URL);
}

} // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name)
            return value;
    return {};
}

std::int64_t HttpAnswer::length() const {
    const std::string_view text = header("content-length");
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : -1;
}

HttpResult<HttpAnswer> httpGet(const HttpRequest& request, const HttpLimits& limits, const std::stop_token& stop,
                               const HttpVisitor& visitor) {
    const std::optional<Place> first = placeOf(request.url);
    if (!first)
        return failure(ErrorCode::InvalidArgument,
                       fmt::format("{} is no address of the web (https://...).", request.url));
    std::string url = request.url;
    std::vector<std::string> seen;
    for (int hop = 0;; ++hop) {
        const std::optional<Place> here = placeOf(url);
        if (!here)
            return failure(ErrorCode::Io, fmt::format("{} sends us on to something that is no address of the web.",
                                                      hostOf(seen.empty() ? request.url : seen.back())));
        if (first->scheme == "https" && here->scheme != "https")
            return failure(ErrorCode::Io,
                           fmt::format("{} sends us on to an address without encryption ({}); that way is "
                                       "not taken.",
                                       first->host, here->host));
        Exchange x{limits, visitor, {}, 0, false, false, Clock::now(), std::nullopt};
        x.answer.url = url;
        if (auto done = exchange(x, request, url, *here == *first, stop); !done)
            return tl::unexpected(std::move(done).error());
        if (!x.redirect)
            return std::move(x.answer);
        seen.push_back(url);
        std::string next = resolved(url, x.answer.header("location"));
        if (std::find(seen.begin(), seen.end(), next) != seen.end() || hop >= limits.redirects)
            return failure(
                ErrorCode::Io,
                fmt::format("{} sends us round in circles; the file cannot be fetched from there now.", first->host));
        url = std::move(next);
    }
}

HttpResult<std::string> httpText(const HttpRequest& request, const HttpLimits& limits, const std::stop_token& stop,
                                 std::size_t limitBytes, HttpAnswer& answer) {
    std::string text;
    HttpVisitor visitor;
    const Clock::time_point begin = Clock::now();
    visitor.onBytes = [&](std::span<const std::byte> bytes) -> HttpResult<void> {
        if (Clock::now() - begin > limits.list)
            return failure(ErrorCode::Io,
                           fmt::format("{} has needed more than {} seconds for a list. Try again later.",
                                       hostOf(request.url), std::max<std::int64_t>(1, limits.list.count() / 1000)),
                           true);
        if (text.size() + bytes.size() > limitBytes)
            return failure(ErrorCode::InvalidFile,
                           fmt::format("{} answers with more than {}; a list is never that long.", hostOf(request.url),
                                       byteSize(limitBytes)));
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    };
    auto result = httpGet(request, limits, stop, visitor);
    if (!result)
        return tl::unexpected(std::move(result).error());
    answer = std::move(*result);
    return text;
}

std::string hostOf(const std::string& url) {
    const UrlHandle handle(curl_url());
    if (!handle || curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return "The address";
    const std::string port = part(handle.get(), CURLUPART_PORT);
    return part(handle.get(), CURLUPART_HOST) + (port.empty() ? "" : ":" + port);
}

std::string percentEncoded(std::string_view text, bool keepSlash) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || (keepSlash && c == '/');
        if (plain)
            out += c;
        else
            out += {'%', kDigits[u >> 4U], kDigits[u & 15U]};
    }
    return out;
}

} // namespace vitral::hub
