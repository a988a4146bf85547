// SPDX-License-Identifier: Apache-2.0
#pragma once
// A question the class answers by raising hands: the teacher counts and enters, the bars show the real counts, then the
// answer is revealed. Thread: GUI.

#include "widgets/shell/present_source.h"

#include <QFrame>

#include <vector>

class QPainter;

namespace vitral {

class Poll : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Nobody has answered yet, unless it is the same question in other words (`keep`).
    void set(const PresentPoll& poll, bool keep = false);
    [[nodiscard]] const PresentPoll& poll() const { return poll_; }
    [[nodiscard]] int count(int option) const;
    void setCount(int option, int n); ///< 0 to 9999
    void addHand(int option);
    void takeBack(); ///< the hand that was added last
    [[nodiscard]] int total() const;
    [[nodiscard]] bool shown() const { return shown_; }
    void show(bool on);
    [[nodiscard]] bool revealed() const { return revealed_; }
    void reveal(bool on); ///< does nothing where there is nothing to reveal
    [[nodiscard]] bool hasAnswer() const { return poll_.hasAnswer(); }

signals:
    void changed();

private:
    PresentPoll poll_;
    std::vector<int> counts_, added_; ///< added_: options, the newest at the end
    bool shown_ = false, revealed_ = false;
};

/// The poll in big type, painted: question, options with bars, numbers and shares, the answer once it is revealed.
class PollView : public QFrame {
    Q_OBJECT
public:
    explicit PollView(Poll& poll, QWidget* parent = nullptr);
    /// In pixels: what the question needs at this width.
    [[nodiscard]] int neededHeight(int width) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// Draws, or only measures where `painter` is null. Returns the lowest pixel used.
    int draw(QPainter* painter, QRect room, double scale) const;
    void tell(); ///< screen readers
    Poll& poll_;
};

} // namespace vitral
