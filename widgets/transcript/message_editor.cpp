// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/message_editor.h"

#include "widgets/design/metrics.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTextDocument>
#include <QVBoxLayout>

namespace vitral {

MessageEditor::MessageEditor(const QString& text, bool question, QWidget* parent)
    : QFrame(parent), question_(question) {
    setProperty("kind", "composer");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace3, design::kSpace3);
    text_ = new QPlainTextEdit(text, this);
    text_->setProperty("kind", "bare");
    text_->setFont(design::font(design::TextRole::Reading));
    text_->installEventFilter(this);
    connect(text_, &QPlainTextEdit::textChanged, this, &MessageEditor::typed);
    column->addWidget(text_);
    auto* row = new QHBoxLayout;
    row->addStretch();
    cancel_ = new QPushButton(this);
    save_ = new QPushButton(this);
    answer_ = new QPushButton(this);
    answer_->setProperty("kind", "primary");
    answer_->setVisible(question);
    if (!question)
        save_->setProperty("kind", "primary");
    for (QPushButton* b : {cancel_, save_, answer_})
        row->addWidget(b);
    column->addLayout(row);
    connect(cancel_, &QPushButton::clicked, this, &MessageEditor::cancel);
    connect(save_, &QPushButton::clicked, this, [this] { accept(false); });
    connect(answer_, &QPushButton::clicked, this, [this] { accept(true); });
    retranslate();
}

void MessageEditor::retranslate() {
    cancel_->setText(tr("Cancel"));
    save_->setText(question_ ? tr("Save only") : tr("Save as new version"));
    answer_->setText(tr("Save and answer"));
    text_->setAccessibleName(tr("New text of the message"));
}

void MessageEditor::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

QSize MessageEditor::sizeHint() const {
    const int lines = std::max(3, text_->document()->lineCount() + 1);
    return {600, lines * text_->fontMetrics().lineSpacing() + 90};
}

void MessageEditor::focusText() {
    text_->setFocus();
    text_->moveCursor(QTextCursor::End);
}

bool MessageEditor::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape) {
            cancel();
            return true;
        }
        if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) &&
            (key->modifiers() & Qt::ControlModifier) != 0) {
            accept(question_);
            return true;
        }
    }
    return QFrame::eventFilter(object, event);
}

void MessageEditor::accept(bool thenAnswer) {
    if (done_)
        return;
    done_ = true;
    emit closed();
    emit accepted(text_->toPlainText(), thenAnswer);
    deleteLater();
    hide();
}

QString MessageEditor::text() const {
    return text_->toPlainText();
}

void MessageEditor::cancel() {
    if (done_)
        return;
    done_ = true;
    emit closed();
    hide();
    deleteLater();
}

} // namespace vitral
