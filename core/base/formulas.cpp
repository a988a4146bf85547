// SPDX-License-Identifier: Apache-2.0
#include "core/base/formulas.h"

#include "core/base/html.h"

#include <cctype>

namespace vitral {
namespace {

constexpr std::size_t kMaxFormulas = 0x1500;
constexpr std::size_t kMaxLength = 2000;

struct Found {
    std::size_t contentBegin, contentEnd, end;
};

/// A formula that begins at `at`, or nothing.
bool findFormula(std::string_view s, std::size_t at, Found& found) {
    const auto close = [&](std::string_view mark, std::size_t from, bool multiLine) {
        const std::size_t end = s.find(mark, from);
        if (end == std::string_view::npos || end == from || end - from > kMaxLength)
            return false;
        const std::string_view content = s.substr(from, end - from);
        if (content.find(multiLine ? "\n\n" : "\n") != std::string_view::npos)
            return false;
        found = {from, end, end + mark.size()};
        return true;
    };
    if (s.substr(at, 2) == "\\(")
        return close("\\)", at + 2, false);
    if (s.substr(at, 2) == "\\[")
        return close("\\]", at + 2, true);
    if (s.substr(at, 2) == "$$")
        return close("$$", at + 2, true);
    if (s[at] != '$' || at + 2 >= s.size() || std::isspace(static_cast<unsigned char>(s[at + 1])) != 0)
        return false;
    if (!close("$", at + 1, false))
        return false;
    // "costs $5 and $6" is money: no blank before the closing sign, no digit after it.
    if (std::isspace(static_cast<unsigned char>(s[found.contentEnd - 1])) != 0)
        return false;
    if (found.end < s.size() && std::isdigit(static_cast<unsigned char>(s[found.end])) != 0)
        return false;
    const std::string_view content = s.substr(found.contentBegin, found.contentEnd - found.contentBegin);
    if (content.find('`') != std::string_view::npos)
        return false;
    const bool amount = std::isdigit(static_cast<unsigned char>(content.front())) != 0;
    return !amount || content.find(' ') == std::string_view::npos ||
           content.find_first_of("\\^_=+*/{") != std::string_view::npos;
}

/// The mark of formula `index` in UTF-8.
std::string markOf(std::size_t index) {
    const auto code = static_cast<unsigned>(Formulas::kFirstMark + index);
    return {static_cast<char>(0xE0U | code >> 12U), static_cast<char>(0x80U | (code >> 6U & 0x3FU)),
            static_cast<char>(0x80U | (code & 0x3FU))};
}

} // namespace

Formulas::Formulas(std::string_view source) {
    text_.reserve(source.size());
    bool fence = false;
    std::size_t ticks = 0; // length of the run that opened inline code
    bool lineStart = true;
    for (std::size_t i = 0; i < source.size();) {
        if (lineStart && source.substr(i, 3) == "```")
            fence = !fence;
        lineStart = source[i] == '\n';
        if (!fence && source[i] == '`') {
            std::size_t run = 1;
            while (i + run < source.size() && source[i + run] == '`')
                ++run;
            ticks = ticks == 0 ? run : (ticks == run ? 0 : ticks);
            text_.append(source.substr(i, run));
            i += run;
            continue;
        }
        if (source[i] == '\n' && i + 1 < source.size() && source[i + 1] == '\n')
            ticks = 0; // inline code ends with its paragraph
        Found found{};
        if (!fence && ticks == 0 && (source[i] == '$' || source[i] == '\\') && all_.size() < kMaxFormulas &&
            findFormula(source, i, found)) {
            all_.push_back({i, found.end, text_.size(), std::string(source.substr(i, found.end - i)),
                            latexToUnicode(source.substr(found.contentBegin, found.contentEnd - found.contentBegin))});
            text_ += markOf(all_.size() - 1);
            i = found.end;
            continue;
        }
        if (source[i] == '\\' && i + 1 < source.size() && source[i + 1] != '\n') {
            text_.append(source.substr(i, 2));
            i += 2;
            continue;
        }
        text_ += source[i++];
    }
}

std::size_t Formulas::sourceOffset(std::size_t offset) const {
    std::size_t result = offset;
    for (const Formula& formula : all_) {
        if (formula.placed + kMarkBytes > offset)
            break;
        result = formula.end + (offset - formula.placed - kMarkBytes);
    }
    return result;
}

std::string Formulas::shownIn(std::string_view text, std::string_view before, std::string_view after,
                              bool escape) const {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
        const bool three = i + 2 < text.size() && (byte(0) & 0xF0U) == 0xE0U;
        const std::size_t code =
            three ? (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU) : std::size_t{0};
        if (code < kFirstMark || code - kFirstMark >= all_.size()) {
            out += text[i++];
            continue;
        }
        const std::string& shown = all_[code - kFirstMark].shown;
        out += before;
        out += escape ? escapeHtml(shown) : shown;
        out += after;
        i += kMarkBytes;
    }
    return out;
}

} // namespace vitral
