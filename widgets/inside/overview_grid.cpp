// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/overview_grid.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QElapsedTimer>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
constexpr double kGap = 4;
constexpr double kMargin = design::kSpace1;
constexpr double kSmallest = 14, kLargest = 168;
constexpr double kSortedSize = 104;
constexpr double kLeastWhole = 36; ///< all layers on one screen, if tiles need not be smaller
constexpr double kReadable = 60;   ///< where they scroll anyway
constexpr double kBarHeight = 3;
constexpr double kNamedFrom = 56; ///< tiles of this size carry their name
} // namespace

ColourTable thumbnailColours(bool difference, QRgb nothing) {
    HeatmapLook look;
    if (difference) {
        look.map = ColourMap::BlueOrange;
        look.low = -1;
    }
    return makeColourTable(look, {}, nothing);
}

QImage thumbnailImage(const Thumbnail& picture, const Thumbnail* minus, const ColourTable& colours, QRgb nothing) {
    const std::int64_t side = minus != nullptr ? std::min(picture.side, minus->side) : picture.side;
    const int pixels = static_cast<int>(std::max<std::int64_t>(side, 1));
    QImage image(pixels, pixels, QImage::Format_RGB32);
    image.fill(nothing);
    for (std::int64_t r = 0; r < side; ++r) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(r)));
        for (std::int64_t c = 0; c < side; ++c) {
            float v = picture.max[static_cast<std::size_t>(r * picture.side + c)];
            if (minus != nullptr)
                v = picture.mean[static_cast<std::size_t>(r * picture.side + c)] -
                    minus->mean[static_cast<std::size_t>(r * minus->side + c)];
            if (std::isfinite(v))
                line[c] = colours(v);
        }
    }
    return image;
}

OverviewGrid::OverviewGrid(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
}

void OverviewGrid::setTiles(std::vector<OverviewTile> tiles, std::int32_t nLayer, std::int32_t nHead, bool sorted) {
    const bool same = tiles.size() == tiles_.size() && sorted == sorted_ && nHead == nHead_;
    tiles_ = std::move(tiles);
    nLayer_ = nLayer;
    nHead_ = nHead;
    sorted_ = sorted;
    if (!same)
        pictures_.clear();
    pictures_.resize(tiles_.size());
    layOut();
    viewport()->update();
}

void OverviewGrid::setCurrent(HeadName head) {
    if (head == current_)
        return;
    current_ = head;
    if (!sorted_ || hasFocus())
        makeVisible(indexOf(head));
    viewport()->update();
}

void OverviewGrid::setTileSize(int pixels) {
    wantedSize_ = pixels;
    layOut();
    viewport()->update();
}

void OverviewGrid::setShowsScore(bool on) {
    showsScore_ = on;
    layOut();
    viewport()->update();
}

int OverviewGrid::columns() const {
    if (!sorted_)
        return std::max(1, nHead_);
    return std::max(1, static_cast<int>((viewport()->width() - 2 * kMargin + kGap) / (side_ + kGap)));
}

void OverviewGrid::layOut() {
    const QFontMetricsF small(design::font(design::TextRole::Caption));
    line_ = small.height();
    label_ = sorted_ ? 0 : small.horizontalAdvance(QStringLiteral("000")) + design::kSpace2;
    const double room = viewport()->width() - 2 * kMargin - label_ + kGap;
    double side = wantedSize_;
    if (wantedSize_ <= 0)
        side = sorted_ ? kSortedSize : std::floor(room / std::max(1, nHead_) - kGap);
    if (wantedSize_ <= 0 && !sorted_ && nLayer_ > 0) { // a small model need not fill the width if it then scrolls
        const double row =
            (viewport()->height() - 2 * kMargin - line_ - 2) / nLayer_ - kGap - (showsScore_ ? kBarHeight + 2 : 0);
        double high = std::floor(row - line_ - 2);
        if (high < kNamedFrom) // smaller tiles go without their names, which stand at the edges, too
            high = std::min(std::floor(row), kNamedFrom - 1);
        side = std::min(side, high >= kLeastWhole ? high : kReadable);
    }
    side_ = std::clamp(side, kSmallest, kLargest);
    caption_ = side_ >= kNamedFrom ? small.height() + 2 : 0;
    if (showsScore_)
        caption_ += kBarHeight + 2;
    const QSize size = pictureSize();
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setRange(0, std::max(0, size.width() - viewport()->width()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(static_cast<int>(side_));
    verticalScrollBar()->setRange(0, std::max(0, size.height() - viewport()->height()));
}

QRectF OverviewGrid::rect(std::size_t i) const {
    const int n = columns();
    const int row = sorted_ ? static_cast<int>(i) / n : tiles_[i].head.iLayer;
    const int column = sorted_ ? static_cast<int>(i) % n : tiles_[i].head.iHead;
    const double top = sorted_ ? 0 : line_ + 2;
    return {kMargin + label_ + column * (side_ + kGap), kMargin + top + row * (side_ + caption_ + kGap), side_, side_};
}

QSize OverviewGrid::pictureSize() const {
    const int n = columns();
    const int rows = sorted_ ? (static_cast<int>(tiles_.size()) + n - 1) / n : nLayer_;
    return {static_cast<int>(2 * kMargin + label_ + n * (side_ + kGap) - kGap),
            static_cast<int>(2 * kMargin + (sorted_ ? 0 : line_ + 2) + rows * (side_ + caption_ + kGap))};
}

const QImage& OverviewGrid::image(std::size_t i) const {
    Picture& known = pictures_[i];
    if (known.of != tiles_[i].picture || known.minus != tiles_[i].minus || known.image.isNull()) {
        known = {tiles_[i].picture, tiles_[i].minus, {}};
        const QRgb nothing = design::paletteFor(this).sunken.rgb();
        ColourTable& colours = colours_[tiles_[i].minus ? 1 : 0];
        if (colours.colour.empty())
            colours = thumbnailColours(tiles_[i].minus != nullptr, nothing);
        known.image = thumbnailImage(*tiles_[i].picture, tiles_[i].minus.get(), colours, nothing);
    }
    return known.image;
}

void OverviewGrid::paintTile(QPainter& painter, std::size_t i) const {
    const design::Palette& p = design::paletteFor(this);
    const OverviewTile& tile = tiles_[i];
    const QRectF where = rect(i);
    if (tile.picture) {
        const QImage& shown = image(i);
        // Enlarged values keep their edges; reduced ones are averaged, or every other would be lost.
        painter.setRenderHint(QPainter::SmoothPixmapTransform, shown.width() > where.width());
        painter.drawImage(where, shown);
    } else {
        painter.fillRect(where, p.sunken);
    }
    const bool isCurrent = tile.head == current_;
    const bool isHovered = tile.head == hovered_;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(isCurrent ? p.accent : isHovered ? p.text : p.border, isCurrent ? 2 : 1));
    painter.drawRect(isCurrent ? where : where.adjusted(0.5, 0.5, -0.5, -0.5));
    double y = where.bottom() + 2;
    if (showsScore_ && tile.score >= 0) {
        painter.fillRect(QRectF(where.left(), y, where.width(), kBarHeight), p.border);
        painter.fillRect(QRectF(where.left(), y, where.width() * std::min(1.0, tile.score), kBarHeight),
                         p.ink(design::Glass::Amber));
        y += kBarHeight;
    }
    if (side_ >= kNamedFrom) {
        const QRectF line(where.left(), y, where.width(), line_);
        painter.setPen(isCurrent ? p.text : p.textMuted);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                         QStringLiteral("%1.%2").arg(tile.head.iLayer).arg(tile.head.iHead));
        if (showsScore_ && tile.score >= 0)
            painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, numberText(tile.score, 2));
    }
}

void OverviewGrid::paintContent(QPainter& painter, const QRectF& seen) const {
    const design::Palette& p = design::paletteFor(this);
    painter.setFont(design::font(design::TextRole::Caption));
    const QFontMetricsF small(painter.font());
    painter.setPen(p.textMuted);
    if (!sorted_ && !tiles_.empty()) {
        const auto stride = static_cast<std::int32_t>(
            std::max(1.0, std::ceil(small.horizontalAdvance(QStringLiteral("000")) / (side_ + kGap))));
        for (std::int32_t h = 0; h < nHead_; h += stride)
            painter.drawText(QRectF(kMargin + label_ + h * (side_ + kGap) - 20, kMargin, side_ + 40, small.height()),
                             Qt::AlignCenter, QString::number(h));
        const double first = kMargin + small.height() + 2;
        for (std::int32_t l = 0; l < nLayer_; ++l)
            painter.drawText(QRectF(kMargin, first + l * (side_ + caption_ + kGap), label_ - design::kSpace2, side_),
                             Qt::AlignRight | Qt::AlignVCenter, QString::number(l));
    }
    for (std::size_t i = 0; i < tiles_.size(); ++i)
        if (rect(i).adjusted(0, 0, 0, caption_).intersects(seen))
            paintTile(painter, i);
}

void OverviewGrid::paintEvent(QPaintEvent*) {
    QElapsedTimer clock;
    clock.start();
    QPainter painter(viewport());
    const QPointF scroll(horizontalScrollBar()->value(), verticalScrollBar()->value());
    painter.translate(-scroll);
    paintContent(painter, QRectF(scroll, QSizeF(viewport()->size())));
    if (hasFocus()) {
        painter.resetTransform();
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(design::paletteFor(this).accent, 2));
        painter.drawRect(QRectF(viewport()->rect()).adjusted(1, 1, -1, -1));
    }
    lastPaintMs_ = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

void OverviewGrid::paintPicture(QPainter& painter) const {
    painter.save();
    paintContent(painter, QRectF(QPointF(), QSizeF(pictureSize())));
    painter.restore();
}

QString OverviewGrid::csv() const {
    QString out = QStringLiteral("layer,head,score\r\n");
    for (const OverviewTile& tile : tiles_)
        out += QStringLiteral("%1,%2,%3\r\n")
                   .arg(tile.head.iLayer)
                   .arg(tile.head.iHead)
                   .arg(tile.score >= 0 ? csvNumber(tile.score) : QString());
    return out;
}

int OverviewGrid::indexOf(HeadName head) const {
    const auto at = std::find_if(tiles_.begin(), tiles_.end(), [&](const OverviewTile& t) { return t.head == head; });
    return at == tiles_.end() ? -1 : static_cast<int>(at - tiles_.begin());
}

QRect OverviewGrid::tileRect(HeadName head) const {
    const int i = indexOf(head);
    if (i < 0)
        return {};
    return rect(static_cast<std::size_t>(i))
        .translated(-horizontalScrollBar()->value(), -verticalScrollBar()->value())
        .toAlignedRect();
}

int OverviewGrid::tileAt(const QPoint& point) const {
    const QPointF at(point.x() + horizontalScrollBar()->value(), point.y() + verticalScrollBar()->value());
    for (std::size_t i = 0; i < tiles_.size(); ++i)
        if (rect(i).adjusted(0, 0, kGap, caption_).contains(at))
            return static_cast<int>(i);
    return -1;
}

void OverviewGrid::makeVisible(int index) {
    if (index < 0)
        return;
    const QRectF where = rect(static_cast<std::size_t>(index)).adjusted(-kGap, -kGap, kGap, caption_ + kGap);
    const auto show = [](QScrollBar* bar, double low, double high, int page) {
        if (low < bar->value())
            bar->setValue(static_cast<int>(low));
        else if (high > bar->value() + page)
            bar->setValue(static_cast<int>(std::ceil(high)) - page);
    };
    show(verticalScrollBar(), where.top(), where.bottom(), viewport()->height());
    show(horizontalScrollBar(), where.left(), where.right(), viewport()->width());
}

void OverviewGrid::step(int by) {
    const int at = indexOf(current_);
    const int to = at < 0 ? 0 : at + by;
    if (to >= 0 && to < static_cast<int>(tiles_.size())) {
        setCurrent(tiles_[static_cast<std::size_t>(to)].head);
        emit chosen(current_);
    }
}

void OverviewGrid::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
        return step(-1);
    case Qt::Key_Right:
        return step(1);
    case Qt::Key_Up:
        return step(-columns());
    case Qt::Key_Down:
        return step(columns());
    case Qt::Key_Home:
        current_ = {};
        return step(0);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (indexOf(current_) >= 0)
            emit opened(current_);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void OverviewGrid::mouseMoveEvent(QMouseEvent* event) {
    const int i = tileAt(event->pos());
    const HeadName head = i < 0 ? HeadName{} : tiles_[static_cast<std::size_t>(i)].head;
    if (head == hovered_)
        return;
    hovered_ = head;
    viewport()->setCursor(i < 0 ? Qt::ArrowCursor : Qt::PointingHandCursor);
    viewport()->update();
    emit hovered(head);
}

void OverviewGrid::mouseReleaseEvent(QMouseEvent* event) {
    const int i = tileAt(event->pos());
    if (i < 0 || event->button() != Qt::LeftButton)
        return;
    setCurrent(tiles_[static_cast<std::size_t>(i)].head);
    emit opened(current_);
}

bool OverviewGrid::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && hovered_.iLayer >= 0) {
        hovered_ = {};
        viewport()->update();
        emit hovered(hovered_);
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void OverviewGrid::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void OverviewGrid::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void OverviewGrid::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        pictures_.assign(tiles_.size(), {});
        for (ColourTable& colours : colours_)
            colours = {};
        layOut();
        viewport()->update();
    }
}

} // namespace vitral
