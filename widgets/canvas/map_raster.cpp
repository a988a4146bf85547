// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/map_raster.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vitral {

namespace {

// Index inside a stand-in tile of a block at the plan's level.
int inside(std::int64_t block, int shift) {
    return static_cast<int>((block >> shift) % kMapTileSide);
}

} // namespace

const float* valuesOf(const TileChoice& choice, BlockValue block) {
    if (!choice.tile)
        return nullptr;
    return block == BlockValue::Max || choice.tile->mean.empty() ? choice.tile->max.data() : choice.tile->mean.data();
}

void rasterMap(const MapPlan& plan, const std::vector<TileChoice>& tiles, BlockValue block, const ColourTable& table,
               const MapBackground& background, QImage& image) {
    const int width = plan.size.width(), height = plan.size.height();
    const QRgb* colour = table.colour.data();
    const float offset = table.offset;
    for (int y = 0; y < height; ++y) {
        auto* out = reinterpret_cast<QRgb*>(image.scanLine(y));
        const std::int32_t row = plan.row[static_cast<std::size_t>(y)];
        if (y > 0 && row == plan.row[static_cast<std::size_t>(y - 1)]) {
            std::memcpy(out, image.constScanLine(y - 1), static_cast<std::size_t>(width) * sizeof(QRgb));
            continue;
        }
        if (row < 0) {
            std::fill_n(out, width, background.outside);
            continue;
        }
        const std::int64_t blockRow = plan.firstTileRow * kMapTileSide + row;
        const TileChoice* tileRow = tiles.data() + static_cast<std::ptrdiff_t>(row / kMapTileSide) * plan.nTileCol;
        for (int x = 0; x < width;) {
            const std::int32_t col = plan.col[static_cast<std::size_t>(x)];
            if (col < 0) {
                out[x++] = background.outside;
                continue;
            }
            const int iTile = col / kMapTileSide, tileEnd = (iTile + 1) * kMapTileSide;
            const TileChoice& choice = tileRow[iTile];
            const float* values = valuesOf(choice, block);
            const std::int32_t* cols = plan.col.data();
            if (!values) {
                for (; x < width && cols[x] >= 0 && cols[x] < tileEnd; ++x)
                    out[x] = background.waiting;
                continue;
            }
            const float* line = values + static_cast<std::ptrdiff_t>(inside(blockRow, choice.shift)) * kMapTileSide;
            const std::int64_t base = plan.firstTileCol * kMapTileSide;
            if (choice.shift == 0) {
                line -= static_cast<std::ptrdiff_t>(iTile) * kMapTileSide;
                for (; x < width && cols[x] >= 0 && cols[x] < tileEnd; ++x)
                    out[x] = colour[std::bit_cast<std::uint32_t>(line[cols[x]] - offset) >> 16U];
            } else {
                for (; x < width && cols[x] >= 0 && cols[x] < tileEnd; ++x)
                    out[x] = colour[std::bit_cast<std::uint32_t>(line[inside(base + cols[x], choice.shift)] - offset) >>
                                    16U];
            }
        }
    }
}

RankSample sampleSeen(const MapPlan& plan, const std::vector<TileChoice>& tiles, BlockValue block) {
    RankSample sample;
    constexpr int kPerAxis = 128;
    const int stepX = std::max(1, plan.size.width() / kPerAxis), stepY = std::max(1, plan.size.height() / kPerAxis);
    for (int y = stepY / 2; y < plan.size.height(); y += stepY) {
        const std::int32_t row = plan.row[static_cast<std::size_t>(y)];
        for (int x = stepX / 2; row >= 0 && x < plan.size.width(); x += stepX) {
            const std::int32_t col = plan.col[static_cast<std::size_t>(x)];
            if (col < 0)
                continue;
            const TileChoice& choice =
                tiles[static_cast<std::size_t>(row / kMapTileSide * plan.nTileCol + col / kMapTileSide)];
            const float* values = valuesOf(choice, block);
            if (!values)
                continue;
            const float v = values[inside(plan.firstTileRow * kMapTileSide + row, choice.shift) * kMapTileSide +
                                   inside(plan.firstTileCol * kMapTileSide + col, choice.shift)];
            if (std::isfinite(v))
                sample.sorted.push_back(v);
        }
    }
    std::sort(sample.sorted.begin(), sample.sorted.end());
    return sample;
}

} // namespace vitral
