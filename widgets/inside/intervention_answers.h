// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers the chat's last question twice with the same seed, without the changes that are on and with them, as two
// sibling answers, so that they can be laid side by side. Leaves settings and changes as they were. Thread: GUI.

#include "widgets/inside/inside_controller.h"

namespace vitral {

class InterventionAnswers : public QObject {
    Q_OBJECT
public:
    explicit InterventionAnswers(InsideController& inside, QObject* parent = nullptr);

    /// Empty: it has begun. Else a sentence why not (no question yet, busy, nothing switched on).
    QString start();
    void stop();
    [[nodiscard]] bool running() const { return step_ != Step::Idle; }

signals:
    void runningChanged();
    void finished(qint64 without, qint64 with); ///< the two answers; kNoMessage: stopped before

private:
    enum class Step : std::uint8_t { Idle, Without, With };
    void advance();
    void putBack();
    [[nodiscard]] MessageId lastAnswer() const;

    InsideController& inside_;
    Step step_ = Step::Idle;
    GenerationSettings settings_;
    MessageId question_ = kNoMessage, without_ = kNoMessage;
    bool stopAsked_ = false;
};

} // namespace vitral
