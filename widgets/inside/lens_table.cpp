// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/lens_table.h"

#include "widgets/inside/value_text.h"

#include <QLocale>

#include <cmath>

namespace vitral {

void LensTable::clear() {
    rows_.clear();
    logSumExp_.clear();
    columns_.clear();
}

void LensTable::add(const LogitLens& lens) {
    if (rows_ != lens.rows) {
        columns_.clear();
        logSumExp_.clear();
        rows_ = lens.rows;
    }
    for (std::size_t j = 0; j < lens.positions.size(); ++j) {
        std::vector<TokenScore> column;
        column.reserve(rows_.size());
        std::vector<float>& sums = logSumExp_[lens.positions[j]];
        sums.clear();
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            column.push_back(lens.cell(i, j));
            sums.push_back(lens.logSumExp[i * lens.positions.size() + j]);
        }
        columns_[lens.positions[j]] = std::move(column);
    }
}

const TokenScore* LensTable::cell(std::int64_t iRow, std::int64_t position) const {
    const auto found = columns_.find(position);
    if (found == columns_.end() || iRow < 0 || iRow >= std::int64_t(rows_.size()))
        return nullptr;
    const TokenScore& score = found->second[std::size_t(iRow)];
    return score.top.empty() ? nullptr : &score;
}

std::optional<double> LensTable::logSumExp(std::int64_t iRow, std::int64_t position) const {
    const auto found = logSumExp_.find(position);
    if (found == logSumExp_.end() || iRow < 0 || iRow >= std::int64_t(found->second.size()))
        return std::nullopt;
    const float value = found->second[std::size_t(iRow)];
    return std::isfinite(value) ? std::optional(double(value)) : std::nullopt;
}

std::vector<std::int64_t> LensTable::missing(std::int64_t first, std::int64_t end, std::size_t most) const {
    std::vector<std::int64_t> list;
    for (std::int64_t p = first; p < end && list.size() < most; ++p)
        if (!has(p))
            list.push_back(p);
    return list;
}

double LensTable::uncertaintyAt(const TokenScore& score, TokenMeasure measure) const {
    if (measure != TokenMeasure::Probability)
        return uncertainty(score, measure);
    TokenScore top = score;
    top.logProbability = score.top.empty() ? score.logProbability : score.top.front().logProbability;
    return uncertainty(top, measure);
}

QString LensTable::rowName(std::int64_t iRow) const {
    const LensRow& row = rows_[std::size_t(iRow)];
    if (row.point == Point::Embed)
        return tr("Embedding");
    return isAnswer(iRow) ? tr("Layer %1 = answer").arg(row.iLayer) : tr("Layer %1").arg(row.iLayer);
}

QString LensTable::cellText(std::int64_t iRow, std::int64_t position, const Piece& piece) const {
    const TokenScore* score = cell(iRow, position);
    return score != nullptr ? piece(score->top.front().id) : QStringLiteral("\u2026");
}

QString LensTable::describe(std::int64_t iRow, std::int64_t position, const QString& token, const Piece& piece) const {
    if (iRow < 0 || iRow >= std::int64_t(rows_.size()))
        return {};
    const QString place = tr("%1, token %2 \u201C%3\u201D").arg(rowName(iRow)).arg(position).arg(token);
    const TokenScore* score = cell(iRow, position);
    if (score == nullptr)
        return place + QStringLiteral("\n") + tr("Not computed yet.");
    const TokenAlternative& first = score->top.front();
    return place + QStringLiteral("\n") +
           tr("First choice \u201C%1\u201D with %2; entropy %3 nats.")
               .arg(piece(first.id), percentText(std::exp(double(first.logProbability))),
                    numberText(double(score->entropy), 3)) +
           QStringLiteral("\n") +
           tr("\u201C%1\u201D: %2, choice number %3.")
               .arg(piece(score->id), percentText(std::exp(double(score->logProbability))),
                    QLocale().toString(score->rank + 1));
}

} // namespace vitral
