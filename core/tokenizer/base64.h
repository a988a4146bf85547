// SPDX-License-Identifier: Apache-2.0
#pragma once
// Base64, as tokenizer files use it (RFC 4648, padding optional). Thread: any.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitral {

/// Nothing where a character is not of the alphabet.
[[nodiscard]] inline std::optional<std::string> decodeBase64(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int nBits = 0;
    for (const char c : text) {
        const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (c == '=')
            break;
        if (value < 0)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        nBits += 6;
        if (nBits >= 8) {
            nBits -= 8;
            out += static_cast<char>(bits >> nBits & 0xFF);
        }
    }
    return out;
}

} // namespace vitral
