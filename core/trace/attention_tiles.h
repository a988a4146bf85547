// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tile pyramid of one head's attention map: tiles computed on demand, kept while they fit. Coarse tiles are built
// from finer ones, which stay in the cache: zooming in after a first look finds them. While a run goes on grow() takes
// its newer snapshots, and only rows that are new are computed again. Thread: any (one lock, never held while
// computing).

#include "core/trace/attention_map.h"
#include "core/trace/map_tile.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <unordered_map>
#include <vector>

namespace vitral {

struct AttentionTilesOptions {
    MapValue value = MapValue::Weight;
    std::vector<std::int64_t> maskedKeys;             ///< ascending; see attentionBlocks
    std::size_t byteBudget = std::size_t{256} << 20U; ///< of kept tiles (half a MiB each); at least 16 are kept
};

class AttentionTiles {
public:
    using TilePtr = std::shared_ptr<const MapTile>;
    /// Tiles up to this level (2,048 x 2,048 cells) are computed cell by cell; above, from four finer ones.
    static constexpr int kDirectLevel = 3;

    AttentionTiles(std::shared_ptr<const AttentionRecord> record, std::int32_t iHead,
                   AttentionTilesOptions options = {});

    [[nodiscard]] std::shared_ptr<const AttentionRecord> record() const;
    [[nodiscard]] std::int32_t head() const { return iHead_; }
    [[nodiscard]] const AttentionTilesOptions& options() const { return options_; }
    [[nodiscard]] std::int64_t nPosition() const; ///< rows and columns of the map
    /// The level at which one tile holds the whole map.
    [[nodiscard]] int topLevel() const;

    /// What is kept, at once: the newest tile for the key, which may be a stand-in (exact false) or lack rows that came
    /// after it was made (`fresh` says so); null when there is none.
    [[nodiscard]] TilePtr find(const MapTileKey& key, bool* fresh = nullptr) const;
    /// The exact tile, from the cache or computed here (and what it is built from). Null when stopped.
    [[nodiscard]] TilePtr compute(const MapTileKey& key, std::stop_token stop = {});
    /// A stand-in in a few milliseconds whatever the level: at most 4 queries by 4 keys of every block are looked at,
    /// so its max is too low and its mean approximate. Exact where a block has no more cells than that. Kept until the
    /// exact one is there.
    [[nodiscard]] TilePtr sample(const MapTileKey& key);
    /// A tile that somebody else made from `record` (a graphics device); forgotten where that is no longer the newest.
    void adopt(std::shared_ptr<MapTile> tile, const std::shared_ptr<const AttentionRecord>& record);
    /// Does one piece of the work that compute() would do, for callers that share it between threads: the key of a tile
    /// at or below kDirectLevel, or of one whose four parts are there. Skips pieces for which `taken` is true. False:
    /// nothing left to start.
    [[nodiscard]] bool nextPiece(const MapTileKey& key, const std::function<bool(const MapTileKey&)>& taken,
                                 MapTileKey& piece) const;

    /// A longer snapshot of the same run; ignored unless it is longer. If it is of another run after all, nothing is
    /// carried on.
    void grow(std::shared_ptr<const AttentionRecord> record);
    [[nodiscard]] std::size_t bytes() const; ///< of kept tiles

private:
    struct Hash {
        std::size_t operator()(const MapTileKey& key) const;
    };
    struct Entry {
        TilePtr tile;
        std::int64_t nPosition = 0;     ///< of the recording it was made from
        mutable std::uint64_t used = 0; ///< when last wanted, for giving up the oldest
    };
    [[nodiscard]] Entry entry(const MapTileKey& key) const;
    [[nodiscard]] bool fresh(const Entry& entry, const MapTileKey& key, std::int64_t nPosition) const;
    /// What a tile is made from, and whose tiles may be kept.
    struct Source {
        std::shared_ptr<const AttentionRecord> record;
        std::uint64_t generation = 0;
    };
    [[nodiscard]] Source source() const;
    TilePtr keep(std::shared_ptr<MapTile> tile, const Source& source);
    std::shared_ptr<MapTile> direct(const AttentionRecord& record, const MapTileKey& key, const Entry& before,
                                    std::stop_token stop) const;
    std::shared_ptr<MapTile> merged(const AttentionRecord& record, const MapTileKey& key,
                                    const TilePtr (&parts)[4]) const;

    const std::int32_t iHead_;
    const AttentionTilesOptions options_;
    mutable std::mutex mutex_;
    std::shared_ptr<const AttentionRecord> record_;
    std::unordered_map<MapTileKey, Entry, Hash> tiles_;
    std::uint64_t generation_ = 0; ///< counts recordings that did not continue the one before
    mutable std::uint64_t clock_ = 0;
};

} // namespace vitral
