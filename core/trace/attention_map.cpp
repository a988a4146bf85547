// SPDX-License-Identifier: Apache-2.0
#include "core/trace/attention_map.h"

#include "core/trace/map_cells.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace vitral {
namespace {

bool sameRows(const Rows& a, const Rows& b, std::int64_t n) {
    if (a.dtype() != b.dtype() || a.nCol() != b.nCol() || a.nRow() < n || b.nRow() < n)
        return false;
    const auto rowBytes = static_cast<std::size_t>(a.nCol()) * (a.dtype() == DType::F16 ? 2U : 4U);
    for (std::int64_t i = 0; i < n; i += kRowsPerBlock) {
        const auto bytes = static_cast<std::size_t>(std::min(kRowsPerBlock, n - i)) * rowBytes;
        if (a.row(i) != b.row(i) && std::memcmp(a.row(i), b.row(i), bytes) != 0)
            return false;
    }
    return true;
}

} // namespace

bool continues(const AttentionRecord& record, const AttentionRecord& earlier) {
    const std::int64_t n = earlier.nPosition();
    return record.geometry == earlier.geometry && sameRows(record.q, earlier.q, n) &&
           sameRows(record.k, earlier.k, n) && sameRows(record.lse, earlier.lse, n);
}

void attentionRow(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery, MapValue value,
                  std::span<float> out) {
    const auto n = static_cast<std::int64_t>(out.size());
    const MapAxis query = MapAxis::all(iQuery, 1, 1, iQuery + 1);
    const MapAxis keys = MapAxis::all(0, n, 1, std::min(n, iQuery + 1));
    mapCells(mapKernels(), {record, iHead, value, {}, query, keys, out, {}, {}, {}}, {});
    const float nothing = value == MapValue::Weight ? 0.0F : -std::numeric_limits<float>::infinity();
    for (float& v : out)
        if (std::isnan(v))
            v = nothing;
}

bool attentionBlocks(const AttentionRecord& record, std::int32_t iHead, const MapRegion& region, MapValue value,
                     std::span<const std::int64_t> maskedKeys, std::span<float> max, std::span<float> mean,
                     std::stop_token stop) {
    const std::int64_t n = record.nPosition();
    const MapAxis queries = MapAxis::all(region.firstQuery, region.nRow, region.block, n);
    const std::int64_t lastKey = queries.positions.empty() ? 0 : queries.positions.back() + 1; // later ones see nobody
    const MapAxis keys = MapAxis::all(region.firstKey, region.nCol, region.block, std::min(n, lastKey));
    return mapCells(mapKernels(), {record, iHead, value, maskedKeys, queries, keys, max, mean, {}, {}}, stop);
}

bool attentionBlocksSampled(const AttentionRecord& record, std::int32_t iHead, const MapRegion& region, MapValue value,
                            std::span<const std::int64_t> maskedKeys, std::int32_t nSample, std::span<float> max,
                            std::span<float> mean, std::stop_token stop) {
    const std::int64_t n = record.nPosition();
    const MapAxis queries = MapAxis::sampled(region.firstQuery, region.nRow, region.block, n, nSample, true);
    const MapAxis keys = MapAxis::sampled(region.firstKey, region.nCol, region.block, n, nSample, false);
    return mapCells(mapKernels(), {record, iHead, value, maskedKeys, queries, keys, max, mean, {}, {}}, stop);
}

std::int64_t visibleCells(const AttentionGeometry& geometry, std::int64_t nPosition,
                          std::span<const std::int64_t> maskedKeys, std::int64_t firstQuery, std::int64_t endQuery,
                          std::int64_t firstKey, std::int64_t endKey) {
    endQuery = std::min(endQuery, nPosition);
    endKey = std::min({endKey, nPosition, endQuery});
    if (firstQuery >= endQuery || firstKey >= endKey)
        return 0;
    const std::int64_t window = geometry.window > 0 ? geometry.window : nPosition;
    std::int64_t sum = 0;
    if (firstQuery >= endKey - 1 && firstKey > endQuery - 1 - window) {
        sum = (endQuery - firstQuery) * (endKey - firstKey);
    } else {
        for (std::int64_t i = std::max(firstQuery, firstKey); i < endQuery; ++i)
            sum += std::max<std::int64_t>(0, std::min(endKey, i + 1) - std::max(firstKey, i - window + 1));
    }
    for (auto it = std::lower_bound(maskedKeys.begin(), maskedKeys.end(), firstKey);
         it != maskedKeys.end() && *it < endKey; ++it)
        sum -= std::max<std::int64_t>(0, std::min(endQuery, *it + window) - std::max(firstQuery, *it));
    return sum;
}

} // namespace vitral
