// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/splitter.h"

#include "core/tokenizer/char_class.h"
#include "core/tokenizer/utf8.h"

namespace vitral {

namespace {

using namespace char_flag;

constexpr std::string_view kGpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
constexpr std::string_view kCl100k =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
constexpr std::string_view kQwen2 =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
constexpr std::string_view kO200k =
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
    "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
constexpr std::string_view kTekken =
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|"
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| "
    "?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/// Reads characters as flags. `at` is always at the beginning of a character.
struct Reader {
    std::string_view text;
    const CharClasses& classes;

    struct Char {
        std::uint16_t flags = 0; ///< 0 past the end
        std::uint32_t bytes = 0;
    };
    [[nodiscard]] Char at(std::size_t i) const {
        if (i >= text.size())
            return {};
        const auto b = static_cast<unsigned char>(text[i]);
        if (b < 0x80)
            return {classes.asciiFlags(b), 1};
        const Utf8Char c = utf8At(text, i);
        return {classes.flags(c.codePoint), c.bytes};
    }
    /// End of the run, from i, of characters that have one of `flags`.
    [[nodiscard]] std::size_t run(std::size_t i, std::uint16_t flags) const {
        for (;;) {
            const Char c = at(i);
            if ((c.flags & flags) == 0)
                return i;
            i += c.bytes;
        }
    }
    /// End of the run, from i, of characters that are neither blank nor letter nor number.
    [[nodiscard]] std::size_t runOfOthers(std::size_t i) const {
        for (;;) {
            const Char c = at(i);
            if (c.bytes == 0 || (c.flags & (kSpace | kLetter | kNumber)) != 0)
                return i;
            i += c.bytes;
        }
    }
    [[nodiscard]] unsigned char byteAt(std::size_t i) const {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    }
};

/// Bytes of 's 't 're 've 'm 'll 'd at i, where text[i] is the apostrophe; 0 where there is none. Without case, U+017F
/// (long s) is an s as well.
std::size_t contraction(const Reader& r, std::size_t i, bool anyCase) {
    const auto letter = [&](std::size_t at) {
        const unsigned char b = r.byteAt(at);
        return anyCase && b >= 'A' && b <= 'Z' ? static_cast<unsigned char>(b + 32) : b;
    };
    const unsigned char a = letter(i + 1);
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    const unsigned char b = letter(i + 2);
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l'))
        return 3;
    if (anyCase && a == 0xC5 && r.byteAt(i + 2) == 0xBF)
        return 3;
    return 0;
}

/// \s*[\r\n]+ where `newlines`, then \s+(?!\S), then \s+: `i` is at a blank.
std::size_t blanks(const Reader& r, std::size_t i, bool newlines) {
    std::size_t end = i;
    std::size_t last = i; // beginning of the last blank
    std::size_t afterNewline = 0;
    for (;;) {
        const Reader::Char c = r.at(end);
        if ((c.flags & kSpace) == 0)
            break;
        last = end;
        end += c.bytes;
        if ((c.flags & kNewline) != 0)
            afterNewline = end;
    }
    if (newlines && afterNewline > 0)
        return afterNewline;
    return end < r.text.size() && last > i ? last : end;
}

std::size_t nextGpt2(const Reader& r, std::size_t i) {
    const Reader::Char c = r.at(i);
    if (c.flags & kLetter)
        return r.run(i + c.bytes, kLetter);
    const bool blank = r.text[i] == ' ';
    const std::size_t word = blank ? i + 1 : i;
    const Reader::Char w = blank ? r.at(word) : c;
    if (w.flags & kLetter)
        return r.run(word + w.bytes, kLetter);
    if (!blank && r.text[i] == '\'')
        if (const std::size_t n = contraction(r, i, false))
            return i + n;
    if (w.flags & kNumber)
        return r.run(word + w.bytes, kNumber);
    if (w.bytes > 0 && (w.flags & kSpace) == 0)
        return r.runOfOthers(word + w.bytes);
    return blanks(r, i, false);
}

template <int kMaxDigits>
std::size_t digits(const Reader& r, std::size_t i) {
    for (int n = 0; n < kMaxDigits; ++n) {
        const Reader::Char c = r.at(i);
        if ((c.flags & kNumber) == 0)
            break;
        i += c.bytes;
    }
    return i;
}

/// ` ?[^\s\p{L}\p{N}]+[\r\n]*` (with `/` in the last class where `slash`); 0 where it does not match at i.
std::size_t others(const Reader& r, std::size_t i, bool slash) {
    const std::size_t first = r.text[i] == ' ' ? i + 1 : i;
    std::size_t end = r.runOfOthers(first);
    if (end == first)
        return 0;
    while (r.byteAt(end) == '\r' || r.byteAt(end) == '\n' || (slash && r.byteAt(end) == '/'))
        ++end;
    return end;
}

template <int kMaxDigits>
std::size_t nextCl100k(const Reader& r, std::size_t i) {
    const Reader::Char c = r.at(i);
    if (c.flags & kLetter)
        return r.run(i + c.bytes, kLetter);
    if (r.text[i] == '\'')
        if (const std::size_t n = contraction(r, i, true))
            return i + n;
    if (c.flags & kNumber)
        return digits<kMaxDigits>(r, i);
    if ((c.flags & kNewline) == 0) {
        const std::size_t end = r.run(i + c.bytes, kLetter);
        if (end > i + c.bytes)
            return end;
    }
    if (const std::size_t end = others(r, i, false))
        return end;
    return blanks(r, i, true);
}

/// [U]*[W]+ at i, with what backtracking would find: 0 where it does not match.
std::size_t mixedWord(const Reader& r, std::size_t i) {
    std::size_t afterBoth = 0; // just after the last character of the run that is also in W
    std::size_t at = i;
    for (;;) {
        const Reader::Char c = r.at(at);
        if ((c.flags & kUpperStart) == 0)
            break;
        at += c.bytes;
        if (c.flags & kLowerEnd)
            afterBoth = at;
    }
    const std::size_t end = r.run(at, kLowerEnd);
    return end > at ? end : afterBoth;
}

/// [U]+[W]* at i: 0 where it does not match.
std::size_t upperWord(const Reader& r, std::size_t i) {
    const std::size_t end = r.run(i, kUpperStart);
    return end == i ? 0 : r.run(end, kLowerEnd);
}

template <int kMaxDigits, bool kContractions>
std::size_t nextO200k(const Reader& r, std::size_t i) {
    const Reader::Char c = r.at(i);
    const bool mayLead = (c.flags & (kNewline | kLetter | kNumber)) == 0;
    std::size_t end = 0;
    if (mayLead)
        end = mixedWord(r, i + c.bytes);
    if (end == 0)
        end = mixedWord(r, i);
    if (end == 0 && mayLead)
        end = upperWord(r, i + c.bytes);
    if (end == 0)
        end = upperWord(r, i);
    if (end > 0) {
        if (kContractions && r.byteAt(end) == '\'')
            end += contraction(r, end, true);
        return end;
    }
    if (c.flags & kNumber)
        return digits<kMaxDigits>(r, i);
    if (const std::size_t punctuation = others(r, i, true))
        return punctuation;
    return blanks(r, i, true);
}

template <class Next>
std::size_t fill(std::string_view text, std::size_t begin, std::uint32_t* ends, std::size_t limit, const Next& next) {
    const Reader reader{text, CharClasses::instance()};
    std::size_t n = 0;
    while (begin < text.size() && n < limit) {
        begin = next(reader, begin);
        ends[n++] = static_cast<std::uint32_t>(begin);
    }
    return n;
}

} // namespace

std::string_view splitterPattern(SplitterKind kind) {
    switch (kind) {
    case SplitterKind::Gpt2:
        return kGpt2;
    case SplitterKind::Cl100k:
        return kCl100k;
    case SplitterKind::Qwen2:
        return kQwen2;
    case SplitterKind::O200k:
        return kO200k;
    case SplitterKind::Tekken:
        return kTekken;
    case SplitterKind::None:
        break;
    }
    return {};
}

SplitterKind splitterOf(std::string_view pattern) {
    // The two spellings that tiktoken itself uses since it moved to possessive quantifiers match the same pieces.
    constexpr std::string_view kGpt2Possessive =
        "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s";
    constexpr std::string_view kGpt2Short =
        "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    constexpr std::string_view kCl100kPossessive =
        "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|"
        "\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";
    for (const SplitterKind kind :
         {SplitterKind::Gpt2, SplitterKind::Cl100k, SplitterKind::Qwen2, SplitterKind::O200k, SplitterKind::Tekken})
        if (pattern == splitterPattern(kind))
            return kind;
    if (pattern == kGpt2Possessive || pattern == kGpt2Short)
        return SplitterKind::Gpt2;
    return pattern == kCl100kPossessive ? SplitterKind::Cl100k : SplitterKind::None;
}

std::size_t splitPieces(SplitterKind kind, std::string_view text, std::size_t begin, std::uint32_t* ends,
                        std::size_t limit) {
    switch (kind) {
    case SplitterKind::Gpt2:
        return fill(text, begin, ends, limit, nextGpt2);
    case SplitterKind::Cl100k:
        return fill(text, begin, ends, limit, nextCl100k<3>);
    case SplitterKind::Qwen2:
        return fill(text, begin, ends, limit, nextCl100k<1>);
    case SplitterKind::O200k:
        return fill(text, begin, ends, limit, nextO200k<3, true>);
    case SplitterKind::Tekken:
        return fill(text, begin, ends, limit, nextO200k<1, false>);
    case SplitterKind::None:
        break;
    }
    return 0;
}

} // namespace vitral
