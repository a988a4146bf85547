// SPDX-License-Identifier: Apache-2.0
#pragma once
// One head's attention map as a heat map's source: tiles of core/trace on the map threads, coarse stand-ins first.
// Thread: GUI.

#include "core/trace/attention_tiles.h"
#include "core/trace/map_workers.h"
#include "widgets/canvas/map_source.h"

#include <memory>
#include <vector>

namespace vitral {

class AttentionMapSource : public MapSource {
    Q_OBJECT
public:
    AttentionMapSource(MapWorkers& workers, std::shared_ptr<const AttentionRecord> record, std::int32_t iHead,
                       AttentionTilesOptions options, QObject* parent = nullptr);
    ~AttentionMapSource() override;

    /// A longer snapshot of the same run: what is known stays.
    void grow(std::shared_ptr<const AttentionRecord> record);
    [[nodiscard]] const AttentionTiles& tiles() const { return *tiles_; }

    [[nodiscard]] std::int64_t nRow() const override { return tiles_->nPosition(); }
    [[nodiscard]] std::int64_t nCol() const override { return tiles_->nPosition(); }
    [[nodiscard]] std::shared_ptr<const MapTile> tile(const MapTileKey& key) override;
    [[nodiscard]] std::shared_ptr<const MapTile> tileNow(const MapTileKey& key) override;
    [[nodiscard]] float cell(std::int64_t iRow, std::int64_t iCol) const override;
    [[nodiscard]] std::pair<float, float> range() const override;

private:
    void onReady(const std::shared_ptr<const MapTile>& tile);

    std::shared_ptr<AttentionTiles> tiles_;
    std::shared_ptr<TileRequests> requests_;
    std::pair<float, float> scoreRange_{0.0F, 0.0F}; ///< of the tiles seen so far
};

} // namespace vitral
