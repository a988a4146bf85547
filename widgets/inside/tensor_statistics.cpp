// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/tensor_statistics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>

namespace vitral {

namespace {

constexpr std::int64_t kFirstValues = 8;

bool isPart(std::string_view scope, std::string_view part) {
    return scope == part ||
           (scope.size() > part.size() && scope.ends_with(part) && scope[scope.size() - part.size() - 1] == '.');
}

/// How many operations of the same name come before this one under its scope.
int nBefore(const OperationList& list, int iOperation) {
    const Operation& o = list.operations[static_cast<std::size_t>(iOperation)];
    int n = 0;
    for (int i = iOperation - 1; i >= 0 && list.operations[static_cast<std::size_t>(i)].scope == o.scope; --i)
        n += list.operations[static_cast<std::size_t>(i)].name == o.name ? 1 : 0;
    return n;
}

std::vector<Point> pointsOfWeights(const Operation& o, bool gated) {
    std::vector<Point> points;
    for (const OperandInfo& weight : o.weights) {
        const std::string& name = weight.name;
        const auto has = [&name](std::string_view part) { return name.find(part) != std::string::npos; };
        if (has("attn_qkv"))
            points.insert(points.end(), {Point::Q, Point::K, Point::V});
        else if (has("attn_q."))
            points.push_back(Point::Q);
        else if (has("attn_k."))
            points.push_back(Point::K);
        else if (has("attn_v."))
            points.push_back(Point::V);
        else if (has("attn_output."))
            points.push_back(Point::AttnOut);
        else if (has("ffn_gate_inp."))
            points.push_back(Point::MoeGate);
        else if (has("ffn_gate."))
            points.push_back(Point::MlpPre);
        else if (has("ffn_up."))
            points.push_back(gated ? Point::MlpPreLinear : Point::MlpPre);
        else if (has("ffn_down."))
            points.push_back(Point::MlpOut);
    }
    return points;
}

} // namespace

TensorStatistics statisticsOf(const Rows& rows, std::int64_t row, std::int64_t mostValues) {
    TensorStatistics s;
    s.nRow = rows.nRow();
    s.nCol = rows.nCol();
    if (rows.empty() || s.nCol == 0)
        return s;
    const std::int64_t nTake = std::clamp<std::int64_t>(mostValues / s.nCol, 1, s.nRow);
    std::vector<float> values(static_cast<std::size_t>(s.nCol));
    s.least = std::numeric_limits<double>::infinity();
    s.greatest = -s.least;
    for (std::int64_t i = 0; i < nTake; ++i) {
        const std::int64_t iRow = i * s.nRow / nTake;
        rows.read(iRow, 0, values);
        double length = 0;
        for (std::size_t j = 0; j < values.size(); ++j) {
            const auto x = static_cast<double>(values[j]);
            if (!std::isfinite(x)) {
                ++s.nNotFinite;
                continue;
            }
            if (x < s.least) {
                s.least = x;
                s.leastAt = {iRow, static_cast<std::int64_t>(j)};
            }
            if (x > s.greatest) {
                s.greatest = x;
                s.greatestAt = {iRow, static_cast<std::int64_t>(j)};
            }
            s.sum += x;
            length += x * x;
            ++s.nFinite;
        }
        s.squares += length;
        s.rowLengths.push_back(std::sqrt(length));
        s.rowsRead.push_back(iRow);
        s.norm += s.rowLengths.back();
    }
    s.nRead = nTake * s.nCol;
    s.norm /= static_cast<double>(nTake);
    s.histogram.assign(kHistogramBins, 0);
    if (s.nFinite == 0) {
        s.least = s.greatest = 0;
    } else {
        s.mean = s.sum / static_cast<double>(s.nFinite);
        s.deviation = std::sqrt(std::max(0.0, s.squares / static_cast<double>(s.nFinite) - s.mean * s.mean));
        const double width = s.greatest - s.least;
        for (std::int64_t i = 0; i < nTake; ++i) {
            rows.read(i * s.nRow / nTake, 0, values);
            for (const float v : values)
                if (std::isfinite(v)) {
                    const double t = width > 0 ? (static_cast<double>(v) - s.least) / width : 0.5;
                    s.histogram[static_cast<std::size_t>(std::min<int>(kHistogramBins - 1, int(t * kHistogramBins)))] +=
                        1;
                }
        }
    }
    s.firstRow = std::clamp<std::int64_t>(row, 0, s.nRow - 1);
    rows.read(s.firstRow, 0, values);
    s.takeRow(values);
    return s;
}

void TensorStatistics::takeRow(std::span<const float> values) {
    first.assign(values.begin(), values.begin() + std::min<std::ptrdiff_t>(kFirstValues, std::ssize(values)));
    rowSquares.clear();
    for (const float v : values)
        rowSquares.push_back(static_cast<double>(v) * static_cast<double>(v));
}

void TensorStatistics::countFrom(std::int64_t start) {
    firstRow += start;
    leastAt.iRow += start;
    greatestAt.iRow += start;
    for (std::int64_t& row : rowsRead)
        row += start;
}

TensorDifference differenceOf(const Rows& a, std::int64_t firstA, const Rows& b, std::int64_t firstB,
                              const TextAlignment& pairs, std::int64_t position, std::int64_t mostValues) {
    TensorDifference result;
    if (a.empty() || b.empty() || a.nCol() != b.nCol())
        return result;
    std::vector<std::pair<std::int64_t, std::int64_t>> rows; ///< rows of a and b
    for (std::int64_t r = 0; r < a.nRow(); ++r)
        if (const std::int64_t partner = pairs.of(firstA + r); partner >= firstB && partner - firstB < b.nRow())
            rows.emplace_back(r, partner - firstB);
    const auto nAll = static_cast<std::int64_t>(rows.size());
    const std::int64_t nTake = nAll == 0 ? 0 : std::clamp<std::int64_t>(mostValues / a.nCol(), 1, nAll);
    std::vector<float> here(static_cast<std::size_t>(a.nCol())), there(here.size()), all;
    for (std::int64_t i = 0; i < nTake; ++i) {
        const auto [rowA, rowB] = rows[static_cast<std::size_t>(i * nAll / nTake)];
        a.read(rowA, 0, here);
        b.read(rowB, 0, there);
        double length = 0, change = 0;
        for (std::size_t j = 0; j < here.size(); ++j) {
            length += static_cast<double>(here[j]) * static_cast<double>(here[j]);
            here[j] -= there[j];
            change += static_cast<double>(here[j]) * static_cast<double>(here[j]);
        }
        all.insert(all.end(), here.begin(), here.end());
        result.norm += std::sqrt(length) / static_cast<double>(nTake);
        if (std::sqrt(change) > result.mostChanged || result.mostChangedAt < 0) {
            result.mostChanged = std::sqrt(change);
            result.mostChangedAt = firstA + rowA;
        }
    }
    const auto kept = std::make_shared<const std::vector<float>>(std::move(all));
    result.difference = statisticsOf(
        Rows::view(DType::F32, a.nCol(), nTake, kept, reinterpret_cast<const std::byte*>(kept->data())), 0, mostValues);
    result.difference.nRow = nAll;
    const auto positionOf = [&](std::int64_t iTaken) {
        return nTake == 0 ? 0 : firstA + rows[static_cast<std::size_t>(iTaken * nAll / nTake)].first;
    };
    for (std::int64_t* iRow :
         {&result.difference.leastAt.iRow, &result.difference.greatestAt.iRow, &result.difference.firstRow})
        *iRow = positionOf(*iRow);
    for (std::int64_t& iRow : result.difference.rowsRead)
        iRow = positionOf(iRow);
    if (const std::int64_t partner = pairs.of(position);
        position >= firstA && position - firstA < a.nRow() && partner >= firstB && partner - firstB < b.nRow()) {
        a.read(position - firstA, 0, here);
        b.read(partner - firstB, 0, there);
        result.difference.firstRow = position;
        std::transform(here.begin(), here.end(), there.begin(), here.begin(), std::minus<>());
        result.difference.takeRow(here);
    }
    return result;
}

std::vector<Point> pointsOf(const OperationList& list, int iOperation) {
    const Operation& o = list.operations[static_cast<std::size_t>(iOperation)];
    const bool attention = isPart(o.scope, "attn"), mlp = isPart(o.scope, "mlp");
    if (o.name == "matmul") {
        if (o.scope == "head")
            return {Point::Logits};
        bool gated = false;
        for (const Operation& other : list.operations)
            if (other.scope == o.scope && other.name == "gatedActivation")
                gated = true;
        return pointsOfWeights(o, gated);
    }
    if (o.name.ends_with("Norm"))
        return o.scope == "head"                             ? std::vector{Point::FinalNorm}
               : attention && nBefore(list, iOperation) == 0 ? std::vector{Point::AttnNorm}
               : mlp && nBefore(list, iOperation) == 0       ? std::vector{Point::MlpNorm}
                                                             : std::vector<Point>{};
    if (o.name == "rope")
        return {nBefore(list, iOperation) == 0 ? Point::RotQ : Point::RotK};
    if (o.name == "attention")
        return {Point::Z};
    if (o.name == "activation" || o.name == "gatedActivation")
        return mlp ? std::vector{Point::MlpPost} : std::vector<Point>{};
    if (o.name == "add" && (attention || mlp))
        return {attention ? Point::ResidMid : Point::ResidPost};
    if (o.name == "embedding")
        return {Point::Embed};
    return {};
}

} // namespace vitral
