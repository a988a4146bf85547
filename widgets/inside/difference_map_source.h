// SPDX-License-Identifier: Apache-2.0
#pragma once
// One head's attention in two runs, the first minus the second, cell by cell and position by position. A block shows
// the mean of its differences, and as its "max" the one that is farthest from nothing, with its sign. Thread: GUI.

#include "core/trace/attention_map.h"
#include "core/trace/text_alignment.h"
#include "widgets/canvas/map_source.h"
#include "widgets/inside/view_pool.h"

#include <list>
#include <memory>
#include <stop_token>

namespace vitral {

/// Rows and columns are tokens of `a`, against their partners in `b`; where one of the two has none, there is nothing.
/// [kMapTileSide, kMapTileSide] of blocks of 2^level cells. Null when stopped. Thread: any.
std::shared_ptr<MapTile> differenceTile(const AttentionRecord& a, const AttentionRecord& b, const TextAlignment& pairs,
                                        std::int32_t iHead, const MapTileKey& key, std::stop_token stop);

class DifferenceMapSource : public MapSource {
    Q_OBJECT
public:
    DifferenceMapSource(ViewPool& pool, std::shared_ptr<const AttentionRecord> a,
                        std::shared_ptr<const AttentionRecord> b, std::shared_ptr<const TextAlignment> pairs,
                        std::int32_t iHead, QObject* parent = nullptr);
    ~DifferenceMapSource() override;

    [[nodiscard]] std::int64_t nRow() const override { return n_; }
    [[nodiscard]] std::int64_t nCol() const override { return n_; }
    [[nodiscard]] std::shared_ptr<const MapTile> tile(const MapTileKey& key) override;
    [[nodiscard]] std::shared_ptr<const MapTile> tileNow(const MapTileKey& key) override;
    [[nodiscard]] float cell(std::int64_t iRow, std::int64_t iCol) const override;
    [[nodiscard]] std::pair<float, float> range() const override { return {-1.0F, 1.0F}; }

private:
    static constexpr std::size_t kKept = 64; ///< tiles of half a MiB

    ViewPool& pool_;
    std::shared_ptr<const AttentionRecord> a_, b_;
    std::shared_ptr<const TextAlignment> pairs_;
    std::int32_t iHead_;
    std::int64_t n_;
    std::list<std::shared_ptr<const MapTile>> tiles_; ///< last used first
    std::list<MapTileKey> asked_;
};

} // namespace vitral
