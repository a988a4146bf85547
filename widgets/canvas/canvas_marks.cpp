// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/canvas_marks.h"

#include "widgets/design/palette.h"

#include <QImage>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

// One frame or line is drawn wide and dark first, then narrow and light, so that it shows on every colour.
struct Pen {
    int width;
    QRgb colour;
};

class Marks {
public:
    Marks(const HeatmapView& view, QSize size, double ratio)
        : view_(view), all_(QPoint(), size), perCell_(ratio / view.cellsPerPixel) {}

    // First device pixel of a cell.
    [[nodiscard]] int x(std::int64_t col) const { return place(static_cast<double>(col) - view_.firstCol); }
    [[nodiscard]] int y(std::int64_t row) const { return place(static_cast<double>(row) - view_.firstRow); }

    void add(const QRect& rect, QRgb colour) {
        if (const QRect seen = rect & all_; !seen.isEmpty())
            made_.push_back({seen, colour});
    }
    // A frame outside of the cell.
    void frame(const QRect& cell, const Pen& pen) {
        const QRect outer = cell.adjusted(-pen.width, -pen.width, pen.width, pen.width);
        add({outer.left(), outer.top(), outer.width(), pen.width}, pen.colour);
        add({outer.left(), cell.bottom() + 1, outer.width(), pen.width}, pen.colour);
        add({outer.left(), cell.top(), pen.width, cell.height()}, pen.colour);
        add({cell.right() + 1, cell.top(), pen.width, cell.height()}, pen.colour);
    }
    [[nodiscard]] QRect cell(std::int64_t row, std::int64_t col) const {
        const int left = x(col), top = y(row);
        return {left, top, std::max(1, x(col + 1) - left), std::max(1, y(row + 1) - top)};
    }
    [[nodiscard]] double cellPixels() const { return perCell_; }
    [[nodiscard]] const QRect& all() const { return all_; }
    std::vector<MarkRect> take() { return std::move(made_); }

private:
    // The pixel whose middle is the first inside the cell.
    [[nodiscard]] int place(double cells) const {
        constexpr double kFar = 1e8;
        return static_cast<int>(std::clamp(std::ceil(cells * perCell_ - 0.5), -kFar, kFar));
    }
    HeatmapView view_;
    QRect all_;
    double perCell_;
    std::vector<MarkRect> made_;
};

} // namespace

std::vector<MarkRect> markRects(const CanvasMarks& marks, const HeatmapView& view, QSize mapPixels,
                                double devicePixelRatio, const design::Palette& palette) {
    Marks made(view, mapPixels, devicePixelRatio);
    const int thin = std::max(1, static_cast<int>(std::lround(devicePixelRatio)));
    const Pen dark{2 * thin, palette.lead.rgb()}, light{thin, qRgb(255, 255, 255)}, accent{thin, palette.accent.rgb()};
    const bool row = marks.markedRow >= 0, col = marks.markedCol >= 0;
    for (const Pen& pen : {Pen{3 * thin, dark.colour}, light}) {
        const int side = pen.width / 2;
        // Lines along the row and the column stop short of the cell.
        const QRect cell =
            made.cell(std::max<std::int64_t>(marks.markedRow, 0), std::max<std::int64_t>(marks.markedCol, 0));
        const QRect gap = cell.adjusted(-3 * thin, -3 * thin, 3 * thin, 3 * thin);
        const QPoint middle = cell.center();
        if (row) {
            made.add({0, middle.y() - side, col ? gap.left() : made.all().width(), pen.width}, pen.colour);
            if (col)
                made.add(QRect(QPoint(gap.right() + 1, middle.y() - side),
                               QPoint(made.all().right(), middle.y() - side + pen.width - 1)),
                         pen.colour);
        }
        if (col) {
            made.add({middle.x() - side, 0, pen.width, row ? gap.top() : made.all().height()}, pen.colour);
            if (row)
                made.add(QRect(QPoint(middle.x() - side, gap.bottom() + 1),
                               QPoint(middle.x() - side + pen.width - 1, made.all().bottom())),
                         pen.colour);
        }
    }
    if (row && col && made.cellPixels() >= 2) {
        made.frame(made.cell(marks.markedRow, marks.markedCol), dark);
        made.frame(made.cell(marks.markedRow, marks.markedCol), light);
    }
    if (marks.hoveredRow >= 0 && marks.hoveredCol >= 0 && made.cellPixels() >= 4) {
        made.frame(made.cell(marks.hoveredRow, marks.hoveredCol), dark);
        made.frame(made.cell(marks.hoveredRow, marks.hoveredCol), accent);
    }
    return made.take();
}

void fillMarks(QImage& map, const std::vector<MarkRect>& marks) {
    if (marks.empty())
        return;
    const qreal ratio = map.devicePixelRatio();
    map.setDevicePixelRatio(1);
    {
        QPainter painter(&map);
        for (const MarkRect& mark : marks)
            painter.fillRect(mark.rect, QColor(mark.colour));
    }
    map.setDevicePixelRatio(ratio);
}

} // namespace vitral
