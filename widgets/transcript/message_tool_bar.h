// SPDX-License-Identifier: Apache-2.0
#pragma once
// The row under a message: siblings "< 2/3 >", copy, edit, answer again, continue, and the numbers of its run. One real
// widget follows the pointer and the keyboard; the other messages show a painted, resting row. Thread: GUI.

#include "core/chat/conversation.h"
#include "widgets/transcript/transcript_style.h"

#include <QWidget>

class QLabel;
class QPainter;
class QToolButton;

namespace vitral {

class MessageToolBar : public QWidget {
    Q_OBJECT
public:
    explicit MessageToolBar(QWidget* parent);

    void showFor(int index, const Message& message, int siblingIndex, int siblingCount, bool busy);
    void setOffersInside(bool on) { offersInside_ = on; }
    static void paintResting(QPainter& painter, const QRectF& row, const Message& message, int siblingIndex,
                             int siblingCount, const TranscriptStyle& style);
    /// "212 tokens · 34.1 tokens/s"; empty for messages that were not generated.
    static QString numbers(const Message& message);

signals:
    void copyAsked(int index);
    void editAsked(int index);
    void regenerateAsked(int index);
    void continueAsked(int index);
    void insideAsked(int index);
    void removeAsked(int index);
    void siblingAsked(int index, int step);

protected:
    void changeEvent(QEvent* event) override;

private:
    QToolButton* button(const QString& iconName);
    void retranslate();

    int index_ = -1;
    bool answer_ = false, offersInside_ = false;
    QToolButton *previous_, *next_, *copy_, *edit_, *again_, *continue_, *inside_, *remove_;
    QLabel *siblings_, *numbers_;
};

} // namespace vitral
