// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/presenter_layer.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/shell/presenter.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kZoomMs = 250;
constexpr double kDim = 0.62, kPenWidth = 4, kMostZoom = 6;
} // namespace

PresenterLayer::PresenterLayer(Presenter& presenter, QWidget* window) : QWidget(window), presenter_(presenter) {
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_NoSystemBackground);
    zoomTimer_.setInterval(kZoomMs);
    connect(&zoomTimer_, &QTimer::timeout, this, qOverload<>(&QWidget::update));
    hide();
}

void PresenterLayer::refresh() {
    const bool blank = presenter_.blank() != Presenter::Blank::No;
    const bool zoom = presenter_.zoomed() != nullptr;
    setAttribute(Qt::WA_TransparentForMouseEvents, !presenter_.pen() && !zoom && !blank);
    setCursor(blank ? Qt::BlankCursor : presenter_.pen() ? Qt::CrossCursor : Qt::ArrowCursor);
    if (zoom && !blank)
        zoomTimer_.start();
    else
        zoomTimer_.stop();
    setVisible(presenter_.on());
    if (presenter_.on()) {
        setGeometry(parentWidget()->rect());
        raise();
    }
    update();
}

void PresenterLayer::erase() {
    strokes_.clear();
    update();
}

void PresenterLayer::paintZoom(QPainter& painter) {
    QWidget* element = presenter_.zoomed();
    const design::Palette& p = design::paletteFor(parentWidget());
    painter.fillRect(rect(), p.window);
    const QSizeF size = element->size();
    const double scale = std::min({(width() - 2.0 * design::kSpace4) / std::max(1.0, size.width()),
                                   (height() - 2.0 * design::kSpace4) / std::max(1.0, size.height()), kMostZoom});
    const QRectF target(QPointF((width() - size.width() * scale) / 2, (height() - size.height() * scale) / 2),
                        size * scale);
    painter.save();
    painter.translate(target.topLeft());
    painter.scale(scale, scale);
    painter.fillRect(QRectF(QPointF(), size), p.surface);
    element->render(&painter, {}, {}, QWidget::DrawChildren); // drawn anew, not enlarged: letters stay sharp
    painter.restore();
    painter.setPen(QPen(p.borderStrong, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(target);
}

void PresenterLayer::paintEvent(QPaintEvent*) {
    if (painting_) // what is zoomed is asked to paint while this is painted
        return;
    painting_ = true;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const design::Palette& p = design::paletteFor(parentWidget());
    if (presenter_.blank() != Presenter::Blank::No) {
        painter.fillRect(rect(), presenter_.blank() == Presenter::Blank::Black ? Qt::black : Qt::white);
        painting_ = false;
        return;
    }
    if (presenter_.zoomed() != nullptr) {
        paintZoom(painter);
    } else if (const QWidget* lit = presenter_.spotlit(); lit != nullptr && lit->isVisible()) {
        const QRectF hole =
            QRectF(lit->mapTo(parentWidget(), QPoint()), lit->size()).adjusted(-4, -4, 4, 4).intersected(rect());
        QPainterPath dark;
        dark.addRect(rect());
        QPainterPath light;
        light.addRoundedRect(hole, design::kRadius, design::kRadius);
        QColor shade = p.lead;
        shade.setAlphaF(static_cast<float>(kDim));
        painter.fillPath(dark.subtracted(light), shade);
        painter.setPen(QPen(p.accent, 3));
        painter.drawPath(light);
    }
    painter.setPen(QPen(p.ink(design::Glass::Ruby), kPenWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    for (const QPolygonF& stroke : strokes_) {
        if (stroke.size() == 1)
            painter.drawPoint(stroke.first());
        else
            painter.drawPolyline(stroke);
    }
    painting_ = false;
}

void PresenterLayer::mousePressEvent(QMouseEvent* event) {
    if (presenter_.blank() != Presenter::Blank::No)
        presenter_.setBlank(Presenter::Blank::No);
    else if (presenter_.pen() && event->button() == Qt::LeftButton)
        strokes_.push_back(QPolygonF({event->position()}));
    else if (presenter_.zoomed() != nullptr)
        presenter_.zoom(nullptr);
    update();
}

void PresenterLayer::mouseMoveEvent(QMouseEvent* event) {
    if (!presenter_.pen() || (event->buttons() & Qt::LeftButton) == 0 || strokes_.empty())
        return;
    strokes_.back().append(event->position());
    update();
}

} // namespace vitral
