// SPDX-License-Identifier: Apache-2.0
#include "core/trace/map_workers.h"

#include <algorithm>

namespace vitral {
namespace {

constexpr int kStandInLevel = AttentionTiles::kDirectLevel; ///< from here on an exact tile may take some milliseconds

/// How a stand-in under way is written down among the pieces.
MapTileKey standIn(MapTileKey key) {
    key.level += 1000;
    return key;
}

} // namespace

TileRequests::TileRequests(std::shared_ptr<AttentionTiles> tiles, Ready ready)
    : tiles_(std::move(tiles)), ready_(std::move(ready)) {}

TileRequests::~TileRequests() = default;

void TileRequests::request(const MapTileKey& key) {
    {
        const std::lock_guard lock(mutex_);
        std::erase(wanted_, key);
        wanted_.push_back(key);
        if (wanted_.size() > kMaxRequests)
            wanted_.erase(wanted_.begin());
    }
    wake();
}

void TileRequests::clear() {
    const std::lock_guard lock(mutex_);
    wanted_.clear();
}

bool TileRequests::idle() const {
    const std::lock_guard lock(mutex_);
    return wanted_.empty() && taken_.empty();
}

bool TileRequests::work(std::stop_token stop) {
    MapTileKey piece;
    bool coarse = false;
    AttentionTiles::TilePtr ready;
    {
        const std::lock_guard lock(mutex_);
        const auto taken = [&](const MapTileKey& key) {
            return std::find(taken_.begin(), taken_.end(), key) != taken_.end();
        };
        bool found = false;
        for (auto it = wanted_.rbegin(); it != wanted_.rend() && ready == nullptr; ++it) {
            bool fresh = false;
            const AttentionTiles::TilePtr kept = tiles_->find(*it, &fresh);
            if (fresh) {
                ready = kept;
                wanted_.erase(std::next(it).base());
                break;
            }
            if (kept == nullptr && it->level >= kStandInLevel && !taken(standIn(*it))) {
                piece = *it;
                coarse = found = true;
                taken_.push_back(standIn(piece));
                break;
            }
        }
        for (auto it = wanted_.rbegin(); it != wanted_.rend() && ready == nullptr && !found; ++it)
            if (tiles_->nextPiece(*it, taken, piece)) {
                found = true;
                taken_.push_back(piece);
            }
        if (ready == nullptr && !found)
            return false;
    }
    if (ready == nullptr) {
        const AttentionTiles::TilePtr made = coarse ? tiles_->sample(piece) : tiles_->compute(piece, stop);
        const std::lock_guard lock(mutex_);
        std::erase(taken_, coarse ? standIn(piece) : piece);
        const auto it = std::find(wanted_.begin(), wanted_.end(), piece);
        if (made != nullptr && it != wanted_.end()) {
            bool fresh = false;
            (void)tiles_->find(piece, &fresh);
            if (coarse || fresh)
                ready = made;
            if (fresh)
                wanted_.erase(it);
        }
    }
    wake(); // what is there now may be what another piece waits for
    if (ready != nullptr)
        report([&] { ready_(ready); });
    return true;
}

} // namespace vitral
