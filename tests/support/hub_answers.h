// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a hub would answer for its repository "anna/small", for servers that tests run.

#include "core/hub/digest.h"
#include "core/hub/hub.h"
#include "tests/support/hostile_server.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

namespace vitral::test {

using hub::BlockDigest;
using hub::Sha256;

inline std::string digest(BlockDigest&& d, std::string_view text) {
    d.feed(std::as_bytes(std::span(text.data(), text.size())));
    return d.finish();
}
inline std::string sha256(std::string_view text) {
    return digest(Sha256(), text);
}

inline const std::string kCommit(40, 'a');

/// 3 MB that no compression and no repetition could fake.
inline const std::string& contents() {
    static const std::string kBytes = [] {
        std::string bytes(3'000'000, '\0');
        std::uint64_t state = 1;
        for (char& c : bytes) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            c = static_cast<char>(state >> 56U);
        }
        return bytes;
    }();
    return kBytes;
}

inline std::string listing(std::string_view file = "m.gguf", std::uint64_t size = contents().size(),
                           std::string sum = sha256(contents())) {
    return R"({"id":"anna/small","sha":")" + kCommit +
           R"(","gated":false,"tags":["gguf","license:mit"],"cardData":{"license":"mit"},"siblings":[{"rfilename":")" +
           std::string(file) + R"(","size":)" + std::to_string(size) + R"(,"blobId":"0","lfs":{"sha256":")" + sum +
           R"(","size":)" + std::to_string(size) + R"(,"pointerSize":130}},{"rfilename":"README.md","size":5,)" +
           R"("blobId":"b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"}]})";
}

/// What the hub itself would send, from where it is asked.
inline void sendFile(const ServerRequest& request, const ServerConnection& c, std::string_view bytes = contents(),
                     std::string_view etag = "\"one\"") {
    const std::size_t from = request.from();
    const bool part = from > 0 && (request.header("if-range").empty() || request.header("if-range") == etag);
    const std::string headers = "ETag: " + std::string(etag) + "\r\n";
    if (!part)
        c.answer(200, headers, bytes);
    else
        c.answer(206,
                 headers + "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(bytes.size() - 1) +
                     "/" + std::to_string(bytes.size()) + "\r\n",
                 bytes.substr(from));
}

/// The hub that `server` plays, asked by somebody with little patience.
inline hub::HubAccess hubOf(const HostileServer& server) {
    hub::HubAccess hub{server.address(), {}, {}};
    hub.limits.silence = std::chrono::milliseconds(600);
    hub.limits.header = std::chrono::milliseconds(1500);
    return hub;
}

/// Whether a sentence holds these words and ends as one.
inline bool says(const std::string& sentence, const char* words) {
    if (sentence.find(words) != std::string::npos && sentence.ends_with("."))
        return true;
    std::fprintf(stderr, "said: %s\n", sentence.c_str());
    return false;
}

} // namespace vitral::test
