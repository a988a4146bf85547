// SPDX-License-Identifier: Apache-2.0
#pragma once
// Paints a plan into an image on the CPU. Thread: any.

#include "widgets/canvas/colour_map.h"
#include "widgets/canvas/map_plan.h"

#include <QImage>

namespace vitral {

struct MapBackground {
    QRgb outside = 0xff808080U; ///< beyond the map
    QRgb waiting = 0xff909090U; ///< no tile yet, not even a coarse one
};

/// The values a look shows of a tile, [kMapTileSide * kMapTileSide]; null: no tile. One cell's mean is its max.
[[nodiscard]] const float* valuesOf(const TileChoice& choice, BlockValue block);

/// Fills `image` (Format_RGB32, of plan.size) from tiles [nTileRow * nTileCol].
void rasterMap(const MapPlan& plan, const std::vector<TileChoice>& tiles, BlockValue block, const ColourTable& table,
               const MapBackground& background, QImage& image);

/// A sample of the values that are seen, for the rank scale: at most some ten thousand.
[[nodiscard]] RankSample sampleSeen(const MapPlan& plan, const std::vector<TileChoice>& tiles, BlockValue block);

} // namespace vitral
