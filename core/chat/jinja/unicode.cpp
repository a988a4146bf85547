// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <utf8proc.h>

namespace vitral::jinja {
namespace {

std::int32_t decode(std::string_view text, std::size_t at, std::size_t& nBytes) {
    const auto first = std::uint8_t(text[at]);
    if (first < 0x80) {
        nBytes = 1;
        return first;
    }
    utf8proc_int32_t code = -1;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                    utf8proc_ssize_t(text.size() - at), &code);
    if (n <= 0) {
        nBytes = 1;
        return -1;
    }
    nBytes = std::size_t(n);
    return code;
}

utf8proc_category_t category(std::int32_t code) {
    return code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(code);
}

/// The characters whose capital is several letters; utf8proc maps one to one.
std::string_view longUpper(std::int32_t code) {
    switch (code) {
    case 0xDF:
        return "SS";
    case 0xFB00:
        return "FF";
    case 0xFB01:
        return "FI";
    case 0xFB02:
        return "FL";
    case 0xFB03:
        return "FFI";
    case 0xFB04:
        return "FFL";
    case 0x149:
        return "\xCA\xBC"
               "N";
    default:
        return {};
    }
}

template <class Map>
std::string mapped(std::string_view text, Map map) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        std::size_t n = 0;
        const std::int32_t code = decode(text, i, n);
        if (code < 0)
            out += text[i];
        else
            map(out, code);
        i += n;
    }
    return out;
}

void putUpper(std::string& out, std::int32_t code) {
    if (const auto several = longUpper(code); !several.empty())
        out += several;
    else
        appendCodePoint(out, std::uint32_t(utf8proc_toupper(code)));
}
void putTitle(std::string& out, std::int32_t code) {
    if (const auto several = longUpper(code); !several.empty()) {
        out += several.front();
        out += lower(several.substr(1));
    } else {
        appendCodePoint(out, std::uint32_t(utf8proc_totitle(code)));
    }
}
void putLower(std::string& out, std::int32_t code) {
    if (code == 0x130)
        out += "i\xCC\x87"; // I with a dot above
    else
        appendCodePoint(out, std::uint32_t(utf8proc_tolower(code)));
}
bool isCased(std::int32_t code) {
    return isUpper(code) || isLower(code) || isTitle(code);
}

} // namespace

bool isAsciiText(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (std::uint8_t(c) & 0x80U) == 0; });
}
std::size_t characterBytes(std::string_view text, std::size_t at) {
    std::size_t n = 0;
    decode(text, at, n);
    return n;
}
std::int32_t codePointAt(std::string_view text, std::size_t at) {
    std::size_t n = 0;
    return decode(text, at, n);
}
std::int64_t countCharacters(std::string_view text) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < text.size(); i += characterBytes(text, i))
        ++count;
    return count;
}
void appendCodePoint(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += char(code);
    } else if (code < 0x800) {
        out += char(0xC0U | (code >> 6U));
        out += char(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        out += char(0xE0U | (code >> 12U));
        out += char(0x80U | ((code >> 6U) & 0x3FU));
        out += char(0x80U | (code & 0x3FU));
    } else {
        out += char(0xF0U | (code >> 18U));
        out += char(0x80U | ((code >> 12U) & 0x3FU));
        out += char(0x80U | ((code >> 6U) & 0x3FU));
        out += char(0x80U | (code & 0x3FU));
    }
}
std::vector<std::string_view> charactersOf(std::string_view text) {
    std::vector<std::string_view> result;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t n = characterBytes(text, i);
        result.push_back(text.substr(i, n));
        i += n;
    }
    return result;
}

bool isSpace(std::int32_t code) {
    return (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
           code == 0x205F || code == 0x3000;
}
bool isPrintable(std::int32_t code) {
    if (code < 0x7F)
        return code >= 0x20;
    switch (category(code)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ZS:
        return false;
    default:
        return true;
    }
}
bool isLetter(std::int32_t code) {
    const auto c = category(code);
    return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LL || c == UTF8PROC_CATEGORY_LT ||
           c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_LO;
}
bool isDecimal(std::int32_t code) {
    return category(code) == UTF8PROC_CATEGORY_ND;
}
bool isNumeric(std::int32_t code) {
    const auto c = category(code);
    return c == UTF8PROC_CATEGORY_ND || c == UTF8PROC_CATEGORY_NL || c == UTF8PROC_CATEGORY_NO;
}
bool isUpper(std::int32_t code) {
    return category(code) == UTF8PROC_CATEGORY_LU;
}
bool isLower(std::int32_t code) {
    return category(code) == UTF8PROC_CATEGORY_LL || code == 0xAA || code == 0xBA;
}
bool isTitle(std::int32_t code) {
    return category(code) == UTF8PROC_CATEGORY_LT;
}

std::string upper(std::string_view text) {
    return mapped(text, putUpper);
}
std::string lower(std::string_view text) {
    std::string out = mapped(text, putLower);
    // A capital sigma at the end of a word has its own small letter.
    if (text.find("\xCE\xA3") == std::string_view::npos)
        return out;
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        std::size_t n = 0;
        const std::int32_t code = decode(text, i, n);
        if (code == 0x3A3) {
            std::size_t before = i;
            while (before > 0 && (std::uint8_t(text[--before]) & 0xC0U) == 0x80) {
            }
            const bool letterBefore = i > 0 && isLetter(codePointAt(text, before));
            const bool letterAfter = i + n < text.size() && isLetter(codePointAt(text, i + n));
            out += letterBefore && !letterAfter ? "\xCF\x82" : "\xCF\x83";
        } else if (code < 0) {
            out += text[i];
        } else {
            putLower(out, code);
        }
        i += n;
    }
    return out;
}
std::string capitalize(std::string_view text) {
    if (text.empty())
        return {};
    const std::size_t n = characterBytes(text, 0);
    const std::int32_t first = codePointAt(text, 0);
    std::string out;
    if (first < 0)
        out += text[0];
    else
        putTitle(out, first);
    return out + lower(text.substr(n));
}
std::string swapCase(std::string_view text) {
    return mapped(
        text, [](std::string& out, std::int32_t code) { isUpper(code) ? putLower(out, code) : putUpper(out, code); });
}
std::string titleCase(std::string_view text) {
    bool inWord = false;
    return mapped(text, [&inWord](std::string& out, std::int32_t code) {
        if (!isCased(code)) {
            inWord = false;
            appendCodePoint(out, std::uint32_t(code));
            return;
        }
        if (inWord)
            putLower(out, code);
        else
            putTitle(out, code);
        inWord = true;
    });
}

std::string_view strip(std::string_view text, Side side, const std::string* characters) {
    const auto unwanted = [&](std::string_view character) {
        return characters == nullptr ? isSpace(codePointAt(character, 0))
                                     : characters->find(character) != std::string::npos;
    };
    if ((std::uint8_t(side) & 1U) != 0)
        while (!text.empty()) {
            const std::size_t n = characterBytes(text, 0);
            if (!unwanted(text.substr(0, n)))
                break;
            text.remove_prefix(n);
        }
    if ((std::uint8_t(side) & 2U) != 0)
        while (!text.empty()) {
            std::size_t at = text.size() - 1;
            while (at > 0 && text.size() - at < 4 && (std::uint8_t(text[at]) & 0xC0U) == 0x80)
                --at;
            if (at + characterBytes(text, at) != text.size())
                at = text.size() - 1; // not UTF-8: the last byte alone
            if (!unwanted(text.substr(at)))
                break;
            text.remove_suffix(text.size() - at);
        }
    return text;
}

std::vector<std::string_view> splitLines(std::string_view text, bool keepEnds) {
    std::vector<std::string_view> lines;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t n = 0;
        const std::int32_t code = decode(text, i, n);
        const bool isEnd = (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) || code == 0x85 ||
                           code == 0x2028 || code == 0x2029;
        if (!isEnd) {
            i += n;
            continue;
        }
        std::size_t after = i + n;
        if (code == '\r' && after < text.size() && text[after] == '\n')
            ++after;
        lines.push_back(text.substr(begin, (keepEnds ? after : i) - begin));
        begin = i = after;
    }
    if (begin < text.size())
        lines.push_back(text.substr(begin));
    return lines;
}

} // namespace vitral::jinja
