// SPDX-License-Identifier: Apache-2.0
#include "widgets/design/room_parts.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace vitral::design {

namespace {
constexpr int kIconEdge = 40, kTextWidth = 520;
} // namespace

QLabel* textLabel(const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    return label;
}

EmptyPage::EmptyPage(const QString& icon, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    picture_ = new QLabel(this);
    picture_->setPixmap(design::icon(icon, IconTone::Muted).pixmap(kIconEdge, kIconEdge));
    picture_->setAlignment(Qt::AlignCenter);
    title_ = textLabel("title", this);
    text_ = new QLabel(this);
    text_->setTextFormat(Qt::PlainText);
    text_->setMaximumWidth(kTextWidth);
    for (QLabel* label : {title_, text_}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
    }
    auto* narrow = new QHBoxLayout; // in the middle, whatever the width
    narrow->addStretch(1);
    narrow->addWidget(text_, 100);
    narrow->addStretch(1);
    buttons_ = new QHBoxLayout;
    buttons_->addStretch(1);
    buttons_->addStretch(1);
    column->addStretch(2);
    column->addWidget(picture_);
    column->addWidget(title_);
    column->addLayout(narrow);
    column->addSpacing(kSpace2);
    column->addLayout(buttons_);
    column->addStretch(3);
}

void EmptyPage::say(const QString& title, const QString& text) {
    title_->setText(title);
    text_->setText(text);
    title_->setVisible(!title.isEmpty());
    text_->setVisible(!text.isEmpty());
    picture_->setAccessibleName(title.isEmpty() ? text : title); // it stands for the words below it
}

QString EmptyPage::said() const {
    QStringList lines{title_->text(), text_->text()};
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QPushButton* EmptyPage::addButton(bool primary) {
    auto* button = new QPushButton(this);
    if (primary)
        button->setProperty("kind", "primary");
    buttons_->insertWidget(buttons_->count() - 1, button);
    return button;
}

} // namespace vitral::design
