// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokens/token_blocks.h"

#include "widgets/design/metrics.h"

#include <QFontMetrics>
#include <QGuiApplication>
#include <QHash>
#include <QStringDecoder>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kMaxTokensInBlock = 1500; // one giant line must stay cheap to lay out
}

namespace {
bool turnsDirection(QChar c) {
    const char16_t u = c.unicode();
    return (u >= 0x202A && u <= 0x202E) || (u >= 0x2066 && u <= 0x2069) || u == 0x200E || u == 0x200F || u == 0x061C;
}

/// Whether a font that is installed here has a picture of it; without one it would be an empty place. Thread: any.
bool canBeDrawn(char32_t c) {
    constexpr char32_t kLatin = 0x250; // the bundled font has these
    if (c < kLatin || qobject_cast<QGuiApplication*>(QCoreApplication::instance()) == nullptr)
        return true;
    switch (QChar::category(c)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_SpacingCombining:
    case QChar::Mark_Enclosing:
    case QChar::Other_Format: // shapes what stands beside it, and has no picture of its own
    case QChar::Separator_Space:
        return true;
    default:
        break;
    }
    thread_local QHash<char32_t, bool> known;
    const auto at = known.constFind(c);
    if (at != known.constEnd())
        return *at;
    return *known.insert(c, QFontMetrics(design::font(design::TextRole::Body)).inFontUcs4(c));
}
} // namespace

QString visibleToken(std::string_view bytes, bool* lineBreak) {
    if (lineBreak != nullptr)
        *lineBreak = bytes.find('\n') != std::string_view::npos;
    if (bytes.empty())
        return QStringLiteral("\u25AA"); // a control token: it has no text of its own
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString text = decoder(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
    if (decoder.hasError() || text.contains(QChar::ReplacementCharacter) || text.isEmpty()) {
        QString hex;
        for (const char c : bytes)
            hex += QStringLiteral("%1").arg(static_cast<unsigned char>(c), 2, 16, QLatin1Char('0')).toUpper();
        return QStringLiteral("\u2039%1\u203A").arg(hex);
    }
    text.replace(QLatin1Char('\n'), QStringLiteral("\u21B5"));
    text.replace(QLatin1Char('\t'), QStringLiteral("\u21E5"));
    if (text.count(QLatin1Char('\r')) < text.size())
        text.remove(QLatin1Char('\r'));
    // Other controls, and a token of nothing but invisible marks, would be an empty place.
    const bool invisible =
        std::all_of(text.cbegin(), text.cend(), [](QChar c) { return c.category() == QChar::Other_Format; });
    for (qsizetype i = text.size() - 1; i >= 0; --i)
        if (text[i].category() == QChar::Other_Control)
            text.replace(i, 1,
                         QStringLiteral("\u2039%1\u203A").arg(text[i].unicode(), 2, 16, QLatin1Char('0')).toUpper());
        else if (invisible && !turnsDirection(text[i]))
            text.replace(i, 1,
                         QStringLiteral("\u2039U+%1\u203A").arg(text[i].unicode(), 4, 16, QLatin1Char('0')).toUpper());
    // Marks that turn the direction of what follows would rearrange the line they stand in.
    for (qsizetype i = text.size() - 1; i >= 0; --i)
        if (turnsDirection(text[i]))
            text.replace(i, 1,
                         QStringLiteral("\u2039U+%1\u203A").arg(text[i].unicode(), 4, 16, QLatin1Char('0')).toUpper());
    if (const QList<uint> points = text.toUcs4();
        !std::all_of(points.begin(), points.end(), [](uint c) { return canBeDrawn(c); })) {
        text.clear();
        for (const uint c : points)
            if (const char32_t letter = c; canBeDrawn(letter))
                text += QString::fromUcs4(&letter, 1);
            else
                text += QStringLiteral("\u2039U+%1\u203A").arg(QString::number(c, 16).toUpper(), 4, QLatin1Char('0'));
    }
    // A blank at the end of a line would vanish; a no-break blank keeps its pane.
    if (text.trimmed().isEmpty())
        text.fill(QChar::Nbsp);
    return text;
}

std::vector<RichBlock> tokenBlocks(std::span<const MessageToken> tokens, int firstToken) {
    std::vector<RichBlock> blocks;
    RichBlock block;
    const auto begin = [&](int at) {
        block = {};
        block.kind = BlockKind::Tokens;
        block.firstToken = at;
    };
    begin(firstToken);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        bool lineBreak = false;
        block.tokenStarts.push_back(static_cast<int>(block.text.size()));
        block.text += visibleToken(tokens[i].bytes, &lineBreak);
        if (lineBreak || static_cast<int>(block.tokenStarts.size()) >= kMaxTokensInBlock) {
            block.tokenStarts.push_back(static_cast<int>(block.text.size()));
            blocks.push_back(std::move(block));
            begin(firstToken + static_cast<int>(i) + 1);
        }
    }
    if (!block.tokenStarts.empty()) {
        block.tokenStarts.push_back(static_cast<int>(block.text.size()));
        blocks.push_back(std::move(block));
    }
    return blocks;
}

} // namespace vitral
