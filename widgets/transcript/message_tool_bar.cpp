// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/message_tool_bar.h"

#include "widgets/design/icons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QToolButton>

namespace vitral {

MessageToolBar::MessageToolBar(QWidget* parent) : QWidget(parent) {
    setAutoFillBackground(false);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    previous_ = button(QStringLiteral("chevron-left"));
    siblings_ = new QLabel(this);
    siblings_->setProperty("role", "caption");
    next_ = button(QStringLiteral("chevron-right"));
    copy_ = button(QStringLiteral("copy"));
    edit_ = button(QStringLiteral("edit"));
    again_ = button(QStringLiteral("regenerate"));
    continue_ = button(QStringLiteral("continue"));
    inside_ = button(QStringLiteral("inside"));
    remove_ = button(QStringLiteral("trash"));
    numbers_ = new QLabel(this);
    numbers_->setProperty("role", "caption");
    for (QWidget* w : std::initializer_list<QWidget*>{previous_, siblings_, next_, copy_, edit_, again_, continue_,
                                                      inside_, remove_, numbers_})
        row->addWidget(w);
    row->insertSpacing(9, design::kSpace2);
    connect(previous_, &QToolButton::clicked, this, [this] { emit siblingAsked(index_, -1); });
    connect(next_, &QToolButton::clicked, this, [this] { emit siblingAsked(index_, 1); });
    connect(copy_, &QToolButton::clicked, this, [this] { emit copyAsked(index_); });
    connect(edit_, &QToolButton::clicked, this, [this] { emit editAsked(index_); });
    connect(again_, &QToolButton::clicked, this, [this] { emit regenerateAsked(index_); });
    connect(continue_, &QToolButton::clicked, this, [this] { emit continueAsked(index_); });
    connect(inside_, &QToolButton::clicked, this, [this] { emit insideAsked(index_); });
    connect(remove_, &QToolButton::clicked, this, [this] { emit removeAsked(index_); });
    retranslate();
}

QToolButton* MessageToolBar::button(const QString& iconName) {
    auto* b = new QToolButton(this);
    b->setIcon(design::icon(iconName, design::IconTone::Muted));
    b->setIconSize({design::kIconSmall, design::kIconSmall});
    b->setCursor(Qt::ArrowCursor);
    return b;
}

void MessageToolBar::retranslate() {
    const auto name = [](QToolButton* b, const QString& text, const QString& key) {
        b->setToolTip(key.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, key));
        b->setAccessibleName(text);
    };
    name(previous_, tr("Previous version"), QStringLiteral("\u2190"));
    name(next_, tr("Next version"), QStringLiteral("\u2192"));
    name(copy_, tr("Copy message"), QStringLiteral("Ctrl+C"));
    name(edit_, tr("Edit"), QStringLiteral("F2"));
    name(again_, answer_ ? tr("Answer again") : tr("Answer this"), QStringLiteral("R"));
    name(continue_, tr("Continue the answer"), {});
    name(inside_, tr("Look inside"), {});
    name(remove_, tr("Delete this and what follows"), tr("Del"));
}

void MessageToolBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

QString MessageToolBar::numbers(const Message& message) {
    if (message.tokens.empty())
        return {};
    const QLocale locale;
    const auto n = static_cast<int>(message.tokens.size());
    QString text = tr("%Ln tokens", nullptr, n);
    if (message.decodeSeconds > 0 && n > 1)
        text += QStringLiteral(" \u00B7 ") + tr("%1 tokens/s").arg(locale.toString(n / message.decodeSeconds, 'f', 1));
    if (message.state == MessageState::Stopped && message.note.empty())
        text += QStringLiteral(" \u00B7 ") + tr("stopped");
    return text;
}

void MessageToolBar::showFor(int index, const Message& message, int siblingIndex, int siblingCount, bool busy) {
    index_ = index;
    const bool answer = message.role == Role::Assistant;
    if (answer != answer_) {
        answer_ = answer;
        retranslate();
    }
    const bool several = siblingCount > 1;
    previous_->setVisible(several);
    next_->setVisible(several);
    siblings_->setVisible(several);
    previous_->setEnabled(siblingIndex > 0 && !busy);
    next_->setEnabled(siblingIndex + 1 < siblingCount && !busy);
    siblings_->setText(QStringLiteral("%1/%2").arg(siblingIndex + 1).arg(siblingCount));
    edit_->setEnabled(!busy);
    again_->setEnabled(!busy);
    continue_->setVisible(answer);
    continue_->setEnabled(!busy);
    inside_->setVisible(offersInside_);
    inside_->setEnabled(!busy);
    remove_->setEnabled(!busy);
    const QString text = answer ? numbers(message) : QString();
    numbers_->setText(text);
    numbers_->setVisible(!text.isEmpty());
    const QString seed = QJsonDocument::fromJson(QByteArray::fromStdString(message.paramsJson))
                             .object()
                             .value(QStringLiteral("seed"))
                             .toString();
    numbers_->setToolTip(seed.isEmpty() || seed == QLatin1String("0") ? QString() : tr("seed %1").arg(seed));
    layout()->activate();
}

void MessageToolBar::paintResting(QPainter& painter, const QRectF& row, const Message& message, int siblingIndex,
                                  int siblingCount, const TranscriptStyle& style) {
    QStringList parts;
    if (siblingCount > 1)
        parts << QStringLiteral("\u2039  %1/%2  \u203A").arg(siblingIndex + 1).arg(siblingCount);
    if (message.role == Role::Assistant && message.state != MessageState::Streaming && !numbers(message).isEmpty())
        parts << numbers(message);
    if (parts.isEmpty())
        return;
    painter.setFont(style.caption);
    painter.setPen(style.colors->textMuted);
    const bool right = message.role == Role::User;
    painter.drawText(row.adjusted(0, 0, right ? -design::kSpace3 : 0, 0),
                     (right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, parts.join(QStringLiteral("     ")));
}

} // namespace vitral
