// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/presenter_layer.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/shell/presenter.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kZoomMs = 250;
constexpr double kDim = 0.62, kPenWidth = 4;
constexpr double kEnough = 1.6, kLeastZoom = 2, kMostZoom = 6,
                 kMostLines = 3;  ///< the last: of a text that is read line by line
constexpr double kWheel = 0.0015; ///< of what is seen, for an eighth of a degree
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

QSizeF PresenterLayer::zoomRoom() const {
    return {std::max(1.0, width() - 2.0 * design::kSpace4), std::max(1.0, height() - 2.0 * design::kSpace4)};
}

// The whole element where that enlarges it; else a part: a column of text as wide as the window, other things twice.
double PresenterLayer::zoomScale() const {
    const QWidget* element = presenter_.zoomed();
    if (element == nullptr)
        return 1;
    const double wide = zoomRoom().width() / std::max(1, element->width());
    const double whole = std::min(wide, zoomRoom().height() / std::max(1, element->height()));
    if (whole >= kEnough)
        return std::clamp(std::min(whole, kMostZoom) * zoomFactor_, 1.0, std::max(kMostZoom, whole));
    const double usual = std::max({whole, std::min(wide, kMostLines), kLeastZoom});
    return std::clamp(std::min(usual, kMostZoom) * zoomFactor_, std::min(whole, 1.0), std::max(kMostZoom, whole));
}

QRectF PresenterLayer::zoomSource() const {
    const QWidget* element = presenter_.zoomed();
    if (element == nullptr)
        return {};
    const QSizeF size = element->size();
    const QSizeF seen = (zoomRoom() / zoomScale()).boundedTo(size);
    return {QPointF(std::clamp(zoomAt_.x() - seen.width() / 2, 0.0, size.width() - seen.width()),
                    std::clamp(zoomAt_.y() - seen.height() / 2, 0.0, size.height() - seen.height())),
            seen};
}

void PresenterLayer::beginZoom(QPointF at) {
    zoomAt_ = at;
    zoomFactor_ = 1;
}

void PresenterLayer::zoomBy(double factor) {
    const double before = zoomScale();
    zoomFactor_ *= factor;
    if (zoomScale() == before) // at an end: further keys do not pile up
        zoomFactor_ /= factor;
    update();
}

void PresenterLayer::pan(QPointF parts) {
    const QRectF seen = zoomSource();
    zoomAt_ = seen.center() + QPointF(parts.x() * seen.width(), parts.y() * seen.height());
    update();
}

void PresenterLayer::wheelEvent(QWheelEvent* event) {
    if (presenter_.zoomed() == nullptr || presenter_.blank() != Presenter::Blank::No)
        return event->ignore();
    if ((event->modifiers() & Qt::ControlModifier) != 0)
        zoomBy(event->angleDelta().y() > 0 ? 1.1 : 1 / 1.1);
    else
        pan(QPointF(-event->angleDelta().x(), -event->angleDelta().y()) * kWheel);
}

void PresenterLayer::paintZoom(QPainter& painter) {
    QWidget* element = presenter_.zoomed();
    const design::Palette& p = design::paletteFor(parentWidget());
    painter.fillRect(rect(), p.window);
    const double scale = zoomScale();
    const QRectF source = zoomSource();
    const QSizeF shown = source.size() * scale;
    const QRectF target(QPointF((width() - shown.width()) / 2, (height() - shown.height()) / 2), shown);
    painter.save();
    painter.setClipRect(target);
    painter.translate(target.topLeft());
    painter.scale(scale, scale);
    painter.translate(-source.topLeft());
    painter.fillRect(source, p.surface);
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
