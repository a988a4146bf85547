// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/math_segments.h"

#include <cctype>

namespace vitral {
namespace {

constexpr char16_t kFirstPlaceholder = 0xE100; // private use area: not in any real text worth showing
constexpr std::size_t kMaxSegments = 0x1500;
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

} // namespace

MathSegments::MathSegments(std::string_view source) {
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
        if (!fence && ticks == 0 && (source[i] == '$' || source[i] == '\\') && segments_.size() < kMaxSegments &&
            findFormula(source, i, found)) {
            const std::string_view content = source.substr(found.contentBegin, found.contentEnd - found.contentBegin);
            const QString latex = QString::fromUtf8(content.data(), static_cast<qsizetype>(content.size()));
            const std::string_view whole = source.substr(i, found.end - i);
            const QChar mark(static_cast<char16_t>(kFirstPlaceholder + segments_.size()));
            segments_.push_back({i, found.end, text_.size(),
                                 QString::fromUtf8(whole.data(), static_cast<qsizetype>(whole.size())),
                                 latexToUnicode(latex)});
            text_ += QString(mark).toStdString();
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

std::size_t MathSegments::sourceOffset(std::size_t offset) const {
    std::size_t result = offset;
    for (const Segment& segment : segments_) {
        if (segment.placed + 3 > offset)
            break;
        result = segment.end + (offset - segment.placed - 3);
    }
    return result;
}

const QString* MathSegments::shown(QChar c) const {
    const auto index = static_cast<std::size_t>(c.unicode() - kFirstPlaceholder);
    return c.unicode() >= kFirstPlaceholder && index < segments_.size() ? &segments_[index].shown : nullptr;
}

QString MathSegments::restoreSource(QString text) const {
    if (segments_.empty())
        return text;
    QString out;
    for (const QChar c : text) {
        const auto index = static_cast<std::size_t>(c.unicode() - kFirstPlaceholder);
        if (c.unicode() >= kFirstPlaceholder && index < segments_.size())
            out += segments_[index].source;
        else
            out += c;
    }
    return out;
}

} // namespace vitral
