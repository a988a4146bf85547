// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/embedding_field.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QStandardItemModel>

#include <algorithm>

namespace vitral {

namespace {

constexpr std::size_t kCandidates = 24;
constexpr int kIdRole = Qt::UserRole + 1;
constexpr QChar kBlank(0x2423);

std::string plainOf(QString typed) {
    return typed.replace(kBlank, QLatin1Char(' ')).toStdString();
}

} // namespace

TokenId typedToken(const VocabularyIndex& index, const QString& typed) {
    const QString trimmed = typed.trimmed();
    if (trimmed.startsWith(QLatin1Char('#'))) {
        bool isNumber = false;
        const int id = QStringView(trimmed).mid(1).toInt(&isNumber);
        if (isNumber)
            return id >= 0 && std::size_t(id) < index.size() ? id : -1;
    }
    const std::string text = plainOf(typed);
    if (text.empty())
        return -1;
    const std::string word = " " + text;
    TokenId exact = -1;
    for (std::size_t i = 0; i < index.size(); ++i) {
        const std::string_view says = index.text(TokenId(i));
        if (text.front() != ' ' && says == word)
            return TokenId(i);
        if (exact < 0 && says == text)
            exact = TokenId(i);
    }
    if (exact < 0)
        exact = index.tokenizer()->find(text).value_or(-1);
    return exact;
}

std::vector<TokenId> typedCandidates(const VocabularyIndex& index, const QString& typed, std::size_t n) {
    const std::string text = plainOf(typed);
    std::vector<TokenId> found;
    if (text.empty())
        return found;
    const std::string word = " " + text;
    for (std::size_t i = 0; i < index.size(); ++i) {
        const std::string_view says = index.text(TokenId(i));
        if (says.starts_with(text) || (text.front() != ' ' && says.starts_with(word)))
            found.push_back(TokenId(i));
    }
    const auto weight = [&](TokenId id) {
        const std::string_view says = index.text(id);
        return std::pair(says.size() - (says.starts_with(word) ? 1 : 0), says.starts_with(word) ? 0 : 1);
    };
    const std::size_t kept = std::min(n, found.size());
    std::partial_sort(found.begin(), found.begin() + std::ptrdiff_t(kept), found.end(),
                      [&](TokenId a, TokenId b) { return std::pair(weight(a), a) < std::pair(weight(b), b); });
    found.resize(kept);
    return found;
}

TokenField::TokenField(QWidget* parent)
    : QLineEdit(parent), completer_(new QCompleter(this)), candidates_(new QStandardItemModel(this)) {
    completer_->setModel(candidates_);
    completer_->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    completer_->setWidget(this); // not setCompleter(): what is put into the line is not what the list says
    connect(this, &QLineEdit::textEdited, this, &TokenField::typed);
    connect(this, &QLineEdit::returnPressed, this, &TokenField::settle);
    connect(completer_, qOverload<const QModelIndex&>(&QCompleter::activated), this,
            [this](const QModelIndex& at) { take(at.data(kIdRole).toInt()); });
}

void TokenField::setIndex(std::shared_ptr<const VocabularyIndex> index) {
    if (index == index_)
        return;
    const QString before = text();
    index_ = std::move(index);
    if (token_ >= 0 && index_) { // another vocabulary: the same text, where it has that
        token_ = typedToken(*index_, before);
        setToken(token_);
        if (token_ < 0)
            setText(before);
    }
}

void TokenField::setToken(TokenId id) {
    token_ = index_ && id >= 0 && std::size_t(id) < index_->size() ? id : -1;
    edited_ = false;
    setText(token_ >= 0 ? tokenName(*index_->tokenizer(), token_) : QString());
    setCursorPosition(0);
}

void TokenField::typed(const QString& text) {
    edited_ = true;
    candidates_->clear();
    if (!index_ || text.isEmpty()) {
        completer_->popup()->hide();
        return;
    }
    for (const TokenId id : typedCandidates(*index_, text, kCandidates)) {
        auto* item = new QStandardItem(QStringLiteral("%1   #%2").arg(tokenName(*index_->tokenizer(), id)).arg(id));
        item->setData(id, kIdRole);
        candidates_->appendRow(item);
    }
    if (candidates_->rowCount() > 0)
        completer_->complete();
    else
        completer_->popup()->hide();
}

void TokenField::take(TokenId id) {
    setToken(id);
    emit tokenChosen(token_);
}

void TokenField::settle() {
    if (!edited_ || !index_)
        return;
    edited_ = false;
    const QModelIndex chosen = completer_->popup()->isVisible() ? completer_->popup()->currentIndex() : QModelIndex();
    completer_->popup()->hide();
    const TokenId id = chosen.isValid() ? chosen.data(kIdRole).toInt() : typedToken(*index_, text());
    if (id >= 0)
        setToken(id);
    else
        token_ = -1;
    emit tokenChosen(token_);
}

void TokenField::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason)
        settle();
}

} // namespace vitral
