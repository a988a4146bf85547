// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a heat map's numbers come from: square tiles of a pyramid. At level L one value of a tile stands for a block of
// 2^L x 2^L cells, as its max and its mean. A source computes tiles on threads of its own and never blocks the GUI; it
// may first give a coarse stand-in and say so. Thread: GUI.

#include "core/trace/map_tile.h"

#include <QObject>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace vitral {

class MapSource : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    [[nodiscard]] virtual std::int64_t nRow() const = 0; ///< cells
    [[nodiscard]] virtual std::int64_t nCol() const = 0;
    /// The tile if it is there; else null, and it is asked for (tileReady follows): newest first. Tiles not asked for
    /// again between two frames may be given up.
    [[nodiscard]] virtual std::shared_ptr<const MapTile> tile(const MapTileKey& key) = 0;
    /// The exact tile, computed on this thread: for export and tests. As it stands here out of cell(), one by one; a
    /// source that can do better overrides it.
    [[nodiscard]] virtual std::shared_ptr<const MapTile> tileNow(const MapTileKey& key);
    /// The exact value of one cell, at once (a read-out); NaN where there is none.
    [[nodiscard]] virtual float cell(std::int64_t iRow, std::int64_t iCol) const = 0;
    /// Smallest and largest value a linear scale should span.
    [[nodiscard]] virtual std::pair<float, float> range() const = 0;

signals:
    void tileReady(const vitral::MapTileKey& key);
    void changed(); ///< all of it: ask again (a longer recording, another head)
};

} // namespace vitral
