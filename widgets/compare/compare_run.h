// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks one question twice: first with what the chat uses, then with another model or other settings, as two sibling
// answers of the same conversation, so that nothing of a comparison is lost. Puts the chat back as it was. Thread: GUI.

#include "widgets/chat/chat_controller.h"

namespace vitral {

struct CompareSide {
    QString modelPath; ///< empty: the chat's own
    GenerationSettings settings;
};

class CompareRun : public QObject {
    Q_OBJECT
public:
    CompareRun(ChatController& chat, ModelSession& model, QObject* parent = nullptr);

    /// Ignored while one is running or the chat is busy.
    void askBoth(const QString& text, const CompareSide& second);
    /// A further answer to the question of `answer`, by `second`.
    void askAgain(MessageId answer, const CompareSide& second);
    void stop();
    [[nodiscard]] bool running() const { return step_ != Step::Idle; }

signals:
    void runningChanged();
    /// side 0 or 1 is answered by this message from now on (it may still stream).
    void answering(int side, qint64 message);
    void problem(const QString& sentence);

private:
    enum class Step : std::uint8_t { Idle, First, LoadSecond, Second, LoadBack };
    void advance();
    void startSecond();
    void putBack();
    void enter(Step step);
    [[nodiscard]] MessageId lastAnswer() const;

    ChatController& chat_;
    ModelSession& model_;
    Step step_ = Step::Idle;
    CompareSide second_, original_;
    MessageId firstAnswer_ = kNoMessage;
    bool stopAsked_ = false;
};

} // namespace vitral
