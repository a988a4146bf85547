// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands around a heat map: labels at its edges, the legend with its numbers, and over it the cross hair and the
// read-out. QPainter in every case; where the map itself is drawn by Vulkan these lie beside it. Thread: GUI.

#include "widgets/canvas/colour_map.h"
#include "widgets/canvas/heatmap_look.h"

#include <QFont>
#include <QRect>
#include <QStringList>

#include <functional>

class QPainter;

namespace vitral {

namespace design {
struct Palette;
}

struct CanvasLayout {
    QRect map, rowLabels, columnLabels, legend; ///< device-independent pixels; labels may be empty
};
[[nodiscard]] CanvasLayout layOutCanvas(QSize size, bool rowLabels, bool columnLabels, bool legend);

/// The map's geometry on the screen.
struct CanvasGeometry {
    QRect map;
    HeatmapView view;
    std::int64_t nRow = 0, nCol = 0;
    [[nodiscard]] double cellSize() const { return 1 / view.cellsPerPixel; }
    [[nodiscard]] double x(double col) const { return map.x() + (col - view.firstCol) / view.cellsPerPixel; }
    [[nodiscard]] double y(double row) const { return map.y() + (row - view.firstRow) / view.cellsPerPixel; }
};

enum class LookPart : std::uint8_t { Colours, Scale, Block };
/// What a person calls the choices of a look, in the order of their enums.
[[nodiscard]] QStringList lookNames(LookPart part);

/// Labels are at least `apart` pixels from one to the next: every 1st, 2nd, 5th, 10th, ... cell carries one.
[[nodiscard]] std::int64_t labelStride(double cellSize, double apart);

using CellLabel = std::function<QString(std::int64_t)>;
void paintRowLabels(QPainter& painter, const CanvasGeometry& geometry, const QRect& strip, const CellLabel& label,
                    std::int64_t strongRow, const design::Palette& palette);
void paintColumnLabels(QPainter& painter, const CanvasGeometry& geometry, const QRect& strip, const CellLabel& label,
                       std::int64_t strongColumn, const design::Palette& palette);

struct LegendState {
    HeatmapLook look;
    const RankSample* rank = nullptr;
    std::int64_t cellsPerBlock = 1; ///< a side
    bool waiting = false, sampled = false;
    QString note; ///< of the owner: what is masked, for instance
};
void paintLegend(QPainter& painter, const QRect& strip, const LegendState& legend, const design::Palette& palette);
/// The same in one line, for the read-out and screen readers: "log scale, max of 8 x 8 cells".
[[nodiscard]] QString legendText(const LegendState& legend);
[[nodiscard]] QString numberText(double value);

void paintReadOut(QPainter& painter, const QRect& map, QPointF cursor, const QStringList& lines,
                  const design::Palette& palette);

} // namespace vitral
