// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is presented step by step: a lesson, as the presenter's keys and the window of notes see it. Thread: GUI.

#include <QObject>
#include <QString>
#include <QStringList>

namespace vitral {

/// A question for the class: who thinks what, before it is shown.
struct PresentPoll {
    QString question;
    QStringList options;
    int right = -1;       ///< index of the answer; -1: there is none to reveal
    QString explain = {}; ///< said when it is revealed
    QString answer = {};  ///< of a question without options, which the class calls out
    [[nodiscard]] bool hasAnswer() const { return right >= 0 || !answer.isEmpty() || !explain.isEmpty(); }
    [[nodiscard]] bool empty() const { return question.isEmpty(); }
};

class PresentSource : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] virtual int count() const = 0;
    [[nodiscard]] virtual int current() const = 0; ///< 0 .. count - 1
    virtual void go(int step) = 0;
    [[nodiscard]] virtual QString title(int step) const = 0;
    [[nodiscard]] virtual QString notes(int step) const = 0; ///< Markdown, for the presenter's eyes
    virtual void reveal() {}                                 ///< the answer of what the step asks, where it stands
    [[nodiscard]] virtual PresentPoll poll(int step) const {
        Q_UNUSED(step)
        return {};
    }

signals:
    void changed(); ///< another step, or other words
};

} // namespace vitral
