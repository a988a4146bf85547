// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/fairness_table.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {
constexpr int kLeastColumn = 130;
constexpr int kMostColumn = 420;
} // namespace

BarTable::BarTable(QWidget* parent) : PaintedArea(parent) {}

void BarTable::setContent(BarTableContent content) {
    content_ = std::move(content);
    current_ = std::min(current_, int(content_.rows.size()) - 1);
    setAccessibleDescription(describe(current_));
    measure();
    viewport()->update();
}

int BarTable::lineHeight() const {
    return QFontMetrics(design::font(TextRole::Small)).height() + kSpace2;
}

int BarTable::headerHeight() const {
    return content_.columnNotes.isEmpty() ? lineHeight() : 2 * lineHeight() - kSpace2;
}

int BarTable::labelWidth() const {
    const QFontMetrics metrics(design::strongFont(TextRole::Small));
    int width = 60;
    for (const BarTableContent::Row& row : content_.rows)
        width = std::max(width, metrics.horizontalAdvance(row.label));
    return std::min(width + kSpace3, 220);
}

int BarTable::columnWidth(int width) const {
    const int n = std::max(1, int(content_.columns.size()));
    return std::clamp((width - labelWidth()) / n, kLeastColumn, kMostColumn);
}

void BarTable::measure() {
    const int height = int(content_.rows.size()) * lineHeight();
    verticalScrollBar()->setRange(0, std::max(0, height - (viewport()->height() - headerHeight())));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(lineHeight());
    const int width = labelWidth() + int(content_.columns.size()) * columnWidth(viewport()->width());
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(40);
}

int BarTable::rowAt(QPoint point) const {
    if (point.y() < headerHeight())
        return -1;
    const int row = (point.y() - headerHeight() + verticalScrollBar()->value()) / lineHeight();
    return row >= 0 && row < int(content_.rows.size()) ? row : -1;
}

QString BarTable::numberOf(double value) const {
    return std::isfinite(value) ? QLocale().toString(value, 'f', content_.decimals) : QString(QChar(0x2013));
}

QString BarTable::describe(int row) const {
    if (row < 0 || row >= int(content_.rows.size()))
        return content_.rows.empty() ? content_.empty : QString();
    const BarTableContent::Row& r = content_.rows[std::size_t(row)];
    QString text = r.description.isEmpty() ? r.label : r.description;
    for (int c = 0; c < int(content_.columns.size()) && c < int(r.values.size()); ++c)
        text += QStringLiteral("\n%1: %2").arg(content_.columns[c], numberOf(r.values[std::size_t(c)]));
    return text;
}

void BarTable::paintRows(QPainter& painter, int width, int first, int end, int shiftX, int shiftY, bool live) const {
    const Palette& colours = paletteFor(this);
    const int height = lineHeight();
    const int label = labelWidth();
    const int column = columnWidth(width);
    const int top = headerHeight();
    double largest = content_.mark;
    int numberWidth = 0;
    const QFont plain = design::font(TextRole::Small);
    const QFont strong = design::strongFont(TextRole::Small);
    const QFontMetrics metrics(strong);
    for (const BarTableContent::Row& row : content_.rows)
        for (const double value : row.values) {
            if (std::isfinite(value))
                largest = std::max(largest, value);
            numberWidth = std::max(numberWidth, metrics.horizontalAdvance(numberOf(value)));
        }
    const double room = std::max(10, column - numberWidth - kSpace3 - kSpace1);
    const double unit = largest > 0 ? room / largest : 0;
    // The columns stand behind the labels, which stay where they are.
    painter.save();
    painter.setClipRect(QRect(label, 0, std::max(0, width - label), top + (end - first + 1) * height + 10000));
    for (int c = 0; c < int(content_.columns.size()); ++c) {
        const double left = label + c * column - shiftX;
        painter.setFont(strong);
        painter.setPen(colours.text);
        painter.drawText(QRectF(left, 0, column - kSpace2, height),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(content_.columns[c], Qt::ElideMiddle, column - kSpace2));
        if (c >= content_.columnNotes.size())
            continue;
        painter.setFont(plain);
        painter.setPen(colours.textMuted);
        painter.drawText(QRectF(left, height - kSpace2, column - kSpace2, top - height + kSpace2),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(content_.columnNotes[c], Qt::ElideRight, column - kSpace2));
    }
    painter.setClipRect(QRect(label, top, std::max(0, width - label), (end + 1) * height + 10000));
    for (int i = first; i < end; ++i) {
        const BarTableContent::Row& row = content_.rows[std::size_t(i)];
        const double y = top + i * height - shiftY;
        if (live && i == current_)
            painter.fillRect(QRectF(label, y, width - label, height), colours.accentSoft);
        for (int c = 0; c < int(content_.columns.size()) && c < int(row.values.size()); ++c) {
            const double left = label + c * column - shiftX;
            const double value = row.values[std::size_t(c)];
            double length = 0;
            if (std::isfinite(value) && value > 0) {
                length = std::max(1.0, value * unit);
                const Glass glass = row.strong ? Glass::Amber : Glass::Cobalt;
                painter.setPen(QPen(colours.ink(glass), 1));
                painter.setBrush(colours.pane(glass));
                painter.drawRect(QRectF(left, y + 4, length, height - 8).adjusted(0.5, 0.5, -0.5, -0.5));
            }
            painter.setFont(row.strong ? strong : plain);
            painter.setPen(colours.text);
            painter.drawText(QRectF(left + length + kSpace1, y, numberWidth + kSpace1, height),
                             Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, numberOf(value));
        }
    }
    if (content_.mark > 0) {
        painter.setPen(QPen(colours.textMuted, 1, Qt::DashLine));
        for (int c = 0; c < int(content_.columns.size()); ++c) {
            const double x = label + c * column - shiftX + content_.mark * unit;
            painter.drawLine(QPointF(x, top + first * height - shiftY), QPointF(x, top + end * height - shiftY));
        }
    }
    painter.restore();
    painter.save();
    painter.setClipRect(QRect(0, top, label, (end + 1) * height + 10000));
    for (int i = first; i < end; ++i) {
        const BarTableContent::Row& row = content_.rows[std::size_t(i)];
        const QRectF cell(0, top + i * height - shiftY, label, height);
        if (live && i == current_)
            painter.fillRect(cell, colours.accentSoft);
        painter.setFont(row.strong ? strong : plain);
        painter.setPen(colours.text);
        painter.drawText(cell.adjusted(kSpace1, 0, -kSpace2, 0), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(row.label, Qt::ElideRight, label - kSpace3));
    }
    painter.restore();
    painter.setPen(QPen(colours.border, 1));
    painter.drawLine(0, top - 1, width, top - 1);
    if (live && current_ >= first && current_ < end && hasFocus()) {
        painter.setClipRect(QRect(0, top, width, (end + 1) * height + 10000));
        painter.setPen(QPen(colours.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(1, top + current_ * height - shiftY + 1, width - 2, height - 2));
    }
}

void BarTable::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const Palette& colours = paletteFor(this);
    painter.fillRect(viewport()->rect(), colours.surface);
    if (content_.rows.empty() || content_.columns.isEmpty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(viewport()->rect().adjusted(kSpace3, kSpace2, -kSpace3, -kSpace2),
                         Qt::AlignCenter | Qt::TextWordWrap, content_.empty);
        return;
    }
    const int shift = verticalScrollBar()->value();
    const int first = shift / lineHeight();
    const int end = std::min(int(content_.rows.size()), (shift + viewport()->height()) / lineHeight() + 1);
    paintRows(painter, viewport()->width(), first, end, horizontalScrollBar()->value(), shift, true);
}

QSize BarTable::pictureSize() const {
    return {labelWidth() + int(content_.columns.size()) * columnWidth(viewport()->width()),
            headerHeight() + int(content_.rows.size()) * lineHeight()};
}

void BarTable::paintPicture(QPainter& painter) const {
    painter.fillRect(QRect(QPoint(), pictureSize()), paletteFor(this).surface);
    paintRows(painter, pictureSize().width(), 0, int(content_.rows.size()), 0, 0, false);
}

QString BarTable::csv() const {
    if (content_.rows.empty())
        return {};
    QString out = csvField(content_.rowTitle);
    for (const QString& column : content_.columns)
        out += QLatin1Char(',') + csvField(column);
    out += QLatin1Char('\n');
    for (const BarTableContent::Row& row : content_.rows) {
        out += csvField(row.label);
        for (const double value : row.values)
            out += QLatin1Char(',') + csvNumber(value);
        out += QLatin1Char('\n');
    }
    return out;
}

void BarTable::setCurrentRow(int row) {
    row = std::clamp(row, -1, int(content_.rows.size()) - 1);
    if (row == current_)
        return;
    current_ = row;
    if (row >= 0)
        keepInSight({horizontalScrollBar()->value() == 0 ? 0 : viewport()->width() / 2,
                     headerHeight() + row * lineHeight() - verticalScrollBar()->value(), 1, lineHeight()},
                    {0, headerHeight(), 0, 0});
    setAccessibleDescription(describe(row));
    viewport()->update();
    emit currentRowChanged(row);
}

void BarTable::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rowAt(event->pos()) >= 0)
        setCurrentRow(rowAt(event->pos()));
}

void BarTable::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rowAt(event->pos()) >= 0)
        emit activated(rowAt(event->pos()));
}

void BarTable::keyPressEvent(QKeyEvent* event) {
    const int page = (viewport()->height() - headerHeight()) / lineHeight() - 1;
    if (const std::optional<int> to = walked(*event, current_, int(content_.rows.size()), page)) {
        setCurrentRow(*to);
    } else if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() + (event->key() == Qt::Key_Left ? -40 : 40));
    } else if (acts(*event)) {
        if (current_ >= 0)
            emit activated(current_);
    } else {
        PaintedArea::keyPressEvent(event);
    }
}

QString BarTable::readOutAt(QPoint point) const {
    const int row = rowAt(point);
    return row >= 0 ? describe(row) : QString();
}

} // namespace vitral
