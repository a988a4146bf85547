// SPDX-License-Identifier: Apache-2.0
#pragma once
// The cross hair of the selection and the frame around the cell under the pointer, as rectangles of device pixels: both
// painters fill the same ones. Thread: GUI.

#include "widgets/canvas/canvas_paint.h"

#include <QRgb>

#include <vector>

namespace vitral {

struct MarkRect {
    QRect rect; ///< device pixels, from the map's top left corner
    QRgb colour = 0;
};

struct CanvasMarks {
    std::int64_t markedRow = -1, markedCol = -1; ///< -1: none
    std::int64_t hoveredRow = -1, hoveredCol = -1;
};

/// In the order in which they are to be filled, clipped to the map.
[[nodiscard]] std::vector<MarkRect> markRects(const CanvasMarks& marks, const HeatmapView& view, QSize mapPixels,
                                              double devicePixelRatio, const design::Palette& palette);
void fillMarks(QImage& map, const std::vector<MarkRect>& marks);

} // namespace vitral
