// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/pane_strip.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
constexpr double kPad = 6, kGap = 2, kRowGap = 4;
}

PaneStrip::PaneStrip(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void PaneStrip::setPanes(std::vector<StripPane> panes, int chosen) {
    panes_ = std::move(panes);
    chosen_ = chosen;
    arrangedFor_ = -1;
    describe();
    updateGeometry();
    update();
}

void PaneStrip::describe() {
    QStringList words;
    for (const StripPane& pane : panes_) {
        if (words.size() > 60)
            break;
        words << (pane.caption.isEmpty() ? pane.text : pane.text + QLatin1Char(' ') + pane.caption);
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
}

void PaneStrip::setClickable(bool on) {
    clickable_ = on;
    setFocusPolicy(on ? Qt::StrongFocus : Qt::NoFocus);
    setCursor(on ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

std::vector<QRectF> PaneStrip::arrange(double width) const {
    const QFontMetricsF text(design::codeFont(design::TextRole::Reading)),
        small(design::codeFont(design::TextRole::Caption));
    const bool captions =
        std::any_of(panes_.begin(), panes_.end(), [](const StripPane& pane) { return !pane.caption.isEmpty(); });
    const double height = std::ceil(text.height()) + 6 + (captions ? std::ceil(small.height()) : 0);
    std::vector<QRectF> rects;
    double x = 2, y = 2;
    for (const StripPane& pane : panes_) {
        double own = 2 * kPad + std::max(text.horizontalAdvance(pane.text),
                                         pane.caption.isEmpty() ? 0.0 : small.horizontalAdvance(pane.caption));
        own = std::min(std::ceil(std::max(own, 14.0)), std::max(width - 4, 20.0));
        if (x > 2 && x + own > width - 2) {
            x = 2;
            y += height + kRowGap;
        }
        rects.emplace_back(x, y, own, height);
        x += own + kGap;
    }
    return rects;
}

int PaneStrip::heightForWidth(int width) const {
    const std::vector<QRectF> rects = arrange(width);
    return rects.empty() ? 30 : static_cast<int>(std::ceil(rects.back().bottom())) + 2;
}

QSize PaneStrip::sizeHint() const {
    const int width = this->width() > 50 ? this->width() : 400;
    return {400, heightForWidth(width)};
}

QSize PaneStrip::minimumSizeHint() const {
    return {120, heightForWidth(this->width() > 50 ? this->width() : 400)};
}

void PaneStrip::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrangedFor_ = -1;
    if (event->oldSize().width() != event->size().width())
        updateGeometry();
}

void PaneStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    arrangedFor_ = -1;
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        updateGeometry();
}

void PaneStrip::paintEvent(QPaintEvent*) {
    if (arrangedFor_ != width()) {
        rects_ = arrange(width());
        arrangedFor_ = width();
    }
    const design::Palette& palette = design::paletteFor(this);
    const QFont text = design::codeFont(design::TextRole::Reading), small = design::codeFont(design::TextRole::Caption);
    const double textHeight = std::ceil(QFontMetricsF(text).height()) + 6;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < panes_.size(); ++i) {
        const StripPane& pane = panes_[i];
        const QRectF& rect = rects_[i];
        painter.setBrush(pane.glass >= 0 ? palette.glassPane[static_cast<std::size_t>(pane.glass)] : palette.raised);
        const bool isChosen = static_cast<int>(i) == chosen_;
        painter.setPen(isChosen      ? QPen(palette.accent, 2.5)
                       : pane.marked ? QPen(palette.danger, 1.5, Qt::DashLine)
                                     : QPen(pane.glass >= 0 ? palette.lead : palette.border, 1));
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        painter.setPen(pane.muted ? palette.textMuted : palette.text);
        painter.setFont(text);
        painter.drawText(
            QRectF(rect.left(), rect.top(), rect.width(), textHeight), Qt::AlignCenter,
            painter.fontMetrics().elidedText(pane.text, Qt::ElideRight, static_cast<int>(rect.width()) - 4));
        if (!pane.caption.isEmpty()) {
            painter.setFont(small);
            painter.drawText(
                QRectF(rect.left(), rect.top() + textHeight - 4, rect.width(), rect.height() - textHeight + 2),
                Qt::AlignCenter, pane.caption);
        }
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette.accent, 2));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 3, 3);
    }
}

int PaneStrip::paneAt(const QPointF& point) const {
    for (std::size_t i = 0; i < rects_.size(); ++i)
        if (rects_[i].contains(point))
            return static_cast<int>(i);
    return -1;
}

void PaneStrip::mousePressEvent(QMouseEvent* event) {
    const int at = paneAt(event->position());
    if (clickable_ && at >= 0 && event->button() == Qt::LeftButton)
        emit clicked(at);
    else
        QWidget::mousePressEvent(event);
}

void PaneStrip::keyPressEvent(QKeyEvent* event) {
    const int n = static_cast<int>(panes_.size());
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (clickable_ && step != 0 && n > 0)
        emit clicked(std::clamp(chosen_ + step, 0, n - 1));
    else
        QWidget::keyPressEvent(event);
}

bool PaneStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int at = paneAt(help->pos());
        if (at >= 0 && !panes_[static_cast<std::size_t>(at)].note.isEmpty())
            QToolTip::showText(help->globalPos(), panes_[static_cast<std::size_t>(at)].note, this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace vitral
