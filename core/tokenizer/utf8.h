// SPDX-License-Identifier: Apache-2.0
#pragma once
// UTF-8 by hand, for text nobody vouches for. An invalid byte is one character of its own: code point U+FFFD, one byte
// long, valid false. Everything in this folder cuts text by that rule, so no byte is ever lost. Thread: any.

#include <cstdint>
#include <string>
#include <string_view>

namespace vitral {

struct Utf8Char {
    char32_t codePoint = 0;
    std::uint32_t bytes = 1;
    bool valid = true;
};

/// The character at text[at]; at < text.size(). Overlong forms, surrogates and values above U+10FFFF are invalid.
[[nodiscard]] inline Utf8Char utf8At(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned b0 = byte(0);
    if (b0 < 0x80)
        return {b0, 1, true};
    const std::size_t left = text.size() - at;
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80; };
    if (b0 >= 0xC2 && b0 <= 0xDF && left >= 2 && follows(1))
        return {(b0 & 0x1FU) << 6 | (byte(1) & 0x3FU), 2, true};
    if (b0 >= 0xE0 && b0 <= 0xEF && left >= 3 && follows(1) && follows(2)) {
        const char32_t c = (b0 & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
        if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF))
            return {c, 3, true};
    }
    if (b0 >= 0xF0 && b0 <= 0xF4 && left >= 4 && follows(1) && follows(2) && follows(3)) {
        const char32_t c = (b0 & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
        if (c >= 0x10000 && c <= 0x10FFFF)
            return {c, 4, true};
    }
    return {0xFFFD, 1, false};
}

/// Where the character begins that ends at `at`; 0 < at <= text.size().
[[nodiscard]] inline std::size_t characterBefore(std::string_view text, std::size_t at) {
    std::size_t begin = at - 1;
    while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80)
        --begin;
    return begin + utf8At(text, begin).bytes == at ? begin : at - 1;
}

inline void appendUtf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

[[nodiscard]] inline bool isValidUtf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            ++at;
            continue;
        }
        const Utf8Char c = utf8At(text, at);
        if (!c.valid)
            return false;
        at += c.bytes;
    }
    return true;
}

/// How many bytes at the end of `text` begin a character that more bytes could complete (0 to 3).
[[nodiscard]] inline std::size_t unfinishedUtf8Tail(std::string_view text) {
    for (std::size_t n = 1; n <= 3 && n <= text.size(); ++n) {
        const auto b = static_cast<unsigned char>(text[text.size() - n]);
        if (b < 0x80)
            return 0;
        if (b < 0xC0)
            continue;
        const std::size_t wanted = b >= 0xF0 && b <= 0xF4   ? 4
                                   : b >= 0xE0 && b <= 0xEF ? 3
                                   : b >= 0xC2 && b <= 0xDF ? 2
                                                            : 0;
        if (wanted <= n)
            return 0;
        if (n >= 2) { // the second byte already decides against overlong forms, surrogates and too large values
            const auto second = static_cast<unsigned char>(text[text.size() - n + 1]);
            if ((b == 0xE0 && second < 0xA0) || (b == 0xED && second > 0x9F) || (b == 0xF0 && second < 0x90) ||
                (b == 0xF4 && second > 0x8F))
                return 0;
        }
        return n;
    }
    return 0;
}

} // namespace vitral
