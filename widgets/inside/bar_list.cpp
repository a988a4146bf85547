// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/bar_list.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {
constexpr int kLeastBar = 40;
constexpr int kPictureBars = 400; // a picture longer than this helps nobody; the CSV file has all
} // namespace

BarList::BarList(QWidget* parent) : PaintedArea(parent) {
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void BarList::setContent(BarContent content) {
    content_ = std::move(content);
    current_ = std::min(current_, int(content_.bars.size()) - 1);
    setAccessibleDescription(describe(current_));
    measure();
    updateGeometry();
    viewport()->update();
}

int BarList::lineHeight() const {
    return QFontMetrics(design::font(TextRole::Small)).height() + kSpace2;
}

QSize BarList::sizeHint() const {
    return {280, std::clamp(int(content_.bars.size()), 4, 12) * lineHeight()};
}

QSize BarList::minimumSizeHint() const {
    return {120, 2 * lineHeight()};
}

void BarList::measure() {
    const int height = int(content_.bars.size()) * lineHeight();
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(lineHeight());
}

QRect BarList::barRect(int index) const {
    return {0, index * lineHeight() - verticalScrollBar()->value(), viewport()->width(), lineHeight()};
}

int BarList::indexAt(QPoint point) const {
    const int index = (point.y() + verticalScrollBar()->value()) / lineHeight();
    return index >= 0 && index < int(content_.bars.size()) ? index : -1;
}

QString BarList::valueText(const Bar& bar) const {
    if (!bar.valueText.isEmpty())
        return bar.valueText;
    return content_.signedBars ? signedText(bar.value) : numberText(bar.value, 3);
}

QString BarList::describe(int index) const {
    if (index < 0 || index >= int(content_.bars.size()))
        return content_.bars.empty() ? content_.empty : QString();
    const Bar& bar = content_.bars[std::size_t(index)];
    return bar.description.isEmpty() ? QStringLiteral("%1: %2").arg(bar.label, valueText(bar)) : bar.description;
}

void BarList::paintBars(QPainter& painter, int width, int first, int end, int shift, bool live) const {
    const Palette& colours = paletteFor(this);
    const int height = lineHeight();
    double largest = content_.largest;
    int labelWidth = 0, numberWidth = 0;
    const QFont plain = design::font(TextRole::Small);
    QFont strong = plain;
    strong.setWeight(QFont::DemiBold);
    const QFontMetrics metrics(strong);
    for (const Bar& bar : content_.bars) {
        if (content_.largest <= 0 && std::isfinite(bar.value))
            largest = std::max(largest, std::fabs(bar.value));
        labelWidth = std::max(labelWidth, metrics.horizontalAdvance(bar.label));
        numberWidth = std::max(numberWidth, metrics.horizontalAdvance(valueText(bar)));
    }
    numberWidth += kSpace2;
    // Where there is no room for all three, words and numbers stay and bars go.
    const bool narrow = width < std::min(labelWidth, 60) + numberWidth + kLeastBar;
    labelWidth = narrow ? std::max(0, width - numberWidth - kSpace2)
                        : std::min(labelWidth, std::max(60, width * 2 / 5)) + kSpace2;
    if (live)
        numberWidth_ = numberWidth;
    const double left = labelWidth + kSpace1;
    const double room = std::max(10.0, width - left - numberWidth - kSpace1);
    const double zero = content_.signedBars ? left + room / 2 : left;
    const double unit = largest > 0 ? (content_.signedBars ? room / 2 : room) / largest : 0;
    if (content_.signedBars && !narrow) {
        painter.setPen(QPen(colours.border, 1));
        painter.drawLine(QPointF(zero, first * height - shift), QPointF(zero, end * height - shift));
    }
    for (int i = first; i < end; ++i) {
        const Bar& bar = content_.bars[std::size_t(i)];
        const QRectF line(0, i * height - shift, width, height);
        if (live && i == current_)
            painter.fillRect(line, colours.accentSoft);
        if (bar.strong && i > 0) {
            painter.setPen(QPen(colours.borderStrong, 1));
            painter.drawLine(line.topLeft(), line.topRight());
        }
        painter.setFont(bar.strong ? strong : plain);
        painter.setPen(colours.text);
        painter.drawText(QRectF(kSpace1, line.top(), labelWidth - kSpace1, height),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(bar.label, Qt::ElideRight, labelWidth - kSpace1));
        painter.setPen(content_.unfolds ? colours.accent : colours.textMuted);
        QFont number = bar.strong ? strong : plain;
        number.setUnderline(live && content_.unfolds); // as the numbers of the Cell view
        painter.setFont(number);
        painter.drawText(QRectF(width - numberWidth - kSpace1, line.top(), numberWidth, height),
                         Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, valueText(bar));
        if (narrow || !std::isfinite(bar.value) || bar.value == 0)
            continue;
        const double length = std::min(std::fabs(bar.value) * unit, content_.signedBars ? room / 2 : room);
        QRectF pane(bar.value < 0 ? zero - length : zero, line.top() + 4, std::max(1.0, length), height - 8);
        painter.setPen(QPen(colours.ink(bar.glass), 1));
        painter.setBrush(colours.pane(bar.glass));
        painter.drawRect(pane.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (live && current_ >= first && current_ < end && hasFocus()) {
        painter.setPen(QPen(colours.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(1, current_ * height - shift + 1, width - 2, height - 2));
    }
}

void BarList::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const Palette& colours = paletteFor(this);
    painter.fillRect(viewport()->rect(), colours.surface);
    if (content_.bars.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(viewport()->rect().adjusted(kSpace3, kSpace2, -kSpace3, -kSpace2),
                         Qt::AlignCenter | Qt::TextWordWrap, content_.empty);
        return;
    }
    const int shift = verticalScrollBar()->value();
    const int first = shift / lineHeight();
    const int end = std::min(int(content_.bars.size()), (shift + viewport()->height()) / lineHeight() + 1);
    paintBars(painter, viewport()->width(), first, end, shift, true);
}

QSize BarList::pictureSize() const {
    return {viewport()->width(), std::min(kPictureBars, std::max(1, int(content_.bars.size()))) * lineHeight()};
}

void BarList::paintPicture(QPainter& painter) const {
    painter.fillRect(QRect(QPoint(), pictureSize()), paletteFor(this).surface);
    paintBars(painter, pictureSize().width(), 0, std::min(kPictureBars, int(content_.bars.size())), 0, false);
}

QString BarList::csv() const {
    if (content_.bars.empty())
        return {};
    QString out = csvField(content_.labelTitle) + QLatin1Char(',') + csvField(content_.valueTitle) + QLatin1Char('\n');
    for (const Bar& bar : content_.bars)
        out += csvField(bar.label) + QLatin1Char(',') + csvNumber(bar.value) + QLatin1Char('\n');
    return out;
}

void BarList::setCurrent(int index) {
    index = std::clamp(index, -1, int(content_.bars.size()) - 1);
    if (index == current_)
        return;
    current_ = index;
    if (index >= 0)
        keepInSight(barRect(index));
    setAccessibleDescription(describe(index));
    viewport()->update();
    emit currentChanged(index);
}

void BarList::mousePressEvent(QMouseEvent* event) {
    const int index = indexAt(event->pos());
    if (event->button() != Qt::LeftButton || index < 0)
        return;
    setCurrent(index);
    if (event->pos().x() >= viewport()->width() - numberWidth_ - kSpace1)
        askUnfold(index);
}

void BarList::askUnfold(int index) {
    if (!content_.unfolds)
        return;
    const QRect line = barRect(index);
    emit unfoldAsked(index, viewport()->mapToGlobal(QPoint(line.right() - numberWidth_ / 2, line.bottom())));
}

void BarList::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && indexAt(event->pos()) >= 0)
        emit activated(indexAt(event->pos()));
}

void BarList::keyPressEvent(QKeyEvent* event) {
    const int page = viewport()->height() / lineHeight() - 1;
    if (const std::optional<int> to = walked(*event, current_, int(content_.bars.size()), page)) {
        setCurrent(*to);
    } else if (acts(*event)) {
        if (current_ >= 0) {
            askUnfold(current_);
            emit activated(current_);
        }
    } else {
        PaintedArea::keyPressEvent(event);
    }
}

QString BarList::readOutAt(QPoint point) const {
    const int index = indexAt(point);
    return index >= 0 ? describe(index) : QString();
}

} // namespace vitral
