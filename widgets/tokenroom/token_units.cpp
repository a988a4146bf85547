// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_units.h"

#include "widgets/design/metrics.h"
#include "widgets/tokenroom/text_blocks.h"

#include <QGlyphRun>
#include <QGuiApplication>
#include <QHash>
#include <QRawFont>
#include <QTextBoundaryFinder>
#include <QTextLayout>

#include <algorithm>

namespace vitral {
namespace {

QString hex(unsigned char byte) {
    return QStringLiteral("%1").arg(byte, 2, 16, QLatin1Char('0')).toUpper();
}

QString nameOf(char32_t code) {
    switch (code) {
    case 0x200D:
        return QStringLiteral("\u2039ZWJ\u203A");
    case 0x200C:
        return QStringLiteral("\u2039ZWNJ\u203A");
    case 0xFE0E:
        return QStringLiteral("\u2039VS15\u203A");
    case 0xFE0F:
        return QStringLiteral("\u2039VS16\u203A");
    default:
        return QStringLiteral("\u2039%1\u203A")
            .arg(QString::number(code, 16).toUpper().rightJustified(4, QLatin1Char('0')));
    }
}

bool isMark(char32_t code) {
    const QChar::Category c = QChar::category(code);
    return c == QChar::Mark_NonSpacing || c == QChar::Mark_SpacingCombining || c == QChar::Mark_Enclosing;
}

bool isInvisible(char32_t code) {
    const QChar::Category c = QChar::category(code);
    return (c == QChar::Other_Format && code != 0x200C && code != 0x200D) || c == QChar::Separator_Line ||
           c == QChar::Separator_Paragraph || (code >= 0x80 && code < 0xA0) || code == 0x115F || code == 0x3164 ||
           (c == QChar::Other_NotAssigned || c == QChar::Other_PrivateUse);
}

/// Whether any font of this machine can draw it; asked once a character.
bool hasGlyph(char32_t code) {
    if (code < 0x250 || qobject_cast<QGuiApplication*>(QCoreApplication::instance()) == nullptr)
        return true;
    static QHash<char32_t, bool> known;
    if (const auto found = known.constFind(code); found != known.cend())
        return *found;
    QTextLayout layout(QString::fromUcs4(&code, 1), design::codeFont(design::TextRole::Reading));
    layout.beginLayout();
    layout.createLine();
    layout.endLayout();
    bool has = false;
    for (const QGlyphRun& run : layout.glyphRuns()) {
        const QList<quint32> glyphs = run.glyphIndexes();
        if (!run.rawFont().isValid() || run.rawFont().fontTable("head").isEmpty())
            continue; // no font: the boxes that stand for scripts without one
        has = has || std::any_of(glyphs.begin(), glyphs.end(), [](quint32 glyph) { return glyph != 0; });
    }
    known.insert(code, has);
    return has;
}

struct Point {
    char32_t code;
    std::uint32_t begin, end;
    std::uint32_t natural; ///< place in the text as Qt would show it
    bool apart = false;    ///< its letter is divided by a token's end
    bool startsLetter = true;
};

} // namespace

TokenUnits tokenUnits(std::string_view text, std::span<const std::uint32_t> cuts) {
    TokenUnits out;
    const auto isCut = [&](std::size_t at) {
        return std::binary_search(cuts.begin(), cuts.end(), static_cast<std::uint32_t>(at));
    };
    // First the code points, and which letters (grapheme clusters) tokens divide.
    std::vector<Point> points; // code 0xFFFFFFFF: bytes
    QString natural;
    for (std::size_t at = 0; at < text.size();) {
        const LenientChar c = lenientCharAt(text, at);
        bool divided = !c.valid;
        for (std::size_t i = at + 1; i < at + c.bytes && !divided; ++i)
            divided = isCut(i);
        Point p{divided ? 0xFFFFFFFFU : c.code, static_cast<std::uint32_t>(at),
                static_cast<std::uint32_t>(at + c.bytes), static_cast<std::uint32_t>(natural.size())};
        points.push_back(p);
        if (divided)
            natural += QChar::ReplacementCharacter;
        else
            natural += QString::fromUcs4(&c.code, 1);
        at += c.bytes;
    }
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, natural);
    for (std::size_t first = 0; first < points.size();) {
        finder.setPosition(static_cast<int>(points[first].natural));
        const qsizetype next = finder.toNextBoundary();
        std::size_t last = first + 1;
        bool apart = false;
        while (last < points.size() && (next < 0 || points[last].natural < next)) {
            apart = apart || isCut(points[last].begin);
            points[last].startsLetter = false;
            ++last;
        }
        for (std::size_t i = first; i < last; ++i)
            points[i].apart = apart;
        first = last;
    }
    // Then what is shown.
    const auto add = [&](std::uint32_t begin, std::uint32_t end, const QString& shown, TokenUnit::Kind kind) {
        // A row may end between two labels, not within one, and they read from left to right beside Hebrew as well.
        const bool isLabel = kind == TokenUnit::Kind::Bytes || kind == TokenUnit::Kind::Name;
        if (isLabel)
            out.shown += QStringLiteral("\u200B\u200E");
        const auto from = static_cast<std::uint32_t>(out.shown.size());
        out.shown += shown;
        out.units.push_back({begin, end, from, static_cast<std::uint32_t>(out.shown.size()), kind});
        if (isLabel)
            out.shown += QChar(0x200E);
    };
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Point& p = points[i];
        if (p.code == 0xFFFFFFFFU) {
            // Bytes side by side in one token are one group.
            std::uint32_t begin = p.begin, end = p.end;
            while (i + 1 < points.size() && points[i + 1].code == 0xFFFFFFFFU)
                end = points[++i].end;
            for (std::uint32_t at = begin; at < end;) {
                QString shown = QStringLiteral("\u2039");
                const std::uint32_t from = at;
                do
                    shown += (at > from ? QString(QChar::Nbsp) : QString()) + hex(static_cast<unsigned char>(text[at]));
                while (++at < end && !isCut(at));
                add(from, at, shown + QStringLiteral("\u203A"), TokenUnit::Kind::Bytes);
            }
            continue;
        }
        if (p.code == '\n') {
            add(p.begin, p.end, {}, TokenUnit::Kind::LineEnd);
        } else if (p.code == '\t') {
            add(p.begin, p.end, QStringLiteral("\t"), TokenUnit::Kind::Tab);
        } else if (p.code == ' ') {
            add(p.begin, p.end, QStringLiteral(" "), TokenUnit::Kind::Blank);
        } else if (p.code < 0x20 || p.code == 0x7F) { // control pictures
            const char32_t picture = p.code == 0x7F ? 0x2421 : 0x2400 + p.code;
            add(p.begin, p.end, QString::fromUcs4(&picture, 1), TokenUnit::Kind::Name);
        } else if (isInvisible(p.code) ||
                   (p.apart && (p.code == 0x200D || p.code == 0x200C || (p.code >= 0xFE00 && p.code <= 0xFE0F)))) {
            add(p.begin, p.end, nameOf(p.code), TokenUnit::Kind::Name);
        } else if ((!isMark(p.code) || (!out.units.empty() && out.units.back().kind == TokenUnit::Kind::Name)) &&
                   p.code != 0x200D && p.code != 0x200C && QChar::category(p.code) != QChar::Separator_Space &&
                   !(p.code >= 0xFE00 && p.code <= 0xFE0F) && !hasGlyph(p.code)) {
            add(p.begin, p.end, nameOf(p.code), TokenUnit::Kind::Name);
        } else if (p.apart) {
            if (!p.startsLetter)
                out.shown += QChar(0x200B); // keeps fonts from joining what the tokens divide
            const QString self = QString::fromUcs4(&p.code, 1);
            add(p.begin, p.end, isMark(p.code) ? QChar(0x25CC) + self : self, TokenUnit::Kind::Letter);
        } else if (!p.startsLetter && !out.units.empty() && out.units.back().kind == TokenUnit::Kind::Letter) {
            out.shown += QString::fromUcs4(&p.code, 1); // one letter, one unit
            out.units.back().end = p.end;
            out.units.back().shownEnd = static_cast<std::uint32_t>(out.shown.size());
        } else {
            add(p.begin, p.end, QString::fromUcs4(&p.code, 1), TokenUnit::Kind::Letter);
        }
    }
    return out;
}

QString visibleText(std::string_view bytes, int most) {
    std::size_t end = std::min(bytes.size(), static_cast<std::size_t>(most) * 8 + 4);
    const TokenUnits units = tokenUnits(bytes.substr(0, end), {});
    QString out;
    int n = 0;
    for (const TokenUnit& unit : units.units) {
        if (n++ >= most)
            return out + QStringLiteral("\u2026");
        switch (unit.kind) {
        case TokenUnit::Kind::Blank:
            out += QStringLiteral("\u00B7");
            break;
        case TokenUnit::Kind::Tab:
            out += QStringLiteral("\u21E5");
            break;
        case TokenUnit::Kind::LineEnd:
            out += QStringLiteral("\u21B5");
            break;
        default:
            out += QStringView(units.shown).mid(unit.shownBegin, unit.shownEnd - unit.shownBegin);
        }
    }
    return end < bytes.size() ? out + QStringLiteral("\u2026") : out;
}

QString hexText(std::string_view bytes, int most) {
    QStringList parts;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (static_cast<int>(i) >= most)
            return parts.join(QLatin1Char(' ')) + QStringLiteral(" \u2026");
        parts << hex(static_cast<unsigned char>(bytes[i]));
    }
    return parts.join(QLatin1Char(' '));
}

QString codePointText(std::string_view bytes, int most) {
    QStringList parts;
    for (std::size_t at = 0; at < bytes.size();) {
        if (parts.size() >= most)
            return parts.join(QLatin1Char(' ')) + QStringLiteral(" \u2026");
        const LenientChar c = lenientCharAt(bytes, at);
        parts << (c.valid ? QStringLiteral("U+%1").arg(
                                QString::number(c.code, 16).toUpper().rightJustified(4, QLatin1Char('0')))
                          : QStringLiteral("\u2039%1\u203A").arg(hex(static_cast<unsigned char>(bytes[at]))));
        at += c.bytes;
    }
    return parts.join(QLatin1Char(' '));
}

} // namespace vitral
