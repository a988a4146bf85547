// SPDX-License-Identifier: Apache-2.0
#include "widgets/compare/answer_source.h"

namespace vitral {

AnswerSource::AnswerSource(ChatController& chat, QObject* parent) : TranscriptSource(parent), chat_(chat) {
    // While the answer streams it is the last message of the conversation.
    connect(&chat, &TranscriptSource::grew, this, [this](int index) { follow(index, &TranscriptSource::grew); });
    connect(&chat, &TranscriptSource::changed, this, [this](int index) { follow(index, &TranscriptSource::changed); });
    connect(&chat, &ChatController::fetched, this, [this](qint64 id) {
        if (id == answerId_)
            rebuild();
    });
}

void AnswerSource::follow(int index, void (TranscriptSource::*signal)(int)) {
    if (index < chat_.count() && chat_.message(index).id == answerId_ && !messages_.empty())
        emit(this->*signal)(count() - 1);
}

void AnswerSource::setAnswer(MessageId id) {
    answerId_ = id;
    if (id != kNoMessage && !chat_.tree().message(id))
        chat_.fetch(id);
    rebuild();
}

void AnswerSource::rebuild() {
    messages_.clear();
    answer_ = answerId_ != kNoMessage ? chat_.tree().message(answerId_) : nullptr;
    if (answer_) {
        if (auto question = chat_.tree().message(answer_->parent))
            messages_.push_back(std::move(question));
        messages_.push_back(answer_);
    }
    emit reset(0);
}

} // namespace vitral
