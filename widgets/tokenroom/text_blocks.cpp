// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/text_blocks.h"

#include <QChar>
#include <QString>
#include <QTextBoundaryFinder>

#include <algorithm>
#include <cstring>

namespace vitral {
namespace {

/// Belongs to the letter before it: no place to cut a line.
bool isExtending(char32_t code) {
    const QChar::Category category = QChar::category(code);
    return category == QChar::Mark_NonSpacing || category == QChar::Mark_SpacingCombining ||
           category == QChar::Mark_Enclosing || code == 0x200D || code == 0x200C ||
           (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0x1F3FB && code <= 0x1F3FF) ||
           (code >= 0x1F1E6 && code <= 0x1F1FF);
}

std::size_t blockEnd(std::string_view text, std::size_t from) {
    constexpr std::size_t kBlankWithin = 400;
    const std::size_t most = std::min(TextBlocks::kLongest, text.size() - from);
    if (const void* end = std::memchr(text.data() + from, '\n', most); end != nullptr)
        return static_cast<std::size_t>(static_cast<const char*>(end) - text.data()) + 1;
    if (from + most == text.size())
        return text.size();
    for (std::size_t p = from + most; p > from + most - kBlankWithin; --p)
        if (text[p - 1] == ' ')
            return p;
    for (std::size_t p = from + most; p > from + most - kBlankWithin; --p)
        if ((static_cast<unsigned char>(text[p]) & 0xC0U) != 0x80 && !isExtending(lenientCharAt(text, p).code))
            return p;
    return from + most;
}

} // namespace

LenientChar lenientCharAt(std::string_view text, std::size_t at) {
    LenientChar out;
    if (at >= text.size())
        return out;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    out.code = 0xFFFD;
    if (lead < 0x80) {
        out.code = lead;
        out.valid = true;
        return out;
    }
    const std::size_t n = lead >= 0xF0 && lead <= 0xF4  ? 4
                          : lead >= 0xE0 && lead < 0xF0 ? 3
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                                                        : 0;
    if (n == 0 || at + n > text.size())
        return out;
    char32_t code = lead & (0xFFU >> (n + 1));
    for (std::size_t i = 1; i < n; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80)
            return out;
        code = (code << 6U) | (byte(at + i) & 0x3FU);
    }
    if ((n == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) ||
        (n == 4 && (code < 0x10000 || code > 0x10FFFF)))
        return out;
    return {code, n, true};
}

std::size_t nextLetter(std::string_view text, std::size_t at) {
    constexpr std::size_t kWindow = 256;
    if (at >= text.size())
        return text.size();
    // A window in UTF-16 with the byte behind every unit.
    QString window;
    std::vector<std::size_t> byteAfter;
    for (std::size_t p = at; p < text.size() && p < at + kWindow;) {
        const LenientChar c = lenientCharAt(text, p);
        if (!c.valid) {
            if (p == at)
                return at + 1;
            break;
        }
        p += c.bytes;
        const QString s = QString::fromUcs4(&c.code, 1);
        window += s;
        byteAfter.insert(byteAfter.end(), static_cast<std::size_t>(s.size()), p);
    }
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, window);
    finder.toStart();
    const qsizetype next = finder.toNextBoundary();
    return next > 0 ? byteAfter[static_cast<std::size_t>(next - 1)] : at + 1;
}

std::size_t previousLetter(std::string_view text, std::size_t at) {
    constexpr std::size_t kWindow = 256;
    at = std::min(at, text.size());
    if (at == 0)
        return 0;
    std::size_t from = at > kWindow ? at - kWindow : 0;
    // Begin where nothing extends: behind a line end, or at any letter that is certain to begin one.
    if (const std::size_t line = text.substr(from, at - 1 - from).rfind('\n'); line != std::string_view::npos)
        from += line + 1;
    while (from < at && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80)
        ++from;
    std::size_t last = from;
    for (std::size_t p = from; p < at;) {
        last = p;
        p = nextLetter(text, p);
        if (p >= at)
            break;
    }
    return last < at ? last : at - 1;
}

void TextBlocks::set(std::string_view text) {
    begin_.assign(1, 0);
    for (std::size_t at = 0; at < text.size();)
        begin_.push_back(at = blockEnd(text, at));
    if (text.empty() || text.back() == '\n')
        begin_.push_back(text.size());
    lastWork_ = count();
}

void TextBlocks::edit(std::string_view text, std::size_t at, std::size_t removed, std::size_t inserted) {
    // A block is decided by the bytes from its beginning to a little behind its longest end.
    std::size_t first = blockAt(at);
    while (first > 0 && begin_[first - 1] + kLongest + 8 > at && begin_[first] > 0 && text[begin_[first] - 1] != '\n')
        --first;
    std::vector<std::size_t> made;
    std::size_t old = first + 1; // index into begin_ of the first old boundary that may be met
    std::size_t p = begin_[first];
    bool met = false;
    while (p < text.size()) {
        p = blockEnd(text, p);
        if (p >= at + inserted) {
            const std::size_t was = p - inserted + removed;
            while (old + 1 < begin_.size() && begin_[old] < was)
                ++old;
            if (begin_[old] == was && was < begin_.back()) { // the end of the text is decided anew
                met = true;
                break;
            }
        }
        made.push_back(p);
    }
    lastWork_ = made.size() + 1;
    if (!met) {
        if (text.empty() || text.back() == '\n')
            made.push_back(text.size());
        begin_.resize(first + 1);
        begin_.insert(begin_.end(), made.begin(), made.end());
        return;
    }
    for (std::size_t i = old; i < begin_.size(); ++i)
        begin_[i] = begin_[i] - removed + inserted;
    const auto from = begin_.begin() + static_cast<std::ptrdiff_t>(first) + 1;
    const auto to = begin_.begin() + static_cast<std::ptrdiff_t>(old);
    const auto place = begin_.erase(from, std::max(from, to));
    begin_.insert(place, made.begin(), made.end());
}

std::size_t TextBlocks::blockAt(std::size_t byte) const {
    const auto it = std::upper_bound(begin_.begin(), begin_.end() - 1, byte);
    return it == begin_.begin() ? 0 : static_cast<std::size_t>(it - begin_.begin()) - 1;
}

} // namespace vitral
