// SPDX-License-Identifier: Apache-2.0
#pragma once
// A vocabulary as a table: one row an entry that was found, made when it is seen. Searching and sorting 250,000 entries
// takes a tenth of a second and happens elsewhere (findEntries). Thread: GUI; findEntries() any.

#include "widgets/tokenroom/vocabulary_tables.h"

#include <QAbstractTableModel>

#include <memory>
#include <stop_token>
#include <vector>

namespace vitral {

/// What to look for, and in which order.
struct VocabularyQuery {
    enum class Order : std::uint8_t { Id, Text, Length, Script, Score, Reach, Norm, Distance };
    VocabularyIndex::Query filter; ///< its own order is not used
    bool onlyUndertrained = false; ///< needs a matrix
    Order order = Order::Id;
    bool descending = false;
};

/// Ids that fit, in order. Errors: those of VocabularyIndex::search().
Result<std::vector<TokenId>> findEntries(const VocabularyIndex& index, const EmbeddingMatrix* matrix,
                                         const VocabularyQuery& query);

class VocabularyModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { kId, kToken, kBytes, kScript, kScore, kReach, kNorm, kDistance, kColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setTables(std::shared_ptr<const VocabularyIndex> index, std::shared_ptr<const EmbeddingMatrix> matrix);
    void setFound(std::vector<TokenId> found);
    [[nodiscard]] const std::vector<TokenId>& found() const { return found_; }
    [[nodiscard]] TokenId idAt(int row) const; ///< -1: no such row
    [[nodiscard]] int rowOf(TokenId id) const; ///< -1: not among what was found
    /// Whether the tokens of this kind of tokenizer have ranks, scores or neither.
    enum class ScoreKind : std::uint8_t { None, Rank, Score };
    [[nodiscard]] ScoreKind scoreKind() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// "Latin", in the window's language where it has a word of its own.
    static QString scriptName(std::size_t script);
    static QString reachName(Unreachable why);

private:
    [[nodiscard]] QString text(TokenId id, int column) const;

    std::shared_ptr<const VocabularyIndex> index_;
    std::shared_ptr<const EmbeddingMatrix> matrix_;
    std::vector<TokenId> found_;
};

} // namespace vitral
