// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/vocabulary_tables.h"

#include "widgets/chat/error_text.h"
#include "widgets/tokens/token_blocks.h"

#include <QCoreApplication>

#include <algorithm>

namespace vitral {

namespace {
constexpr int kMostThreads = 4;
constexpr qsizetype kLongestName = 60;

using IndexResult = Result<std::shared_ptr<const VocabularyIndex>>;
} // namespace

Result<std::shared_ptr<const EmbeddingMatrix>> EmbeddingMatrix::open(const std::string& path,
                                                                     const std::stop_token& stop) {
    VITRAL_TRY_ASSIGN(auto file, GgufFile::open(path));
    // Half the machine: a picture must not slow an answer down that is being written.
    auto matrix = std::make_shared<EmbeddingMatrix>(std::clamp(availableCores() / 2, 1, kMostThreads));
    VITRAL_TRY_ASSIGN(EmbeddingRows rows, EmbeddingRows::open(std::move(file), matrix->pool, stop));
    matrix->rows = std::make_unique<const EmbeddingRows>(std::move(rows));
    matrix->sortedNorms.assign(matrix->rows->norms().begin(), matrix->rows->norms().end());
    std::sort(matrix->sortedNorms.begin(), matrix->sortedNorms.end());
    matrix->suspects = matrix->rows->undertrained(matrix->sortedNorms.size());
    matrix->isSuspect.assign(matrix->sortedNorms.size(), false);
    for (const EmbeddingRows::Suspect& s : matrix->suspects)
        matrix->isSuspect[static_cast<std::size_t>(s.id)] = true;
    return std::shared_ptr<const EmbeddingMatrix>(std::move(matrix));
}

VocabularyTables* VocabularyTables::of(TokenController& tokens) {
    auto* tables = tokens.findChild<VocabularyTables*>(QString(), Qt::FindDirectChildrenOnly);
    return tables != nullptr ? tables : new VocabularyTables(tokens);
}

VocabularyTables::VocabularyTables(TokenController& tokens) : QObject(&tokens), tokens_(tokens) {
    connect(&tokens_, &TokenController::currentChanged, this, &VocabularyTables::follow);
    connect(&tokens_, &TokenController::tokenizersChanged, this, &VocabularyTables::follow);
    follow();
}

void VocabularyTables::follow() {
    const OpenTokenizer* current = tokens_.currentTokenizer();
    const std::shared_ptr<const Tokenizer> now = current != nullptr ? current->tokenizer : nullptr;
    if (now == of_)
        return;
    of_ = now;
    path_ = current != nullptr ? current->path : QString();
    tokens_.pool().cancel(this, "index");
    tokens_.pool().cancel(this, "matrix");
    index_.reset();
    matrix_.reset();
    indexError_.clear();
    matrixError_.clear();
    const bool index = std::exchange(indexAsked_, false);
    const bool matrix = std::exchange(matrixAsked_, false);
    if (index)
        wantIndex();
    if (matrix)
        wantMatrix();
    emit changed();
}

void VocabularyTables::wantIndex() {
    if (indexAsked_ || !of_) {
        indexAsked_ = true;
        return;
    }
    indexAsked_ = true;
    tokens_.pool().ask(
        this, "index",
        [tokenizer = of_](const std::stop_token& stop) -> IndexResult {
            VITRAL_TRY_ASSIGN(VocabularyIndex index, VocabularyIndex::build(tokenizer, stop));
            return std::make_shared<const VocabularyIndex>(std::move(index));
        },
        [this](IndexResult result) {
            if (result)
                index_ = std::move(*result);
            else
                indexError_ = tokenRoomError(tr("The vocabulary could not be read."), result.error());
            emit changed();
        });
    emit changed();
}

void VocabularyTables::wantMatrix() {
    if (matrixAsked_ || !of_) {
        matrixAsked_ = true;
        return;
    }
    matrixAsked_ = true;
    const QString only =
        tr("This file holds a vocabulary only. Embedding rows are in a model: open a GGUF file with its "
           "weights.");
    if (path_.isEmpty()) {
        matrixError_ = only;
        emit changed();
        return;
    }
    using MatrixResult = Result<std::shared_ptr<const EmbeddingMatrix>>;
    tokens_.pool().ask(
        this, "matrix",
        [path = path_.toStdString()](const std::stop_token& stop) { return EmbeddingMatrix::open(path, stop); },
        [this, only](MatrixResult result) {
            if (result)
                matrix_ = std::move(*result);
            else if (result.error().code == ErrorCode::InvalidFile)
                matrixError_ = only;
            else
                matrixError_ = tokenRoomError(tr("The embedding matrix could not be read."), result.error());
            emit changed();
        });
    emit changed();
}

QString tokenName(std::string_view bytes) {
    QString name = visibleToken(bytes);
    const QChar blank(0x2423);
    for (qsizetype i = 0; i < name.size() && (name[i] == QLatin1Char(' ') || name[i] == QChar::Nbsp); ++i)
        name[i] = blank;
    for (qsizetype i = name.size() - 1; i >= 0 && (name[i] == QLatin1Char(' ') || name[i] == QChar::Nbsp); --i)
        name[i] = blank;
    if (name.size() > kLongestName)
        name = name.left(kLongestName - 1) + QChar(0x2026);
    return name;
}

QString tokenName(const Tokenizer& tokenizer, TokenId id) {
    if (id < 0 || id >= tokenizer.nVocab())
        return QString(QChar(0x2013));
    const std::string says = tokenizer.decodeToken(id, true);
    // A control character has no picture; its piece ("<0x07>") has.
    const bool hasPicture = std::any_of(says.begin(), says.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t';
    });
    return tokenName(hasPicture ? std::string_view(says) : tokenizer.piece(id));
}

QString tokenRoomError(const QString& what, const Error& error) {
    const QString english = QString::fromStdString(error.message);
    const QString translated = translatedSentence(english);
    if (!translated.isEmpty())
        return translated;
    // An English window says only what core said.
    if (QCoreApplication::translate("vitral::VocabularyTables", "(in English: %1)")
            .startsWith(QLatin1String("(in English")))
        return english;
    return what + QLatin1Char(' ') +
           QCoreApplication::translate("vitral::VocabularyTables", "(in English: %1)").arg(english);
}

} // namespace vitral
