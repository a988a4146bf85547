// SPDX-License-Identifier: Apache-2.0
#pragma once
// The centre of the window: title row, transcript (or the welcome), what went wrong, composer. Thread: GUI.

#include "widgets/chat/chat_controller.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace vitral {

class Composer;
class NoticeBar;
class TranscriptView;
class Welcome;

class ElidedLabel;

class ChatPanel : public QWidget {
    Q_OBJECT
public:
    ChatPanel(ChatController& chat, ModelSession& model, QWidget* parent = nullptr);

    [[nodiscard]] TranscriptView* transcript() const { return transcript_; }
    [[nodiscard]] Composer* composer() const { return composer_; }
    [[nodiscard]] NoticeBar* notice() const { return notice_; }
    [[nodiscard]] Welcome* welcome() const { return welcome_; }
    /// Room at the right end of the title row (model chip, toggles).
    [[nodiscard]] QHBoxLayout* headRow() const { return head_; }
    /// Room between transcript and composer (token legend, context gauge).
    void addBelowTranscript(QWidget* widget);

    void editLastQuestion();
    /// All that was written here and not sent: what stands in the composer, and below it a message that is being
    /// edited.
    [[nodiscard]] QString unsent() const;

signals:
    void modelPickerAsked();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void retranslate();
    void placeJump();

    ChatController& chat_;
    ModelSession& model_;
    QHBoxLayout* head_;
    ElidedLabel* title_;
    QStackedWidget* stack_;
    TranscriptView* transcript_;
    Welcome* welcome_;
    NoticeBar* notice_;
    QWidget* below_;
    Composer* composer_;
    QToolButton* jump_;
    QString unstored_;       ///< sent, and not yet a message
    QString offersRoom_;     ///< the notice that the oldest messages can be left out
    QString tellsOfRemoval_; ///< the notice that a message was deleted
};

} // namespace vitral
