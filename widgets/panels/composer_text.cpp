// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/composer_text.h"

#include <QMimeData>
#include <QTextBlock>
#include <QTextCursor>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kPiece = 2000;                           ///< characters of a line that are laid out together
constexpr int kGoesOn = QTextFormat::UserProperty + 1; ///< of a block: it belongs to the line before
constexpr int kLookBack = 200;                         ///< for a blank to part the pieces at

QTextBlockFormat pieceFormat() {
    QTextBlockFormat format;
    format.setProperty(kGoesOn, true);
    return format;
}

bool goesOn(const QTextBlock& block) {
    return block.blockFormat().boolProperty(kGoesOn);
}

} // namespace

QString ComposerText::textBetween(int begin, int end) const {
    QString out;
    for (QTextBlock block = document()->findBlock(begin); block.isValid() && block.position() <= end;
         block = block.next()) {
        if (block.position() > begin && !goesOn(block))
            out += QLatin1Char('\n');
        const int from = std::max(0, begin - block.position());
        out += block.text().mid(
            from, std::max(0, std::min(end, block.position() + block.length() - 1) - block.position() - from));
    }
    return out.replace(QChar::LineSeparator, QLatin1Char('\n')).replace(QChar::Nbsp, QLatin1Char(' '));
}

QString ComposerText::text() const {
    return textBetween(0, document()->characterCount() - 1);
}

bool ComposerText::isBlank() const {
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next())
        if (!block.text().trimmed().isEmpty())
            return false;
    return true;
}

void ComposerText::setText(QString text) {
    clear();
    put(text);
    document()->clearUndoRedoStacks();
    moveCursor(QTextCursor::End);
}

void ComposerText::put(const QString& text) {
    QTextCursor cursor = textCursor();
    cursor.beginEditBlock();
    cursor.removeSelectedText();
    bool first = true;
    for (const QStringView line : QStringView(text).split(QLatin1Char('\n'))) {
        if (!first)
            cursor.insertBlock(QTextBlockFormat()); // a line of its own, even inside a long one
        first = false;
        qsizetype at = 0;
        while (line.size() - at > kPiece) {
            qsizetype end = at + kPiece;
            const qsizetype blank = line.mid(end - kLookBack, kLookBack).lastIndexOf(QLatin1Char(' '));
            if (blank >= 0)
                end = end - kLookBack + blank + 1;
            else if (line[end].isLowSurrogate())
                ++end;
            cursor.insertText(line.mid(at, end - at).toString());
            cursor.insertBlock(pieceFormat());
            at = end;
        }
        cursor.insertText(line.mid(at).toString());
    }
    cursor.endEditBlock();
    setTextCursor(cursor);
    ensureCursorVisible();
}

void ComposerText::insertFromMimeData(const QMimeData* source) {
    if (source->hasText())
        put(source->text()
                .replace(QLatin1String("\r\n"), QLatin1String("\n"))
                .replace(QLatin1Char('\r'), QLatin1Char('\n')));
}

QMimeData* ComposerText::createMimeDataFromSelection() const {
    auto* copied = new QMimeData;
    copied->setText(textBetween(textCursor().selectionStart(), textCursor().selectionEnd()));
    return copied;
}

} // namespace vitral
