// SPDX-License-Identifier: Apache-2.0
// One cell at a time, as the formula stands: the truth of attention_map.cpp.
#include "core/trace/attention_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

AttentionCell attentionCell(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery, std::int64_t iKey) {
    const AttentionGeometry& g = record.geometry;
    const auto dim = static_cast<std::size_t>(g.headDimK);
    std::vector<float> q(dim), k(dim);
    record.q.read(iQuery, std::int64_t{iHead} * g.headDimK, q);
    record.k.read(iKey, std::int64_t{record.kvHead(iHead)} * g.headDimK, k);
    AttentionCell cell;
    for (std::size_t d = 0; d < dim; ++d)
        cell.dot += q[d] * k[d];
    cell.causal = iKey <= iQuery;
    cell.inWindow = g.window == 0 || iKey > iQuery - g.window;
    cell.scaled = cell.dot * g.scale;
    cell.capped = g.softcap > 0.0F ? g.softcap * std::tanh(cell.scaled / g.softcap) : cell.scaled;
    cell.logSumExp = record.lse.at(iQuery, iHead);
    cell.weight = cell.visible() ? std::exp(cell.capped - cell.logSumExp) : 0.0F;
    return cell;
}

void attentionRowPlain(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery, MapValue value,
                       std::span<float> out) {
    for (std::size_t j = 0; j < out.size(); ++j) {
        const AttentionCell cell = attentionCell(record, iHead, iQuery, static_cast<std::int64_t>(j));
        out[j] = value == MapValue::Weight ? cell.weight
                 : cell.visible()          ? cell.capped
                                           : -std::numeric_limits<float>::infinity();
    }
}

bool attentionBlocksPlain(const AttentionRecord& record, std::int32_t iHead, const MapRegion& region, MapValue value,
                          std::span<const std::int64_t> maskedKeys, std::span<float> max, std::span<float> mean,
                          std::stop_token stop) {
    const std::int64_t n = record.nPosition();
    for (std::int64_t r = 0; r < region.nRow; ++r) {
        if (stop.stop_requested())
            return false;
        for (std::int64_t c = 0; c < region.nCol; ++c) {
            float best = -std::numeric_limits<float>::infinity();
            double sum = 0.0;
            std::int64_t nVisible = 0;
            const std::int64_t q0 = region.firstQuery + r * region.block, k0 = region.firstKey + c * region.block;
            for (std::int64_t i = q0; i < std::min(q0 + region.block, n); ++i)
                for (std::int64_t j = k0; j < std::min(k0 + region.block, i + 1); ++j) {
                    if (std::binary_search(maskedKeys.begin(), maskedKeys.end(), j))
                        continue;
                    const AttentionCell cell = attentionCell(record, iHead, i, j);
                    if (!cell.visible())
                        continue;
                    const float v = value == MapValue::Weight ? cell.weight : cell.capped;
                    best = std::max(best, v);
                    sum += v;
                    ++nVisible;
                }
            const auto at = static_cast<std::size_t>(r * region.nCol + c);
            const float nothing = std::numeric_limits<float>::quiet_NaN();
            if (!max.empty())
                max[at] = nVisible > 0 ? best : nothing;
            if (!mean.empty())
                mean[at] = nVisible > 0 ? static_cast<float>(sum / static_cast<double>(nVisible)) : nothing;
        }
    }
    return true;
}

} // namespace vitral
