// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/text_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {
namespace {

constexpr double kMargin = design::kSpace3;
constexpr int kMostCaptions = 14;
constexpr int kMostArcs = 400;
constexpr double kShadeFloor = 1e-3; ///< 0.1 %: what the lightest shade stands for

QColor shade(double weight, bool difference, const design::Palette& palette) {
    const double t = shadeOf(std::abs(weight));
    return difference ? divergingColour(weight < 0 ? -t : t, palette) : risingColour(t, palette);
}

} // namespace

double shadeOf(double weight) {
    return weight <= kShadeFloor ? 0.0 : std::clamp(1.0 - std::log10(weight) / std::log10(kShadeFloor), 0.0, 1.0);
}

TextCanvas::TextCanvas(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
}

void TextCanvas::setRecording(RecordingPtr recording, bool grew) {
    recording_ = std::move(recording);
    if (!grew) {
        weights_ = {};
        shown_ = -1;
    }
    hovered_ = -1;
    layOut(!grew);
}

void TextCanvas::layOut(bool anew) {
    const QScrollBar* bar = verticalScrollBar();
    const bool stick = !anew && bar->value() >= bar->maximum() - 2;
    const QFont font = design::font(design::TextRole::Reading);
    const QFontMetricsF metrics(font);
    FlowMetrics flow;
    flow.lineHeight = std::ceil(metrics.height()) + 4;
    flow.gap = std::ceil(metrics.height() * 1.25);
    const double width = viewport()->width() - 2 * kMargin;
    if (anew || flow_.width() != std::max(width, 80.0) || !(flow_.metrics() == flow)) {
        if (!(flow_.metrics() == flow))
            widths_.clear();
        flow_.reset(width, flow);
    }
    const std::int64_t n = recording_ ? recording_->nPosition() : 0;
    for (std::int64_t i = flow_.count(); i < n; ++i) {
        const QString text = InsideController::pieceText(*recording_, i);
        auto known = widths_.constFind(text);
        if (known == widths_.constEnd())
            known = widths_.insert(text, metrics.horizontalAdvance(text));
        const std::string& piece = recording_->pieces[static_cast<std::size_t>(i)];
        flow_.add(text, *known, piece.find('\n') != std::string::npos, i == recording_->nPrompt);
    }
    updateScrollBar(stick);
    viewport()->update();
}

void TextCanvas::updateScrollBar(bool stick) {
    QScrollBar* bar = verticalScrollBar();
    const int height = static_cast<int>(std::ceil(flow_.height() + 2 * kMargin));
    bar->setPageStep(viewport()->height());
    bar->setSingleStep(static_cast<int>(flow_.metrics().lineHeight));
    bar->setRange(0, std::max(0, height - viewport()->height()));
    if (stick)
        bar->setValue(bar->maximum());
}

void TextCanvas::setWeights(TokenWeights weights) {
    weights_ = std::move(weights);
    viewport()->update();
}

void TextCanvas::setMarked(std::int64_t position, std::int64_t key) {
    position_ = position;
    key_ = key;
    viewport()->update();
}

void TextCanvas::setArcs(bool on) {
    arcs_ = on;
    viewport()->update();
}

void TextCanvas::setThreshold(double weight) {
    threshold_ = weight;
    viewport()->update();
}

void TextCanvas::setDirection(LookDirection direction) {
    direction_ = direction;
}

void TextCanvas::showToken(std::int64_t position) {
    if (position < 0 || position >= flow_.count())
        return;
    shown_ = position;
    const QRectF rect = flow_.rect(position);
    QScrollBar* bar = verticalScrollBar();
    const double top = rect.top() + kMargin - flow_.metrics().gap;
    if (top < bar->value())
        bar->setValue(static_cast<int>(top));
    else if (rect.bottom() + kMargin > bar->value() + viewport()->height())
        bar->setValue(static_cast<int>(rect.bottom() + 2 * kMargin - viewport()->height()));
}

double TextCanvas::weightAt(std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    return at < weights_.weights.size() && !isAlone(i) ? static_cast<double>(weights_.weights[at]) : 0.0;
}

bool TextCanvas::isAlone(std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    return at < weights_.weights.size() && std::isnan(weights_.weights[at]);
}

bool TextCanvas::counts(std::int64_t i) const {
    const double w = std::abs(weightAt(i));
    return w > 0 && w >= threshold_;
}

std::vector<double> TextCanvas::weightsBelow(double* whole) const {
    std::vector<double> below;
    *whole = 0;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(weights_.weights.size()); ++i) {
        const double w = std::abs(weightAt(i));
        *whole += w;
        if (!counts(i) && w > 0)
            below.push_back(w);
    }
    return below;
}

double TextCanvas::shareBelow() const {
    double whole = 0;
    const std::vector<double> below = weightsBelow(&whole);
    return whole > 0 ? std::accumulate(below.begin(), below.end(), 0.0) / whole : 0;
}

int TextCanvas::nArc() const {
    int n = 0;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(weights_.weights.size()); ++i)
        n += counts(i) ? 1 : 0;
    return n;
}

void TextCanvas::paintPanes(QPainter& painter, std::int64_t first, std::int64_t end) const {
    const design::Palette& p = design::paletteFor(this);
    for (std::int64_t i = first; i < end; ++i) {
        const QRectF rect = flow_.rect(i).adjusted(0.5, 0.5, -0.5, -0.5);
        const double w = weightAt(i);
        if (shadeOf(std::abs(w)) > 0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(shade(w, weights_.difference, p));
            painter.drawRoundedRect(rect, design::kRadiusSmall, design::kRadiusSmall);
        }
        if (isAlone(i)) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(p.borderStrong, 1, Qt::DotLine));
            painter.drawRoundedRect(rect, design::kRadiusSmall, design::kRadiusSmall);
        }
        if (i == weights_.position || i == position_ || i == key_ || i == hovered_) {
            const bool from = i == weights_.position;
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(from            ? p.accent
                                : i == hovered_ ? p.borderStrong
                                                : p.text,
                                from ? 2 : 1.25, i == key_ && !from ? Qt::DashLine : Qt::SolidLine));
            painter.drawRoundedRect(rect, design::kRadiusSmall, design::kRadiusSmall);
        }
    }
}

void TextCanvas::paintArcs(QPainter& painter, double top, double bottom) const {
    if (!arcs_ || weights_.position < 0 || weights_.position >= flow_.count())
        return;
    const design::Palette& p = design::paletteFor(this);
    std::vector<std::int64_t> ends;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(weights_.weights.size()) && i < flow_.count(); ++i)
        if (i != weights_.position && counts(i))
            ends.push_back(i);
    std::sort(ends.begin(), ends.end(),
              [&](std::int64_t a, std::int64_t b) { return std::abs(weightAt(a)) > std::abs(weightAt(b)); });
    if (ends.size() > kMostArcs)
        ends.resize(kMostArcs);
    const QRectF from = flow_.rect(weights_.position);
    painter.setBrush(Qt::NoBrush);
    for (auto at = ends.rbegin(); at != ends.rend(); ++at) { // the strongest on top
        const QRectF to = flow_.rect(*at);
        const double w = weightAt(*at);
        QPainterPath path;
        const bool sameLine = flow_.line(*at) == flow_.line(weights_.position);
        const bool above = to.top() < from.top();
        const QPointF a(from.center().x(), sameLine || above ? from.top() : from.bottom());
        const QPointF b(to.center().x(), sameLine || !above ? to.top() : to.bottom());
        if (std::max(a.y(), b.y()) < top || std::min(a.y(), b.y()) - flow_.metrics().gap > bottom)
            continue;
        path.moveTo(a);
        if (sameLine) {
            const double lift =
                std::min(flow_.metrics().gap * 1.2, 10 + std::abs(a.x() - b.x()) * 0.22); // a cubic reaches 3/4 of it
            path.cubicTo(a.x(), a.y() - lift, b.x(), b.y() - lift, b.x(), b.y());
        } else {
            const double middle = (a.y() + b.y()) / 2;
            path.cubicTo(a.x(), middle, b.x(), middle, b.x(), b.y());
        }
        QColor colour = weights_.difference && w < 0 ? p.ink(design::Glass::Amber) : p.ink(design::Glass::Cobalt);
        colour.setAlphaF(static_cast<float>(0.25 + 0.6 * shadeOf(std::abs(w))));
        painter.setPen(QPen(colour, 0.75 + 7.0 * std::abs(w), Qt::SolidLine, Qt::RoundCap));
        painter.drawPath(path);
    }
}

void TextCanvas::paintWords(QPainter& painter, std::int64_t first, std::int64_t end) const {
    const design::Palette& p = design::paletteFor(this);
    painter.setFont(design::font(design::TextRole::Reading));
    for (std::int64_t i = first; i < end; ++i) {
        const double w = weightAt(i);
        const bool shaded = shadeOf(std::abs(w)) > 0;
        const bool silent = recording_->pieces[static_cast<std::size_t>(i)].empty(); // a control token
        painter.setPen(shaded ? textOn(shade(w, weights_.difference, p), p) : silent ? p.textMuted : p.text);
        painter.drawText(flow_.rect(i), Qt::AlignCenter, flow_.text(i));
    }
    // Percentages over the largest: shades alone are no numbers.
    QFont linked = design::font(design::TextRole::Caption);
    linked.setUnderline(true); // a link, as numbers that unfold are everywhere
    painter.setFont(linked);
    std::vector<std::int64_t> largest;
    for (std::int64_t i = first; i < end; ++i)
        if (counts(i))
            largest.push_back(i);
    const std::size_t n = std::min<std::size_t>(largest.size(), kMostCaptions);
    std::partial_sort(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(n), largest.end(),
                      [&](std::int64_t a, std::int64_t b) { return std::abs(weightAt(a)) > std::abs(weightAt(b)); });
    largest.resize(n);
    std::sort(largest.begin(), largest.end());
    const QFontMetricsF small(painter.font());
    double lastRight = -1;
    int lastLine = -1;
    captions_.clear();
    for (const std::int64_t i : largest) {
        const double w = weightAt(i);
        const QString text =
            weights_.difference ? signedText(w * 100, 2) + QChar(QChar::Nbsp) + pointsUnit() : percentText(w);
        const QRectF pane = flow_.rect(i);
        QRectF box(0, 0, small.horizontalAdvance(text) + 6, small.height());
        box.moveCenter({pane.center().x(), pane.top() - small.height() / 2});
        box.moveLeft(std::clamp(box.left(), 0.0, std::max(0.0, flow_.width() - box.width())));
        if (flow_.line(i) == lastLine && box.left() < lastRight)
            continue; // the one before stands here; the read-out has them all
        captions_.push_back({i, box});
        lastRight = box.right() + 2;
        lastLine = flow_.line(i);
        painter.setPen(Qt::NoPen);
        QColor veil = p.window;
        veil.setAlphaF(0.85F);
        painter.setBrush(veil);
        painter.drawRoundedRect(box, 3, 3);
        painter.setPen(p.accent);
        painter.drawText(box, Qt::AlignCenter, text);
    }
    // Who wrote what follows.
    painter.setFont(design::font(design::TextRole::Caption));
    painter.setPen(p.textMuted);
    const auto section = [&](std::int64_t i, const QString& text) {
        if (i >= first && i < end)
            painter.drawText(QRectF(0, flow_.rect(i).top() - flow_.metrics().gap, flow_.width(), small.height()),
                             Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    section(0, tr("prompt"));
    if (recording_->nPrompt > 0 && recording_->nPrompt < flow_.count())
        section(recording_->nPrompt, tr("answer"));
}

void TextCanvas::paintContent(QPainter& painter, double top, double bottom) const {
    if (!recording_ || flow_.count() == 0)
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    const auto [first, end] = flow_.tokensBetween(top, bottom);
    paintPanes(painter, first, end);
    paintArcs(painter, top, bottom);
    paintWords(painter, first, end);
}

void TextCanvas::paintEvent(QPaintEvent*) {
    QElapsedTimer clock;
    clock.start();
    QPainter painter(viewport());
    const double scroll = verticalScrollBar()->value();
    painter.translate(kMargin, kMargin - scroll);
    paintContent(painter, scroll - kMargin, scroll - kMargin + viewport()->height());
    if (hasFocus()) {
        painter.resetTransform();
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(design::paletteFor(this).accent, 2));
        painter.drawRoundedRect(QRectF(viewport()->rect()).adjusted(1, 1, -1, -1), design::kRadius, design::kRadius);
    }
    lastPaintMs_ = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

QSize TextCanvas::pictureSize() const {
    return {static_cast<int>(flow_.width() + 2 * kMargin), static_cast<int>(flow_.height() + 2 * kMargin)};
}

void TextCanvas::paintPicture(QPainter& painter) const {
    painter.save();
    painter.translate(kMargin, kMargin);
    paintContent(painter, 0, flow_.height());
    painter.restore();
}

QString TextCanvas::csv() const {
    QString out = QStringLiteral("position,token,weight\r\n");
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(weights_.weights.size()) && i < flow_.count(); ++i)
        out += QStringLiteral("%1,%2,%3\r\n")
                   .arg(i)
                   .arg(csvField(flow_.text(i)), isAlone(i) ? QString() : csvNumber(weightAt(i)));
    return out;
}

std::int64_t TextCanvas::tokenAt(const QPoint& point) const {
    return flow_.count() == 0 ? -1 : flow_.at(point.x() - kMargin, point.y() - kMargin + verticalScrollBar()->value());
}

std::int64_t TextCanvas::captionAt(const QPoint& point) const {
    const QPointF at(point.x() - kMargin, point.y() - kMargin + verticalScrollBar()->value());
    for (const Caption& caption : captions_)
        if (caption.box.contains(at))
            return caption.token;
    return -1;
}

bool TextCanvas::hasCaption(std::int64_t token) const {
    return std::any_of(captions_.begin(), captions_.end(), [token](const Caption& c) { return c.token == token; });
}

QPoint TextCanvas::captionPlace(std::int64_t token) const {
    QRectF place = token >= 0 && token < flow_.count() ? flow_.rect(token) : QRectF();
    for (const Caption& caption : captions_)
        if (caption.token == token)
            place = caption.box;
    return (place.center() + QPointF(kMargin, kMargin - verticalScrollBar()->value())).toPoint();
}

void TextCanvas::askUnfold() {
    std::int64_t token = -1;
    for (std::int64_t i = 0; i < std::ssize(weights_.weights); ++i)
        if (token < 0 || std::abs(weightAt(i)) > std::abs(weightAt(token)))
            token = i;
    if (key_ >= 0 && weightAt(key_) != 0)
        token = key_;
    if (token >= 0 && token < flow_.count())
        emit unfoldAsked(token, viewport()->mapToGlobal(captionPlace(token)));
}

void TextCanvas::mouseMoveEvent(QMouseEvent* event) {
    const std::int64_t i = captionAt(event->pos()) >= 0 ? -1 : tokenAt(event->pos());
    if (captionAt(event->pos()) >= 0)
        viewport()->setCursor(Qt::PointingHandCursor);
    else if (i < 0)
        viewport()->setCursor(Qt::ArrowCursor);
    if (i == hovered_)
        return;
    hovered_ = i;
    if (i >= 0)
        viewport()->setCursor(Qt::PointingHandCursor);
    viewport()->update();
    emit tokenHovered(i);
}

void TextCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    if (const std::int64_t i = captionAt(event->pos()); i >= 0)
        emit unfoldAsked(i, viewport()->mapToGlobal(event->pos()));
    else if (const std::int64_t token = tokenAt(event->pos()); token >= 0)
        emit tokenClicked(token);
}

bool TextCanvas::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && hovered_ >= 0) {
        hovered_ = -1;
        viewport()->update();
        emit tokenHovered(-1);
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TextCanvas::keyPressEvent(QKeyEvent* event) {
    const std::int64_t n = flow_.count();
    const std::int64_t at = position_ >= 0 ? std::min(position_, n - 1) : n - 1;
    std::int64_t to = -1;
    switch (event->key()) {
    case Qt::Key_Left:
        to = at - 1;
        break;
    case Qt::Key_Right:
        to = at + 1;
        break;
    case Qt::Key_Up:
        to = n > 0 ? flow_.beside(at, -1) : -1;
        break;
    case Qt::Key_Down:
        to = n > 0 ? flow_.beside(at, 1) : -1;
        break;
    case Qt::Key_Home:
        to = 0;
        break;
    case Qt::Key_End:
        to = n - 1;
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        askUnfold();
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    if (to >= 0 && to < n)
        emit tokenClicked(to);
}

void TextCanvas::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut(false);
    showToken(shown_);
}

void TextCanvas::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void TextCanvas::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange ||
        event->type() == QEvent::PaletteChange)
        layOut(false);
}

} // namespace vitral
