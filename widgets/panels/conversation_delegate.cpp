// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/conversation_delegate.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QApplication>
#include <QDateTime>
#include <QLocale>
#include <QPainter>
#include <QTextLayout>

namespace vitral {
namespace {
constexpr QChar kMatchBegin(u'\x02');
constexpr QChar kMatchEnd(u'\x03');
} // namespace

QString friendlyTime(qint64 unixMs) {
    const QDateTime when = QDateTime::fromMSecsSinceEpoch(unixMs);
    const QDate today = QDate::currentDate();
    const QLocale locale;
    const qint64 days = when.date().daysTo(today);
    if (days <= 0)
        return locale.toString(when.time(), QLocale::ShortFormat);
    if (days == 1)
        return QCoreApplication::translate("vitral::ConversationDelegate", "yesterday");
    if (days < 7)
        return locale.dayName(when.date().dayOfWeek(), QLocale::ShortFormat);
    return locale.toString(when.date(), QLocale::ShortFormat);
}

QSize ConversationDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const int line = option.fontMetrics.lineSpacing();
    const bool two = !index.data(SnippetRole).toString().isEmpty();
    return {100, line + (two ? QFontMetrics(design::font(design::TextRole::Caption)).lineSpacing() + 2 : 0) + 2 * 7};
}

void ConversationDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    if (index.data(IdRole).toLongLong() == 0) { // a folder
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    const design::Palette& p = design::paletteFor(option.widget);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF row = QRectF(option.rect).adjusted(0, 1, 0, -1);
    const bool selected = (option.state & QStyle::State_Selected) != 0;
    const bool hovered = (option.state & QStyle::State_MouseOver) != 0;
    painter->setPen((option.state & QStyle::State_HasFocus) != 0 && selected ? QPen(p.accent, 1) : Qt::NoPen);
    if (selected || hovered) {
        painter->setBrush(selected ? p.accentSoft : design::blend(p.window, p.text, 0.06));
        painter->drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }
    const QRectF inner = row.adjusted(design::kSpace2, 6, -design::kSpace2, -6);
    const QFont small = design::font(design::TextRole::Caption);
    const QString time = friendlyTime(index.data(TimeRole).toLongLong());
    const int timeWidth = QFontMetrics(small).horizontalAdvance(time);
    QFont title = option.font;
    if (selected)
        title.setWeight(QFont::Medium);
    painter->setFont(title);
    painter->setPen(p.text);
    const double lineHeight = QFontMetrics(title).lineSpacing();
    const QRectF titleRect(inner.left(), inner.top(), inner.width() - timeWidth - design::kSpace2, lineHeight);
    painter->drawText(titleRect, Qt::AlignVCenter | Qt::AlignLeft,
                      QFontMetrics(title).elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight,
                                                     static_cast<int>(titleRect.width())));
    painter->setFont(small);
    painter->setPen(p.textMuted);
    painter->drawText(QRectF(inner.right() - timeWidth, inner.top(), timeWidth + 1, lineHeight),
                      Qt::AlignVCenter | Qt::AlignRight, time);

    QString snippet = index.data(SnippetRole).toString();
    if (!snippet.isEmpty()) {
        snippet.replace(QLatin1Char('\n'), QLatin1Char(' '));
        QList<QTextLayout::FormatRange> formats;
        QString plain;
        int begin = -1;
        for (const QChar c : snippet) {
            if (c == kMatchBegin) {
                begin = static_cast<int>(plain.size());
            } else if (c == kMatchEnd && begin >= 0) {
                QTextLayout::FormatRange range;
                range.start = begin;
                range.length = static_cast<int>(plain.size()) - begin;
                range.format.setFontWeight(QFont::DemiBold);
                range.format.setForeground(p.text);
                formats.append(range);
                begin = -1;
            } else {
                plain += c;
            }
        }
        QTextLayout layout(plain, small);
        layout.setFormats(formats);
        layout.beginLayout();
        QTextLine line = layout.createLine();
        if (line.isValid())
            line.setLineWidth(inner.width());
        layout.endLayout();
        painter->setClipRect(inner);
        painter->setPen(p.textMuted);
        layout.draw(painter, QPointF(inner.left(), inner.top() + lineHeight + 1));
    }
    painter->restore();
}

} // namespace vitral
