// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/step_curves.h"

#include "widgets/denoise/denoise_words.h"
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
using namespace diffusion;

namespace {

constexpr int kNoise = 0, kTime = 1, kSignal = 2, kSize = 3, kGuidance = 4, kCharts = 5;
constexpr double kReach = 12; // pixels around a handle
constexpr double kLeastChart = 150, kLowNoise = 1e-3;
constexpr double kMostGuidance = 30;

double noiseOf(const StepTime& t) {
    return t.alpha > 0 ? t.sigma / t.alpha : INFINITY;
}
double logSnr(const StepTime& t) {
    return t.sigma > 0 && t.alpha > 0 ? 2 * std::log(t.alpha / t.sigma) : NAN;
}

} // namespace

double StepCurves::Chart::y(double v) const {
    if (logarithmic)
        return plot.bottom() -
               (std::log(std::max(v, low)) - std::log(low)) / (std::log(high) - std::log(low)) * plot.height();
    return plot.bottom() - (v - low) / (high - low) * plot.height();
}

double StepCurves::Chart::value(double at) const {
    const double share = (plot.bottom() - at) / plot.height();
    return logarithmic ? std::exp(std::log(low) + share * (std::log(high) - std::log(low)))
                       : low + share * (high - low);
}

double StepCurves::Chart::x(double at, int n) const {
    return plot.left() + (n < 1 ? 0 : at / n) * plot.width();
}

StepCurves::StepCurves(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

int StepCurves::nStep() const {
    const auto& times = content_.times.empty() ? content_.planned : content_.times;
    return std::max(0, int(times.size()) - 1);
}

int StepCurves::heightForWidth(int width) const {
    const int perRow = std::clamp(int(width / kLeastChart), 1, kCharts);
    const int nRow = (kCharts + perRow - 1) / perRow;
    return nRow * (QFontMetrics(design::font(TextRole::Caption)).height() * 3 + 96);
}

void StepCurves::setContent(CurvesContent content) {
    content_ = std::move(content);
    moment_ = std::clamp(moment_, 0, std::max(0, nStep()));
    const std::vector<Handle> there = handles();
    if (std::find(there.begin(), there.end(), handle_) == there.end())
        handle_ = Handle::Moment;
    describe();
    update();
}

void StepCurves::setMoment(int moment) {
    moment_ = std::clamp(moment, 0, std::max(0, nStep()));
    describe();
    update();
}

std::vector<StepCurves::Handle> StepCurves::handles() const {
    std::vector<Handle> all;
    all.reserve(6);
    all.push_back(Handle::Moment);
    if (content_.planned.size() > 1) {
        for (const Handle one : {Handle::Begin, Handle::End, Handle::Guidance})
            all.push_back(one);
        if (content_.spacings.size() > 1 && content_.planned.size() > 3)
            all.push_back(Handle::Spacing);
        if (content_.hasInit)
            all.push_back(Handle::Strength);
    }
    return all;
}

std::vector<StepCurves::Chart> StepCurves::charts() const {
    std::vector<Chart> all(kCharts);
    const QString titles[] = {tr("Noise level \u03C3/\u03B1"), tr("Timestep"), tr("Signal to noise (log)"),
                              tr("Size of the change"), tr("Guidance")};
    const auto fill = [](const std::vector<StepTime>& times, auto value) {
        std::vector<double> out;
        for (const StepTime& t : times)
            out.push_back(value(t));
        return out;
    };
    const auto timestep = [](const StepTime& t) { return t.timestep; };
    all[kNoise].run = fill(content_.times, noiseOf);
    all[kNoise].planned = fill(content_.planned, noiseOf);
    all[kNoise].logarithmic = true;
    all[kTime].run = fill(content_.times, timestep);
    all[kTime].planned = fill(content_.planned, timestep);
    all[kSignal].run = fill(content_.times, logSnr);
    all[kSignal].planned = fill(content_.planned, logSnr);
    all[kSize].run = content_.stepSize;
    all[kGuidance].run = content_.guidance;
    all[kSize].steps = all[kGuidance].steps = true;
    const int nPlanned = int(content_.planned.size()) - 1;
    for (int i = 0; i < nPlanned; ++i) {
        const double at = double(i) / nPlanned;
        all[kGuidance].planned.push_back(
            at >= content_.guidanceBegin && at < content_.guidanceEnd ? content_.plannedGuidance : 1);
    }
    const int line = QFontMetrics(design::font(TextRole::Caption)).height();
    const int perRow = std::clamp(int(width() / kLeastChart), 1, kCharts);
    const int nRow = (kCharts + perRow - 1) / perRow;
    const double cellWidth = double(width()) / perRow, cellHeight = double(height()) / nRow;
    for (int i = 0; i < kCharts; ++i) {
        Chart& chart = all[std::size_t(i)];
        chart.title = titles[i];
        const QRectF cell(i % perRow * cellWidth, i / perRow * cellHeight, cellWidth, cellHeight);
        chart.plot = cell.adjusted(kSpace2, line + kSpace2, -kSpace3, -line - kSpace2);
        double low = INFINITY, high = -INFINITY;
        for (const auto* values : {&chart.run, &chart.planned})
            for (const double v : *values)
                if (std::isfinite(v) && (!chart.logarithmic || v > 0)) {
                    low = std::min(low, v);
                    high = std::max(high, v);
                }
        if (!(low <= high))
            low = chart.logarithmic ? kLowNoise : 0, high = 1;
        if (i == kGuidance)
            low = 0, high = std::max(high * 1.15, 2.0);
        if (i == kTime || i == kSize)
            low = 0;
        if (chart.logarithmic)
            low = std::max(low * 0.8, kLowNoise * 0.1), high *= 1.2;
        chart.low = low;
        chart.high = high > low ? high : low + 1;
    }
    return all;
}

QPointF StepCurves::handlePoint(Handle handle) const {
    const std::vector<Chart> all = charts();
    const Chart& guidance = all[kGuidance];
    const Chart& noise = all[kNoise];
    const int nPlanned = std::max(1, int(content_.planned.size()) - 1);
    switch (handle) {
    case Handle::Moment:
        return {noise.x(moment_, nStep()), noise.plot.bottom()};
    case Handle::Begin:
        return {guidance.x(content_.guidanceBegin, 1), guidance.y(1)};
    case Handle::End:
        return {guidance.x(content_.guidanceEnd, 1), guidance.y(1)};
    case Handle::Guidance:
        return {guidance.x((content_.guidanceBegin + content_.guidanceEnd) / 2, 1),
                guidance.y(content_.plannedGuidance)};
    case Handle::Spacing: {
        const std::size_t middle = content_.planned.size() / 2;
        return {noise.x(double(middle), nPlanned), noise.y(noiseOf(content_.planned[middle]))};
    }
    case Handle::Strength:
        return {noise.x(1 - content_.strength, 1), noise.plot.top()};
    }
    return {};
}

void StepCurves::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    const QFont small = design::font(TextRole::Caption);
    const QFontMetrics metrics(small);
    const int line = metrics.height();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(small);
    constexpr Glass kInks[] = {Glass::Cobalt, Glass::Violet, Glass::Emerald, Glass::Amber, Glass::Ruby};
    const std::vector<Chart> all = charts();
    for (int i = 0; i < kCharts; ++i) {
        const Chart& chart = all[std::size_t(i)];
        painter.setPen(QPen(colours.border, 1));
        painter.setBrush(colours.sunken);
        painter.drawRect(chart.plot);
        painter.setBrush(Qt::NoBrush);
        painter.save();
        painter.setClipRect(chart.plot.adjusted(-2, -2, 2, 2));
        const auto curve = [&](const std::vector<double>& values, const QPen& pen) {
            QPainterPath path;
            bool down = false;
            const int n = chart.steps ? int(values.size()) : int(values.size()) - 1;
            // A run that is not finished yet has its whole axis.
            const int axis = &values == &chart.run && chart.steps ? std::max(n, nStep()) : n;
            for (std::size_t k = 0; k < values.size(); ++k) {
                if (!std::isfinite(values[k]) || (chart.logarithmic && values[k] <= 0)) {
                    down = false;
                    continue;
                }
                const QPointF at(chart.x(double(k), axis), chart.y(values[k]));
                down ? path.lineTo(at) : path.moveTo(at);
                if (chart.steps)
                    path.lineTo(chart.x(double(k + 1), axis), chart.y(values[k]));
                down = true;
            }
            painter.setPen(pen);
            painter.drawPath(path);
        };
        if (live && i == kNoise)
            for (const auto& [spacing, times] : content_.spacings) {
                std::vector<double> values;
                for (const StepTime& t : times)
                    values.push_back(noiseOf(t));
                curve(values, QPen(colours.border, 1));
            }
        curve(chart.planned, QPen(colours.textMuted, 1.5, Qt::DashLine));
        curve(chart.run, QPen(colours.ink(kInks[i]), 2));
        const double x = chart.x(chart.steps ? std::min(moment_ + 0.5, double(nStep())) : moment_, nStep());
        painter.setPen(QPen(colours.accent, 1));
        painter.drawLine(QPointF(x, chart.plot.top()), QPointF(x, chart.plot.bottom()));
        painter.restore();
        painter.setPen(colours.textMuted);
        painter.drawText(QRectF(chart.plot.left(), chart.plot.top() - line - 2, chart.plot.width(), line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(chart.title, Qt::ElideRight, int(chart.plot.width())));
        const auto& values = chart.run.empty() ? chart.planned : chart.run;
        const int at = std::clamp(moment_, 0, std::max(0, int(values.size()) - 1));
        const double value = values.empty() ? NAN : values[std::size_t(at)];
        painter.setPen(chart.run.empty() ? colours.textMuted : colours.text);
        painter.drawText(QRectF(chart.plot.left(), chart.plot.bottom() + 2, chart.plot.width(), line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         chart.logarithmic && value == 0 ? QStringLiteral("0") : numberText(value, 4));
    }
    if (!live)
        return;
    for (const Handle one : handles()) {
        if (one == Handle::Moment)
            continue;
        const bool chosen = hasFocus() && one == handle_;
        painter.setPen(QPen(chosen ? colours.accent : colours.borderStrong, chosen ? 2.5 : 1.5));
        painter.setBrush(colours.raised);
        painter.drawEllipse(handlePoint(one), 5, 5);
    }
    if (hasFocus() && handle_ == Handle::Moment) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colours.accent, 2));
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void StepCurves::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void StepCurves::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

void StepCurves::drag(Handle which, QPointF point) {
    const std::vector<Chart> all = charts();
    const Chart& guidance = all[kGuidance];
    const auto share = [](const Chart& chart, double x) {
        return std::clamp((x - chart.plot.left()) / chart.plot.width(), 0.0, 1.0);
    };
    const auto rounded = [](double v, double grain) { return std::round(v / grain) * grain; };
    switch (which) {
    case Handle::Moment: {
        for (const Chart& chart : all)
            if (point.x() >= chart.plot.left() - kReach && point.x() <= chart.plot.right() + kReach &&
                point.y() >= chart.plot.top() - kReach && point.y() <= chart.plot.bottom() + kReach) {
                const double at = share(chart, point.x()) * nStep() - (chart.steps ? 0.5 : 0);
                const int moment = std::clamp(int(std::lround(at)), 0, nStep());
                if (moment != moment_) {
                    setMoment(moment);
                    emit momentChosen(moment);
                }
                return;
            }
        return;
    }
    case Handle::Begin:
        emit guidanceIntervalChosen(std::min(rounded(share(guidance, point.x()), 0.01), content_.guidanceEnd),
                                    content_.guidanceEnd);
        return;
    case Handle::End:
        emit guidanceIntervalChosen(content_.guidanceBegin,
                                    std::max(rounded(share(guidance, point.x()), 0.01), content_.guidanceBegin));
        return;
    case Handle::Guidance:
        emit guidanceChosen(std::clamp(rounded(guidance.value(point.y()), 0.1), 0.0, kMostGuidance));
        return;
    case Handle::Spacing: {
        const Chart& noise = all[kNoise];
        const std::size_t middle = content_.planned.size() / 2;
        double best = INFINITY;
        StepSpacing spacing{};
        for (const auto& [kind, times] : content_.spacings) {
            if (times.size() != content_.planned.size())
                continue;
            const double d = std::fabs(noise.y(noiseOf(times[middle])) - point.y());
            if (d < best)
                best = d, spacing = kind;
        }
        if (std::isfinite(best))
            emit spacingChosen(spacing);
        return;
    }
    case Handle::Strength:
        emit strengthChosen(std::clamp(1 - rounded(share(all[kNoise], point.x()), 0.01), 0.01, 1.0));
        return;
    }
}

void StepCurves::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    handle_ = Handle::Moment;
    double best = kReach;
    for (const Handle one : handles()) {
        if (one == Handle::Moment)
            continue;
        const QPointF d = handlePoint(one) - event->position();
        if (std::hypot(d.x(), d.y()) < best) {
            best = std::hypot(d.x(), d.y());
            handle_ = one;
        }
    }
    dragging_ = true;
    if (handle_ == Handle::Moment)
        drag(handle_, event->position());
    describe();
    update();
}

void StepCurves::mouseMoveEvent(QMouseEvent* event) {
    if (dragging_)
        drag(handle_, event->position());
}

void StepCurves::mouseReleaseEvent(QMouseEvent*) {
    dragging_ = false;
}

void StepCurves::nudge(int by) {
    switch (handle_) {
    case Handle::Moment: {
        const int moment = std::clamp(moment_ + by, 0, nStep());
        if (moment != moment_) {
            setMoment(moment);
            emit momentChosen(moment);
        }
        return;
    }
    case Handle::Begin:
        emit guidanceIntervalChosen(std::clamp(content_.guidanceBegin + 0.05 * by, 0.0, content_.guidanceEnd),
                                    content_.guidanceEnd);
        return;
    case Handle::End:
        emit guidanceIntervalChosen(content_.guidanceBegin,
                                    std::clamp(content_.guidanceEnd + 0.05 * by, content_.guidanceBegin, 1.0));
        return;
    case Handle::Guidance:
        emit guidanceChosen(std::clamp(content_.plannedGuidance + 0.5 * by, 0.0, kMostGuidance));
        return;
    case Handle::Spacing: { // the next one that is there
        const int n = int(content_.spacings.size());
        int at = 0;
        for (int i = 0; i < n; ++i) {
            const auto& times = content_.spacings[std::size_t(i)].second;
            if (times.size() == content_.planned.size() && times.size() > 1 &&
                std::fabs(times[times.size() / 2].timestep - content_.planned[times.size() / 2].timestep) < 1e-9) {
                at = i;
                break;
            }
        }
        emit spacingChosen(content_.spacings[std::size_t((at + by + n) % n)].first);
        return;
    }
    case Handle::Strength:
        emit strengthChosen(std::clamp(content_.strength - 0.05 * by, 0.05, 1.0));
        return;
    }
}

void StepCurves::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        return nudge(-1);
    case Qt::Key_Right:
    case Qt::Key_Up:
        return nudge(1);
    case Qt::Key_Home:
        return nudge(-nStep());
    case Qt::Key_End:
        return nudge(nStep());
    default:
        QWidget::keyPressEvent(event);
    }
}

// Tab goes through the handles before it leaves.
bool StepCurves::focusNextPrevChild(bool next) {
    const std::vector<Handle> all = handles();
    const auto at = std::find(all.begin(), all.end(), handle_) - all.begin() + (next ? 1 : -1);
    if (hasFocus() && at >= 0 && at < std::ptrdiff_t(all.size())) {
        handle_ = all[std::size_t(at)];
        describe();
        update();
        return true;
    }
    handle_ = Handle::Moment;
    return QWidget::focusNextPrevChild(next);
}

void StepCurves::describe() {
    const auto percent = [](double share) { return percentText(share); };
    QString text;
    switch (handle_) {
    case Handle::Moment: {
        const auto& times = content_.times.empty() ? content_.planned : content_.times;
        if (std::size_t(moment_) < times.size())
            text = tr("Moment %1 of %2: timestep %3, noise level %4")
                       .arg(moment_)
                       .arg(nStep())
                       .arg(numberText(times[std::size_t(moment_)].timestep, 5),
                            numberText(noiseOf(times[std::size_t(moment_)]), 4));
        break;
    }
    case Handle::Begin:
        text = tr("Guidance of the next run begins at %1 of the steps").arg(percent(content_.guidanceBegin));
        break;
    case Handle::End:
        text = tr("Guidance of the next run ends at %1 of the steps").arg(percent(content_.guidanceEnd));
        break;
    case Handle::Guidance:
        text = tr("Guidance of the next run: %1").arg(numberText(content_.plannedGuidance, 3));
        break;
    case Handle::Spacing:
        text = tr("Spacing of the next run's steps");
        break;
    case Handle::Strength:
        text = tr("Strength of the next run: %1").arg(numberText(content_.strength, 3));
        break;
    }
    setAccessibleDescription(text);
    setToolTip(text);
}

void StepCurves::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::LanguageChange)
        update();
    QWidget::changeEvent(event);
}

QString StepCurves::csv() const {
    if (content_.times.empty())
        return {};
    QString out = QStringLiteral("moment,timestep,alpha,sigma,noise level,log snr,change rms,guidance\n");
    for (std::size_t i = 0; i < content_.times.size(); ++i) {
        const StepTime& t = content_.times[i];
        const auto of = [i](const std::vector<double>& v) { return csvNumber(i < v.size() ? v[i] : NAN); };
        out += QString::number(i) + QLatin1Char(',') + csvNumber(t.timestep) + QLatin1Char(',') + csvNumber(t.alpha) +
               QLatin1Char(',') + csvNumber(t.sigma) + QLatin1Char(',') + csvNumber(noiseOf(t)) + QLatin1Char(',') +
               csvNumber(logSnr(t)) + QLatin1Char(',') + of(content_.stepSize) + QLatin1Char(',') +
               of(content_.guidance) + QLatin1Char('\n');
    }
    return out;
}

} // namespace vitral
