// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/spotlight.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>
#include <QTimer>

namespace vitral {
namespace {
constexpr int kShadeLight = 46, kShadeDark = 110; ///< of 255: what is around stays readable
constexpr int kOutline = 3;
} // namespace

Spotlight::Spotlight(QWidget* window) : QWidget(window) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setFocusPolicy(Qt::NoFocus);
    setObjectName(QStringLiteral("spotlight"));
    window->installEventFilter(this);
    hide();
}

void Spotlight::point(QWidget* element) {
    for (QWidget* w = element_; w != nullptr && w != parentWidget(); w = w->parentWidget())
        w->removeEventFilter(this);
    element_ = element;
    for (QWidget* w = element_; w != nullptr && w != parentWidget(); w = w->parentWidget())
        w->installEventFilter(this); // an element moves when what holds it does
    follow();
}

void Spotlight::setMuted(bool on) {
    if (muted_ == on)
        return;
    muted_ = on;
    follow();
}

void Spotlight::follow() {
    const bool seen = element_ && element_->isVisible() && !muted_;
    setVisible(seen);
    if (!seen)
        return;
    setGeometry(parentWidget()->rect());
    raise();
    update();
}

bool Spotlight::eventFilter(QObject* object, QEvent* event) {
    switch (event->type()) {
    case QEvent::Resize:
    case QEvent::Move:
    case QEvent::Show:
    case QEvent::Hide:
    case QEvent::LayoutRequest:
        QTimer::singleShot(0, this, &Spotlight::follow);
        break;
    default:
        break;
    }
    return QWidget::eventFilter(object, event);
}

void Spotlight::paintEvent(QPaintEvent*) {
    if (!element_)
        return;
    const design::Palette& colours = design::paletteFor(this);
    const auto placeOf = [this](const QWidget* w) { return QRect(w->mapTo(parentWidget(), QPoint()), w->size()); };
    // Around the element, not over it: letters that begin at its very edge stay legible.
    const QRect place = placeOf(element_).marginsAdded(QMargins() + design::kSpace1).intersected(rect());
    QPainterPath shade;
    shade.addRect(rect());
    QPainterPath hole;
    hole.addRoundedRect(QRectF(place), design::kRadiusSmall, design::kRadiusSmall);
    hole.setFillRule(Qt::WindingFill); // where both overlap it is bright as well
    if (clear_ && clear_->isVisible())
        hole.addRect(placeOf(clear_));
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor dark = colours.lead;
    dark.setAlpha(colours.scheme == design::Scheme::Dark ? kShadeDark : kShadeLight);
    painter.fillPath(shade.subtracted(hole), dark);
    if (clear_ && clear_->isVisible()) // where a narrow window lays it over the element
        painter.setClipRegion(QRegion(rect()) - placeOf(clear_));
    painter.setPen(QPen(colours.accent, kOutline));
    painter.drawRoundedRect(QRectF(place).adjusted(1.5, 1.5, -1.5, -1.5), design::kRadiusSmall, design::kRadiusSmall);
}

} // namespace vitral
