// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/line_chart.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_text.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr int kXTicks = 8, kYTicks = 5;

QString tickText(double tick) {
    return QLocale().toString(tick, 'g', 6).replace(QLatin1Char('-'), QChar(0x2212));
}

Qt::PenStyle dashOf(int iCurve) {
    constexpr Qt::PenStyle kStyles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    return kStyles[iCurve % 4];
}

} // namespace

std::vector<double> roundTicks(double low, double high, int n) {
    std::vector<double> ticks;
    if (!(high > low) || n < 1)
        return ticks;
    const double rough = (high - low) / n;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double part = rough / power;
    const double step = power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
        ticks.push_back(i == 0 ? 0.0 : i * step);
    return ticks;
}

QPointF LineChart::Frame::at(double x, double y) const {
    return {plot.left() + (x - xLow) / (xHigh - xLow) * plot.width(),
            plot.bottom() - (y - yLow) / (yHigh - yLow) * plot.height()};
}

LineChart::LineChart(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LineChart::setContent(ChartContent content) {
    content_ = std::move(content);
    current_ = std::min(current_, int(content_.x.size()) - 1);
    setAccessibleDescription(describe(current_));
    update();
}

LineChart::Frame LineChart::frame() const {
    Frame f{};
    f.xLow = content_.x.empty() ? 0 : content_.x.front();
    f.xHigh = content_.x.empty() ? 1 : content_.x.back();
    if (f.xHigh <= f.xLow)
        f.xHigh = f.xLow + 1;
    f.yLow = content_.yLow;
    f.yHigh = content_.yHigh;
    if (f.yLow == f.yHigh) {
        bool any = false;
        for (const Curve& curve : content_.curves)
            for (const double y : curve.y)
                if (std::isfinite(y)) {
                    f.yLow = any ? std::min(f.yLow, y) : y;
                    f.yHigh = any ? std::max(f.yHigh, y) : y;
                    any = true;
                }
        if (content_.zeroLine) {
            f.yLow = std::min(f.yLow, 0.0);
            f.yHigh = std::max(f.yHigh, 0.0);
        }
        const double pad = (f.yHigh - f.yLow) * 0.05;
        f.yLow -= f.yLow == 0 ? 0 : pad;
        f.yHigh += f.yHigh == 0 ? 0 : pad;
        if (f.yHigh <= f.yLow)
            f.yHigh = f.yLow + 1;
    }
    const QFontMetrics metrics(design::font(TextRole::Caption));
    int widest = 0;
    for (const double tick : roundTicks(f.yLow, f.yHigh, kYTicks))
        widest = std::max(widest, metrics.horizontalAdvance(tickText(tick)));
    const int line = metrics.height();
    const std::vector<LegendPlace> names = legend();
    const int nLegend = names.empty() ? 0 : names.back().line + 1;
    f.plot = QRectF(rect()).adjusted(widest + kSpace3, line * (1 + nLegend) + kSpace3, -kSpace4, -(2 * line + kSpace3));
    return f;
}

void LineChart::paintAxes(QPainter& painter, const Frame& f) const {
    const Palette& colours = paletteFor(this);
    const QFont font = design::font(TextRole::Caption);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    const int line = metrics.height();
    for (const double tick : roundTicks(f.yLow, f.yHigh, kYTicks)) {
        const double y = f.at(f.xLow, tick).y();
        painter.setPen(QPen(tick == 0 && content_.zeroLine ? colours.borderStrong : colours.border, 1));
        painter.drawLine(QPointF(f.plot.left(), y), QPointF(f.plot.right(), y));
        painter.setPen(colours.textMuted);
        painter.drawText(QRectF(0, y - line / 2.0, f.plot.left() - kSpace1, line), Qt::AlignRight | Qt::AlignVCenter,
                         tickText(tick));
    }
    for (const double tick : roundTicks(f.xLow, f.xHigh, kXTicks)) {
        const double x = f.at(tick, f.yLow).x();
        painter.setPen(QPen(colours.borderStrong, 1));
        painter.drawLine(QPointF(x, f.plot.bottom()), QPointF(x, f.plot.bottom() + 3));
        painter.setPen(colours.textMuted);
        painter.drawText(QRectF(x - 40, f.plot.bottom() + 4, 80, line), Qt::AlignHCenter | Qt::AlignTop,
                         tickText(tick));
    }
    // The axis' title gives its place to the read-out, which begins with it.
    const QString below = current_ >= 0 ? describe(current_) : content_.xTitle;
    painter.setPen(current_ >= 0 ? colours.text : colours.textMuted);
    painter.drawText(QRectF(kSpace1, f.plot.bottom() + 5 + line, width() - kSpace2, line),
                     Qt::AlignHCenter | Qt::AlignTop | Qt::TextSingleLine,
                     metrics.elidedText(below, Qt::ElideRight, width() - kSpace2));
    painter.setPen(colours.textMuted);
    painter.drawText(QRectF(kSpace1, 2, width() - kSpace2, line), Qt::AlignLeft | Qt::AlignTop,
                     metrics.elidedText(content_.yTitle, Qt::ElideRight, width() - kSpace2));
    paintLegend(painter, f);
}

std::vector<LineChart::LegendPlace> LineChart::legend() const {
    std::vector<LegendPlace> places;
    if (content_.curves.size() < 2)
        return places;
    const QFontMetrics metrics(design::font(TextRole::Caption));
    int x = kSpace3, line = 0;
    for (const Curve& curve : content_.curves) {
        const int room = 25 + metrics.horizontalAdvance(curve.name) + kSpace4;
        if (x > kSpace3 && x + room > width()) {
            x = kSpace3;
            ++line;
        }
        places.push_back({x, line});
        x += room;
    }
    return places;
}

void LineChart::paintLegend(QPainter& painter, const Frame&) const {
    const Palette& colours = paletteFor(this);
    const int line = QFontMetrics(design::font(TextRole::Caption)).height();
    const std::vector<LegendPlace> places = legend();
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Curve& curve = content_.curves[i];
        const double x = places[i].x, y = (places[i].line + 1.5) * line + kSpace1;
        painter.setPen(QPen(colours.ink(curve.glass), 2, dashOf(int(i))));
        if (curve.dots) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colours.ink(curve.glass));
            painter.drawEllipse(QPointF(x + 10, y), 3, 3);
        } else {
            painter.drawLine(QPointF(x, y), QPointF(x + 20, y));
        }
        painter.setPen(colours.text);
        painter.drawText(QRectF(x + 25, y - line / 2.0, width(), line), Qt::AlignLeft | Qt::AlignVCenter, curve.name);
    }
}

void LineChart::paintCurve(QPainter& painter, const Frame& f, const Curve& curve) const {
    const Palette& colours = paletteFor(this);
    const auto iCurve = int(&curve - content_.curves.data());
    const std::size_t n = std::min(curve.y.size(), content_.x.size());
    if (curve.dots) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.ink(curve.glass));
        for (std::size_t i = 0; i < n; ++i)
            if (std::isfinite(curve.y[i]))
                painter.drawEllipse(f.at(content_.x[i], curve.y[i]), 2.5, 2.5);
        return;
    }
    QPainterPath path;
    bool down = false;
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(curve.y[i])) {
            down = false;
            continue;
        }
        const QPointF point = f.at(content_.x[i], std::clamp(curve.y[i], f.yLow, f.yHigh));
        down ? path.lineTo(point) : path.moveTo(point);
        down = true;
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colours.ink(curve.glass), 2, dashOf(iCurve), Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(path);
}

QString LineChart::describe(int index) const {
    if (content_.x.empty())
        return content_.empty;
    if (index < 0 || index >= int(content_.x.size()))
        return {};
    QString text = QStringLiteral("%1 %2").arg(content_.xTitle, numberText(content_.x[std::size_t(index)]));
    for (const Curve& curve : content_.curves)
        if (std::size_t(index) < curve.y.size() && std::isfinite(curve.y[std::size_t(index)]))
            text += QStringLiteral(" \u00B7 %1 %2").arg(curve.name, numberText(curve.y[std::size_t(index)]));
    return text;
}

void LineChart::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    painter.fillRect(rect(), colours.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    if (content_.x.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(rect().adjusted(kSpace4, kSpace2, -kSpace4, -kSpace2), Qt::AlignCenter | Qt::TextWordWrap,
                         content_.empty);
        return;
    }
    const Frame f = frame();
    paintAxes(painter, f);
    for (const Curve& curve : content_.curves)
        paintCurve(painter, f, curve);
    if (current_ >= 0) {
        const double x = f.at(content_.x[std::size_t(current_)], 0).x();
        painter.setPen(QPen(live && hasFocus() ? colours.accent : colours.borderStrong, 1));
        painter.drawLine(QPointF(x, f.plot.top()), QPointF(x, f.plot.bottom()));
    }
    if (live && hasFocus()) {
        painter.setPen(QPen(colours.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void LineChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void LineChart::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

QString LineChart::csv() const {
    if (content_.x.empty())
        return {};
    QString out = csvField(content_.xTitle);
    for (const Curve& curve : content_.curves)
        out += QLatin1Char(',') + csvField(curve.name);
    out += QLatin1Char('\n');
    for (std::size_t i = 0; i < content_.x.size(); ++i) {
        out += csvNumber(content_.x[i]);
        for (const Curve& curve : content_.curves)
            out += QLatin1Char(',') + (i < curve.y.size() ? csvNumber(curve.y[i]) : QString());
        out += QLatin1Char('\n');
    }
    return out;
}

void LineChart::setCurrent(int index) {
    index = std::clamp(index, -1, int(content_.x.size()) - 1);
    if (index == current_)
        return;
    current_ = index;
    setAccessibleDescription(describe(index));
    update();
    emit currentChanged(index);
}

void LineChart::mouseMoveEvent(QMouseEvent* event) {
    if (content_.x.empty())
        return;
    const Frame f = frame();
    const double x = f.xLow + (event->position().x() - f.plot.left()) / f.plot.width() * (f.xHigh - f.xLow);
    const auto right = std::lower_bound(content_.x.begin(), content_.x.end(), x);
    auto at = right - content_.x.begin();
    if (right == content_.x.end() || (at > 0 && x - content_.x[std::size_t(at - 1)] < *right - x))
        --at;
    setCurrent(int(at));
}

void LineChart::mousePressEvent(QMouseEvent* event) {
    mouseMoveEvent(event);
}

void LineChart::mouseDoubleClickEvent(QMouseEvent* event) {
    mouseMoveEvent(event);
    if (current_ >= 0)
        emit unfoldAsked(current_);
}

void LineChart::keyPressEvent(QKeyEvent* event) {
    const int big = std::max(1, int(content_.x.size()) / 20);
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current_ >= 0)
            emit unfoldAsked(current_);
        return;
    case Qt::Key_Left:
        setCurrent(std::max(0, current_ - 1));
        return;
    case Qt::Key_Right:
        setCurrent(current_ + 1);
        return;
    case Qt::Key_PageUp:
        setCurrent(std::max(0, current_ - big));
        return;
    case Qt::Key_PageDown:
        setCurrent(current_ + big);
        return;
    case Qt::Key_Home:
        setCurrent(0);
        return;
    case Qt::Key_End:
        setCurrent(int(content_.x.size()) - 1);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void LineChart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace vitral
