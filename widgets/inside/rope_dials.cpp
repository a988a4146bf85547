// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/rope_dials.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vitral {

using namespace design;

namespace {
constexpr int kDial = 56;

double wrapped(double radians) {
    const double turn = 2 * std::numbers::pi;
    return radians - std::floor(radians / turn) * turn;
}
} // namespace

RopeDials::RopeDials(QWidget* parent) : PaintedArea(parent) {
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    RopeDials::retranslate();
}

void RopeDials::retranslate() {
    setAccessibleName(tr("Rotary angles"));
}

void RopeDials::setContent(RopeDialContent content) {
    content_ = std::move(content);
    current_ =
        std::clamp(current_, content_.radiansPerPosition.empty() ? -1 : 0, int(content_.radiansPerPosition.size()) - 1);
    measure();
    setAccessibleDescription(describe(current_));
    viewport()->update();
}

QSize RopeDials::dialSize() const {
    const QFontMetrics metrics(design::font(TextRole::Caption));
    return {std::max(kDial + kSpace4, metrics.horizontalAdvance(QStringLiteral("0.000e\u2212000"))),
            kDial + 2 * metrics.height() + kSpace2};
}

int RopeDials::perRow() const {
    return std::max(1, (viewport()->width() - kSpace2) / dialSize().width());
}

QRect RopeDials::dialRect(int pair) const {
    const QSize size = dialSize();
    return {QPoint(kSpace1 + pair % perRow() * size.width(), kSpace1 + pair / perRow() * size.height()), size};
}

int RopeDials::dialAt(QPoint point) const {
    for (int i = 0; i < int(content_.radiansPerPosition.size()); ++i)
        if (dialRect(i).contains(point + QPoint(0, verticalScrollBar()->value())))
            return i;
    return -1;
}

void RopeDials::measure() {
    const int n = int(content_.radiansPerPosition.size());
    const int height = n > 0 ? dialRect(n - 1).bottom() + kSpace2 : 0;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(dialSize().height() / 2);
}

QString RopeDials::describe(int pair) const {
    if (pair < 0 || pair >= int(content_.radiansPerPosition.size()))
        return content_.empty;
    const double step = content_.radiansPerPosition[std::size_t(pair)];
    QString text = tr("Pair %1: %2 radians a token, one turn every %3 tokens.")
                       .arg(QString::number(pair), numberText(step), numberText(2 * std::numbers::pi / step));
    if (content_.query >= 0)
        text +=
            QLatin1Char(' ') + tr("Query at %1: %2\u00B0.")
                                   .arg(content_.query)
                                   .arg(numberText(wrapped(step * double(content_.query)) * 180 / std::numbers::pi, 4));
    if (content_.key >= 0)
        text +=
            QLatin1Char(' ') + tr("Key at %1: %2\u00B0.")
                                   .arg(content_.key)
                                   .arg(numberText(wrapped(step * double(content_.key)) * 180 / std::numbers::pi, 4));
    if (content_.query >= 0 && content_.key >= 0)
        text += QLatin1Char(' ') + tr("cos of the angle between: %1.")
                                       .arg(numberText(std::cos(step * double(content_.query - content_.key)), 3));
    return text;
}

void RopeDials::paintDial(QPainter& painter, int pair, bool live) const {
    const Palette& colours = paletteFor(this);
    const QRect rect = dialRect(pair);
    const double step = content_.radiansPerPosition[std::size_t(pair)];
    const QPointF centre(rect.center().x() + 0.5, rect.top() + kDial / 2.0 + 2);
    const double radius = kDial / 2.0 - 3;
    painter.setPen(QPen(colours.borderStrong, 1));
    painter.setBrush(colours.raised);
    painter.drawEllipse(centre, radius, radius);
    const auto at = [&](double angle, double r) { // the mathematical sense: counter-clockwise from the right
        return centre + QPointF(std::cos(angle) * r, -std::sin(angle) * r);
    };
    if (content_.query >= 0 && content_.key >= 0) {
        const double from = wrapped(step * double(content_.key));
        double sweep = wrapped(step * double(content_.query - content_.key));
        if (sweep > std::numbers::pi)
            sweep -= 2 * std::numbers::pi;
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.accentSoft);
        painter.drawPie(QRectF(centre.x() - radius * 0.7, centre.y() - radius * 0.7, radius * 1.4, radius * 1.4),
                        int(from * 180 / std::numbers::pi * 16), int(sweep * 180 / std::numbers::pi * 16));
    }
    if (content_.key >= 0) { // dashed, so that the two differ without colour
        painter.setPen(QPen(colours.ink(Glass::Amber), 2, Qt::DashLine));
        painter.drawLine(centre, at(step * double(content_.key), radius));
    }
    if (content_.query >= 0) {
        painter.setPen(QPen(colours.ink(Glass::Cobalt), 2.5, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(centre, at(step * double(content_.query), radius));
    }
    const QFont font = design::font(TextRole::Caption);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    painter.setPen(pair == current_ ? colours.text : colours.textMuted);
    const QRect words(rect.left(), rect.top() + kDial + 4, rect.width(), metrics.height());
    painter.drawText(words, Qt::AlignHCenter | Qt::TextSingleLine, QString::number(pair));
    const bool both = content_.query >= 0 && content_.key >= 0;
    QFont number = font;
    number.setUnderline(live); // it unfolds
    painter.setFont(number);
    painter.setPen(colours.accent);
    painter.drawText(words.translated(0, metrics.height()), Qt::AlignHCenter | Qt::TextSingleLine,
                     both ? numberText(std::cos(step * double(content_.query - content_.key)), 3)
                          : numberText(step, 3));
    if (pair == current_) {
        painter.setPen(QPen(live && hasFocus() ? colours.accent : colours.borderStrong, live && hasFocus() ? 2 : 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 0, -1, -1), kRadiusSmall, kRadiusSmall);
    }
}

void RopeDials::paintEvent(QPaintEvent* event) {
    const Palette& colours = paletteFor(this);
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), colours.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    if (content_.radiansPerPosition.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(viewport()->rect().adjusted(kSpace4, 0, -kSpace4, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         content_.empty);
        return;
    }
    const int scroll = verticalScrollBar()->value();
    painter.translate(0, -scroll);
    for (int i = 0; i < int(content_.radiansPerPosition.size()); ++i)
        if (dialRect(i).intersects(event->rect().translated(0, scroll)))
            paintDial(painter, i, true);
}

QSize RopeDials::pictureSize() const {
    const int n = int(content_.radiansPerPosition.size());
    return {viewport()->width(), n > 0 ? dialRect(n - 1).bottom() + kSpace2 : viewport()->height()};
}

void RopeDials::paintPicture(QPainter& painter) const {
    painter.fillRect(QRect(QPoint(), pictureSize()), paletteFor(this).surface);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < int(content_.radiansPerPosition.size()); ++i)
        paintDial(painter, i, false);
}

QString RopeDials::csv() const {
    if (content_.radiansPerPosition.empty())
        return {};
    QString out = QStringLiteral("pair,radians_per_position,positions_per_turn\n");
    for (std::size_t i = 0; i < content_.radiansPerPosition.size(); ++i) {
        const double step = content_.radiansPerPosition[i];
        out += QStringLiteral("%1,%2,%3\n").arg(i).arg(csvNumber(step), csvNumber(2 * std::numbers::pi / step));
    }
    return out;
}

void RopeDials::setCurrent(int pair) {
    pair = std::clamp(pair, -1, int(content_.radiansPerPosition.size()) - 1);
    if (pair == current_)
        return;
    current_ = pair;
    if (pair >= 0)
        keepInSight(dialRect(pair).translated(0, -verticalScrollBar()->value()));
    setAccessibleDescription(describe(pair));
    viewport()->update();
    emit currentChanged(pair);
}

void RopeDials::mousePressEvent(QMouseEvent* event) {
    const int pair = dialAt(event->pos());
    if (pair < 0)
        return;
    setCurrent(pair);
    const QRect dial = dialRect(pair).translated(0, -verticalScrollBar()->value());
    if (event->pos().y() > dial.top() + kDial + 4)
        askUnfold(pair);
}

void RopeDials::askUnfold(int pair) {
    const QRect dial = dialRect(pair).translated(0, -verticalScrollBar()->value());
    emit unfoldAsked(pair, viewport()->mapToGlobal(QPoint(dial.center().x(), dial.bottom())));
}

void RopeDials::keyPressEvent(QKeyEvent* event) {
    const int n = int(content_.radiansPerPosition.size());
    if (event->key() == Qt::Key_Left) {
        setCurrent(std::max(0, current_ - 1));
    } else if (event->key() == Qt::Key_Right) {
        setCurrent(current_ + 1);
    } else if (event->key() == Qt::Key_Up) {
        setCurrent(std::max(0, current_ - perRow()));
    } else if (event->key() == Qt::Key_Down) {
        setCurrent(current_ + perRow());
    } else if (const std::optional<int> to = walked(*event, current_, n, 2 * perRow())) {
        setCurrent(*to);
    } else if (acts(*event)) {
        if (current_ >= 0)
            askUnfold(current_);
    } else {
        PaintedArea::keyPressEvent(event);
    }
}

QString RopeDials::readOutAt(QPoint point) const {
    const int pair = dialAt(point);
    return pair >= 0 ? describe(pair) : QString();
}

} // namespace vitral
