// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/scale_legend.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_colour.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace vitral {

using namespace design;

namespace {
constexpr int kStrip = 96, kStripHeight = 10;
}

ScaleLegend::ScaleLegend(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setMeasure(TokenMeasure::Probability);
}

void ScaleLegend::setMeasure(TokenMeasure measure) {
    kind_ = Kind::Uncertainty;
    switch (measure) {
    case TokenMeasure::Probability:
        low_ = QStringLiteral("100\u00A0%");
        high_ = QStringLiteral("\u2264\u00A0%1\u00A0%").arg(QLocale().toString(0.1, 'f', 1));
        break;
    case TokenMeasure::Rank:
        low_ = tr("1st");
        high_ = tr("beyond 100th");
        break;
    case TokenMeasure::Entropy:
        low_ = tr("0 nats");
        high_ = tr("5 or more");
        break;
    }
    setAccessibleName(tr("Colours from %1 to %2").arg(low_, high_));
    updateGeometry();
    update();
}

void ScaleLegend::setRange(const QString& low, const QString& high, bool diverging) {
    kind_ = diverging ? Kind::Diverging : Kind::Rising;
    low_ = low;
    high_ = high;
    setAccessibleName(tr("Colours from %1 to %2").arg(low_, high_));
    updateGeometry();
    update();
}

QSize ScaleLegend::sizeHint() const {
    const QFontMetrics metrics(design::font(TextRole::Caption));
    return {metrics.horizontalAdvance(low_) + metrics.horizontalAdvance(high_) + kStrip + 3 * kSpace2,
            metrics.height() + kSpace1};
}

QSize ScaleLegend::minimumSizeHint() const {
    return {sizeHint().width() - kStrip / 2, sizeHint().height()};
}

void ScaleLegend::paintEvent(QPaintEvent*) {
    const Palette& colours = paletteFor(this);
    QPainter painter(this);
    const QFont font = design::font(TextRole::Caption);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    painter.setPen(colours.textMuted);
    const int right = metrics.horizontalAdvance(high_), left = metrics.horizontalAdvance(low_);
    painter.drawText(QRect(width() - right, 0, right, height()), Qt::AlignVCenter, high_);
    const int strip = std::clamp(width() - right - left - 2 * kSpace2, 8, kStrip);
    const int x = width() - right - kSpace2 - strip;
    painter.drawText(QRect(x - kSpace2 - left, 0, left, height()), Qt::AlignVCenter, low_);
    const int top = (height() - kStripHeight) / 2;
    for (int i = 0; i < strip; ++i) {
        const double t = double(i) / std::max(1, strip - 1);
        painter.fillRect(x + i, top, 1, kStripHeight,
                         kind_ == Kind::Uncertainty ? uncertaintyColor(t, colours)
                         : kind_ == Kind::Diverging ? divergingColour(2 * t - 1, colours)
                                                    : risingColour(t, colours));
    }
    painter.setPen(QPen(colours.border, 1));
    painter.drawRect(x, top, strip - 1, kStripHeight - 1);
}

} // namespace vitral
