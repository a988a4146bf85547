// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the pages Vocabulary and Embedding both look things up in: the index of the current tokenizer's entries and the
// rows of its model's embedding matrix. Each is made once for a tokenizer, off the GUI thread, when a page asks for it.
// Thread: GUI; the values given out are immutable and may be used anywhere.

#include "core/tokenizer/vocabulary_index.h"
#include "core/trace/embedding_rows.h"
#include "widgets/tokenroom/token_controller.h"

#include <QObject>
#include <QString>

#include <memory>
#include <mutex>
#include <vector>

namespace vitral {

/// An embedding matrix with the threads it is read by. `rows` may be asked from one thread at a time: `busy`.
struct EmbeddingMatrix {
    explicit EmbeddingMatrix(int nThread) : pool(nThread) {}
    ThreadPool pool;
    std::unique_ptr<const EmbeddingRows> rows;
    std::vector<float> sortedNorms;               ///< [V], ascending: for the histogram and its marker
    std::vector<EmbeddingRows::Suspect> suspects; ///< all that look undertrained, closest to the mean first
    std::vector<bool> isSuspect;                  ///< [V]
    mutable std::mutex busy;

    /// Errors: those of EmbeddingRows::open().
    static Result<std::shared_ptr<const EmbeddingMatrix>> open(const std::string& path, const std::stop_token& stop);
};

class VocabularyTables : public QObject {
    Q_OBJECT
public:
    /// The one of this room; made when it is asked for first.
    static VocabularyTables* of(TokenController& tokens);

    /// Null: not asked for, being made, or indexError().
    [[nodiscard]] const std::shared_ptr<const VocabularyIndex>& index() const { return index_; }
    [[nodiscard]] QString indexError() const { return indexError_; }
    /// Null: not asked for, being read, or matrixError().
    [[nodiscard]] const std::shared_ptr<const EmbeddingMatrix>& matrix() const { return matrix_; }
    /// A sentence: why there are no rows (a vocabulary without a model).
    [[nodiscard]] QString matrixError() const { return matrixError_; }
    [[nodiscard]] bool readsMatrix() const { return matrixAsked_ && !matrix_ && matrixError_.isEmpty(); }
    [[nodiscard]] bool busy() const { return (indexAsked_ && !index_ && indexError_.isEmpty()) || readsMatrix(); }

    /// Pages call these whenever they are shown; the answer is changed(), at once where it is there already.
    void wantIndex();
    void wantMatrix();

signals:
    void changed();

private:
    explicit VocabularyTables(TokenController& tokens);
    void follow(); ///< another tokenizer is current: nothing of the old one stays

    TokenController& tokens_;
    std::shared_ptr<const Tokenizer> of_;
    QString path_;
    std::shared_ptr<const VocabularyIndex> index_;
    std::shared_ptr<const EmbeddingMatrix> matrix_;
    QString indexError_, matrixError_;
    bool indexAsked_ = false, matrixAsked_ = false;
};

/// A token as one line a person can read: blanks and line ends made visible, bytes that are no character as hexadecimal
/// numbers, cut after 60 characters.
[[nodiscard]] QString tokenName(std::string_view bytes);
/// The same for an id of a tokenizer; "–" for a row without a token (a padded matrix).
[[nodiscard]] QString tokenName(const Tokenizer& tokenizer, TokenId id);
/// A sentence of core in the window's language; where it is not known in that, `what` failed, and the sentence behind
/// it.
[[nodiscard]] QString tokenRoomError(const QString& what, const Error& error);

} // namespace vitral
