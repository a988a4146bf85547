// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/vocabulary_model.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QFont>

#include <algorithm>

namespace vitral {

namespace {

/// Words on the left, numbers on the right, titles above their columns.
int alignmentOf(int column) {
    const bool words =
        column == VocabularyModel::kToken || column == VocabularyModel::kScript || column == VocabularyModel::kReach;
    return int(Qt::AlignVCenter) | int(words ? Qt::AlignLeft : Qt::AlignRight);
}

} // namespace

Result<std::vector<TokenId>> findEntries(const VocabularyIndex& index, const EmbeddingMatrix* matrix,
                                         const VocabularyQuery& query) {
    using Order = VocabularyQuery::Order;
    VocabularyIndex::Query filter = query.filter;
    filter.descending = query.descending;
    filter.order = query.order == Order::Text     ? VocabularyIndex::Order::Text
                   : query.order == Order::Length ? VocabularyIndex::Order::Length
                   : query.order == Order::Score  ? VocabularyIndex::Order::Score
                                                  : VocabularyIndex::Order::Id;
    // Of the orders that are none of the index's own the ids stay ascending among equals.
    const bool ours = query.order == Order::Script || query.order == Order::Reach || query.order == Order::Norm ||
                      query.order == Order::Distance;
    if (ours)
        filter.descending = false;
    VITRAL_TRY_ASSIGN(std::vector<TokenId> found, index.search(filter));
    const auto has = [&](TokenId id) { return matrix != nullptr && id < matrix->rows->nRow(); };
    if (query.onlyUndertrained)
        std::erase_if(found, [&](TokenId id) { return !has(id) || !matrix->isSuspect[static_cast<std::size_t>(id)]; });
    if (!ours)
        return found;
    const auto value = [&](TokenId id) -> double {
        switch (query.order) {
        case Order::Script:
            return index.entry(id).script;
        case Order::Reach:
            return static_cast<double>(index.entry(id).unreachable);
        case Order::Norm:
            return has(id) ? static_cast<double>(matrix->rows->norm(id)) : 0;
        default:
            return has(id) ? static_cast<double>(matrix->rows->meanDistances()[static_cast<std::size_t>(id)]) : 0;
        }
    };
    std::stable_sort(found.begin(), found.end(), [&](TokenId a, TokenId b) {
        return query.descending ? value(b) < value(a) : value(a) < value(b);
    });
    return found;
}

void VocabularyModel::setTables(std::shared_ptr<const VocabularyIndex> index,
                                std::shared_ptr<const EmbeddingMatrix> matrix) {
    beginResetModel();
    if (index != index_)
        found_.clear();
    index_ = std::move(index);
    matrix_ = std::move(matrix);
    endResetModel();
}

void VocabularyModel::setFound(std::vector<TokenId> found) {
    beginResetModel();
    found_ = std::move(found);
    endResetModel();
}

TokenId VocabularyModel::idAt(int row) const {
    return row >= 0 && row < int(found_.size()) ? found_[std::size_t(row)] : -1;
}

int VocabularyModel::rowOf(TokenId id) const {
    const auto at = std::find(found_.begin(), found_.end(), id);
    return at == found_.end() ? -1 : int(at - found_.begin());
}

VocabularyModel::ScoreKind VocabularyModel::scoreKind() const {
    if (!index_)
        return ScoreKind::None;
    switch (index_->tokenizer()->kind()) {
    case TokenizerKind::ByteLevelBpe:
    case TokenizerKind::SentencePieceBpe:
        return ScoreKind::Rank;
    case TokenizerKind::Unigram:
        return ScoreKind::Score;
    case TokenizerKind::WordPiece:
        break;
    }
    return ScoreKind::None;
}

int VocabularyModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(found_.size());
}

int VocabularyModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(kColumnCount);
}

QString VocabularyModel::scriptName(std::size_t script) {
    switch (script) {
    case 0:
        return tr("No script");
    case 1:
        return tr("Bytes");
    default:
        break;
    }
    // Names most readers know; the others stand as Unicode spells them.
    static constexpr const char* kKnown[] = {
        QT_TR_NOOP("Latin"),    QT_TR_NOOP("Greek"),    QT_TR_NOOP("Cyrillic"),   QT_TR_NOOP("Armenian"),
        QT_TR_NOOP("Hebrew"),   QT_TR_NOOP("Arabic"),   QT_TR_NOOP("Devanagari"), QT_TR_NOOP("Bengali"),
        QT_TR_NOOP("Tamil"),    QT_TR_NOOP("Thai"),     QT_TR_NOOP("Georgian"),   QT_TR_NOOP("Hangul"),
        QT_TR_NOOP("Hiragana"), QT_TR_NOOP("Katakana"), QT_TR_NOOP("Han"),
    };
    const std::string_view name = VocabularyIndex::scripts()[script];
    for (const char* known : kKnown)
        if (name == known)
            return tr(known);
    return QString::fromUtf8(name.data(), qsizetype(name.size())).replace(QLatin1Char('_'), QLatin1Char(' '));
}

QString VocabularyModel::reachName(Unreachable why) {
    switch (why) {
    case Unreachable::No:
        return tr("reachable");
    case Unreachable::NotJudged:
        return tr("not judged");
    case Unreachable::Normalised:
        return tr("unreachable: normalised");
    case Unreachable::Cut:
        return tr("unreachable: always cut");
    case Unreachable::Merged:
        return tr("unreachable: other tokens");
    case Unreachable::Repeated:
        break;
    }
    return tr("unreachable: repeated");
}

QString VocabularyModel::text(TokenId id, int column) const {
    const VocabularyIndex::Entry& e = index_->entry(id);
    const bool hasRow = matrix_ && id < matrix_->rows->nRow();
    switch (column) {
    case kId:
        return QString::number(id);
    case kToken:
        return tokenName(*index_->tokenizer(), id);
    case kBytes:
        return QString::number(e.textBytes);
    case kScript:
        return scriptName(e.script);
    case kScore:
        if (scoreKind() == ScoreKind::Rank)
            return e.rank >= 0 ? QString::number(e.rank) : QString(QChar(0x2013));
        return scoreKind() == ScoreKind::Score ? numberText(double(e.score), 4) : QString();
    case kReach:
        return reachName(e.unreachable);
    case kNorm:
        return hasRow ? numberText(double(matrix_->rows->norm(id)), 4) : QString(QChar(0x2013));
    case kDistance:
        return hasRow ? numberText(double(matrix_->rows->meanDistances()[std::size_t(id)]), 4) : QString(QChar(0x2013));
    default:
        return {};
    }
}

QVariant VocabularyModel::data(const QModelIndex& index, int role) const {
    const TokenId id = index.isValid() ? idAt(index.row()) : -1;
    if (id < 0 || !index_)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(id, index.column());
    case Qt::TextAlignmentRole:
        return alignmentOf(index.column());
    case Qt::FontRole:
        return index.column() == kToken ? design::codeFont(design::TextRole::Small)
                                        : design::font(design::TextRole::Small);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                                            text(id, index.column()));
    case Qt::ToolTipRole:
        if (index.column() == kToken) {
            const std::string_view piece = index_->piece(id);
            return tr("Token %1, spelled %2 in the vocabulary, %Ln byte(s).", nullptr, int(index_->entry(id).textBytes))
                .arg(QString::number(id),
                     QString::fromUtf8(piece.data(), qsizetype(std::min<std::size_t>(piece.size(), 200))));
        }
        return {};
    default:
        return {};
    }
}

QVariant VocabularyModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    if (role == Qt::ToolTipRole) {
        switch (section) {
        case kScore:
            return scoreKind() == ScoreKind::Score ? tr("Natural logarithm of the piece\u2019s probability")
                                                   : tr("Place of the merge that makes the token: 0 was learned first");
        case kReach:
            return tr("Whether any text is cut into this token");
        case kNorm:
            return tr("Length of the token\u2019s row in the embedding matrix");
        case kDistance:
            return tr("Distance of the token\u2019s row to the mean of all rows");
        default:
            return {};
        }
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case kId:
        return tr("Id");
    case kToken:
        return tr("Token");
    case kBytes:
        return tr("Bytes");
    case kScript:
        return tr("Script");
    case kScore:
        return scoreKind() == ScoreKind::Score ? tr("Score") : tr("Merge");
    case kReach:
        return tr("Reach");
    case kNorm:
        return tr("Norm");
    case kDistance:
        return tr("To the mean");
    default:
        return {};
    }
}

} // namespace vitral
