// SPDX-License-Identifier: Apache-2.0
#pragma once
// A planned picture in the words of gpu/render. Only where Vulkan is built. Thread: GUI.

#include "gpu/render/heatmap_renderer.h"
#include "widgets/canvas/map_raster.h"

namespace vitral {

/// The plan, tiles and table must outlive the frame. `coloursId` must change whenever the table does.
struct MapFrame {
    std::vector<gpu::HeatmapTile> tiles;
    gpu::HeatmapFrame frame;
};
[[nodiscard]] MapFrame makeMapFrame(const MapPlan& plan, const std::vector<TileChoice>& tiles, BlockValue block,
                                    const ColourTable& table, std::uint64_t coloursId, const MapBackground& background,
                                    QPoint origin);

} // namespace vitral
