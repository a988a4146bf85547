// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/embedding_pictures.h"

#include "widgets/design/list_keys.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/value_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vitral {

using namespace design;

namespace {

constexpr int kBins = 60;
constexpr double kLeastBarWidth = 2; // narrower bars cannot be told apart

QFontMetrics smallMetrics() {
    return QFontMetrics(design::font(TextRole::Caption));
}

void paintEmpty(QPainter& painter, const QWidget& widget, const QString& text) {
    painter.setFont(design::font(TextRole::Small));
    painter.setPen(paletteFor(&widget).textMuted);
    painter.drawText(widget.rect().adjusted(kSpace3, kSpace2, -kSpace3, -kSpace2), Qt::AlignCenter | Qt::TextWordWrap,
                     text);
}

} // namespace

// --- VectorBars ---

VectorBars::VectorBars(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void VectorBars::setVector(std::vector<float> values, double range) {
    values_ = std::move(values);
    range_ = range;
    if (range_ <= 0)
        for (const float v : values_)
            if (std::isfinite(v))
                range_ = std::max(range_, std::fabs(double(v)));
    current_ = std::min(current_, int(values_.size()) - 1);
    setAccessibleDescription(describe());
    update();
}

void VectorBars::setEmptyText(const QString& text) {
    empty_ = text;
    update();
}

void VectorBars::setCurrent(int dimension) {
    dimension = std::clamp(dimension, -1, int(values_.size()) - 1);
    if (dimension == current_)
        return;
    current_ = dimension;
    setAccessibleDescription(describe());
    update();
    emit currentChanged(dimension);
}

QRectF VectorBars::plot() const {
    const int line = smallMetrics().height();
    const int left = smallMetrics().horizontalAdvance(numberText(-range_, 3)) + kSpace2;
    return QRectF(rect()).adjusted(left, kSpace1, -kSpace2, -(line + kSpace2));
}

int VectorBars::nBar() const {
    return std::clamp(int(plot().width() / kLeastBarWidth), 1, std::max(1, int(values_.size())));
}

int VectorBars::perBar() const {
    return values_.empty() ? 1 : (int(values_.size()) + nBar() - 1) / nBar();
}

std::pair<float, int> VectorBars::barValue(int iBar) const {
    const int n = perBar();
    std::pair<float, int> far(0, iBar * n);
    for (int k = iBar * n; k < std::min((iBar + 1) * n, int(values_.size())); ++k)
        if (std::fabs(values_[std::size_t(k)]) > std::fabs(far.first))
            far = {values_[std::size_t(k)], k};
    return far;
}

QString VectorBars::describe() const {
    if (values_.empty())
        return empty_;
    if (current_ >= 0)
        return tr("Dimension %1 of %2: %3")
            .arg(QString::number(current_), countText(std::int64_t(values_.size())),
                 numberText(double(values_[std::size_t(current_)])));
    const int n = perBar();
    return n == 1 ? tr("%Ln number(s), one bar each", nullptr, int(values_.size()))
                  : tr("%Ln number(s); each bar is the one farthest from 0 of %1", nullptr, int(values_.size())).arg(n);
}

void VectorBars::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    painter.fillRect(rect(), colours.surface);
    if (values_.empty()) {
        paintEmpty(painter, *this, empty_);
        return;
    }
    const QRectF area = plot();
    const double middle = area.center().y();
    painter.setFont(design::font(TextRole::Caption));
    const int line = smallMetrics().height();
    painter.setPen(colours.textMuted);
    for (const double at : {1.0, 0.0, -1.0})
        painter.drawText(QRectF(0, middle - at * (area.height() - line) / 2 - line / 2.0, area.left() - kSpace1, line),
                         Qt::AlignRight | Qt::AlignVCenter, at == 0 ? QStringLiteral("0") : numberText(at * range_, 3));
    const int perOne = perBar();
    const int n = (int(values_.size()) + perOne - 1) / perOne;
    const double width = area.width() / n;
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < n; ++i) {
        const auto [value, dimension] = barValue(i);
        if (range_ <= 0 || !std::isfinite(value))
            continue;
        const double height = std::fabs(double(value)) / range_ * area.height() / 2;
        const QRectF bar(area.left() + i * width, value > 0 ? middle - height : middle,
                         std::max(1.0, width - (width > 4)), height);
        const bool isCurrent = live && current_ >= 0 && current_ / perOne == i;
        painter.fillRect(bar, isCurrent ? colours.accent : colours.ink(value > 0 ? Glass::Cobalt : Glass::Amber));
    }
    painter.setPen(QPen(colours.borderStrong, 1));
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle));
    painter.setPen(live && current_ >= 0 ? colours.text : colours.textMuted);
    const QRectF below(kSpace1, area.bottom() + kSpace1, width > 0 ? this->width() - kSpace2 : 0, line);
    painter.drawText(below, Qt::AlignHCenter | Qt::AlignTop | Qt::TextSingleLine,
                     smallMetrics().elidedText(describe(), Qt::ElideRight, int(below.width())));
    if (live && hasFocus()) {
        painter.setPen(QPen(colours.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void VectorBars::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

void VectorBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void VectorBars::mouseMoveEvent(QMouseEvent* event) {
    const QRectF area = plot();
    const int perOne = perBar();
    const int n = (int(values_.size()) + perOne - 1) / perOne;
    const int bar = area.width() > 0 ? int((event->position().x() - area.left()) / area.width() * n) : -1;
    setCurrent(!values_.empty() && bar >= 0 && bar < n ? barValue(bar).second : -1);
}

void VectorBars::leaveEvent(QEvent* event) {
    setCurrent(-1);
    QWidget::leaveEvent(event);
}

void VectorBars::keyPressEvent(QKeyEvent* event) {
    if (const auto place = placeByKey(event->key(), current_, int(values_.size()), 0, Qt::Horizontal))
        setCurrent(*place);
    else
        QWidget::keyPressEvent(event);
}

void VectorBars::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
}

QString VectorBars::csv() const {
    if (values_.empty())
        return {};
    QString out = csvField(QStringLiteral("dimension")) + QLatin1Char(',') + csvField(QStringLiteral("value")) +
                  QLatin1Char('\n');
    for (std::size_t k = 0; k < values_.size(); ++k)
        out += QString::number(k) + QLatin1Char(',') + csvNumber(double(values_[k])) + QLatin1Char('\n');
    return out;
}

// --- NormHistogram ---

NormHistogram::NormHistogram(QWidget* parent) : QWidget(parent), mark_(std::numeric_limits<double>::quiet_NaN()) {
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void NormHistogram::setNorms(const std::vector<float>& sorted) {
    counts_.clear();
    if (!sorted.empty()) {
        low_ = double(sorted.front());
        high_ = double(sorted.back());
        if (!(high_ > low_))
            high_ = low_ + 1;
        counts_.assign(kBins, 0);
        for (const float norm : sorted) {
            const double at = (double(norm) - low_) / (high_ - low_) * kBins;
            ++counts_[std::size_t(std::clamp(at, 0.0, double(kBins - 1)))];
        }
    }
    update();
}

void NormHistogram::setMark(double norm, const QString& name) {
    mark_ = norm;
    markName_ = name;
    setAccessibleDescription(name);
    update();
}

void NormHistogram::setEmptyText(const QString& text) {
    empty_ = text;
    update();
}

QRectF NormHistogram::plot() const {
    const int line = smallMetrics().height();
    return QRectF(rect()).adjusted(kSpace3, line + kSpace2, -kSpace3, -(2 * line + kSpace2));
}

void NormHistogram::paint(QPainter& painter) const {
    const Palette& colours = paletteFor(this);
    painter.fillRect(rect(), colours.surface);
    if (counts_.empty()) {
        paintEmpty(painter, *this, empty_);
        return;
    }
    const QRectF area = plot();
    const double most = double(*std::max_element(counts_.begin(), counts_.end()));
    const double width = area.width() / kBins;
    painter.setPen(QPen(colours.ink(Glass::Teal), 1));
    painter.setBrush(colours.pane(Glass::Teal));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0)
            continue;
        const double height = std::max(1.0, double(counts_[i]) / most * area.height());
        painter.drawRect(
            QRectF(area.left() + double(i) * width, area.bottom() - height, width, height).adjusted(0.5, 0.5, -0.5, 0));
    }
    const int line = smallMetrics().height();
    painter.setFont(design::font(TextRole::Caption));
    painter.setPen(QPen(colours.borderStrong, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    for (const double tick : roundTicks(low_, high_, 6)) {
        const double x = area.left() + (tick - low_) / (high_ - low_) * area.width();
        painter.setPen(QPen(colours.borderStrong, 1));
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3));
        painter.setPen(colours.textMuted);
        painter.drawText(QRectF(x - 40, area.bottom() + 4, 80, line), Qt::AlignHCenter | Qt::AlignTop,
                         QLocale().toString(tick, 'g', 6));
    }
    painter.setPen(colours.textMuted);
    painter.drawText(QRectF(0, area.bottom() + 4 + line, this->width(), line), Qt::AlignHCenter | Qt::AlignTop,
                     tr("Norm of a row; %1 rows in %2 steps")
                         .arg(countText(std::accumulate(counts_.begin(), counts_.end(), std::int64_t(0))))
                         .arg(kBins));
    if (!std::isfinite(mark_))
        return;
    const double x = area.left() + std::clamp((mark_ - low_) / (high_ - low_), 0.0, 1.0) * area.width();
    painter.setPen(QPen(colours.accent, 2));
    painter.drawLine(QPointF(x, area.top() - kSpace1), QPointF(x, area.bottom()));
    painter.setPen(colours.text);
    const int textWidth = smallMetrics().horizontalAdvance(markName_) + kSpace1;
    const double left = std::clamp(x - textWidth / 2.0, 0.0, std::max(0.0, double(this->width() - textWidth)));
    painter.drawText(QRectF(left, 0, textWidth, line + kSpace1), Qt::AlignHCenter | Qt::AlignVCenter, markName_);
}

void NormHistogram::paintPicture(QPainter& painter) const {
    paint(painter);
}

void NormHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter);
    if (hasFocus()) {
        painter.setPen(QPen(paletteFor(this).accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

bool NormHistogram::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !counts_.empty()) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QRectF area = plot();
        const int bin = int((help->pos().x() - area.left()) / area.width() * kBins);
        if (bin < 0 || bin >= kBins)
            return QWidget::event(event);
        const double step = (high_ - low_) / kBins;
        QToolTip::showText(help->globalPos(),
                           tr("%1 rows with a norm from %2 to %3")
                               .arg(countText(counts_[std::size_t(bin)]), numberText(low_ + bin * step, 4),
                                    numberText(low_ + (bin + 1) * step, 4)),
                           this);
        return true;
    }
    return QWidget::event(event);
}

void NormHistogram::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
}

QString NormHistogram::csv() const {
    if (counts_.empty())
        return {};
    QString out = QStringLiteral("from,to,rows\n");
    const double step = (high_ - low_) / kBins;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        out += csvNumber(low_ + double(i) * step) + QLatin1Char(',') + csvNumber(low_ + double(i + 1) * step) +
               QLatin1Char(',') + QString::number(counts_[i]) + QLatin1Char('\n');
    return out;
}

} // namespace vitral
