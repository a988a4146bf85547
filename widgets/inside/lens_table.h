// SPDX-License-Identifier: Apache-2.0
#pragma once
// The logit lens as far as it is known: columns of tokens come in as they are computed, in any order. Says what is
// missing, and what a cell means in words and as a colour. Knows no widget and no engine. Thread: GUI.

#include "core/trace/logit_lens.h"
#include "widgets/tokens/token_scale.h"

#include <QCoreApplication>
#include <QString>

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace vitral {

class LensTable {
    Q_DECLARE_TR_FUNCTIONS(vitral::LensTable)
public:
    using Piece = std::function<QString(TokenId)>;

    void clear();
    /// Columns that are there already are replaced.
    void add(const LogitLens& lens);
    [[nodiscard]] bool empty() const { return columns_.empty(); }
    [[nodiscard]] const std::vector<LensRow>& rows() const { return rows_; }
    [[nodiscard]] bool has(std::int64_t position) const { return columns_.contains(position); }
    /// Null where it is not known (yet).
    [[nodiscard]] const TokenScore* cell(std::int64_t iRow, std::int64_t position) const;
    /// Of the logits behind a cell; nothing where it is not known.
    [[nodiscard]] std::optional<double> logSumExp(std::int64_t iRow, std::int64_t position) const;
    /// Positions in [first, end) without a column, at most `most`, ascending.
    [[nodiscard]] std::vector<std::int64_t> missing(std::int64_t first, std::int64_t end, std::size_t most) const;
    /// 0 (sure) .. 1 (unsure). Probability: of the row's own first choice; rank: of the target; entropy.
    [[nodiscard]] double uncertaintyAt(const TokenScore& score, TokenMeasure measure) const;
    [[nodiscard]] bool isAnswer(std::int64_t iRow) const { return iRow + 1 == std::int64_t(rows_.size()); }
    /// "Embedding", "Layer 3", "Layer 5 = answer".
    [[nodiscard]] QString rowName(std::int64_t iRow) const;
    [[nodiscard]] QString cellText(std::int64_t iRow, std::int64_t position, const Piece& piece) const;
    [[nodiscard]] QString describe(std::int64_t iRow, std::int64_t position, const QString& token,
                                   const Piece& piece) const;

private:
    std::vector<LensRow> rows_;
    std::unordered_map<std::int64_t, std::vector<TokenScore>> columns_; ///< [rows]
    std::unordered_map<std::int64_t, std::vector<float>> logSumExp_;    ///< [rows]
};

} // namespace vitral
