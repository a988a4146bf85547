// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which block of which tile every pixel of a map shows. Both painters read the same plan, so their pictures agree cell
// for cell. A level is chosen so that a block covers at least one device pixel: no cell is ever skipped, every one is
// in the max or mean of the pixel that stands for it. Thread: any; values.

#include "widgets/canvas/heatmap_look.h"
#include "widgets/canvas/map_source.h"

#include <QSize>

#include <memory>
#include <vector>

namespace vitral {

struct MapPlan {
    int level = 0; ///< one block is 2^level cells a side
    QSize size;    ///< device pixels
    std::vector<std::int32_t> col,
        row; ///< block of each pixel column and row, counted from firstTile * side; -1: beyond
    std::int64_t firstTileCol = 0, firstTileRow = 0;
    int nTileCol = 0, nTileRow = 0; ///< tiles that are seen
    [[nodiscard]] MapTileKey key(int iTileRow, int iTileCol) const {
        return {level, firstTileRow + iTileRow, firstTileCol + iTileCol};
    }
};

[[nodiscard]] MapPlan planMap(const HeatmapView& view, std::int64_t nRow, std::int64_t nCol, QSize devicePixels,
                              double devicePixelRatio);
/// Level at which the whole map is one tile.
[[nodiscard]] int topLevel(std::int64_t nRow, std::int64_t nCol);

/// A tile that can stand in for the one asked for: the same (shift 0) or a coarser one.
struct TileChoice {
    std::shared_ptr<const MapTile> tile; ///< null: nothing yet
    int shift = 0;                       ///< how many levels coarser
    std::uint64_t id = 0;                ///< of these values: another tile, another number
};

/// The tiles a canvas has seen, newest asked last to go. Thread: GUI.
class TileStore {
public:
    TileStore();
    ~TileStore();
    TileStore(const TileStore&) = delete;
    TileStore& operator=(const TileStore&) = delete;

    /// Asks the source for every tile of the plan and takes the best there is; [nTileRow * nTileCol]. What matters most
    /// is asked for last (the middle, then the whole map where nothing stands in): sources serve the newest first.
    /// `nMissing`: how many are not final.
    std::vector<TileChoice> choose(MapSource& source, const MapPlan& plan, int* nMissing = nullptr);
    void clear();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral
