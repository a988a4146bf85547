// SPDX-License-Identifier: Apache-2.0
#pragma once
// A square tile of a map's pyramid: at level L one value stands for a block of 2^L x 2^L cells. Thread: any (values).

#include <cstdint>
#include <vector>

namespace vitral {

inline constexpr int kMapTileSide = 256;

struct MapTileKey {
    int level = 0;
    std::int64_t iRow = 0, iCol = 0; ///< in tiles: covers blocks [iRow * kMapTileSide, + kMapTileSide)
    bool operator==(const MapTileKey&) const = default;
};

/// NaN: nothing there (masked, beyond the end). Both arrays [kMapTileSide * kMapTileSide], row by row.
struct MapTile {
    MapTileKey key;
    std::vector<float> max, mean;
    bool exact = true; ///< false: sampled, a better one follows
};

} // namespace vitral
