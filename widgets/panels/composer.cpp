// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/composer.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/composer_text.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QStyle>
#include <QTextDocument>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace vitral {
namespace {
constexpr int kMaxLines = 10;
}

Composer::Composer(QWidget* parent) : QFrame(parent) {
    setProperty("kind", "composer");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace2, design::kSpace2);
    column->setSpacing(design::kSpace1);
    text_ = new ComposerText(this);
    text_->setProperty("kind", "bare");
    text_->setFrameShape(QFrame::NoFrame);
    text_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    text_->setTabChangesFocus(true);
    text_->document()->setDocumentMargin(0);
    text_->installEventFilter(this);
    column->addWidget(text_);
    auto* row = new QHBoxLayout;
    row->setSpacing(design::kSpace2);
    hint_ = new QLabel(this);
    hint_->setProperty("role", "caption");
    row->addWidget(hint_, 1, Qt::AlignBottom);
    button_ = new QToolButton(this);
    button_->setProperty("kind", "send");
    button_->setIconSize({18, 18});
    row->addWidget(button_);
    column->addLayout(row);
    setFocusProxy(text_);
    connect(text_, &QPlainTextEdit::textChanged, this, [this] {
        fit();
        updateButton();
        emit edited(text_->text());
    });
    connect(button_, &QToolButton::clicked, this, [this] { busy_ ? emit stopped() : submit(); });
    retranslate();
    fit();
    updateButton();
}

void Composer::mousePressEvent(QMouseEvent* event) {
    text_->setFocus(Qt::MouseFocusReason);
    event->accept();
}

void Composer::retranslate() {
    text_->setPlaceholderText(tr("Write a message"));
    text_->setAccessibleName(tr("Message"));
    text_->setToolTip(tr("Enter sends, Shift+Enter begins a new line"));
    updateButton();
}

QPlainTextEdit* Composer::editor() const {
    return text_;
}

QString Composer::text() const {
    return text_->text();
}

void Composer::setText(const QString& text) {
    if (text != text_->text())
        text_->setText(text);
}

void Composer::clear() {
    text_->clear();
}

void Composer::focusText() {
    text_->setFocus();
}

void Composer::setBusy(bool busy) {
    busy_ = busy;
    updateButton();
}

void Composer::setBlocked(const QString& reason) {
    blocked_ = reason;
    updateButton();
}

void Composer::setHint(const QString& hint) {
    hint_->setText(hint);
}

void Composer::updateButton() {
    button_->setIcon(design::icon(busy_ ? QStringLiteral("stop") : QStringLiteral("send"), design::IconTone::OnAccent));
    const QString name = busy_ ? tr("Stop") : tr("Send");
    button_->setAccessibleName(name);
    button_->setToolTip(!busy_ && !blocked_.isEmpty() ? blocked_ : busy_ ? tr("Stop (Esc)") : tr("Send (Enter)"));
    button_->setEnabled(busy_ || (blocked_.isEmpty() && !text_->isBlank()));
}

void Composer::submit() {
    const QString text = text_->text();
    if (busy_ || !blocked_.isEmpty() || text.trimmed().isEmpty())
        return;
    text_->clear();
    emit sent(text);
}

void Composer::fit() {
    const QFontMetrics metrics(text_->font());
    // QPlainTextDocumentLayout counts lines, not pixels, as its height.
    const double n =
        std::clamp(static_cast<double>(text_->document()->size().height()), 1.0, static_cast<double>(kMaxLines));
    const int h = static_cast<int>(std::ceil(n * metrics.lineSpacing())) + design::kSpace1;
    if (text_->height() != h)
        text_->setFixedHeight(h);
    text_->setVerticalScrollBarPolicy(n >= kMaxLines ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
}

void Composer::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    QTimer::singleShot(0, this, &Composer::fit);
}

bool Composer::eventFilter(QObject* object, QEvent* event) {
    if (object == text_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (enter && (key->modifiers() & (Qt::ShiftModifier | Qt::AltModifier)) == 0) {
            submit();
            return true;
        }
        if (enter) {
            text_->put(QStringLiteral("\n"));
            return true;
        }
        if (key->key() == Qt::Key_Escape && busy_) {
            emit stopped();
            return true;
        }
        if (key->key() == Qt::Key_Up && text_->document()->isEmpty()) {
            emit lastQuestionAsked();
            return true;
        }
    }
    if (object == text_ && (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)) {
        setProperty("focused", event->type() == QEvent::FocusIn ? "true" : "false");
        style()->unpolish(this);
        style()->polish(this);
    }
    return QFrame::eventFilter(object, event);
}

void Composer::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    else if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        QTimer::singleShot(0, this, &Composer::fit);
}

} // namespace vitral
