// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/vector_diagram.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_text.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vitral {

using namespace design;

namespace {

constexpr double kHead = 9, kWholeShare = 0.9995;

void arrow(QPainter& painter, QPointF from, QPointF to) {
    painter.drawLine(from, to);
    const QPointF d = to - from;
    const double length = std::hypot(d.x(), d.y());
    if (length < kHead)
        return;
    const double angle = std::atan2(d.y(), d.x());
    QPainterPath head(to);
    for (const double side : {0.42, -0.42})
        head.lineTo(to - QPointF(std::cos(angle + side), std::sin(angle + side)) * kHead);
    head.closeSubpath();
    painter.fillPath(head, painter.pen().color());
}

} // namespace

VectorDiagram::VectorDiagram(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void VectorDiagram::setContent(VectorContent content) {
    content_ = std::move(content);
    QStringList words = {content_.title, content_.angleText};
    for (const DrawnVector& v : content_.vectors)
        words << v.name + QLatin1Char(' ') + numberText(v.length, 4);
    setAccessibleDescription(content_.vectors.empty() ? content_.empty : words.join(QStringLiteral("; ")));
    update();
}

void VectorDiagram::paint(QPainter& painter) const {
    const Palette& colours = paletteFor(this);
    const QFont small = design::font(TextRole::Caption);
    const QFontMetrics metrics(small);
    const int line = metrics.height();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(small);
    painter.setPen(colours.textMuted);
    painter.drawText(QRect(kSpace1, 0, width() - kSpace2, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(content_.title, Qt::ElideRight, width() - kSpace2));
    if (content_.vectors.empty()) {
        painter.drawText(rect().adjusted(kSpace3, line, -kSpace3, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         content_.empty);
        return;
    }
    // The names stand below with their numbers, so that arrows may lie close together.
    const int nLine = int(content_.vectors.size());
    const QRectF area(
        kSpace3, line + kSpace2, width() - 2 * kSpace3,
        std::max(20, height() - line * (nLine + 1) - kSpace4 - (content_.angleText.isEmpty() ? 0 : line)));
    QRectF box(0, 0, 0, 0);
    for (const DrawnVector& v : content_.vectors)
        box = QRectF(QPointF(std::min(box.left(), v.at.x()), std::min(box.top(), v.at.y())),
                     QPointF(std::max(box.right(), v.at.x()), std::max(box.bottom(), v.at.y())));
    const double scale =
        std::min(area.width() / std::max(box.width(), 1e-12), area.height() / std::max(box.height(), 1e-12)) * 0.92;
    const QPointF middle = area.center() - QPointF(box.center().x() * scale, -box.center().y() * scale);
    const auto place = [&](QPointF p) { return middle + QPointF(p.x() * scale, -p.y() * scale); };
    painter.setPen(QPen(colours.border, 1));
    painter.drawEllipse(middle, 3, 3);
    if (content_.vectors.size() >= 2) { // the angle between the two that span the plane
        const QPointF a = content_.vectors[0].at, b = content_.vectors[1].at;
        const double reach = std::min({std::hypot(a.x(), a.y()), std::hypot(b.x(), b.y())}) * scale * 0.35;
        const double from = std::atan2(a.y(), a.x()) * 180 / std::numbers::pi;
        const double to = std::atan2(b.y(), b.x()) * 180 / std::numbers::pi;
        if (reach > 6) {
            painter.setPen(QPen(colours.textMuted, 1));
            painter.drawArc(QRectF(middle - QPointF(reach, reach), QSizeF(2 * reach, 2 * reach)),
                            int(std::lround(from * 16)), int(std::lround((to - from) * 16)));
        }
    }
    constexpr Qt::PenStyle kStyles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    int y = int(area.bottom()) + kSpace2;
    for (std::size_t i = 0; i < content_.vectors.size(); ++i) {
        const DrawnVector& v = content_.vectors[i];
        painter.setPen(QPen(colours.ink(v.glass), 2, kStyles[i % 4], Qt::RoundCap));
        arrow(painter, middle, place(v.at));
        painter.drawLine(kSpace1, y + line / 2, kSpace1 + 22, y + line / 2);
        QString text = v.name + QStringLiteral("  \u2016") + numberText(v.length, 4) + QStringLiteral("\u2016");
        if (v.share < kWholeShare)
            text += QStringLiteral("  \u00B7  ") + tr("%1 of it in this plane").arg(percentText(v.share));
        painter.setPen(colours.text);
        painter.drawText(QRect(kSpace1 + 28, y, width() - 32, line), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(text, Qt::ElideRight, width() - 36));
        y += line;
    }
    painter.setPen(colours.textMuted);
    painter.drawText(QRect(kSpace1, y, width() - kSpace2, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(content_.angleText, Qt::ElideRight, width() - kSpace2));
}

void VectorDiagram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter);
}

void VectorDiagram::paintPicture(QPainter& painter) const {
    paint(painter);
}

QString VectorDiagram::csv() const {
    if (content_.vectors.empty())
        return {};
    QString out = QStringLiteral("name,length,x,y,share in plane\n");
    for (const DrawnVector& v : content_.vectors)
        out += csvField(v.name) + QLatin1Char(',') + csvNumber(v.length) + QLatin1Char(',') + csvNumber(v.at.x()) +
               QLatin1Char(',') + csvNumber(v.at.y()) + QLatin1Char(',') + csvNumber(v.share) + QLatin1Char('\n');
    return out;
}

void VectorDiagram::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace vitral
