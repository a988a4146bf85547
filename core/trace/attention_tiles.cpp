// SPDX-License-Identifier: Apache-2.0
#include "core/trace/attention_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {
namespace {

constexpr std::int64_t kSide = kMapTileSide;
constexpr std::size_t kTileBytes = std::size_t{2} * kMapTileSide * kMapTileSide * sizeof(float);
constexpr std::size_t kFewestTiles = 16; ///< four levels of four parts: a merge finds its parts
constexpr std::int32_t kSamples = 4;     ///< queries and keys of a block in a stand-in

std::int64_t cellsPerTile(int level) {
    return kSide << level;
}

MapRegion regionOf(const MapTileKey& key) {
    const std::int64_t cells = cellsPerTile(key.level);
    return {key.iRow * cells, key.iCol * cells, kSide, kSide, std::int64_t{1} << key.level};
}

bool anyVisible(const AttentionRecord& record, const MapTileKey& key) {
    const std::int64_t cells = cellsPerTile(key.level), n = record.nPosition();
    const std::int64_t firstQuery = key.iRow * cells, firstKey = key.iCol * cells;
    const std::int64_t lastQuery = std::min(firstQuery + cells, n) - 1;
    const std::int64_t window = record.geometry.window;
    return key.level >= 0 && firstQuery >= 0 && firstKey >= 0 && firstQuery <= lastQuery && firstKey <= lastQuery &&
           (window == 0 || firstKey + cells - 1 > firstQuery - window);
}

MapTileKey part(const MapTileKey& key, int i) {
    return {key.level - 1, key.iRow * 2 + i / 2, key.iCol * 2 + i % 2};
}

std::shared_ptr<MapTile> emptyTile(const MapTileKey& key) {
    auto tile = std::make_shared<MapTile>();
    tile->key = key;
    tile->max.assign(kSide * kSide, std::numeric_limits<float>::quiet_NaN());
    tile->mean = tile->max;
    return tile;
}

} // namespace

std::size_t AttentionTiles::Hash::operator()(const MapTileKey& key) const {
    std::uint64_t h = static_cast<std::uint64_t>(key.iRow) * 0x9e3779b97f4a7c15ULL;
    h = (h ^ static_cast<std::uint64_t>(key.iCol)) * 0xbf58476d1ce4e5b9ULL;
    return static_cast<std::size_t>((h ^ static_cast<std::uint64_t>(key.level)) * 0x94d049bb133111ebULL >> 16U);
}

AttentionTiles::AttentionTiles(std::shared_ptr<const AttentionRecord> record, std::int32_t iHead,
                               AttentionTilesOptions options)
    : iHead_(iHead), options_(std::move(options)), record_(std::move(record)) {}

std::shared_ptr<const AttentionRecord> AttentionTiles::record() const {
    const std::lock_guard lock(mutex_);
    return record_;
}

AttentionTiles::Source AttentionTiles::source() const {
    const std::lock_guard lock(mutex_);
    return {record_, generation_};
}

std::int64_t AttentionTiles::nPosition() const {
    return record()->nPosition();
}

int AttentionTiles::topLevel() const {
    const std::int64_t n = nPosition();
    int level = 0;
    while (cellsPerTile(level) < n)
        ++level;
    return level;
}

void AttentionTiles::grow(std::shared_ptr<const AttentionRecord> record) {
    const std::lock_guard lock(mutex_);
    if (record->nPosition() <= record_->nPosition())
        return;
    if (!continues(*record, *record_)) {
        ++generation_;
        tiles_.clear();
    }
    record_ = std::move(record);
}

std::size_t AttentionTiles::bytes() const {
    const std::lock_guard lock(mutex_);
    return tiles_.size() * kTileBytes;
}

AttentionTiles::Entry AttentionTiles::entry(const MapTileKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto it = tiles_.find(key);
    if (it == tiles_.end())
        return {};
    it->second.used = ++clock_;
    return it->second;
}

/// Exact for a recording of nPosition rows: made from it, or all its rows were there already.
bool AttentionTiles::fresh(const Entry& entry, const MapTileKey& key, std::int64_t nPosition) const {
    return entry.tile != nullptr && entry.tile->exact &&
           (entry.nPosition == nPosition ||
            (key.iRow + 1) * cellsPerTile(key.level) <= std::min(entry.nPosition, nPosition));
}

AttentionTiles::TilePtr AttentionTiles::find(const MapTileKey& key, bool* isFresh) const {
    const Entry kept = entry(key);
    if (isFresh != nullptr)
        *isFresh = fresh(kept, key, nPosition());
    return kept.tile;
}

void AttentionTiles::adopt(std::shared_ptr<MapTile> tile, const std::shared_ptr<const AttentionRecord>& record) {
    const Source now = source();
    if (now.record == record)
        keep(std::move(tile), now);
}

AttentionTiles::TilePtr AttentionTiles::keep(std::shared_ptr<MapTile> tile, const Source& source) {
    const std::int64_t nPosition = source.record->nPosition();
    const std::lock_guard lock(mutex_);
    if (source.generation != generation_)
        return tile;
    Entry& kept = tiles_[tile->key];
    const bool better = kept.tile == nullptr || (tile->exact && !kept.tile->exact) ||
                        (tile->exact == kept.tile->exact && nPosition >= kept.nPosition);
    if (better) {
        kept.tile = tile;
        kept.nPosition = nPosition;
    }
    kept.used = ++clock_;
    const std::size_t most = std::max(options_.byteBudget / kTileBytes, kFewestTiles);
    while (tiles_.size() > most)
        tiles_.erase(std::min_element(tiles_.begin(), tiles_.end(),
                                      [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
    return tile;
}

std::shared_ptr<MapTile> AttentionTiles::direct(const AttentionRecord& record, const MapTileKey& key,
                                                const Entry& before, std::stop_token stop) const {
    auto tile = std::make_shared<MapTile>();
    tile->key = key;
    MapRegion region = regionOf(key);
    std::size_t done = 0; // rows of blocks that an earlier, shorter recording filled
    if (before.tile != nullptr && before.tile->exact && before.nPosition < record.nPosition())
        done = static_cast<std::size_t>(
            std::clamp<std::int64_t>((before.nPosition - region.firstQuery) / region.block, 0, kSide));
    tile->max.resize(kSide * kSide);
    tile->mean.resize(kSide * kSide);
    if (done > 0) {
        std::copy_n(before.tile->max.begin(), done * kSide, tile->max.begin());
        std::copy_n(before.tile->mean.begin(), done * kSide, tile->mean.begin());
    }
    region.firstQuery += static_cast<std::int64_t>(done) * region.block;
    region.nRow -= static_cast<std::int64_t>(done);
    if (!attentionBlocks(record, iHead_, region, options_.value, options_.maskedKeys,
                         std::span(tile->max).subspan(done * kSide), std::span(tile->mean).subspan(done * kSide), stop))
        return nullptr;
    return tile;
}

std::shared_ptr<MapTile> AttentionTiles::merged(const AttentionRecord& record, const MapTileKey& key,
                                                const TilePtr (&parts)[4]) const {
    auto tile = emptyTile(key);
    const std::int64_t half = kSide / 2, block = std::int64_t{1} << (key.level - 1), n = record.nPosition();
    for (int i = 0; i < 4; ++i) {
        if (parts[i] == nullptr)
            continue;
        const MapTileKey child = part(key, i);
        const float* max = parts[i]->max.data();
        const float* mean = parts[i]->mean.data();
        for (std::int64_t r = 0; r < half; ++r)
            for (std::int64_t c = 0; c < half; ++c) {
                const std::int64_t to = (i / 2 * half + r) * kSide + i % 2 * half + c;
                const std::int64_t from = 2 * r * kSide + 2 * c;
                float most = std::numeric_limits<float>::quiet_NaN();
                double sum = 0.0, count = 0.0;
                for (const std::int64_t at : {from, from + 1, from + kSide, from + kSide + 1}) {
                    if (std::isnan(max[at]))
                        continue;
                    const std::int64_t q = (child.iRow * kSide + at / kSide) * block;
                    const std::int64_t k = (child.iCol * kSide + at % kSide) * block;
                    const auto cells = static_cast<double>(
                        visibleCells(record.geometry, n, options_.maskedKeys, q, q + block, k, k + block));
                    most = std::isnan(most) ? max[at] : std::max(most, max[at]);
                    sum += static_cast<double>(mean[at]) * cells;
                    count += cells;
                }
                tile->max[static_cast<std::size_t>(to)] = most;
                if (count > 0)
                    tile->mean[static_cast<std::size_t>(to)] = static_cast<float>(sum / count);
            }
    }
    return tile;
}

AttentionTiles::TilePtr AttentionTiles::compute(const MapTileKey& key, std::stop_token stop) {
    const Source from = source();
    const AttentionRecord& record = *from.record;
    const std::int64_t n = record.nPosition();
    const auto make = [&](const auto& self, const MapTileKey& wanted) -> TilePtr {
        const Entry kept = entry(wanted);
        if (fresh(kept, wanted, n))
            return kept.tile;
        if (stop.stop_requested())
            return nullptr;
        std::shared_ptr<MapTile> tile;
        if (!anyVisible(record, wanted)) {
            tile = emptyTile(wanted);
        } else if (wanted.level <= kDirectLevel) {
            tile = direct(record, wanted, kept, stop);
        } else {
            TilePtr parts[4];
            for (int i = 0; i < 4; ++i) {
                const MapTileKey child = part(wanted, i);
                if (!anyVisible(record, child))
                    continue;
                parts[i] = self(self, child);
                if (parts[i] == nullptr)
                    return nullptr;
            }
            tile = merged(record, wanted, parts);
        }
        return tile == nullptr ? nullptr : keep(std::move(tile), from);
    };
    return make(make, key);
}

AttentionTiles::TilePtr AttentionTiles::sample(const MapTileKey& key) {
    const Source from = source();
    auto tile = emptyTile(key);
    const MapRegion region = regionOf(key);
    if (anyVisible(*from.record, key)) {
        tile->exact = region.block <= kSamples;
        attentionBlocksSampled(*from.record, iHead_, region, options_.value, options_.maskedKeys, kSamples, tile->max,
                               tile->mean);
    }
    return keep(std::move(tile), from);
}

bool AttentionTiles::nextPiece(const MapTileKey& key, const std::function<bool(const MapTileKey&)>& taken,
                               MapTileKey& piece) const {
    const std::shared_ptr<const AttentionRecord> source = record();
    const std::int64_t n = source->nPosition();
    if (taken(key) || fresh(entry(key), key, n))
        return false;
    if (key.level > kDirectLevel && anyVisible(*source, key)) {
        bool whole = true;
        for (int i = 0; i < 4; ++i) {
            const MapTileKey child = part(key, i);
            if (!anyVisible(*source, child) || fresh(entry(child), child, n))
                continue;
            whole = false;
            if (nextPiece(child, taken, piece))
                return true;
        }
        if (!whole)
            return false;
    }
    piece = key;
    return true;
}

} // namespace vitral
