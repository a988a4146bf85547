// SPDX-License-Identifier: Apache-2.0
#pragma once
// One row of the conversation list: title and day, and while searching the words that were found. Thread: GUI.

#include <QStyledItemDelegate>
#include <QTextLayout>

namespace vitral {

class ConversationDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role { IdRole = Qt::UserRole + 1, SnippetRole, TimeRole };
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// One line of an excerpt, cut where it must be so that the first hit is on it.
struct ExcerptLine {
    QString text;
    QList<QTextLayout::FormatRange> hits; ///< places in `text`, bold
};
/// `snippet`: hits stand between U+0002 and U+0003 (SearchHit). `width` in pixels of the device-independent kind.
ExcerptLine excerptLine(QString snippet, const QFont& font, double width);

/// "14:02" today, "yesterday", a weekday within a week, else a date; in the current language.
QString friendlyTime(qint64 unixMs);

} // namespace vitral
