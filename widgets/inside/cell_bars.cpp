// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/cell_bars.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
constexpr double kLabelWidth = 64;
constexpr double kReadOut = 22;
constexpr int kNamesBeside = 300; // width
constexpr design::Glass kInks[3] = {design::Glass::Cobalt, design::Glass::Amber, design::Glass::Violet};
constexpr double kPi = 3.14159265358979323846;
} // namespace

CellBars::CellBars(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void CellBars::setValues(std::vector<double> q, std::vector<double> k, std::vector<double> product) {
    values_[0] = std::move(q);
    values_[1] = std::move(k);
    values_[2] = std::move(product);
    current_ = std::clamp(current_, 0, std::max(0, static_cast<int>(values_[0].size()) - 1));
    hovered_ = -1;
    update();
}

void CellBars::setCurrent(int dimension) {
    if (dimension == current_ || dimension < 0 || dimension >= static_cast<int>(values_[0].size()))
        return;
    current_ = dimension;
    update();
    emit currentChanged(current_);
}

QRectF CellBars::plot() const {
    return QRectF(rect()).adjusted(kLabelWidth, kReadOut, -design::kSpace2, -4);
}

int CellBars::dimensionAt(double x) const {
    const QRectF p = plot();
    const auto n = static_cast<int>(values_[0].size());
    const int d = static_cast<int>(std::floor((x - p.left()) / p.width() * n));
    return n > 0 && d >= 0 && d < n ? d : -1;
}

void CellBars::paintRow(QPainter& painter, int iRow, const std::vector<double>& values, double largest) const {
    const design::Palette& p = design::paletteFor(this);
    const QRectF all = plot();
    const double high = all.height() / 3;
    const QRectF row(all.left(), all.top() + iRow * high, all.width(), high - 8);
    const double middle = row.center().y();
    const double step = row.width() / static_cast<double>(std::max<std::size_t>(1, values.size()));
    painter.setPen(QPen(p.border, 1));
    painter.drawLine(QPointF(row.left(), middle), QPointF(row.right(), middle));
    painter.setPen(Qt::NoPen);
    for (std::size_t d = 0; d < values.size(); ++d) {
        const double size = largest > 0 ? values[d] / largest * row.height() / 2 : 0;
        const QRectF bar(row.left() + static_cast<double>(d) * step + (step > 4 ? 1 : 0),
                         size >= 0 ? middle - size : middle, std::max(1.0, step - (step > 4 ? 2 : 0)), std::abs(size));
        const bool down = iRow == 2 && values[d] < 0;
        painter.setBrush(down        ? p.ink(design::Glass::Ruby)
                         : iRow == 2 ? p.ink(design::Glass::Emerald)
                                     : p.ink(kInks[iRow]));
        painter.drawRect(bar);
    }
    painter.setPen(p.textMuted);
    const QStringList names = {tr("query"), tr("key"), tr("product")};
    painter.drawText(QRectF(0, row.top(), kLabelWidth - 8, row.height() / 2), Qt::AlignRight | Qt::AlignBottom,
                     names[iRow]);
    painter.drawText(QRectF(0, middle, kLabelWidth - 8, row.height() / 2), Qt::AlignRight | Qt::AlignTop,
                     QStringLiteral("\u00B1%1").arg(numberText(largest, 3)));
}

void CellBars::paintPicture(QPainter& painter) const {
    if (values_[0].empty())
        return;
    const design::Palette& p = design::paletteFor(this);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(design::font(design::TextRole::Caption));
    const int d = hovered_ >= 0 ? hovered_ : current_;
    const QRectF all = plot();
    const double step = all.width() / static_cast<double>(values_[0].size());
    if (d >= 0) {
        painter.fillRect(QRectF(all.left() + d * step, all.top(), std::max(1.0, step), all.height()), p.accentSoft);
        const auto at = static_cast<std::size_t>(d);
        painter.setPen(p.text);
        painter.drawText(QRectF(all.left(), 0, all.width(), kReadOut), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("dimension %1:  %2 \u00D7 %3 = %4")
                             .arg(QString::number(d), numberText(values_[0][at], 6), numberText(values_[1][at], 6),
                                  numberText(values_[2][at], 6)));
    }
    // Query and key on scales of their own, said at the left: they may differ by much.
    for (int i = 0; i < 3; ++i) {
        double largest = 0;
        for (const double v : values_[i])
            largest = std::max(largest, std::abs(v));
        paintRow(painter, i, values_[i], largest);
    }
    painter.restore();
}

QString CellBars::csv() const {
    QString out = QStringLiteral("dimension,query,key,product\r\n");
    for (std::size_t d = 0; d < values_[0].size(); ++d)
        out += QStringLiteral("%1,%2,%3,%4\r\n")
                   .arg(static_cast<int>(d))
                   .arg(csvNumber(values_[0][d]), csvNumber(values_[1][d]), csvNumber(values_[2][d]));
    return out;
}

void CellBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintPicture(painter);
    if (hasFocus()) {
        painter.setPen(QPen(design::paletteFor(this).accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), design::kRadiusSmall, design::kRadiusSmall);
    }
}

void CellBars::mousePressEvent(QMouseEvent* event) {
    setCurrent(dimensionAt(event->position().x()));
}

void CellBars::mouseMoveEvent(QMouseEvent* event) {
    const int d = dimensionAt(event->position().x());
    if (d != hovered_) {
        hovered_ = d;
        update();
    }
}

void CellBars::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    hovered_ = -1;
    update();
}

void CellBars::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Left)
        setCurrent(current_ - 1);
    else if (event->key() == Qt::Key_Right)
        setCurrent(current_ + 1);
    else
        QWidget::keyPressEvent(event);
}

void CellBars::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    update();
}

RotaryDials::RotaryDials(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RotaryDials::setHands(const Hand& query, const Hand& key) {
    hands_[0] = query;
    hands_[1] = key;
    update();
}

void RotaryDials::paintPicture(QPainter& painter) const {
    const design::Palette& p = design::paletteFor(this);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(design::font(design::TextRole::Caption));
    const double words = QFontMetricsF(painter.font()).height() * 2 + 4;
    const bool narrow = width() < kNamesBeside; // then names stand below, over what they say
    const double radius = std::min(height() - words - 12.0, width() / 2.0 - 24) / 2;
    const double step = narrow ? width() / 2.0 : 2 * radius + 130;
    for (int i = 0; i < 2; ++i) {
        const Hand& hand = hands_[i];
        const QPointF centre(radius + 16 + i * step, radius + 6);
        painter.setPen(QPen(p.border, 1));
        painter.setBrush(p.surface);
        painter.drawEllipse(centre, radius, radius);
        const double size =
            std::max(std::hypot(hand.before[0], hand.before[1]), std::hypot(hand.after[0], hand.after[1]));
        const auto tip = [&](const double* v) {
            return size > 0 ? centre + QPointF(v[0], -v[1]) / size * (radius - 6) : centre;
        };
        const QColor ink = p.ink(kInks[i]);
        QPen before(ink, 1.5, Qt::DashLine);
        painter.setPen(before);
        painter.drawLine(centre, tip(hand.before));
        painter.setPen(QPen(ink, 3, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(centre, tip(hand.after));
        painter.setPen(QPen(p.textMuted, 1));
        painter.setBrush(Qt::NoBrush);
        const double start = std::atan2(hand.before[1], hand.before[0]) * 180 / kPi;
        const double turn = std::fmod(hand.angle, 2 * kPi) * 180 / kPi;
        const double r = radius * 0.45;
        painter.drawArc(QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r), static_cast<int>(start * 16),
                        static_cast<int>(turn * 16));
        const QRectF beside(centre.x() + radius + 10, 6, 116, 2 * radius);
        painter.setPen(p.text);
        if (!narrow)
            painter.drawText(beside, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, hand.name);
        const QRectF below(centre.x() - radius, centre.y() + radius + 4, narrow ? step - 8 : 2 * radius + 120, words);
        const QFontMetricsF metrics(painter.font());
        if (narrow)
            painter.drawText(below, Qt::AlignLeft | Qt::AlignTop,
                             metrics.elidedText(hand.name, Qt::ElideRight, below.width()));
        painter.setPen(p.textMuted);
        if (narrow)
            painter.drawText(below, Qt::AlignLeft | Qt::AlignBottom,
                             metrics.elidedText(hand.caption, Qt::ElideRight, below.width()));
        else
            painter.drawText(below, Qt::AlignLeft | Qt::TextWordWrap, hand.caption);
    }
    painter.restore();
}

void RotaryDials::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintPicture(painter);
}

} // namespace vitral
