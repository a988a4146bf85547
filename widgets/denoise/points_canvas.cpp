// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/points_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr double kPoint = 1.7, kChosen = 4.5, kHead = 3.5, kNear = 12;
constexpr Glass kInks[] = {Glass::Ruby, Glass::Emerald, Glass::Violet, Glass::Amber, Glass::Teal, Glass::Rose};

bool finite(QPointF p) {
    return std::isfinite(p.x()) && std::isfinite(p.y());
}

} // namespace

PointsCanvas::PointsCanvas(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PointsCanvas::setContent(PointsContent content) {
    content_ = std::move(content);
    current_ = std::clamp(current_, 0, std::max(0, int(content_.cloud.size()) - 1));
    describe();
    update();
}

void PointsCanvas::describe() {
    QString text = content_.title + QStringLiteral(". ");
    if (content_.cloud.empty()) {
        text += content_.empty;
    } else {
        const QPointF p = content_.cloud[std::size_t(current_)];
        text += tr("Point %1 of %2 at %3; %4. %5")
                    .arg(current_ + 1)
                    .arg(content_.cloud.size())
                    .arg(numberText(p.x(), 3), numberText(p.y(), 3), content_.caption);
    }
    setAccessibleDescription(text);
}

QRectF PointsCanvas::square() const {
    const int line = QFontMetrics(design::font(TextRole::Caption)).height();
    const QRectF area(kSpace1, line + kSpace1, width() - 2 * kSpace1, height() - 3 * line - kSpace2 - kSpace1);
    const double edge = std::max(20.0, std::min(area.width(), area.height()));
    return {area.center().x() - edge / 2, area.top(), edge, edge};
}

QPointF PointsCanvas::place(QPointF point) const {
    const QRectF box = square();
    const double scale = box.width() / (2 * content_.reach);
    return box.center() + QPointF(point.x() * scale, -point.y() * scale);
}

void PointsCanvas::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    const QFont small = design::font(TextRole::Caption);
    const QFontMetrics metrics(small);
    const int line = metrics.height();
    const QRectF box = square();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(small);
    painter.setPen(colours.text);
    painter.drawText(QRect(kSpace1, 0, width() - kSpace2, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(content_.title, Qt::ElideRight, width() - kSpace2));
    painter.setPen(QPen(live && hasFocus() ? colours.accent : colours.border, live && hasFocus() ? 2 : 1));
    painter.setBrush(colours.sunken);
    painter.drawRect(box);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(colours.textMuted);
    painter.drawText(QRectF(kSpace1, box.bottom() + 2, width() - kSpace2, 2 * line),
                     Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, content_.caption);
    if (content_.cloud.empty() && content_.at.empty()) {
        painter.drawText(box.adjusted(kSpace3, 0, -kSpace3, 0), Qt::AlignCenter | Qt::TextWordWrap, content_.empty);
        return;
    }
    painter.save();
    painter.setClipRect(box);
    painter.setPen(QPen(colours.border, 1));
    painter.drawLine(place({-content_.reach, 0}), place({content_.reach, 0}));
    painter.drawLine(place({0, -content_.reach}), place({0, content_.reach}));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.borderStrong);
    for (const QPointF p : content_.data)
        painter.drawEllipse(place(p), 1, 1);
    painter.setBrush(colours.ink(Glass::Cobalt));
    for (const QPointF p : content_.cloud)
        if (finite(p))
            painter.drawEllipse(place(p), kPoint, kPoint);
    const double side = std::sqrt(double(std::max<std::size_t>(1, content_.at.size())));
    const double unit = box.width() / side / std::max(content_.longest, 1e-300);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colours.ink(Glass::Amber), 1.2));
    for (std::size_t i = 0; i < content_.at.size() && i < content_.vectors.size(); ++i) {
        const QPointF from = place(content_.at[i]);
        const QPointF d = QPointF(content_.vectors[i].x(), -content_.vectors[i].y()) * unit;
        const double length = std::hypot(d.x(), d.y());
        if (!std::isfinite(length))
            continue;
        const QPointF to = from + d;
        painter.drawLine(from, to);
        if (length < 2) {
            painter.drawPoint(from);
            continue;
        }
        const double angle = std::atan2(d.y(), d.x());
        for (const double turn : {0.5, -0.5})
            painter.drawLine(to,
                             to - QPointF(std::cos(angle + turn), std::sin(angle + turn)) * std::min(kHead, length));
    }
    for (std::size_t i = 0; i < content_.ways.size(); ++i) {
        const PointsContent::Way& way = content_.ways[i];
        const QColor ink = colours.ink(kInks[i % std::size(kInks)]);
        const auto draw = [&](const std::vector<QPointF>& places, std::size_t from, std::size_t to, const QPen& pen) {
            QPolygonF polygon;
            for (std::size_t k = from; k <= to && k < places.size(); ++k)
                if (finite(places[k]))
                    polygon << place(places[k]);
            painter.setPen(pen);
            painter.drawPolyline(polygon);
        };
        const auto moment = std::size_t(std::max(0, content_.moment));
        QColor faint = ink;
        faint.setAlphaF(0.45F);
        draw(way.exact, 0, way.exact.size(), QPen(ink, 1.2, Qt::DotLine));
        draw(way.run, moment, way.run.size(), QPen(faint, 1.2));
        draw(way.run, 0, moment, QPen(ink, 2));
        if (way.point >= 0 && std::size_t(way.point) < content_.cloud.size()) {
            const QPointF at = place(content_.cloud[std::size_t(way.point)]);
            painter.setPen(QPen(colours.sunken, 1));
            painter.setBrush(ink);
            painter.drawEllipse(at, kChosen, kChosen);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(colours.text);
            painter.drawText(at + QPointF(kChosen + 2, -kChosen), QString::number(way.point + 1));
        }
    }
    if (live && hasFocus() && std::size_t(current_) < content_.cloud.size()) {
        painter.setPen(QPen(colours.accent, 2));
        painter.drawEllipse(place(content_.cloud[std::size_t(current_)]), kChosen + 3, kChosen + 3);
    }
    painter.restore();
}

void PointsCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void PointsCanvas::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

QString PointsCanvas::csv() const {
    QString out = QStringLiteral("point,x,y\n");
    for (std::size_t i = 0; i < content_.cloud.size(); ++i)
        out += QString::number(i + 1) + QLatin1Char(',') + csvNumber(content_.cloud[i].x()) + QLatin1Char(',') +
               csvNumber(content_.cloud[i].y()) + QLatin1Char('\n');
    return content_.cloud.empty() ? QString() : out;
}

void PointsCanvas::mousePressEvent(QMouseEvent* event) {
    int best = -1;
    double near = kNear;
    for (std::size_t i = 0; i < content_.cloud.size(); ++i) {
        const QPointF d = place(content_.cloud[i]) - event->position();
        if (const double length = std::hypot(d.x(), d.y()); length < near) {
            near = length;
            best = int(i);
        }
    }
    if (event->button() != Qt::LeftButton || best < 0)
        return QWidget::mousePressEvent(event);
    current_ = best;
    describe();
    emit pointToggled(best);
    update();
}

void PointsCanvas::keyPressEvent(QKeyEvent* event) {
    const int n = int(content_.cloud.size());
    if (n == 0)
        return QWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
        current_ = (current_ + n - 1) % n;
        break;
    case Qt::Key_Right:
    case Qt::Key_Down:
        current_ = (current_ + 1) % n;
        break;
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter:
        emit pointToggled(current_);
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    describe();
    update();
}

void PointsCanvas::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void PointsCanvas::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void PointsCanvas::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
}

} // namespace vitral
