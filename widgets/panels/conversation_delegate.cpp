// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/conversation_delegate.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QApplication>
#include <QDateTime>
#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace vitral {
namespace {
constexpr QChar kMatchBegin(u'\x02');
constexpr QChar kMatchEnd(u'\x03');
constexpr QChar kEllipsis(u'\x2026');
constexpr double kBeforeHit = 0.6; ///< of the width: where the first hit may end, if something must go

/// One line without an end; the layout must live as long as it.
QTextLine layLine(QTextLayout& layout, const QList<QTextLayout::FormatRange>& formats) {
    QTextOption option;
    option.setWrapMode(QTextOption::NoWrap);
    layout.setTextOption(option);
    layout.setFormats(formats);
    layout.beginLayout();
    const QTextLine line = layout.createLine();
    layout.endLayout();
    return line;
}

double widthOf(const ExcerptLine& excerpt, const QFont& font) {
    QTextLayout layout(excerpt.text, font);
    return layLine(layout, excerpt.hits).naturalTextWidth();
}

/// The part [begin, end) of an excerpt, with an ellipsis where something is missing.
ExcerptLine part(const ExcerptLine& whole, int begin, int end) {
    ExcerptLine out;
    const int before = begin > 0 ? 1 : 0;
    out.text = (before > 0 ? QString(kEllipsis) : QString()) + whole.text.mid(begin, end - begin);
    if (end < whole.text.size())
        out.text += kEllipsis;
    for (QTextLayout::FormatRange hit : whole.hits) {
        const int from = std::max(hit.start, begin), to = std::min(hit.start + hit.length, end);
        if (from >= to)
            continue;
        hit.start = from - begin + before;
        hit.length = to - from;
        out.hits.append(hit);
    }
    return out;
}
} // namespace

ExcerptLine excerptLine(QString snippet, const QFont& font, double width) {
    ExcerptLine whole;
    int begin = -1;
    for (const QChar c : snippet.replace(QLatin1Char('\n'), QLatin1Char(' '))) {
        if (c == kMatchBegin) {
            begin = static_cast<int>(whole.text.size());
        } else if (c == kMatchEnd && begin >= 0) {
            QTextLayout::FormatRange range;
            range.start = begin;
            range.length = static_cast<int>(whole.text.size()) - begin;
            range.format.setFontWeight(QFont::DemiBold);
            whole.hits.append(range);
            begin = -1;
        } else {
            whole.text += c;
        }
    }
    const int size = static_cast<int>(whole.text.size());
    if (whole.hits.isEmpty() || widthOf(whole, font) <= width)
        return whole;
    const int hit = whole.hits.first().start, hitEnd = hit + whole.hits.first().length;
    // From the left, word by word, until the hit stands well inside; if need be up to the hit itself.
    // Where little follows the hit, more may stand before it.
    const double after = widthOf(part(whole, hitEnd, size), font);
    const double before = std::max(kBeforeHit * width, width - after);
    int from = 0;
    while (from < hit && widthOf(part(whole, from, hitEnd), font) > before) {
        const auto blank = whole.text.indexOf(QLatin1Char(' '), from);
        from = blank >= 0 && blank < hit ? static_cast<int>(blank) + 1 : hit;
    }
    // To the right as far as there is room, and never less than one letter of the hit.
    int to = size, least = std::min(hit + 1, size);
    if (widthOf(part(whole, from, to), font) > width) {
        int most = to;
        while (most - least > 1) {
            to = least + (most - least) / 2;
            (widthOf(part(whole, from, to), font) <= width ? least : most) = to;
        }
        to = least;
        if (to < size && whole.text[to - 1].isHighSurrogate())
            --to;
    }
    return part(whole, from, to);
}

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

    if (const QString snippet = index.data(SnippetRole).toString(); !snippet.isEmpty()) {
        ExcerptLine excerpt = excerptLine(snippet, small, inner.width());
        for (QTextLayout::FormatRange& hit : excerpt.hits)
            hit.format.setForeground(p.text);
        QTextLayout layout(excerpt.text, small);
        (void)layLine(layout, excerpt.hits);
        painter->setClipRect(inner);
        painter->setPen(p.textMuted);
        layout.draw(painter, QPointF(inner.left(), inner.top() + lineHeight + 1));
    }
    painter->restore();
}

} // namespace vitral
