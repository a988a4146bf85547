// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/attention_map_source.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

AttentionMapSource::AttentionMapSource(MapWorkers& workers, std::shared_ptr<const AttentionRecord> record,
                                       std::int32_t iHead, AttentionTilesOptions options, QObject* parent)
    : MapSource(parent), tiles_(std::make_shared<AttentionTiles>(std::move(record), iHead, std::move(options))) {
    requests_ = std::make_shared<TileRequests>(tiles_, [this](const std::shared_ptr<const MapTile>& tile) {
        // On a worker; requests_ is closed before this object goes, so `this` is there.
        QMetaObject::invokeMethod(
            this, [this, tile] { onReady(tile); }, Qt::QueuedConnection);
    });
    workers.attach(requests_);
}

AttentionMapSource::~AttentionMapSource() {
    requests_->close();
}

bool AttentionMapSource::useDevice(ViewPool& pool, QString* why, std::shared_ptr<gpu::VulkanDevice> device) {
    device_ = GraphicsTiles::open(tiles_, pool, why, std::move(device));
    if (!device_)
        return false;
    connect(device_.get(), &GraphicsTiles::made, this, &AttentionMapSource::onReady);
    connect(device_.get(), &GraphicsTiles::wayChanged, this, &MapSource::changed);
    connect(device_.get(), &GraphicsTiles::failed, this, [this] { emit changed(); }); // asked for again, elsewhere
    return true;
}

void AttentionMapSource::grow(std::shared_ptr<const AttentionRecord> record) {
    tiles_->grow(std::move(record));
    emit changed();
}

void AttentionMapSource::onReady(const std::shared_ptr<const MapTile>& tile) {
    if (tiles_->options().value == MapValue::Score) {
        auto [low, high] = scoreRange_;
        for (const float v : tile->max)
            if (std::isfinite(v)) {
                low = std::min(low, v);
                high = std::max(high, v);
            }
        scoreRange_ = {low, high};
    }
    emit tileReady(tile->key);
}

std::shared_ptr<const MapTile> AttentionMapSource::tile(const MapTileKey& key) {
    bool fresh = false;
    std::shared_ptr<const MapTile> found = tiles_->find(key, &fresh);
    if (found && fresh && found->exact)
        return found;
    if (!deviceName().isEmpty() && GraphicsTiles::takes(key))
        device_->request(key);
    else
        requests_->request(key);
    return found;
}

std::shared_ptr<const MapTile> AttentionMapSource::tileNow(const MapTileKey& key) {
    return tiles_->compute(key);
}

float AttentionMapSource::cell(std::int64_t iRow, std::int64_t iCol) const {
    const std::shared_ptr<const AttentionRecord> record = tiles_->record();
    const auto& masked = tiles_->options().maskedKeys;
    if (iRow < 0 || iCol < 0 || iRow >= nRow() || iCol >= nCol() ||
        std::binary_search(masked.begin(), masked.end(), iCol))
        return std::numeric_limits<float>::quiet_NaN();
    const AttentionCell cell = attentionCell(*record, tiles_->head(), iRow, iCol);
    if (!cell.visible())
        return std::numeric_limits<float>::quiet_NaN();
    return tiles_->options().value == MapValue::Weight ? cell.weight : cell.capped;
}

std::pair<float, float> AttentionMapSource::range() const {
    if (tiles_->options().value == MapValue::Weight)
        return {0.0F, 1.0F};
    return scoreRange_.first < scoreRange_.second ? scoreRange_ : std::pair{-8.0F, 8.0F};
}

} // namespace vitral
