// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/map_frame.h"

namespace vitral {

MapFrame makeMapFrame(const MapPlan& plan, const std::vector<TileChoice>& tiles, BlockValue block,
                      const ColourTable& table, std::uint64_t coloursId, const MapBackground& background,
                      QPoint origin) {
    static_assert(gpu::kTileSide == kMapTileSide && sizeof(QRgb) == sizeof(std::uint32_t));
    MapFrame made;
    made.tiles.reserve(tiles.size());
    for (const TileChoice& choice : tiles) {
        const float* values = valuesOf(choice, block);
        // Max and mean of one tile are two sets of values.
        made.tiles.push_back({values ? choice.id * 2 + (block == BlockValue::Mean ? 1 : 0) : 0, values, choice.shift});
    }
    gpu::HeatmapFrame& frame = made.frame;
    frame.x = origin.x();
    frame.y = origin.y();
    frame.col = plan.col;
    frame.row = plan.row;
    frame.firstTileCol = static_cast<std::int32_t>(plan.firstTileCol);
    frame.firstTileRow = static_cast<std::int32_t>(plan.firstTileRow);
    frame.nTileCol = plan.nTileCol;
    frame.tiles = made.tiles;
    frame.offset = table.offset;
    frame.colours = table.colour;
    frame.coloursId = coloursId;
    frame.outside = background.outside;
    frame.waiting = background.waiting;
    return made;
}

} // namespace vitral
