// SPDX-License-Identifier: Apache-2.0
#pragma once
// One GET over HTTPS (libcurl), watched: how long a server may be silent, how much header it may send, where it may
// send us on. Nothing is asked for unless a person asked for it. Plain http is spoken only where the address that the
// person gave says http, and a token goes only to the host it is for. Thread: any; a call blocks until it is over or
// its stop token is set (at most 100 ms later).

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral::hub {

struct HttpLimits {
    std::chrono::milliseconds connect{20000};
    std::chrono::milliseconds silence{30000}; ///< without a byte of an answer, or a whole line of its header
    std::chrono::milliseconds header{60000};  ///< until the header is whole
    std::chrono::milliseconds list{60000};    ///< for a whole list; a server that drips is given up, too
    std::size_t headerBytes = 64 << 10;
    int redirects = 6;
};

struct HttpRequest {
    std::string url;
    std::string token;      ///< sent as a bearer token, to the host of `url` only; "": none
    std::uint64_t from = 0; ///< 0: the whole; else only from this byte on
    std::string ifRange;    ///< with `from`: only if the file still has this ETag, else the whole
};

struct HttpAnswer {
    int status = 0;
    std::string url;                                          ///< that answered
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case

    /// "" where there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// Of Content-Length; -1: not said, or nonsense.
    [[nodiscard]] std::int64_t length() const;
};

struct HttpFailure {
    Error error;
    bool transient = false; ///< may be better in a moment: a connection that broke, a busy server
    std::chrono::seconds retryAfter{0};
};

template <class T>
using HttpResult = tl::expected<T, HttpFailure>;

struct HttpVisitor {
    /// The header of an answer that is no redirect is there; an error ends it here.
    std::function<HttpResult<void>(const HttpAnswer&)> onHeader;
    /// Some bytes of its body.
    std::function<HttpResult<void>(std::span<const std::byte>)> onBytes;
    /// A redirect on the way (a hub says there what it links to).
    std::function<void(const HttpAnswer&)> onRedirect;
    /// Some ten times a second, also while nothing comes.
    std::function<void()> onTick;
};

/// Follows redirects. Errors: Io (with a sentence), Cancelled, InvalidArgument (no address of the web), and what the
/// visitor returned. A status of 400 and more is an answer, not an error.
HttpResult<HttpAnswer> httpGet(const HttpRequest& request, const HttpLimits& limits, const std::stop_token& stop,
                               const HttpVisitor& visitor);

/// The same, with the body in memory. Errors: also InvalidFile above `limitBytes`.
HttpResult<std::string> httpText(const HttpRequest& request, const HttpLimits& limits, const std::stop_token& stop,
                                 std::size_t limitBytes, HttpAnswer& answer);

/// "host" or "host:port" of an address, for sentences.
[[nodiscard]] std::string hostOf(const std::string& url);
/// Percent-encodes everything but letters, digits and -._~ (and '/', where `keepSlash`).
[[nodiscard]] std::string percentEncoded(std::string_view text, bool keepSlash = false);

} // namespace vitral::hub
