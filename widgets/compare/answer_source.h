// SPDX-License-Identifier: Apache-2.0
#pragma once
// One side of a comparison: a question and one of its answers, out of the conversation's tree. Thread: GUI.

#include "widgets/chat/chat_controller.h"

namespace vitral {

class AnswerSource : public TranscriptSource {
    Q_OBJECT
public:
    explicit AnswerSource(ChatController& chat, QObject* parent = nullptr);

    /// kNoMessage shows nothing. An answer whose text is not in memory yet is fetched.
    void setAnswer(MessageId id);
    [[nodiscard]] MessageId answer() const { return answerId_; }
    /// Null while there is none, or while it is being fetched.
    [[nodiscard]] const Message* answerMessage() const { return answer_.get(); }

    [[nodiscard]] int count() const override { return static_cast<int>(messages_.size()); }
    [[nodiscard]] const Message& message(int index) const override {
        return *messages_[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] int siblingCount(int) const override { return 1; }
    [[nodiscard]] int siblingIndex(int) const override { return 0; }
    [[nodiscard]] std::shared_ptr<const Tokenizer> tokenizer() const override { return chat_.tokenizer(); }

private:
    void rebuild();
    void follow(int index, void (TranscriptSource::*signal)(int));

    ChatController& chat_;
    MessageId answerId_ = kNoMessage;
    std::shared_ptr<Message> answer_;
    std::vector<std::shared_ptr<Message>> messages_;
};

} // namespace vitral
