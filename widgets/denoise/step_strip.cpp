// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/step_strip.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {
constexpr int kThumb = 44;
constexpr int kPageSteps = 5;
} // namespace

StepStrip::StepStrip(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

int StepStrip::thumb() const {
    return int(kThumb * std::clamp(QFontMetrics(design::font(TextRole::Body)).height() / 17.0, 0.75, 2.0));
}

QSize StepStrip::sizeHint() const {
    const int line = QFontMetrics(design::font(TextRole::Caption)).height();
    return {480, kSpace1 + nRow() * (thumb() + kSpace1) + line + kSpace1};
}

QSize StepStrip::minimumSizeHint() const {
    return {200, sizeHint().height()};
}

void StepStrip::setContent(StripContent content) {
    const int rows = nRow();
    content_ = std::move(content);
    current_ = std::clamp(current_, 0, std::max(0, content_.nMoment - 1));
    if (rows != nRow())
        updateGeometry();
    update();
}

void StepStrip::setSmooth(bool smooth) {
    smooth_ = smooth;
    update();
}

void StepStrip::setCurrent(int moment) {
    current_ = std::clamp(moment, 0, std::max(0, content_.nMoment - 1));
    setAccessibleDescription(content_.words.value(current_));
    update();
}

double StepStrip::xOf(int moment) const {
    const double half = thumb() / 2.0 + 2;
    return content_.nMoment < 2 ? half : half + moment * (width() - 2 * half) / (content_.nMoment - 1);
}

void StepStrip::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    emit roomChanged();
}

int StepStrip::momentAt(double x) const {
    if (content_.nMoment < 2)
        return 0;
    const double half = thumb() / 2.0 + 2;
    return std::clamp(int(std::lround((x - half) / (width() - 2 * half) * (content_.nMoment - 1))), 0,
                      content_.nMoment - 1);
}

int StepStrip::shownEvery() const {
    if (content_.nMoment < 2)
        return 1;
    const double apart = xOf(1) - xOf(0);
    return apart >= thumb() + 2 ? 1 : std::max(1, int(std::ceil((thumb() + 2) / std::max(apart, 0.1))));
}

std::vector<int> StepStrip::shownMoments() const {
    std::vector<int> shown;
    const int every = shownEvery();
    const int last = content_.nMoment - 1;
    for (int i = last % every; i <= last; i += every)
        if (std::abs(i - current_) >= every)
            shown.push_back(i);
    if (last >= 0)
        shown.insert(std::upper_bound(shown.begin(), shown.end(), current_), current_);
    return shown;
}

void StepStrip::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    const int edge = thumb();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, smooth_);
    if (content_.nMoment < 1) {
        painter.setFont(design::font(TextRole::Small));
        painter.setPen(colours.textMuted);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, content_.empty);
        return;
    }
    const std::vector<int> shown = shownMoments();
    const auto row = [&](const std::vector<QImage>& images, int iRow) {
        const int top = kSpace1 + iRow * (edge + kSpace1);
        painter.fillRect(QRect(0, top, width(), edge), colours.sunken);
        for (const int i : shown) {
            const bool chosen = i == current_;
            const QRectF box(xOf(i) - edge / 2.0, top, edge, edge);
            if (i >= int(images.size()) || images[std::size_t(i)].isNull())
                continue;
            const QImage& image = images[std::size_t(i)];
            const QSizeF fitted = QSizeF(image.size()).scaled(box.size(), Qt::KeepAspectRatio);
            const QRectF place(box.center() - QPointF(fitted.width() / 2, fitted.height() / 2), fitted);
            painter.drawImage(place, image);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(chosen ? colours.accent : colours.border, chosen ? 3 : 1));
            painter.drawRect(place);
        }
    };
    row(content_.run, 0);
    if (!content_.forward.empty())
        row(content_.forward, 1);
    const QFont small = design::font(TextRole::Caption);
    const QFontMetrics metrics(small);
    const int y = kSpace1 + nRow() * (edge + kSpace1);
    painter.setFont(small);
    if (content_.branchedAt >= 0) { // a line where the run left its parent
        painter.setPen(QPen(colours.ink(Glass::Amber), 2, Qt::DashLine));
        const double x = (xOf(std::max(0, content_.branchedAt - 1)) + xOf(content_.branchedAt)) / 2;
        painter.drawLine(QPointF(x, 0), QPointF(x, y));
    }
    // Marks that have room; the current one always.
    const auto mark = [&](int i) {
        const QString text = content_.marks.value(i);
        const int w = metrics.horizontalAdvance(text);
        return QRectF(std::clamp(xOf(i) - w / 2.0, 0.0, std::max(0.0, double(width() - w))), y, w, metrics.height());
    };
    const QRectF own = mark(current_);
    double free = -1;
    painter.setPen(colours.textMuted);
    for (int i = 0; i < content_.nMoment; ++i) {
        const QRectF box = mark(i);
        if (i == current_ || box.left() < free || box.adjusted(-kSpace2, 0, kSpace2, 0).intersects(own))
            continue;
        painter.drawText(box, Qt::AlignCenter, content_.marks.value(i));
        free = box.right() + kSpace3;
    }
    painter.setFont(strongFont(TextRole::Caption));
    painter.setPen(colours.accent);
    painter.drawText(own.adjusted(-4, 0, 4, 0), Qt::AlignCenter, content_.marks.value(current_));
    if (live && hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colours.accent, 2));
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void StepStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void StepStrip::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

void StepStrip::choose(int moment) {
    if (content_.nMoment < 1)
        return;
    moment = std::clamp(moment, 0, content_.nMoment - 1);
    if (moment == current_)
        return;
    setCurrent(moment);
    emit momentChosen(moment);
}

void StepStrip::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        choose(momentAt(event->position().x()));
}

void StepStrip::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) != 0)
        choose(momentAt(event->position().x()));
}

void StepStrip::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
        return choose(current_ - 1);
    case Qt::Key_Right:
        return choose(current_ + 1);
    case Qt::Key_PageUp:
        return choose(current_ - kPageSteps);
    case Qt::Key_PageDown:
        return choose(current_ + kPageSteps);
    case Qt::Key_Home:
        return choose(0);
    case Qt::Key_End:
        return choose(content_.nMoment - 1);
    default:
        QWidget::keyPressEvent(event);
    }
}

void StepStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

bool StepStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && content_.nMoment > 0) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const bool below = help->pos().y() > kSpace1 + thumb() && !content_.forward.empty();
        const QString text = content_.words.value(momentAt(help->pos().x()));
        QToolTip::showText(help->globalPos(),
                           (below ? content_.forwardName : content_.runName) + QLatin1Char('\n') + text, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace vitral
