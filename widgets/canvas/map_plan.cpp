// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/map_plan.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace vitral {

namespace {

// Fills `block` with the block of each pixel, counted from the first tile seen; gives first tile and number of tiles.
void planAxis(double first, double cellsPerDevicePixel, std::int64_t nCell, int level, int nPixel,
              std::vector<std::int32_t>& block, std::int64_t& firstTile, int& nTile) {
    block.assign(static_cast<std::size_t>(std::max(nPixel, 0)), -1);
    firstTile = 0;
    nTile = 0;
    std::int64_t lastTile = -1;
    for (int i = 0; i < nPixel; ++i) {
        const double cell = std::floor(first + (i + 0.5) * cellsPerDevicePixel);
        if (!(cell >= 0 && cell < static_cast<double>(nCell)))
            continue;
        const std::int64_t b = static_cast<std::int64_t>(cell) >> level;
        const std::int64_t tile = b / kMapTileSide;
        if (lastTile < 0)
            firstTile = tile;
        lastTile = tile;
        block[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(b - firstTile * kMapTileSide);
    }
    if (lastTile >= 0)
        nTile = static_cast<int>(lastTile - firstTile + 1);
}

struct KeyHash {
    std::size_t operator()(const MapTileKey& key) const {
        auto h = static_cast<std::uint64_t>(key.level) * 0x9e3779b97f4a7c15ULL;
        h = (h ^ static_cast<std::uint64_t>(key.iRow)) * 0xbf58476d1ce4e5b9ULL;
        h = (h ^ static_cast<std::uint64_t>(key.iCol)) * 0x94d049bb133111ebULL;
        return static_cast<std::size_t>(h ^ (h >> 31U));
    }
};

} // namespace

MapPlan planMap(const HeatmapView& view, std::int64_t nRow, std::int64_t nCol, QSize devicePixels,
                double devicePixelRatio) {
    MapPlan plan;
    plan.size = devicePixels;
    const double perPixel = view.cellsPerPixel / devicePixelRatio;
    // A hair of tolerance, so that exactly 8 cells a pixel is level 3 whatever the rounding.
    plan.level = std::clamp(static_cast<int>(std::ceil(std::log2(perPixel) - 1e-9)), 0, topLevel(nRow, nCol));
    planAxis(view.firstCol, perPixel, nCol, plan.level, devicePixels.width(), plan.col, plan.firstTileCol,
             plan.nTileCol);
    planAxis(view.firstRow, perPixel, nRow, plan.level, devicePixels.height(), plan.row, plan.firstTileRow,
             plan.nTileRow);
    return plan;
}

int topLevel(std::int64_t nRow, std::int64_t nCol) {
    int level = 0;
    while ((std::max(nRow, nCol) - 1) >> level >= kMapTileSide)
        ++level;
    return level;
}

struct TileStore::Impl {
    struct Kept {
        std::shared_ptr<const MapTile> tile;
        std::uint64_t used = 0, id = 0;
    };
    std::unordered_map<MapTileKey, Kept, KeyHash> tiles;
    std::uint64_t now = 0, lastId = 0;

    TileChoice fetch(MapSource& source, const MapTileKey& key) {
        auto tile = source.tile(key);
        if (!tile)
            return {};
        Kept& kept = tiles[key];
        if (kept.tile != tile)
            kept = {std::move(tile), now, ++lastId};
        kept.used = now;
        return {kept.tile, 0, kept.id};
    }
    TileChoice standIn(MapTileKey key, int top) {
        for (int shift = 0; key.level <= top; ++shift) {
            if (const auto it = tiles.find(key); it != tiles.end()) {
                it->second.used = now;
                return {it->second.tile, shift, it->second.id};
            }
            key = {key.level + 1, key.iRow / 2, key.iCol / 2};
        }
        return {};
    }
    void forget(std::size_t keep) {
        if (tiles.size() <= keep)
            return;
        std::vector<std::pair<std::uint64_t, MapTileKey>> byAge;
        for (const auto& [key, kept] : tiles)
            byAge.emplace_back(kept.used, key);
        std::sort(byAge.begin(), byAge.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0; i + keep < byAge.size(); ++i)
            tiles.erase(byAge[i].second);
    }
};

TileStore::TileStore() : impl_(std::make_unique<Impl>()) {}
TileStore::~TileStore() = default;
void TileStore::clear() {
    impl_->tiles.clear();
}

std::vector<TileChoice> TileStore::choose(MapSource& source, const MapPlan& plan, int* nMissing) {
    ++impl_->now;
    const int top = topLevel(source.nRow(), source.nCol());
    const auto n = static_cast<std::size_t>(plan.nTileRow) * static_cast<std::size_t>(plan.nTileCol);
    std::vector<TileChoice> choices(n);
    if (nMissing)
        *nMissing = 0;
    if (n == 0)
        return choices;
    std::vector<int> order(n);
    for (std::size_t i = 0; i < n; ++i)
        order[i] = static_cast<int>(i);
    const auto distance = [&](int i) {
        const double dr = i / plan.nTileCol - (plan.nTileRow - 1) / 2.0,
                     dc = i % plan.nTileCol - (plan.nTileCol - 1) / 2.0;
        return dr * dr + dc * dc;
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return distance(a) > distance(b); });
    for (const int i : order) {
        const MapTileKey key = plan.key(i / plan.nTileCol, i % plan.nTileCol);
        TileChoice& choice = choices[static_cast<std::size_t>(i)];
        choice = impl_->fetch(source, key);
        if (nMissing && !(choice.tile && choice.tile->exact))
            ++*nMissing;
    }
    // The whole map as one coarse tile, once, however rough: whatever is not there yet has a stand-in.
    if (plan.level != top && !impl_->standIn({top, 0, 0}, top).tile)
        impl_->fetch(source, {top, 0, 0});
    for (const int i : order)
        if (TileChoice& choice = choices[static_cast<std::size_t>(i)]; !choice.tile)
            choice = impl_->standIn(plan.key(i / plan.nTileCol, i % plan.nTileCol), top);
    constexpr std::size_t kKept = 192; // half a megabyte each
    impl_->forget(std::max(kKept, 2 * n));
    return choices;
}

} // namespace vitral
