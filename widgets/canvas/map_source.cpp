// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/map_source.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

std::shared_ptr<const MapTile> MapSource::tileNow(const MapTileKey& key) {
    auto tile = std::make_shared<MapTile>();
    tile->key = key;
    constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
    tile->max.assign(std::size_t{kMapTileSide} * kMapTileSide, kNothing);
    tile->mean = tile->max;
    const std::int64_t block = std::int64_t{1} << key.level;
    for (std::int64_t r = 0; r < kMapTileSide; ++r) {
        const std::int64_t firstRow = (key.iRow * kMapTileSide + r) * block;
        for (std::int64_t c = 0; c < kMapTileSide && firstRow < nRow(); ++c) {
            const std::int64_t firstCol = (key.iCol * kMapTileSide + c) * block;
            float max = -std::numeric_limits<float>::infinity();
            double sum = 0;
            std::int64_t n = 0;
            for (std::int64_t i = firstRow; i < std::min(firstRow + block, nRow()); ++i)
                for (std::int64_t j = firstCol; j < std::min(firstCol + block, nCol()); ++j)
                    if (const float v = cell(i, j); !std::isnan(v)) {
                        max = std::max(max, v);
                        sum += v;
                        ++n;
                    }
            if (n > 0) {
                tile->max[static_cast<std::size_t>(r * kMapTileSide + c)] = max;
                tile->mean[static_cast<std::size_t>(r * kMapTileSide + c)] =
                    static_cast<float>(sum / static_cast<double>(n));
            }
        }
    }
    return tile;
}

} // namespace vitral
