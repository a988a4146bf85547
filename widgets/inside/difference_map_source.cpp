// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/difference_map_source.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace vitral {
namespace {
constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
}

std::shared_ptr<MapTile> differenceTile(const AttentionRecord& a, const AttentionRecord& b, const TextAlignment& pairs,
                                        std::int32_t iHead, const MapTileKey& key, std::stop_token stop) {
    constexpr std::int64_t kSide = kMapTileSide;
    auto tile = std::make_shared<MapTile>();
    tile->key = key;
    tile->max.assign(kSide * kSide, kNothing);
    tile->mean.assign(kSide * kSide, kNothing);
    const std::int64_t n = a.nPosition();
    const std::int64_t block = std::int64_t{1} << key.level;
    const std::int64_t firstKey = key.iCol * kSide * block;
    const std::int64_t endKey = std::min(n, firstKey + kSide * block);
    if (firstKey >= endKey)
        return tile;
    std::vector<float> rowA(static_cast<std::size_t>(endKey)), rowB;
    std::vector<double> sum(kSide);
    std::vector<float> far(kSide);
    std::vector<std::int64_t> count(kSide);
    for (std::int64_t r = 0; r < kSide; ++r) {
        const std::int64_t first = (key.iRow * kSide + r) * block;
        if (first >= n)
            break;
        std::fill(sum.begin(), sum.end(), 0.0);
        std::fill(far.begin(), far.end(), 0.0F);
        std::fill(count.begin(), count.end(), 0);
        for (std::int64_t i = first; i < std::min(n, first + block); ++i) {
            if (stop.stop_requested())
                return nullptr;
            const std::int64_t end = std::min(endKey, i + 1);
            const std::int64_t partner = pairs.of(i);
            if (end <= firstKey || partner < 0 || partner >= b.nPosition())
                continue;
            rowB.resize(static_cast<std::size_t>(partner + 1));
            attentionRow(a, iHead, i, MapValue::Weight, std::span(rowA).first(static_cast<std::size_t>(end)));
            attentionRow(b, iHead, partner, MapValue::Weight, rowB);
            for (std::int64_t j = firstKey; j < end; ++j) {
                const std::int64_t other = pairs.of(j);
                if (other < 0)
                    continue;
                const auto c = static_cast<std::size_t>((j - firstKey) >> key.level);
                const float d = rowA[static_cast<std::size_t>(j)] - rowB[static_cast<std::size_t>(other)];
                sum[c] += static_cast<double>(d);
                if (std::abs(d) > std::abs(far[c]))
                    far[c] = d;
                ++count[c];
            }
        }
        for (std::size_t c = 0; c < static_cast<std::size_t>(kSide); ++c)
            if (count[c] > 0) {
                const std::size_t at = static_cast<std::size_t>(r * kSide) + c;
                tile->max[at] = far[c];
                tile->mean[at] = static_cast<float>(sum[c] / static_cast<double>(count[c]));
            }
    }
    return tile;
}

DifferenceMapSource::DifferenceMapSource(ViewPool& pool, std::shared_ptr<const AttentionRecord> a,
                                         std::shared_ptr<const AttentionRecord> b,
                                         std::shared_ptr<const TextAlignment> pairs, std::int32_t iHead,
                                         QObject* parent)
    : MapSource(parent), pool_(pool), a_(std::move(a)), b_(std::move(b)), pairs_(std::move(pairs)), iHead_(iHead),
      n_(a_->nPosition()) {}

DifferenceMapSource::~DifferenceMapSource() {
    pool_.cancelAll(this);
}

std::shared_ptr<const MapTile> DifferenceMapSource::tile(const MapTileKey& key) {
    const auto found = std::find_if(tiles_.begin(), tiles_.end(), [&](const auto& t) { return t->key == key; });
    if (found != tiles_.end()) {
        tiles_.splice(tiles_.begin(), tiles_, found);
        return tiles_.front();
    }
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
        asked_.push_back(key);
        const std::string tag =
            std::to_string(key.level) + "," + std::to_string(key.iRow) + "," + std::to_string(key.iCol);
        pool_.ask(
            this, tag,
            [a = a_, b = b_, pairs = pairs_, iHead = iHead_, key](std::stop_token stop)
                -> std::shared_ptr<const MapTile> { return differenceTile(*a, *b, *pairs, iHead, key, stop); },
            [this, key](std::shared_ptr<const MapTile> tile) {
                asked_.remove(key);
                if (!tile)
                    return;
                tiles_.push_front(std::move(tile));
                if (tiles_.size() > kKept)
                    tiles_.pop_back();
                emit tileReady(key);
            },
            true);
    }
    return nullptr;
}

std::shared_ptr<const MapTile> DifferenceMapSource::tileNow(const MapTileKey& key) {
    return differenceTile(*a_, *b_, *pairs_, iHead_, key, {});
}

float DifferenceMapSource::cell(std::int64_t iRow, std::int64_t iCol) const {
    if (iRow < 0 || iCol < 0 || iRow >= n_ || iCol > iRow)
        return kNothing;
    const std::int64_t row = pairs_->of(iRow), col = pairs_->of(iCol);
    if (row < 0 || col < 0 || row >= b_->nPosition())
        return kNothing;
    return attentionCell(*a_, iHead_, iRow, iCol).weight - attentionCell(*b_, iHead_, row, col).weight;
}

} // namespace vitral
