// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/section.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace vitral {

Section::Section(bool open, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace1);
    head_ = new QToolButton(this);
    head_->setProperty("kind", "section");
    head_->setCheckable(false);
    head_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    head_->setIconSize({design::kIconSmall, design::kIconSmall});
    head_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    column->addWidget(head_);
    content_ = new QWidget(this);
    body_ = new QVBoxLayout(content_);
    body_->setContentsMargins(design::kSpace1, 0, design::kSpace1, design::kSpace3);
    body_->setSpacing(design::kSpace2);
    column->addWidget(content_);
    content_->setVisible(open);
    updateArrow();
    connect(head_, &QToolButton::clicked, this, [this] { setOpen(!isOpen()); });
}

void Section::setTitle(const QString& title) {
    head_->setText(QStringLiteral(" ") + title);
    head_->setAccessibleName(title);
}

QString Section::title() const {
    return head_->accessibleName();
}

bool Section::isOpen() const {
    return !content_->isHidden();
}

void Section::setOpen(bool open) {
    if (open == isOpen())
        return;
    content_->setVisible(open);
    updateArrow();
    emit toggled(open);
}

void Section::updateArrow() {
    head_->setIcon(design::icon(isOpen() ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"),
                                design::IconTone::Muted));
}

} // namespace vitral
