// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/canvas_paint.h"

#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr int kRowLabelWidth = 96;
constexpr int kColumnLabelHeight = 72;
constexpr int kLegendHeight = 34;

struct Range {
    std::int64_t first = 0, end = 0;
};

// Cells of [0, n) of which some part lies in [low, high) on the screen.
Range seen(double firstCell, double cellsPerPixel, double extent, std::int64_t n) {
    const auto first = static_cast<std::int64_t>(std::floor(firstCell));
    const auto end = static_cast<std::int64_t>(std::ceil(firstCell + extent * cellsPerPixel));
    return {std::clamp<std::int64_t>(first, 0, n), std::clamp<std::int64_t>(end, 0, n)};
}

} // namespace

CanvasLayout layOutCanvas(QSize size, bool rowLabels, bool columnLabels, bool legend) {
    CanvasLayout layout;
    const int left = rowLabels ? std::min(kRowLabelWidth, size.width() / 3) : 0;
    const int top = columnLabels ? std::min(kColumnLabelHeight, size.height() / 3) : 0;
    const int bottom = legend ? std::min(kLegendHeight, size.height() / 4) : 0;
    layout.map = QRect(left, top, std::max(1, size.width() - left), std::max(1, size.height() - top - bottom));
    layout.rowLabels = QRect(0, top, left, layout.map.height());
    layout.columnLabels = QRect(left, 0, layout.map.width(), top);
    layout.legend = QRect(0, size.height() - bottom, size.width(), bottom);
    return layout;
}

std::int64_t labelStride(double cellSize, double apart) {
    std::int64_t decade = 1;
    while (true) {
        for (const std::int64_t step : {1, 2, 5})
            if (static_cast<double>(step * decade) * cellSize >= apart || decade > (std::int64_t{1} << 50))
                return step * decade;
        decade *= 10;
    }
}

namespace {
/// Whether the label at `i`, moved in from `where` to stay in the strip, lies on its neighbour's.
template <class MiddleOf>
bool pushedOnto(const MiddleOf& middleOf, std::int64_t i, std::int64_t stride, const Range& range, double where,
                double apart) {
    const double middle = middleOf(i);
    if (middle == where)
        return false;
    const std::int64_t neighbour = middle > where ? i + stride : i - stride;
    return neighbour >= range.first && neighbour < range.end && std::abs(middleOf(neighbour) - middle) < apart;
}
} // namespace

void paintRowLabels(QPainter& painter, const CanvasGeometry& geometry, const QRect& strip, const CellLabel& label,
                    std::int64_t strongRow, const Palette& palette) {
    if (strip.isEmpty() || !label)
        return;
    painter.save();
    painter.setClipRect(strip);
    painter.setFont(font(TextRole::Caption));
    const QFontMetricsF metrics(painter.font());
    const double apart = metrics.height();
    const std::int64_t stride = labelStride(geometry.cellSize(), apart);
    const Range rows = seen(geometry.view.firstRow, geometry.view.cellsPerPixel, geometry.map.height(), geometry.nRow);
    // The label of a row at the edge moves in with what is seen of the row, unless its neighbour stands there.
    const auto middleOf = [&](std::int64_t row) {
        return std::clamp(geometry.y(static_cast<double>(row) + 0.5), strip.top() + apart / 2,
                          strip.bottom() + 1 - apart / 2);
    };
    const auto paintOne = [&](std::int64_t row) {
        const double middle = middleOf(row);
        const QRectF box(strip.left() + kSpace1, middle - apart / 2, strip.width() - 2 * kSpace1, apart);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(label(row), Qt::ElideMiddle, box.width()));
    };
    const bool strong = strongRow >= rows.first && strongRow < rows.end;
    painter.setPen(palette.textMuted);
    for (std::int64_t row = (rows.first + stride - 1) / stride * stride; row < rows.end; row += stride)
        if ((!strong || std::abs(middleOf(row) - middleOf(strongRow)) >= apart) &&
            !pushedOnto(middleOf, row, stride, rows, geometry.y(static_cast<double>(row) + 0.5), apart))
            paintOne(row);
    if (strong) {
        painter.setPen(palette.text);
        painter.setFont(strongFont(TextRole::Caption));
        paintOne(strongRow);
    }
    painter.restore();
}

void paintColumnLabels(QPainter& painter, const CanvasGeometry& geometry, const QRect& strip, const CellLabel& label,
                       std::int64_t strongColumn, const Palette& palette) {
    if (strip.isEmpty() || !label)
        return;
    painter.save();
    painter.setClipRect(strip);
    painter.setFont(font(TextRole::Caption));
    const QFontMetricsF metrics(painter.font());
    constexpr double kLevelWidth = 64; // from here on the words lie level above their column
    const bool level = geometry.cellSize() >= kLevelWidth;
    const double apart = metrics.height();
    const std::int64_t stride = level ? 1 : labelStride(geometry.cellSize(), apart);
    const Range cols = seen(geometry.view.firstCol, geometry.view.cellsPerPixel, geometry.map.width(), geometry.nCol);
    const auto middleOf = [&](std::int64_t col) {
        const double middle = geometry.x(static_cast<double>(col) + 0.5);
        return level ? middle : std::clamp(middle, strip.left() + apart / 2, strip.right() + 1 - apart / 2);
    };
    const auto paintOne = [&](std::int64_t col) {
        const double middle = middleOf(col);
        if (level) {
            const QRectF box(middle - geometry.cellSize() / 2, strip.bottom() - apart - kSpace1, geometry.cellSize(),
                             apart);
            painter.drawText(box, Qt::AlignCenter, metrics.elidedText(label(col), Qt::ElideMiddle, box.width()));
            return;
        }
        painter.save();
        painter.translate(middle, strip.bottom() + 1 - kSpace1);
        painter.rotate(-90);
        const QRectF box(0, -apart / 2, strip.height() - 2 * kSpace1, apart);
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(label(col), Qt::ElideMiddle, box.width()));
        painter.restore();
    };
    const bool strong = strongColumn >= cols.first && strongColumn < cols.end;
    painter.setPen(palette.textMuted);
    for (std::int64_t col = (cols.first + stride - 1) / stride * stride; col < cols.end; col += stride)
        if (!strong || (level && col != strongColumn) ||
            std::abs(static_cast<double>(col - strongColumn)) * geometry.cellSize() >= apart)
            paintOne(col);
    if (strong) {
        painter.setPen(palette.text);
        painter.setFont(strongFont(TextRole::Caption));
        paintOne(strongColumn);
    }
    painter.restore();
}

QStringList lookNames(LookPart part) {
    switch (part) {
    case LookPart::Colours:
        return {HeatmapCanvas::tr("Viridis"), HeatmapCanvas::tr("Cividis"), HeatmapCanvas::tr("Magma"),
                HeatmapCanvas::tr("Grey"), HeatmapCanvas::tr("Orange to blue")};
    case LookPart::Scale:
        return {HeatmapCanvas::tr("Linear"), HeatmapCanvas::tr("Logarithmic"), HeatmapCanvas::tr("By rank")};
    case LookPart::Block:
        return {HeatmapCanvas::tr("Max"), HeatmapCanvas::tr("Mean")};
    }
    return {};
}

QString numberText(double value) {
    // Three digits that count, and powers of ten only where zeros would hide them.
    const double size = std::abs(value);
    if (size > 0 && size < 1e-3 && size >= 1e-6)
        return QLocale()
            .toString(value, 'f', static_cast<int>(std::ceil(-std::log10(size))) + 2)
            .remove(QRegularExpression(QStringLiteral("0+$")));
    return QLocale().toString(value, 'g', 3);
}

QString legendText(const LegendState& legend) {
    QStringList parts;
    switch (effectiveScale(legend.look)) {
    case ColourScale::Linear:
        parts << (legend.look.scale == ColourScale::Log
                      ? HeatmapCanvas::tr("linear scale (values below 0 have no logarithm)")
                      : HeatmapCanvas::tr("linear scale"));
        break;
    case ColourScale::Log:
        parts << HeatmapCanvas::tr("logarithmic scale");
        break;
    case ColourScale::Rank:
        parts << HeatmapCanvas::tr("by rank among what is shown");
        break;
    }
    if (legend.cellsPerBlock > 1)
        parts << (legend.look.block == BlockValue::Max ? HeatmapCanvas::tr("each block: max of %1 × %1 cells")
                                                       : HeatmapCanvas::tr("each block: mean of %1 × %1 cells"))
                     .arg(legend.cellsPerBlock);
    else
        parts << HeatmapCanvas::tr("every cell by itself");
    if (legend.waiting)
        parts << HeatmapCanvas::tr("coarser values stand in for what is being computed");
    else if (legend.sampled)
        parts << HeatmapCanvas::tr("sampled; exact values follow");
    if (!legend.note.isEmpty())
        parts << legend.note;
    return parts.join(QStringLiteral("  ·  "));
}

void paintLegend(QPainter& painter, const QRect& strip, const LegendState& legend, const Palette& palette) {
    if (strip.isEmpty())
        return;
    static const RankSample kNoRank;
    const RankSample& rank = legend.rank ? *legend.rank : kNoRank;
    painter.save();
    painter.setFont(font(TextRole::Caption));
    const QFontMetricsF metrics(painter.font());
    const int barWidth = std::min(220, strip.width() / 3);
    const QRect bar(strip.left() + kSpace5, strip.top() + kSpace1, barWidth, 10);
    for (int x = 0; x < bar.width(); ++x)
        painter.fillRect(bar.left() + x, bar.top(), 1, bar.height(),
                         QColor(colourAt(legend.look.map, (x + 0.5) / bar.width())));
    painter.setPen(palette.border);
    painter.drawRect(bar.adjusted(-1, -1, 0, 0));
    painter.setPen(palette.textMuted);
    double free = strip.left();
    constexpr int kTicks = 4;
    for (int i = 0; i <= kTicks; ++i) {
        const double t = i / static_cast<double>(kTicks);
        const QString text = numberText(scaleValue(legend.look, rank, t));
        const double x = bar.left() + t * bar.width(), width = metrics.horizontalAdvance(text);
        if (x - width / 2 < free)
            continue;
        painter.drawText(QPointF(x - width / 2, bar.bottom() + metrics.ascent() + 2), text);
        painter.drawLine(QPointF(x, bar.bottom() - 2), QPointF(x, bar.bottom() + 1));
        free = x + width / 2 + kSpace2;
    }
    const double left = std::max(free, static_cast<double>(bar.right())) + kSpace4;
    const QRectF box(left, strip.top(), strip.right() - kSpace2 - left, strip.height());
    painter.setPen(palette.text);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(legendText(legend), Qt::ElideRight, box.width()));
    painter.restore();
}

void paintReadOut(QPainter& painter, const QRect& map, QPointF cursor, const QStringList& lines,
                  const Palette& palette) {
    if (lines.isEmpty())
        return;
    painter.save();
    painter.setFont(font(TextRole::Small));
    const QFontMetricsF metrics(painter.font());
    double width = 0;
    for (const QString& text : lines)
        width = std::max(width, metrics.horizontalAdvance(text));
    QRectF box(0, 0, std::min(width + 2 * kSpace2, map.width() - 2.0 * kSpace1),
               metrics.lineSpacing() * static_cast<double>(lines.size()) + 2 * kSpace1);
    // Below and to the right of the cursor, or on the other side where there is no room.
    constexpr double kAway = 16;
    box.moveLeft(cursor.x() + kAway + box.width() <= map.right()
                     ? cursor.x() + kAway
                     : std::max(map.left() + 2.0, cursor.x() - kAway - box.width()));
    box.moveTop(cursor.y() + kAway + box.height() <= map.bottom()
                    ? cursor.y() + kAway
                    : std::max(map.top() + 2.0, cursor.y() - kAway - box.height()));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(palette.borderStrong);
    painter.setBrush(palette.raised);
    painter.drawRoundedRect(box, kRadiusSmall, kRadiusSmall);
    painter.setPen(palette.text);
    double y = box.top() + kSpace1 + metrics.ascent();
    for (const QString& text : lines) {
        painter.drawText(QPointF(box.left() + kSpace2, y),
                         metrics.elidedText(text, Qt::ElideRight, box.width() - 2 * kSpace2));
        y += metrics.lineSpacing();
    }
    painter.restore();
}

} // namespace vitral
