// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/chat_panel.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/elided_label.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/welcome.h"
#include "widgets/transcript/transcript_view.h"

#include <QDesktopServices>
#include <QEvent>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include <utility>

namespace vitral {

ChatPanel::ChatPanel(ChatController& chat, ModelSession& model, QWidget* parent)
    : QWidget(parent), chat_(chat), model_(model) {
    setProperty("kind", "page");
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);

    head_ = new QHBoxLayout;
    head_->setContentsMargins(design::kSpace4, design::kSpace2, design::kSpace3, design::kSpace2);
    head_->setSpacing(design::kSpace1);
    title_ = new ElidedLabel(this);
    title_->setProperty("role", "value");
    head_->addWidget(title_, 1);
    column->addLayout(head_);

    stack_ = new QStackedWidget(this);
    welcome_ = new Welcome(stack_);
    transcript_ = new TranscriptView(stack_);
    transcript_->setSource(&chat);
    stack_->addWidget(welcome_);
    stack_->addWidget(transcript_);
    column->addWidget(stack_, 1);

    // Notice, extra rows and composer share the reading column.
    auto* lower = new QVBoxLayout;
    lower->setSpacing(design::kSpace2);
    notice_ = new NoticeBar(this);
    lower->addWidget(notice_);
    below_ = new QWidget(this);
    auto* belowColumn = new QVBoxLayout(below_);
    belowColumn->setContentsMargins(0, 0, 0, 0);
    belowColumn->setSpacing(design::kSpace2);
    lower->addWidget(below_);
    composer_ = new Composer(this);
    lower->addWidget(composer_);
    auto* lowerFrame = new QWidget(this);
    lower->setContentsMargins(0, 0, 0, 0);
    lowerFrame->setLayout(lower);
    lowerFrame->setMaximumWidth(design::kReadingWidth + 2 * design::kSpace3);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace3, design::kSpace3);
    row->addStretch(1);
    row->addWidget(lowerFrame, 100);
    row->addStretch(1);
    column->addLayout(row);

    jump_ = new QToolButton(this);
    jump_->setProperty("kind", "send");
    jump_->setIcon(design::icon(QStringLiteral("arrow-down"), design::IconTone::OnAccent));
    jump_->setIconSize({18, 18});
    jump_->hide();
    connect(jump_, &QToolButton::clicked, transcript_, &TranscriptView::scrollToEnd);
    connect(transcript_, &TranscriptView::endReached, this, [this](bool end) {
        jump_->setVisible(!end && stack_->currentWidget() == transcript_);
        placeJump();
    });

    const auto send = [this](const QString& text) {
        notice_->hide();
        unstored_ = text;
        chat_.send(text);
    };
    connect(composer_, &Composer::sent, this, send);
    connect(composer_, &Composer::stopped, &chat_, &ChatController::stop);
    connect(composer_, &Composer::edited, &chat_, &ChatController::saveDraft);
    connect(composer_, &Composer::lastQuestionAsked, this, &ChatPanel::editLastQuestion);
    connect(welcome_, &Welcome::suggestionChosen, this, [this, send](const QString& text) {
        if (chat_.busy() || !model_.model()) {
            composer_->setText(text);
            composer_->focusText();
            return;
        }
        send(text);
    });
    connect(welcome_, &Welcome::modelPickerAsked, this, &ChatPanel::modelPickerAsked);

    connect(transcript_, &TranscriptView::editRequested, &chat_, &ChatController::edit);
    connect(transcript_, &TranscriptView::regenerateRequested, &chat_, &ChatController::regenerate);
    connect(transcript_, &TranscriptView::continueRequested, &chat_, &ChatController::continueAnswer);
    connect(transcript_, &TranscriptView::removeRequested, &chat_, &ChatController::removeMessage);
    connect(transcript_, &TranscriptView::siblingRequested, &chat_, &ChatController::switchSibling);
    connect(transcript_, &TranscriptView::linkActivated, this, [](const QUrl& url) {
        // Only a person's click opens anything, and only the web.
        if (url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http"))
            QDesktopServices::openUrl(url);
    });

    connect(&chat_, &ChatController::busyChanged, this, [this] {
        composer_->setBusy(chat_.busy());
        transcript_->setBusy(chat_.busy());
        refresh();
    });
    connect(&chat_, &ChatController::draftLoaded, composer_, &Composer::setText);
    connect(&chat_, &ChatController::conversationChanged, this, [this] {
        if (!chat_.busy()) // a new one that gets its place in the list with the first question is no other one
            notice_->hide();
        refresh();
    });
    connect(&chat_, &TranscriptSource::appended, this, [this] {
        if (const QString stored = std::exchange(unstored_, {}); !stored.isEmpty() && composer_->text() == stored)
            composer_->clear();
        refresh();
    });
    connect(&chat_, &TranscriptSource::reset, this, &ChatPanel::refresh);
    connect(&chat_, &ChatController::problem, this, [this](const QString& sentence, bool contextFull) {
        if (!unstored_.isEmpty() && composer_->text().isEmpty())
            composer_->setText(unstored_); // a full disk must not cost what somebody wrote
        if (contextFull) {
            notice_->tell(NoticeBar::Kind::Notice, sentence, tr("Leave out the oldest"),
                          [this] { chat_.leaveOutOldest(); });
            offersRoom_ = notice_->sentence();
        } else
            notice_->tell(NoticeBar::Kind::Problem, sentence);
    });
    connect(&chat_, &ChatController::roomNoLongerOffered, this, [this] {
        if (const QString offer = std::exchange(offersRoom_, {}); !offer.isEmpty() && notice_->sentence() == offer)
            notice_->hide();
    });
    connect(&chat_, &ChatController::messagesLeftOut, this, [this](int n) {
        notice_->tell(NoticeBar::Kind::Notice, tr("%Ln message(s) are no longer read by the model.", nullptr, n),
                      tr("Undo"), [this] { chat_.takeBackLeftOut(); });
    });
    connect(&chat_, &ChatController::messageRemoved, this, [this] {
        notice_->tell(NoticeBar::Kind::Notice, tr("The message and what followed it were deleted."), tr("Undo"),
                      [this] { chat_.undoRemove(); });
        tellsOfRemoval_ = notice_->sentence();
    });
    connect(&chat_, &ChatController::messageRestored, this, [this] {
        if (notice_->sentence() == std::exchange(tellsOfRemoval_, {}))
            notice_->hide();
    });
    connect(&model_, &ModelSession::changed, this, &ChatPanel::refresh);
    retranslate();
    refresh();
}

void ChatPanel::addBelowTranscript(QWidget* widget) {
    below_->layout()->addWidget(widget);
}

void ChatPanel::refresh() {
    const bool empty = chat_.count() == 0 && !chat_.busy() && !chat_.opening();
    const bool focused = empty && transcript_->hasFocus();
    stack_->setCurrentWidget(empty ? static_cast<QWidget*>(welcome_) : transcript_);
    if (focused) // its last message is gone
        composer_->focusText();
    if (empty)
        jump_->hide();
    title_->setFullText(QString::fromStdString(chat_.info().title));
    composer_->setBlocked(model_.model() ? QString() : tr("No model is loaded yet"));
}

void ChatPanel::retranslate() {
    jump_->setToolTip(tr("To the newest message (End)"));
    jump_->setAccessibleName(tr("To the newest message"));
    refresh();
}

void ChatPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

void ChatPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeJump();
}

void ChatPanel::placeJump() {
    const QRect r = stack_->geometry();
    jump_->adjustSize();
    jump_->move(r.center().x() - jump_->width() / 2, r.bottom() - jump_->height() - design::kSpace2);
    jump_->raise();
}

QString ChatPanel::unsent() const {
    QStringList texts{composer_->text(), transcript_->unfinishedEdit()};
    texts.removeAll(QString());
    return texts.join(QStringLiteral("\n\n"));
}

void ChatPanel::editLastQuestion() {
    for (int i = chat_.count() - 1; i >= 0; --i)
        if (chat_.message(i).role == Role::User) {
            transcript_->editMessage(i);
            return;
        }
}

} // namespace vitral
