// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/normalizer.h"

#include "core/tokenizer/char_class.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <utf8proc.h>

namespace vitral {

namespace {

/// No honest normalisation makes a text longer than this; a hostile one could fill the memory.
constexpr std::size_t kMaxGrowth = 32;
constexpr std::size_t kMinLimitBytes = 1 << 20;

tl::unexpected<Error> tooLong() {
    return fail(ErrorCode::Unsupported,
                fmt::format("The tokenizer's normalizer makes this text more than {} times as long.", kMaxGrowth));
}

bool isSpace(char32_t c) {
    return (CharClasses::instance().flags(c) & char_flag::kSpace) != 0;
}

/// Calls perChar(codePoint, bytes) for each valid character; invalid bytes are copied.
template <class PerChar>
void eachCharacter(std::string_view text, std::string& out, const PerChar& perChar) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8At(text, at);
        if (c.valid)
            perChar(c.codePoint, text.substr(at, c.bytes));
        else
            out += text[at];
        at += c.bytes;
    }
}

void appendNormalForm(std::string_view valid, utf8proc_option_t options, std::string& out) {
    utf8proc_uint8_t* mapped = nullptr;
    const utf8proc_ssize_t n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                            static_cast<utf8proc_ssize_t>(valid.size()), &mapped, options);
    if (n >= 0)
        out.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(n));
    else
        out += valid; // cannot happen with valid text; losing it would be worse
    std::free(mapped);
}

/// ASCII is its own normal form; only the last ASCII character before other text can compose with what follows.
void normalForm(std::string_view text, utf8proc_option_t options, std::string& out) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80)
            ++end;
        if (end == text.size()) {
            out += text.substr(at);
            return;
        }
        const std::size_t begin = end > at ? end - 1 : at;
        out += text.substr(at, begin - at);
        while (end < text.size() && static_cast<unsigned char>(text[end]) >= 0x80) {
            const Utf8Char c = utf8At(text, end);
            if (!c.valid)
                break;
            end += c.bytes;
        }
        appendNormalForm(text.substr(begin, end - begin), options, out);
        at = end;
        if (at < text.size() && !utf8At(text, at).valid)
            out += text[at++];
    }
}

utf8proc_option_t formOptions(NormalStep::Kind kind) {
    const int stable = UTF8PROC_STABLE;
    switch (kind) {
    case NormalStep::Kind::Nfd:
        return static_cast<utf8proc_option_t>(stable | UTF8PROC_DECOMPOSE);
    case NormalStep::Kind::Nfkc:
        return static_cast<utf8proc_option_t>(stable | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    case NormalStep::Kind::Nfkd:
        return static_cast<utf8proc_option_t>(stable | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    default:
        return static_cast<utf8proc_option_t>(stable | UTF8PROC_COMPOSE);
    }
}

void lowercase(std::string_view text, std::string& out) {
    eachCharacter(text, out, [&](char32_t c, std::string_view bytes) {
        if (c < 0x80)
            out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        else if (c == 0x130) // the only character whose lower case is two
            out += "i\xCC\x87";
        else if (const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
                 lower != c)
            appendUtf8(out, lower);
        else
            out += bytes;
    });
}

bool isCjk(char32_t c) {
    // The blocks of the reference's is_chinese_char, its 0x2B920 included.
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool isControl(char32_t c) {
    if (c == '\t' || c == '\n' || c == '\r' || CharClasses::instance().category(c) != CharCategory::Other)
        return false;
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CO;
}

void bert(const NormalStep& step, std::string_view text, std::string& out) {
    std::string current(text);
    std::string next;
    if (step.cleanText) {
        for (std::size_t at = 0; at < current.size();) {
            const Utf8Char c = utf8At(current, at);
            if (c.valid && c.codePoint != 0 && c.codePoint != 0xFFFD && !isControl(c.codePoint)) {
                if (isSpace(c.codePoint))
                    next += ' ';
                else
                    next.append(current, at, c.bytes);
            }
            at += c.bytes;
        }
        current.swap(next);
    }
    if (step.spaceCjk) {
        next.clear();
        eachCharacter(current, next, [&](char32_t c, std::string_view bytes) {
            if (isCjk(c))
                ((next += ' ') += bytes) += ' ';
            else
                next += bytes;
        });
        current.swap(next);
    }
    if (step.stripAccents) {
        next.clear();
        normalForm(current, formOptions(NormalStep::Kind::Nfd), next);
        current.clear();
        eachCharacter(next, current, [&](char32_t c, std::string_view bytes) {
            if (c < 0x300 || utf8proc_category(static_cast<utf8proc_int32_t>(c)) != UTF8PROC_CATEGORY_MN)
                current += bytes;
        });
    }
    if (step.lowercase)
        lowercase(current, out);
    else
        out += current;
}

void collapseBlanks(std::string_view text, TextEnds ends, std::string& out) {
    const std::size_t first = out.size();
    for (const char c : text)
        if (c != ' ' || (out.size() > first ? out.back() != ' ' : !ends.start))
            out += c;
    if (!ends.end)
        return;
    // At the end sentencepiece drops typed visible blanks (U+2581) as well: it looks after making all of them visible.
    constexpr std::string_view kVisible = "\xE2\x96\x81";
    for (;;) {
        const std::string_view written = std::string_view(out).substr(first);
        if (written.ends_with(' '))
            out.pop_back();
        else if (written.ends_with(kVisible))
            out.resize(out.size() - kVisible.size());
        else
            break;
    }
}

Result<void> charsmap(const Charsmap& map, std::string_view text, std::size_t limitBytes, std::string& out) {
    for (std::size_t at = 0; at < text.size();) {
        if (out.size() > limitBytes)
            return tooLong();
        if (const Charsmap::Match match = map.longest(text.substr(at)); match.bytes > 0) {
            out += match.replacement;
            at += match.bytes;
            continue;
        }
        const std::size_t bytes = utf8At(text, at).bytes;
        out += text.substr(at, bytes);
        at += bytes;
    }
    return {};
}

/// End of the extended grapheme cluster that begins at `begin`.
std::size_t graphemeEnd(std::string_view text, std::size_t begin) {
    Utf8Char before = utf8At(text, begin);
    std::size_t at = begin + before.bytes;
    utf8proc_int32_t state = 0;
    while (before.valid && at < text.size()) {
        const Utf8Char c = utf8At(text, at);
        const bool bothAscii = before.codePoint < 0x80 && c.codePoint < 0x80;
        if (!c.valid || (bothAscii && !(before.codePoint == '\r' && c.codePoint == '\n')) ||
            utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(before.codePoint),
                                             static_cast<utf8proc_int32_t>(c.codePoint), &state))
            break;
        before = c;
        at += c.bytes;
    }
    return at;
}

/// The map as the tokenizers package applies it: a grapheme of less than six bytes is looked up whole, by its shortest
/// entry, and replaced whole; else each of its characters is. That loses a mark here and there where sentencepiece,
/// which takes the longest entry at every place, keeps it; a tokenizer.json means the package.
Result<void> charsmapByGrapheme(const Charsmap& map, std::string_view text, std::size_t limitBytes, std::string& out) {
    constexpr std::size_t kLongestWhole = 5;
    for (std::size_t at = 0; at < text.size();) {
        if (out.size() > limitBytes)
            return tooLong();
        const std::size_t end = graphemeEnd(text, at);
        const std::string_view grapheme = text.substr(at, end - at);
        at = end;
        if (const Charsmap::Match whole = map.shortest(grapheme); whole.bytes > 0 && grapheme.size() <= kLongestWhole) {
            out += whole.replacement;
            continue;
        }
        for (std::size_t i = 0; i < grapheme.size();) {
            const std::string_view character = grapheme.substr(i, utf8At(grapheme, i).bytes);
            const Charsmap::Match match = map.shortest(character);
            out += match.bytes > 0 ? match.replacement : character;
            i += character.size();
        }
    }
    return {};
}

void nmt(std::string_view text, std::string& out) {
    eachCharacter(text, out, [&](char32_t c, std::string_view bytes) {
        const bool drop =
            (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
        const bool blank = c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || (c >= 0x200B && c <= 0x200F) ||
                           c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
        if (blank)
            out += ' ';
        else if (!drop)
            out += bytes;
    });
}

std::string_view strip(std::string_view text, bool left, bool right) {
    std::size_t begin = 0;
    while (left && begin < text.size() && isSpace(utf8At(text, begin).codePoint))
        begin += utf8At(text, begin).bytes;
    std::size_t end = begin;
    if (!right)
        return text.substr(begin);
    for (std::size_t at = begin; at < text.size();) {
        const Utf8Char c = utf8At(text, at);
        at += c.bytes;
        if (!isSpace(c.codePoint))
            end = at;
    }
    return text.substr(begin, end - begin);
}

Result<void> replace(const NormalStep& step, std::string_view text, std::size_t limitBytes, std::string& out) {
    std::size_t done = 0;
    if (!step.isRegex) {
        for (std::size_t at = text.find(step.pattern); at != std::string_view::npos && !step.pattern.empty();
             at = text.find(step.pattern, done)) {
            if (out.size() > limitBytes)
                return tooLong();
            (out += text.substr(done, at - done)) += step.text;
            done = at + step.pattern.size();
        }
        out += text.substr(done);
        return {};
    }
    if (!isValidUtf8(text)) { // stretch by stretch, so that the expression sees valid text only
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = at;
            while (end < text.size() && utf8At(text, end).valid)
                end += utf8At(text, end).bytes;
            if (end > at)
                VITRAL_TRY(replace(step, text.substr(at, end - at), limitBytes, out));
            if (end < text.size())
                out += text[end++];
            at = end;
        }
        return {};
    }
    RegexSearch search(step.regex, text);
    while (done <= text.size()) {
        VITRAL_TRY_ASSIGN(const RegexSearch::Match match, search.find(done));
        if (!match.found)
            break;
        if (out.size() > limitBytes)
            return tooLong();
        (out += text.substr(done, match.begin - done)) += step.text;
        if (match.end == match.begin) { // nothing matched: step over one character
            if (match.end >= text.size())
                return {};
            const std::size_t bytes = utf8At(text, match.end).bytes;
            out += text.substr(match.end, bytes);
            done = match.end + bytes;
        } else {
            done = match.end;
        }
    }
    if (done < text.size())
        out += text.substr(done);
    return {};
}

Result<void> runStep(const NormalStep& step, std::string_view text, std::size_t limitBytes, TextEnds ends,
                     std::string& out) {
    using Kind = NormalStep::Kind;
    switch (step.kind) {
    case Kind::Nfc:
    case Kind::Nfd:
    case Kind::Nfkc:
    case Kind::Nfkd:
        normalForm(text, formOptions(step.kind), out);
        break;
    case Kind::Lowercase:
        lowercase(text, out);
        break;
    case Kind::StripAccents:
        eachCharacter(text, out, [&](char32_t c, std::string_view bytes) {
            if (CharClasses::instance().category(c) != CharCategory::M)
                out += bytes;
        });
        break;
    case Kind::Strip:
        out += strip(text, step.left && ends.start, step.right && ends.end);
        break;
    case Kind::Prepend:
        if (!text.empty() && ends.start)
            out += step.text;
        out += text;
        break;
    case Kind::Append:
        out += text;
        if (!text.empty() && ends.end)
            out += step.text;
        break;
    case Kind::Replace:
        return replace(step, text, limitBytes, out);
    case Kind::CollapseBlanks:
        collapseBlanks(text, ends, out);
        break;
    case Kind::Bert:
        bert(step, text, out);
        break;
    case Kind::Charsmap:
        return step.byGrapheme ? charsmapByGrapheme(step.charsmap, text, limitBytes, out)
                               : charsmap(step.charsmap, text, limitBytes, out);
    case Kind::Nmt:
        nmt(text, out);
        break;
    }
    return {};
}

} // namespace

void Normalizer::addReplace(std::string_view pattern, std::string_view text) {
    NormalStep step;
    step.kind = NormalStep::Kind::Replace;
    step.pattern = pattern;
    step.text = text;
    steps_.push_back(std::move(step));
}

void Normalizer::addPrepend(std::string_view text) {
    NormalStep step;
    step.kind = NormalStep::Kind::Prepend;
    step.text = text;
    steps_.push_back(std::move(step));
}

Result<void> Normalizer::run(std::string_view text, std::string& out, TextEnds ends) const {
    out.clear();
    const std::size_t limitBytes = std::max(kMinLimitBytes, text.size() * kMaxGrowth);
    if (steps_.size() == 1)
        return runStep(steps_[0], text, limitBytes, ends, out);
    std::string current(text);
    for (const NormalStep& step : steps_) {
        out.clear();
        VITRAL_TRY(runStep(step, current, limitBytes, ends, out));
        if (out.size() > limitBytes)
            return tooLong();
        current.swap(out);
    }
    out.swap(current);
    return {};
}

} // namespace vitral
