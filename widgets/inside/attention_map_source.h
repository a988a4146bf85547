// SPDX-License-Identifier: Apache-2.0
#pragma once
// One head's attention map as a heat map's source: tiles of core/trace on the map threads, coarse stand-ins first.
// Thread: GUI.

#include "core/trace/attention_tiles.h"
#include "core/trace/map_workers.h"
#include "widgets/canvas/map_source.h"
#include "widgets/inside/graphics_tiles.h"

#include <memory>
#include <vector>

namespace vitral {

class AttentionMapSource : public MapSource {
    Q_OBJECT
public:
    AttentionMapSource(MapWorkers& workers, std::shared_ptr<const AttentionRecord> record, std::int32_t iHead,
                       AttentionTilesOptions options, QObject* parent = nullptr);
    ~AttentionMapSource() override;

    /// From now on tiles are made by the graphics device (the one all windows share, or `device`) where it can. False,
    /// with the reason: they go on being made on the processor.
    bool useDevice(ViewPool& pool, QString* why, std::shared_ptr<gpu::VulkanDevice> device = nullptr);
    /// Who makes the tiles; empty: the processor.
    [[nodiscard]] QString deviceName() const { return device_ ? device_->deviceName() : QString(); }
    [[nodiscard]] const GraphicsTiles* device() const { return device_.get(); }
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
    std::unique_ptr<GraphicsTiles> device_;
    std::pair<float, float> scoreRange_{0.0F, 0.0F}; ///< of the tiles seen so far
};

} // namespace vitral
