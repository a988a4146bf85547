// SPDX-License-Identifier: Apache-2.0
#include "widgets/design/painted_area.h"

#include "widgets/design/list_keys.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vitral {

PaintedArea::PaintedArea(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
}

void PaintedArea::keepInSight(const QRect& rect, const QMargins& margins) {
    const auto move = [](QScrollBar* bar, int low, int high, int from, int to) {
        if (low < from)
            bar->setValue(bar->value() + low - from);
        else if (high > to)
            bar->setValue(bar->value() + high + 1 - to);
    };
    move(horizontalScrollBar(), rect.left(), rect.right(), margins.left(), viewport()->width() - margins.right());
    move(verticalScrollBar(), rect.top(), rect.bottom(), margins.top(), viewport()->height() - margins.bottom());
}

std::optional<int> PaintedArea::walked(const QKeyEvent& event, int current, int n, int page) {
    const std::optional<int> to = design::placeByKey(event.key(), current, n, page);
    return to && n <= 0 ? std::optional<int>(-1) : to;
}

bool PaintedArea::acts(const QKeyEvent& event) {
    return event.key() == Qt::Key_Return || event.key() == Qt::Key_Enter || event.key() == Qt::Key_Space;
}

std::optional<double> PaintedArea::zoomAfter(const QKeyEvent& event, double zoom) {
    switch (event.key()) {
    case Qt::Key_Plus:
        return zoom * 1.2;
    case Qt::Key_Minus:
        return zoom / 1.2;
    case Qt::Key_0:
        return 1.0;
    default:
        return std::nullopt;
    }
}

std::optional<double> PaintedArea::zoomAfter(const QWheelEvent& event, double zoom) {
    if (!(event.modifiers() & Qt::ControlModifier))
        return std::nullopt;
    return zoom * std::pow(1.2, event.angleDelta().y() / 120.0);
}

void PaintedArea::changeEvent(QEvent* event) {
    const bool words = event->type() == QEvent::LanguageChange;
    const bool font = event->type() == QEvent::FontChange;
    if (words)
        retranslate();
    if (words || font)
        measure();
    if (words || font || event->type() == QEvent::PaletteChange)
        viewport()->update();
    QAbstractScrollArea::changeEvent(event);
}

void PaintedArea::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    measure();
}

bool PaintedArea::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave)
        pointerLeft();
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        // Escaped: what a model wrote must never be taken for markup.
        const QString text = readOutAt(help->pos()).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text),
                               this);
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace vitral
