// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/mask_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;
using diffusion::Picture;

namespace {

constexpr std::size_t kMostUndo = 20;
constexpr int kHatch = 8, kHatchLine = 3; ///< device pixels from line to line, and of a line

} // namespace

MaskCanvas::MaskCanvas(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void MaskCanvas::setPicture(const QImage& image) {
    image_ = image;
    if (mask_.width != image.width() || mask_.height != image.height()) {
        mask_ = image.isNull() ? Picture() : Picture(1, image.height(), image.width());
        before_.clear();
        cursor_.reset();
    }
    describe();
    update();
}

void MaskCanvas::setEmptyText(const QString& text) {
    empty_ = text;
    describe();
    update();
}

void MaskCanvas::setMask(const diffusion::PicturePtr& mask) {
    if (mask && mask->sameShape(mask_) && mask->values == mask_.values)
        return;
    if (mask && mask->width == image_.width() && mask->height == image_.height())
        mask_ = *mask;
    else
        mask_ = image_.isNull() ? Picture() : Picture(1, image_.height(), image_.width());
    before_.clear();
    describe();
    update();
}

double MaskCanvas::share() const {
    const auto n = std::count_if(mask_.values.begin(), mask_.values.end(), [](float v) { return v > 0; });
    return mask_.values.empty() ? 0 : double(n) / double(mask_.values.size());
}

int MaskCanvas::mostRadius() const {
    return std::max(1, std::max(image_.width(), image_.height()) / 2);
}

void MaskCanvas::setRadius(int pixels) {
    pixels = std::clamp(pixels, 0, mostRadius());
    if (pixels == radius_)
        return;
    radius_ = pixels;
    emit radiusChanged(radius_);
    update();
}

void MaskCanvas::setErasing(bool on) {
    if (on == erasing_)
        return;
    erasing_ = on;
    emit erasingChanged(on);
    update();
}

void MaskCanvas::keep() {
    if (before_.size() == kMostUndo)
        before_.erase(before_.begin());
    before_.push_back(mask_);
}

void MaskCanvas::edited() {
    describe();
    update();
    emit maskEdited();
}

void MaskCanvas::clear() {
    keep();
    std::fill(mask_.values.begin(), mask_.values.end(), 0.0F);
    edited();
}

void MaskCanvas::invert() {
    keep();
    for (float& v : mask_.values)
        v = v > 0 ? 0.0F : 1.0F;
    edited();
}

void MaskCanvas::undo() {
    if (before_.empty())
        return;
    mask_ = std::move(before_.back());
    before_.pop_back();
    edited();
}

// Every pixel whose middle lies within the radius; at least the one under the brush.
void MaskCanvas::dab(QPointF at, float value) {
    const int x0 = int(std::floor(at.x())), y0 = int(std::floor(at.y()));
    for (int y = std::max(0, y0 - radius_); y <= std::min(mask_.height - 1, y0 + radius_); ++y)
        for (int x = std::max(0, x0 - radius_); x <= std::min(mask_.width - 1, x0 + radius_); ++x)
            if ((x == x0 && y == y0) || std::hypot(x + 0.5 - at.x(), y + 0.5 - at.y()) <= radius_ + 0.5)
                mask_.values[std::size_t(y) * std::size_t(mask_.width) + std::size_t(x)] = value;
}

void MaskCanvas::stroke(QPointF from, QPointF to, bool erase) {
    const double length = std::hypot(to.x() - from.x(), to.y() - from.y());
    const int n = std::max(1, int(std::ceil(length * 2 / std::max(1, radius_))));
    for (int i = 0; i <= n; ++i)
        dab(from + (to - from) * (double(i) / n), erase ? 0.0F : 1.0F);
    update();
}

QRect MaskCanvas::pictureRect() const {
    if (image_.isNull())
        return {};
    const QSize size = image_.size().scaled(this->size(), Qt::KeepAspectRatio);
    return {{(width() - size.width()) / 2, 0}, size};
}

QPointF MaskCanvas::inPicture(QPointF point) const {
    const QRect rect = pictureRect();
    return {(point.x() - rect.left()) * image_.width() / std::max(1, rect.width()),
            (point.y() - rect.top()) * image_.height() / std::max(1, rect.height())};
}

// Hatching, so that the mask is seen without its colour too.
QImage MaskCanvas::hatched(QSize size) const {
    const Palette& colours = paletteFor(this);
    QImage layer(size, QImage::Format_ARGB32);
    if (layer.isNull() || mask_.empty())
        return {};
    QColor line = colours.accent, veil = colours.accentSoft;
    const QRgb dark = qRgba(line.red(), line.green(), line.blue(), 235);
    const QRgb light = qRgba(veil.red(), veil.green(), veil.blue(), 150);
    for (int y = 0; y < size.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(layer.scanLine(y));
        const float* mask =
            mask_.values.data() + std::size_t(y * mask_.height / size.height()) * std::size_t(mask_.width);
        for (int x = 0; x < size.width(); ++x)
            row[x] = mask[x * mask_.width / size.width()] > 0 ? ((x + y) % kHatch < kHatchLine ? dark : light) : 0U;
    }
    return layer;
}

void MaskCanvas::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    if (image_.isNull()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(rect().adjusted(kSpace3, 0, -kSpace3, 0), Qt::AlignCenter | Qt::TextWordWrap, empty_);
        return;
    }
    const QRect rect = pictureRect();
    painter.drawImage(rect, image_);
    painter.drawImage(rect.topLeft(), hatched(rect.size()));
    painter.setPen(QPen(live && hasFocus() ? colours.accent : colours.borderStrong, live && hasFocus() ? 2 : 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect.adjusted(0, 0, -1, -1));
    if (live && cursor_) {
        const double scale = double(rect.width()) / image_.width();
        const QPointF at = QPointF(rect.topLeft()) + *cursor_ * scale;
        const double r = (radius_ + 0.5) * scale;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(Qt::black, 3));
        painter.drawEllipse(at, r, r);
        painter.setPen(QPen(Qt::white, 1, erasing_ || strokeErases_ ? Qt::DashLine : Qt::SolidLine));
        painter.drawEllipse(at, r, r);
    }
}

void MaskCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void MaskCanvas::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

void MaskCanvas::mousePressEvent(QMouseEvent* event) {
    if (image_.isNull() || (event->button() != Qt::LeftButton && event->button() != Qt::RightButton))
        return;
    strokeErases_ = erasing_ || event->button() == Qt::RightButton;
    keep();
    last_ = cursor_ = inPicture(event->position());
    stroke(*last_, *last_, strokeErases_);
}

void MaskCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (image_.isNull())
        return;
    cursor_ = inPicture(event->position());
    if (last_) {
        stroke(*last_, *cursor_, strokeErases_);
        last_ = cursor_;
    }
    update();
}

void MaskCanvas::mouseReleaseEvent(QMouseEvent*) {
    if (!last_)
        return;
    last_.reset();
    strokeErases_ = false;
    edited();
}

void MaskCanvas::leaveEvent(QEvent*) {
    if (!last_ && !hasFocus())
        cursor_.reset();
    update();
}

void MaskCanvas::keyPressEvent(QKeyEvent* event) {
    if (image_.isNull())
        return QWidget::keyPressEvent(event);
    if (event->matches(QKeySequence::Undo))
        return undo();
    const double by = (event->modifiers() & Qt::ShiftModifier) != 0 ? 8 : 1;
    QPointF at = cursor_.value_or(QPointF(image_.width() / 2.0, image_.height() / 2.0));
    switch (event->key()) {
    case Qt::Key_Left:
        at.rx() -= by;
        break;
    case Qt::Key_Right:
        at.rx() += by;
        break;
    case Qt::Key_Up:
        at.ry() -= by;
        break;
    case Qt::Key_Down:
        at.ry() += by;
        break;
    case Qt::Key_Space:
        keep();
        stroke(at, at, erasing_);
        cursor_ = at;
        return edited();
    case Qt::Key_E:
        return setErasing(!erasing_);
    case Qt::Key_BracketLeft:
        return setRadius(radius_ - 1);
    case Qt::Key_BracketRight:
        return setRadius(radius_ + 1);
    default:
        return QWidget::keyPressEvent(event);
    }
    cursor_ = QPointF(std::clamp(at.x(), 0.0, image_.width() - 0.5), std::clamp(at.y(), 0.0, image_.height() - 0.5));
    describe();
    update();
}

void MaskCanvas::describe() {
    if (image_.isNull())
        return setAccessibleDescription(empty_);
    QString words = tr("%1 of the picture is marked").arg(percentText(share()));
    if (cursor_) {
        const int x = int(cursor_->x()), y = int(cursor_->y());
        const bool marked = mask_.values[std::size_t(y) * std::size_t(mask_.width) + std::size_t(x)] > 0;
        words += QStringLiteral(". ") +
                 (marked ? tr("Brush at %1, %2: marked") : tr("Brush at %1, %2: not marked")).arg(x).arg(y);
    }
    setAccessibleDescription(words);
}

void MaskCanvas::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace vitral
