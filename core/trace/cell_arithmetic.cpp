// SPDX-License-Identifier: Apache-2.0
#include "core/trace/cell_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {
namespace {

std::vector<double> readHead(const Rows& rows, std::int64_t iRow, std::int64_t firstCol, std::int64_t n) {
    std::vector<float> host(static_cast<std::size_t>(n));
    rows.read(iRow, firstCol, host);
    return {host.begin(), host.end()};
}

double capped(double score, double softcap) {
    return softcap > 0 ? softcap * std::tanh(score / softcap) : score;
}

} // namespace

CellArithmetic::Pair CellArithmetic::pairOf(std::int64_t d) const {
    const std::int64_t n = nRotary();
    if (d < 0 || d >= n)
        return {};
    if (rope->style == RopeStyle::Interleaved)
        return {d / 2, d % 2 == 0 ? d + 1 : d - 1, d % 2 == 0};
    return d < n / 2 ? Pair{d, d + n / 2, true} : Pair{d - n / 2, d - n / 2, false};
}

double CellArithmetic::angle(std::int64_t pair, std::int64_t position) const {
    return static_cast<double>(rope->inverseFrequency[static_cast<std::size_t>(pair)]) * static_cast<double>(position);
}

namespace {

/// Turns every pair back by its angle at `position`.
std::vector<double> unrotated(const CellArithmetic& cell, const std::vector<double>& rotated, std::int64_t position) {
    std::vector<double> out = rotated;
    for (std::int64_t d = 0; d < cell.nRotary() && d < static_cast<std::int64_t>(out.size()); ++d) {
        const CellArithmetic::Pair pair = cell.pairOf(d);
        if (!pair.first)
            continue;
        const double theta = cell.angle(pair.index, position);
        const double magnitude = static_cast<double>(cell.rope->magnitude);
        const double x = rotated[static_cast<std::size_t>(d)] / magnitude;
        const double y = rotated[static_cast<std::size_t>(pair.other)] / magnitude;
        out[static_cast<std::size_t>(d)] = x * std::cos(theta) + y * std::sin(theta);
        out[static_cast<std::size_t>(pair.other)] = y * std::cos(theta) - x * std::sin(theta);
    }
    return out;
}

void fillRow(CellArithmetic& cell, const AttentionRecord& record) {
    const AttentionGeometry& g = record.geometry;
    const std::int64_t first = g.window > 0 ? std::max<std::int64_t>(0, cell.iQuery - g.window + 1) : 0;
    double most = cell.sink ? *cell.sink : -std::numeric_limits<double>::infinity();
    for (std::int64_t j = first; j <= cell.iQuery; ++j) {
        const std::vector<double> key = readHead(record.k, j, std::int64_t{cell.iKvHead} * g.headDimK, g.headDimK);
        double dot = 0;
        for (std::size_t d = 0; d < key.size(); ++d)
            dot += cell.q[d] * key[d];
        cell.row.push_back({j, capped(dot * cell.scale, cell.softcap), 0});
        most = std::max(most, cell.row.back().score);
    }
    double sum = cell.sink ? std::exp(*cell.sink - most) : 0;
    for (const CellTerm& term : cell.row)
        sum += std::exp(term.score - most);
    cell.lse = most + std::log(sum);
    for (CellTerm& term : cell.row) {
        term.weight = std::exp(term.score - cell.lse);
        cell.rowSum += term.weight;
    }
    if (cell.sink)
        cell.sinkWeight = std::exp(*cell.sink - cell.lse);
}

} // namespace

std::optional<CellArithmetic> cellArithmetic(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery,
                                             std::int64_t iKey) {
    const AttentionGeometry& g = record.geometry;
    if (iHead < 0 || iHead >= g.nHead || iQuery < 0 || iKey < 0 || iQuery >= record.nPosition() ||
        iKey >= record.nPosition())
        return std::nullopt;
    CellArithmetic c;
    c.iHead = iHead;
    c.iKvHead = record.kvHead(iHead);
    c.iQuery = iQuery;
    c.iKey = iKey;
    c.rope = g.rope.inverseFrequency.empty() ? nullptr : &g.rope;
    c.q = readHead(record.q, iQuery, std::int64_t{iHead} * g.headDimK, g.headDimK);
    c.k = readHead(record.k, iKey, std::int64_t{c.iKvHead} * g.headDimK, g.headDimK);
    c.qBefore = unrotated(c, c.q, iQuery);
    c.kBefore = unrotated(c, c.k, iKey);
    for (std::size_t d = 0; d < c.q.size(); ++d) {
        c.product.push_back(c.q[d] * c.k[d]);
        c.dot += c.product.back();
        c.running.push_back(c.dot);
    }
    c.scale = static_cast<double>(g.scale);
    c.scaled = c.dot * c.scale;
    c.softcap = static_cast<double>(g.softcap);
    c.capped = capped(c.scaled, c.softcap);
    c.window = g.window;
    c.causal = iKey <= iQuery;
    c.inWindow = g.window == 0 || iKey > iQuery - g.window;
    if (!g.sinks.empty())
        c.sink = static_cast<double>(g.sinks[static_cast<std::size_t>(iHead)]);
    fillRow(c, record);
    c.recordedLse = static_cast<double>(record.lse.at(iQuery, iHead));
    c.weight = c.visible() ? std::exp(c.capped - c.recordedLse) : 0;
    return c;
}

} // namespace vitral
