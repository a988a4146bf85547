// SPDX-License-Identifier: Apache-2.0
#include "app/cli/printable.h"

#include "core/tokenizer/utf8.h"

#include <fmt/format.h>

namespace vitral::cli {

namespace {

bool isHarmless(char32_t c) {
    const bool isControl = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    const bool movesText = (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return !isControl && !movesText && c != 0xFEFF;
}

/// Up to `limit` characters, escaped; `at` is where it stopped.
std::string escaped(std::string_view text, std::size_t limit, bool quotes, std::size_t& at) {
    std::string out;
    at = 0;
    for (std::size_t n = 0; n < limit && at < text.size(); ++n) {
        const Utf8Char c = utf8At(text, at);
        if (!c.valid)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
        else if (c.codePoint == '\n')
            out += "\\n";
        else if (!isHarmless(c.codePoint))
            out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c.codePoint));
        else {
            if (quotes && (c.codePoint == '"' || c.codePoint == '\\'))
                out += '\\';
            out += text.substr(at, c.bytes);
        }
        at += c.bytes;
    }
    return out;
}

} // namespace

std::string plainText(std::string_view text, std::size_t limit) {
    std::size_t at = 0;
    std::string out = escaped(text, limit, false, at);
    return at < text.size() ? fmt::format("{}... ({} bytes)", out, text.size()) : out;
}

std::string quotedText(std::string_view text, std::size_t limit) {
    std::size_t at = 0;
    const std::string out = escaped(text, limit, true, at);
    return at < text.size() ? fmt::format("\"{}\"... ({} bytes)", out, text.size()) : fmt::format("\"{}\"", out);
}

std::string plainLines(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t end = std::min(text.find('\n', i), text.size());
        out += plainText(text.substr(i, end - i), text.size());
        if (end < text.size())
            out += '\n';
        i = end + 1;
    }
    return out;
}

} // namespace vitral::cli
