// SPDX-License-Identifier: Apache-2.0
#pragma once
// A map whose cells are a function of row and column: what a picture of it must show is known beforehand. Tiles are
// made when the test says so.

#include "widgets/canvas/map_source.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>

namespace vitral::test {

class FunctionSource : public MapSource {
public:
    using Cell = std::function<float(std::int64_t, std::int64_t)>;
    FunctionSource(std::int64_t nRow, std::int64_t nCol, Cell cell)
        : nRow_(nRow), nCol_(nCol), cell_(std::move(cell)) {}

    [[nodiscard]] std::int64_t nRow() const override { return nRow_; }
    [[nodiscard]] std::int64_t nCol() const override { return nCol_; }
    [[nodiscard]] float cell(std::int64_t iRow, std::int64_t iCol) const override { return cell_(iRow, iCol); }
    [[nodiscard]] std::pair<float, float> range() const override { return {0.F, 1.F}; }
    std::shared_ptr<const MapTile> tile(const MapTileKey& key) override {
        ++nAsked;
        const auto it = tiles_.find(order(key));
        if (it != tiles_.end())
            return it->second;
        if (!immediate) {
            wanted.push_back(key);
            return nullptr;
        }
        return make(key);
    }
    std::shared_ptr<const MapTile> make(const MapTileKey& key) {
        auto& tile = tiles_[order(key)];
        tile = tileNow(key);
        return tile;
    }
    /// Makes what was asked for and says so.
    void deliver() {
        std::vector<MapTileKey> keys;
        keys.swap(wanted);
        for (const MapTileKey& key : keys) {
            make(key);
            emit tileReady(key);
        }
    }

    bool immediate = true;
    int nAsked = 0;
    std::vector<MapTileKey> wanted;

private:
    static std::tuple<int, std::int64_t, std::int64_t> order(const MapTileKey& key) {
        return {key.level, key.iRow, key.iCol};
    }
    std::int64_t nRow_, nCol_;
    Cell cell_;
    std::map<std::tuple<int, std::int64_t, std::int64_t>, std::shared_ptr<const MapTile>> tiles_;
};

/// A lower triangle like attention: 0..1, NaN above the diagonal, no two neighbours alike.
inline FunctionSource::Cell triangle() {
    return [](std::int64_t i, std::int64_t j) {
        if (j > i)
            return std::nanf("");
        const auto mixed = static_cast<std::uint32_t>(i * 73856093) ^ static_cast<std::uint32_t>(j * 19349663);
        const float noise = static_cast<float>((mixed >> 4U) % 1000U) / 1000.F;
        return (10.F / (10.F + static_cast<float>(i - j))) * (0.25F + 0.75F * noise);
    };
}

} // namespace vitral::test
