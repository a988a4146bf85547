// SPDX-License-Identifier: Apache-2.0
#pragma once
// A line where a token of a vocabulary is typed: completed while typing, and shown with its blanks once it is chosen,
// so that " the" and "the" cannot be mistaken for each other. Thread: GUI.

#include "widgets/tokenroom/vocabulary_tables.h"

#include <QLineEdit>

#include <vector>

class QCompleter;
class QStandardItemModel;

namespace vitral {

/// The token a person means by `typed`: "#300" by id; else the token that says exactly this (a blank may be written ␣),
/// of two the one that begins a word (" the" before "the"). -1: there is none.
[[nodiscard]] TokenId typedToken(const VocabularyIndex& index, const QString& typed);
/// Tokens that begin with what is typed, those that begin a word first, shorter before longer; at most `n`.
[[nodiscard]] std::vector<TokenId> typedCandidates(const VocabularyIndex& index, const QString& typed, std::size_t n);

class TokenField : public QLineEdit {
    Q_OBJECT
public:
    explicit TokenField(QWidget* parent = nullptr);

    void setIndex(std::shared_ptr<const VocabularyIndex> index);
    [[nodiscard]] TokenId token() const { return token_; }
    /// Shows it; says nothing. -1: nothing.
    void setToken(TokenId id);
    /// What was typed is no token of this vocabulary.
    [[nodiscard]] bool isWrong() const { return token_ < 0 && !text().isEmpty(); }

signals:
    void tokenChosen(int id); ///< by the person; -1: the line is empty, or holds no token

protected:
    void focusOutEvent(QFocusEvent* event) override;

private:
    void typed(const QString& text);
    void take(TokenId id);
    void settle();

    std::shared_ptr<const VocabularyIndex> index_;
    QCompleter* completer_;
    QStandardItemModel* candidates_;
    TokenId token_ = -1;
    bool edited_ = false;
};

} // namespace vitral
