// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/grid_view.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_colour.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {
constexpr double kSmallestCell = 2, kLargestZoom = 4, kLargestFit = 48;
constexpr int kWidestHead = 220;
constexpr int kTextPad = 4;
constexpr int kLabelGap = 3;                       ///< between labels that stand beside each other
constexpr std::int64_t kPictureCells = 100'000;    ///< more would be a drawing of a hundred megabytes
constexpr double kWidestPicture = 14'400.0 / 0.75; ///< pixels: no page of a PDF is wider (200 inches)
constexpr std::int64_t kCsvCells = 4'000'000;
} // namespace

GridView::GridView(QWidget* parent) : PaintedArea(parent) {
    viewport()->setMouseTracking(true);
    for (QScrollBar* bar : {horizontalScrollBar(), verticalScrollBar()})
        connect(bar, &QScrollBar::actionTriggered, this, [this] { follows_ = false; });
}

void GridView::setContent(GridContent content) {
    content_ = std::move(content);
    row_ = std::min(row_, content_.nRow - 1);
    col_ = std::min(col_, content_.nCol - 1);
    hoverRow_ = hoverCol_ = -1;
    measure();
    if (follows_)
        ensureVisible();
    if (row_ >= 0 && col_ >= 0 && content_.describe)
        setAccessibleDescription(content_.describe(row_, col_));
    else
        setAccessibleDescription(isEmpty() ? content_.empty : QString());
    viewport()->update();
}

void GridView::setCellSize(QSize size) {
    base_ = size;
    measure();
    viewport()->update();
}

QSizeF GridView::cell() const {
    if (fitting_ && !isEmpty()) {
        const double wide = double(viewport()->width() - headWidth_) / double(content_.nCol);
        const double high = double(viewport()->height() - headHeight_) / double(content_.nRow);
        return {std::clamp(wide, kSmallestCell, kLargestFit) * zoom_,
                std::clamp(high, kSmallestCell, kLargestFit) * zoom_};
    }
    const double fontScale = design::font(TextRole::Body).pixelSize() / double(kBodyPx);
    return {std::max(kSmallestCell, base_.width() * zoom_ * fontScale),
            std::max(kSmallestCell, base_.height() * zoom_ * fontScale)};
}

void GridView::measure() {
    const QFontMetrics metrics(design::font(TextRole::Caption));
    int widest = metrics.horizontalAdvance(content_.rowTitle);
    if (content_.rowLabel) {
        const std::int64_t step = std::max<std::int64_t>(1, content_.nRow / 200);
        for (std::int64_t i = 0; i < content_.nRow; i += step)
            widest = std::max(widest, metrics.horizontalAdvance(content_.rowLabel(i)));
        if (content_.nRow > 0)
            widest = std::max(widest, metrics.horizontalAdvance(content_.rowLabel(content_.nRow - 1)));
    }
    headWidth_ = std::min(widest + kSpace1, kWidestHead) + 2 * kSpace2;
    // Words of tokens stand upright under each other where cells are too narrow for them side by side.
    uprightLabels_ = cell().width() < 34;
    headHeight_ = (uprightLabels_ ? 64 : metrics.height() + kSpace1) + metrics.height() + kSpace1;
    updateScrollBars();
}

void GridView::setZoom(double zoom) {
    const double least = std::min(kSmallestCell / base_.width(), kSmallestCell / base_.height());
    zoom = std::clamp(zoom, least, kLargestZoom);
    if (zoom == zoom_)
        return;
    zoom_ = zoom;
    measure();
    viewport()->update();
    emit viewMoved();
}

void GridView::setFitting(bool on) {
    fitting_ = on;
    measure();
    viewport()->update();
}

void GridView::updateScrollBars() {
    const QSizeF size = cell();
    const int width = std::max(1, viewport()->width() - headWidth_);
    const int height = std::max(1, viewport()->height() - headHeight_);
    horizontalScrollBar()->setRange(0,
                                    std::max(0, int(std::ceil(size.width() * double(content_.nCol) - 0.01)) - width));
    horizontalScrollBar()->setPageStep(width);
    horizontalScrollBar()->setSingleStep(std::max(1, int(size.width())));
    verticalScrollBar()->setRange(0,
                                  std::max(0, int(std::ceil(size.height() * double(content_.nRow) - 0.01)) - height));
    verticalScrollBar()->setPageStep(height);
    verticalScrollBar()->setSingleStep(std::max(1, int(size.height())));
}

GridView::Frame GridView::onScreen() const {
    return {viewport()->size(), {horizontalScrollBar()->value(), verticalScrollBar()->value()}};
}

QRect GridView::cellRect(std::int64_t iRow, std::int64_t iCol) const {
    return cellRect(onScreen(), iRow, iCol);
}

QRect GridView::cellRect(const Frame& frame, std::int64_t iRow, std::int64_t iCol) const {
    const QSizeF size = cell();
    const double x = headWidth_ + size.width() * double(iCol) - frame.scrolled.x();
    const double y = headHeight_ + size.height() * double(iRow) - frame.scrolled.y();
    // Ends where its neighbour begins, rounded as that one is: otherwise a line of nothing may lie between them.
    const double right = headWidth_ + size.width() * double(iCol + 1) - frame.scrolled.x();
    const double below = headHeight_ + size.height() * double(iRow + 1) - frame.scrolled.y();
    return QRect(QPoint(int(std::floor(x)), int(std::floor(y))),
                 QPoint(int(std::floor(right)) - 1, int(std::floor(below)) - 1));
}

bool GridView::cellAt(QPointF point, std::int64_t& iRow, std::int64_t& iCol) const {
    if (isEmpty() || point.x() < headWidth_ || point.y() < headHeight_)
        return false;
    const QSizeF size = cell();
    iCol = std::int64_t((point.x() - headWidth_ + horizontalScrollBar()->value()) / size.width());
    iRow = std::int64_t((point.y() - headHeight_ + verticalScrollBar()->value()) / size.height());
    return iRow < content_.nRow && iCol < content_.nCol;
}

GridView::Range GridView::visibleRows(const Frame& frame) const {
    const double size = cell().height();
    const double top = frame.scrolled.y(), height = frame.size.height();
    return {std::clamp<std::int64_t>(std::int64_t(top / size), 0, content_.nRow),
            std::clamp<std::int64_t>(std::int64_t((top + height - headHeight_) / size) + 1, 0, content_.nRow)};
}

GridView::Range GridView::visibleCols(const Frame& frame) const {
    const double size = cell().width();
    const double left = frame.scrolled.x(), width = frame.size.width();
    return {std::clamp<std::int64_t>(std::int64_t(left / size), 0, content_.nCol),
            std::clamp<std::int64_t>(std::int64_t((left + width - headWidth_) / size) + 1, 0, content_.nCol)};
}

void GridView::paintCells(QPainter& painter, const Frame& frame, Range rows, Range cols) const {
    const QSize size = frame.size;
    const Palette& colours = paletteFor(this);
    const QFont font = design::font(TextRole::Small);
    const QFontMetrics metrics(font);
    const QSizeF extent = cell();
    const bool withText = content_.text && extent.height() >= metrics.height() + 2 && extent.width() >= 26;
    const bool withLines = extent.width() >= 8 && extent.height() >= 8;
    painter.setFont(font);
    painter.setClipRect(QRect(headWidth_, headHeight_, size.width() - headWidth_, size.height() - headHeight_));
    for (std::int64_t iRow = rows.first; iRow < rows.end; ++iRow)
        for (std::int64_t iCol = cols.first; iCol < cols.end; ++iCol) {
            const QRect rect = cellRect(frame, iRow, iCol);
            const QColor colour = content_.colour ? content_.colour(iRow, iCol) : colours.surface;
            painter.fillRect(withLines ? rect.adjusted(0, 0, -1, -1) : rect, colour);
            ++nPainted_;
            if (!withText)
                continue;
            const QRect inner = rect.adjusted(kTextPad, 0, -kTextPad, 0);
            painter.setPen(textOn(colour, colours));
            painter.drawText(inner, Qt::AlignCenter | Qt::TextSingleLine,
                             metrics.elidedText(content_.text(iRow, iCol), Qt::ElideRight, inner.width()));
        }
    if (content_.strongRow) {
        painter.setPen(QPen(strongLine(colours), 2));
        for (std::int64_t iRow = rows.first; iRow < rows.end; ++iRow)
            if (content_.strongRow(iRow) && iRow > 0) {
                const int y = cellRect(frame, iRow, 0).top();
                painter.drawLine(headWidth_, y, size.width(), y);
            }
    }
    painter.setClipping(false);
}

void GridView::paintLabels(QPainter& painter, const Frame& frame, const QString& colTitle, Range rows,
                           Range cols) const {
    const QSize size = frame.size;
    const Palette& colours = paletteFor(this);
    const QFont font = design::font(TextRole::Caption);
    const QFontMetrics metrics(font);
    const QSizeF extent = cell();
    painter.setFont(font);
    painter.setPen(colours.textMuted);
    const int titleHeight = metrics.height() + 2;
    painter.drawText(QRect(headWidth_, 0, size.width() - headWidth_ - kSpace2, titleHeight),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, colTitle);
    painter.drawText(QRect(kSpace2, headHeight_ - titleHeight - 2, headWidth_ - kSpace2, titleHeight),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, content_.rowTitle);
    if (content_.rowLabel) {
        painter.setClipRect(QRect(0, headHeight_, headWidth_, size.height() - headHeight_));
        const auto step =
            std::max<std::int64_t>(1, std::int64_t(std::ceil((metrics.height() + kLabelGap) / extent.height())));
        for (std::int64_t i = rows.first / step * step; i < rows.end; i += step) {
            QRect rect = cellRect(frame, i, 0);
            if (step > 1)
                rect =
                    QRect(0, std::max(headHeight_ - 2, rect.center().y() - metrics.height() / 2), 1, metrics.height());
            const QRect inner(kSpace2, rect.top(), headWidth_ - 2 * kSpace2, rect.height());
            const bool strong = i == row_ || (content_.strongRow && content_.strongRow(i));
            painter.setPen(strong ? colours.text : colours.textMuted);
            painter.drawText(inner, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                             metrics.elidedText(content_.rowLabel(i), Qt::ElideRight, inner.width()));
        }
    }
    if (content_.colLabel) {
        painter.setClipRect(QRect(headWidth_, titleHeight, size.width() - headWidth_, headHeight_ - titleHeight));
        const double room = uprightLabels_ ? metrics.height() + kLabelGap : 1;
        const auto step = std::max<std::int64_t>(1, std::int64_t(std::ceil(room / extent.width())));
        for (std::int64_t i = cols.first / step * step; i < cols.end; i += step) {
            const QRect rect = cellRect(frame, 0, i);
            painter.setPen(i == col_ ? colours.text : colours.textMuted);
            const int height = headHeight_ - titleHeight;
            if (uprightLabels_) {
                painter.save();
                painter.translate(rect.center().x() + metrics.ascent() / 2, headHeight_ - 3);
                painter.rotate(-90);
                painter.drawText(QRect(0, -metrics.ascent(), height - 4, metrics.height()),
                                 Qt::AlignLeft | Qt::TextSingleLine,
                                 metrics.elidedText(content_.colLabel(i), Qt::ElideRight, height - 4));
                painter.restore();
            } else {
                const QRect inner(rect.left() + 2, titleHeight, rect.width() - 4, height);
                painter.drawText(inner, Qt::AlignCenter | Qt::TextSingleLine,
                                 metrics.elidedText(content_.colLabel(i), Qt::ElideRight, inner.width()));
            }
        }
    }
    painter.setClipping(false);
}

void GridView::paint(QPainter& painter, const Frame& frame, bool live) const {
    const QSize size = frame.size;
    const Palette& colours = paletteFor(this);
    painter.fillRect(QRect(QPoint(), size), colours.surface);
    nPainted_ = 0;
    if (isEmpty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Body));
        painter.drawText(QRect(QPoint(), size).adjusted(kSpace5, kSpace4, -kSpace5, -kSpace4),
                         Qt::AlignCenter | Qt::TextWordWrap, content_.empty);
        return;
    }
    const Range rows = visibleRows(frame);
    const Range cols = visibleCols(frame);
    paintCells(painter, frame, rows, cols);
    QString title = content_.colTitle;
    if (!live && !picturesWhole())
        title += QLatin1String(" \u00B7 ") + tr("%1 to %2 of %3").arg(cols.first + 1).arg(cols.end).arg(content_.nCol);
    paintLabels(painter, frame, title, rows, cols);
    painter.setClipRect(QRect(headWidth_, headHeight_, size.width() - headWidth_, size.height() - headHeight_));
    if (live && hoverRow_ >= 0) {
        painter.setPen(QPen(colours.borderStrong, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cellRect(frame, hoverRow_, hoverCol_).adjusted(0, 0, -1, -1));
    }
    if (row_ >= 0 && col_ >= 0) {
        painter.setPen(QPen(live && hasFocus() ? colours.accent : colours.text, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cellRect(frame, row_, col_).adjusted(0, 0, -1, -1));
    }
    painter.setClipping(false);
}

void GridView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    paint(painter, onScreen(), true);
}

bool GridView::picturesWhole() const {
    const QSizeF size = cell();
    return content_.nRow * content_.nCol <= kPictureCells && size.width() * double(content_.nCol) <= kWidestPicture &&
           size.height() * double(content_.nRow) <= kWidestPicture;
}

QSize GridView::pictureSize() const {
    if (isEmpty() || !picturesWhole())
        return viewport()->size();
    const QSizeF size = cell();
    return {std::max(viewport()->width(), headWidth_ + int(std::ceil(size.width() * double(content_.nCol))) + 1),
            headHeight_ + int(std::ceil(size.height() * double(content_.nRow))) + 1};
}

void GridView::paintPicture(QPainter& painter) const {
    paint(painter, isEmpty() || !picturesWhole() ? onScreen() : Frame{pictureSize(), {}}, false);
}

QString GridView::csv() const {
    if (isEmpty() || content_.nRow * content_.nCol > kCsvCells)
        return {};
    QString out = csvField(content_.rowTitle);
    for (std::int64_t j = 0; j < content_.nCol; ++j)
        out += QLatin1Char(',') + csvField(content_.colLabel ? content_.colLabel(j) : QString::number(j));
    out += QLatin1Char('\n');
    for (std::int64_t i = 0; i < content_.nRow; ++i) {
        out += csvField(content_.rowLabel ? content_.rowLabel(i) : QString::number(i));
        for (std::int64_t j = 0; j < content_.nCol; ++j)
            out += QLatin1Char(',') + (content_.number ? csvNumber(content_.number(i, j))
                                                       : csvField(content_.text ? content_.text(i, j) : QString()));
        out += QLatin1Char('\n');
    }
    return out;
}

void GridView::setCurrent(std::int64_t iRow, std::int64_t iCol) {
    iRow = std::clamp<std::int64_t>(iRow, -1, content_.nRow - 1);
    iCol = std::clamp<std::int64_t>(iCol, -1, content_.nCol - 1);
    if (iRow == row_ && iCol == col_)
        return;
    row_ = iRow;
    col_ = iCol;
    follows_ = true;
    ensureVisible();
    viewport()->update();
    if (row_ >= 0 && col_ >= 0 && content_.describe)
        setAccessibleDescription(content_.describe(row_, col_));
    emit currentChanged(row_, col_);
}

void GridView::ensureVisible() {
    if (row_ < 0 || col_ < 0)
        return;
    keepInSight(cellRect(row_, col_), {headWidth_, headHeight_, 0, 0});
}

void GridView::resizeEvent(QResizeEvent* event) {
    PaintedArea::resizeEvent(event);
    if (follows_) // chosen before there was a size to choose it in
        ensureVisible();
    emit viewMoved();
}

void GridView::scrollContentsBy(int, int) {
    viewport()->update(); // labels stay, cells move: all of it is painted anew
    emit viewMoved();
}

int GridView::wholeHeight() const {
    return headHeight_ + int(std::ceil(cell().height() * double(content_.nRow))) +
           horizontalScrollBar()->sizeHint().height();
}

GridView::Columns GridView::visibleColumns() const {
    const Range range = visibleCols(onScreen());
    return {range.first, range.end};
}

void GridView::mousePressEvent(QMouseEvent* event) {
    std::int64_t iRow = -1, iCol = -1;
    if (event->button() == Qt::LeftButton && cellAt(event->position(), iRow, iCol))
        setCurrent(iRow, iCol);
}

void GridView::mouseDoubleClickEvent(QMouseEvent* event) {
    std::int64_t iRow = -1, iCol = -1;
    if (event->button() == Qt::LeftButton && cellAt(event->position(), iRow, iCol))
        emit cellActivated(iRow, iCol);
}

void GridView::mouseMoveEvent(QMouseEvent* event) {
    std::int64_t iRow = -1, iCol = -1;
    if (!cellAt(event->position(), iRow, iCol))
        iRow = iCol = -1;
    if (iRow == hoverRow_ && iCol == hoverCol_)
        return;
    hoverRow_ = iRow;
    hoverCol_ = iCol;
    emit cellHovered(iRow, iCol);
    viewport()->update();
}

void GridView::pointerLeft() {
    if (hoverRow_ < 0)
        return;
    hoverRow_ = hoverCol_ = -1;
    emit cellHovered(-1, -1);
    viewport()->update();
}

QString GridView::readOutAt(QPoint point) const {
    std::int64_t iRow = -1, iCol = -1;
    return content_.describe && cellAt(point, iRow, iCol) ? content_.describe(iRow, iCol) : QString();
}

void GridView::wheelEvent(QWheelEvent* event) {
    follows_ = false;
    const std::optional<double> zoom = zoomAfter(*event, zoom_);
    if (!zoom) {
        PaintedArea::wheelEvent(event);
        return;
    }
    // The cell under the pointer stays where it is.
    const QPointF at = event->position() - QPointF(headWidth_, headHeight_);
    const QSizeF before = cell();
    const double col = (at.x() + horizontalScrollBar()->value()) / before.width();
    const double row = (at.y() + verticalScrollBar()->value()) / before.height();
    setZoom(*zoom);
    const QSizeF after = cell();
    horizontalScrollBar()->setValue(int(std::round(col * after.width() - at.x())));
    verticalScrollBar()->setValue(int(std::round(row * after.height() - at.y())));
    event->accept();
}

void GridView::keyPressEvent(QKeyEvent* event) {
    const std::int64_t row = std::max<std::int64_t>(row_, 0), col = std::max<std::int64_t>(col_, 0);
    const auto page = std::max<std::int64_t>(1, std::int64_t((viewport()->width() - headWidth_) / cell().width()) - 1);
    const bool start = row_ < 0 || col_ < 0;
    switch (event->key()) {
    case Qt::Key_Up:
        setCurrent(std::max<std::int64_t>(0, row - (start ? 0 : 1)), col);
        return;
    case Qt::Key_Down:
        setCurrent(row + (start ? 0 : 1), col);
        return;
    case Qt::Key_Left:
        setCurrent(row, std::max<std::int64_t>(0, col - (start ? 0 : 1)));
        return;
    case Qt::Key_Right:
        setCurrent(row, col + (start ? 0 : 1));
        return;
    case Qt::Key_PageUp:
        setCurrent(row, std::max<std::int64_t>(0, col - page));
        return;
    case Qt::Key_PageDown:
        setCurrent(row, col + page);
        return;
    case Qt::Key_Home:
        setCurrent(event->modifiers() & Qt::ControlModifier ? 0 : row, 0);
        return;
    case Qt::Key_End:
        setCurrent(event->modifiers() & Qt::ControlModifier ? content_.nRow - 1 : row, content_.nCol - 1);
        return;
    default:
        break;
    }
    if (const std::optional<double> zoom = zoomAfter(*event, zoom_))
        setZoom(*zoom);
    else if (!acts(*event))
        PaintedArea::keyPressEvent(event);
    else if (!start)
        emit cellActivated(row_, col_);
}

} // namespace vitral
