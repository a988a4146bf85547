// SPDX-License-Identifier: Apache-2.0
#include "core/trace/cell_detail.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace vitral {
namespace {

void addArithmetic(const AttentionRecord& record, CellDetail& detail) {
    const auto dim = static_cast<std::size_t>(record.geometry.headDimK);
    detail.q.resize(dim);
    detail.k.resize(dim);
    record.q.read(detail.iQuery, std::int64_t{detail.iHead} * record.geometry.headDimK, detail.q);
    record.k.read(detail.iKey, std::int64_t{detail.iKvHead} * record.geometry.headDimK, detail.k);
    float sum = 0.0F;
    for (std::size_t d = 0; d < dim; ++d) {
        detail.product.push_back(detail.q[d] * detail.k[d]);
        sum += detail.product.back();
        detail.partialSum.push_back(sum);
    }
    detail.cell = attentionCell(record, detail.iHead, detail.iQuery, detail.iKey);
}

void addTurns(const RopeTable& rope, CellDetail& detail) {
    if (rope.inverseFrequency.empty() || 2 * rope.inverseFrequency.size() > detail.q.size())
        return;
    for (const RotaryPair& pair : rotaryPairs(rope)) {
        CellDetail::Turn turn;
        turn.pair = pair;
        turn.queryAngle = rotaryAngle(pair, detail.iQuery);
        turn.keyAngle = rotaryAngle(pair, detail.iKey);
        turn.difference = rotaryAngle(pair, detail.iQuery - detail.iKey);
        turn.contribution = detail.product[static_cast<std::size_t>(pair.first)] +
                            detail.product[static_cast<std::size_t>(pair.second)];
        detail.turns.push_back(turn);
    }
    detail.qBefore = detail.q;
    detail.kBefore = detail.k;
    rotateBack(rope, detail.iQuery, detail.qBefore);
    rotateBack(rope, detail.iKey, detail.kBefore);
}

void addNeighbours(const AttentionRecord& record, std::int32_t nTop, std::int32_t nAround, CellDetail& detail) {
    const AttentionGeometry& g = record.geometry;
    const std::int64_t first = g.window > 0 ? std::max<std::int64_t>(0, detail.iQuery - g.window + 1) : 0;
    std::vector<float> scores(static_cast<std::size_t>(detail.iQuery + 1));
    attentionRow(record, detail.iHead, detail.iQuery, MapValue::Score, scores);
    const float lse = detail.cell.logSumExp;
    const auto neighbour = [&](std::int64_t j) {
        const float s = scores[static_cast<std::size_t>(j)];
        return CellDetail::Neighbour{j, s, std::exp(s - lse)};
    };
    std::vector<std::int64_t> order(static_cast<std::size_t>(detail.iQuery + 1 - first));
    std::iota(order.begin(), order.end(), first);
    detail.nVisible = static_cast<std::int64_t>(order.size());
    for (const std::int64_t j : order)
        detail.totalWeight +=
            std::exp(static_cast<double>(scores[static_cast<std::size_t>(j)]) - static_cast<double>(lse));
    detail.restWeight = detail.totalWeight;
    const auto heavier = [&](std::int64_t a, std::int64_t b) {
        const float x = scores[static_cast<std::size_t>(a)], y = scores[static_cast<std::size_t>(b)];
        return x > y || (x == y && a < b);
    };
    if (detail.cell.visible())
        detail.rank =
            1 + std::count_if(order.begin(), order.end(), [&](std::int64_t j) { return heavier(j, detail.iKey); });
    for (std::int64_t j = std::max(first, detail.iKey - nAround); j <= std::min(detail.iQuery, detail.iKey + nAround);
         ++j)
        detail.around.push_back(neighbour(j));
    const auto n = std::min<std::ptrdiff_t>(nTop, static_cast<std::ptrdiff_t>(order.size()));
    std::partial_sort(order.begin(), order.begin() + n, order.end(), heavier);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        detail.top.push_back(neighbour(order[static_cast<std::size_t>(i)]));
        detail.restWeight -= static_cast<double>(detail.top.back().weight);
    }
    detail.restWeight = std::max(0.0, detail.restWeight);
    detail.largestScore = static_cast<double>(detail.top.empty() ? 0.0F : detail.top.front().capped);
    if (!g.sinks.empty()) {
        detail.sinkWeight =
            std::exp(static_cast<double>(g.sinks[static_cast<std::size_t>(detail.iHead)]) - static_cast<double>(lse));
        detail.totalWeight += detail.sinkWeight;
    }
}

} // namespace

CellDetail cellDetail(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery, std::int64_t iKey,
                      std::int32_t nTop, std::int32_t nAround) {
    CellDetail detail;
    detail.iHead = iHead;
    detail.iKvHead = record.kvHead(iHead);
    detail.iQuery = iQuery;
    detail.iKey = iKey;
    addArithmetic(record, detail);
    addTurns(record.geometry.rope, detail);
    addNeighbours(record, nTop, nAround, detail);
    return detail;
}

} // namespace vitral
