// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/notice_bar.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace vitral {

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(design::kSpace3, design::kSpace1, design::kSpace1, design::kSpace1);
    row->setSpacing(design::kSpace2);
    icon_ = new QLabel(this);
    text_ = new QLabel(this);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setFocusPolicy(Qt::NoFocus);
    action_ = new QPushButton(this);
    action_->setProperty("kind", "link");
    close_ = new QToolButton(this);
    close_->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    close_->setIconSize({design::kIconSmall, design::kIconSmall});
    row->addWidget(icon_, 0, Qt::AlignVCenter);
    row->addWidget(text_, 1);
    row->addWidget(action_);
    row->addWidget(close_, 0, Qt::AlignVCenter);
    connect(close_, &QToolButton::clicked, this, &QWidget::hide);
    connect(action_, &QPushButton::clicked, this, [this] {
        hide();
        if (act_)
            act_();
    });
    hide();
}

void NoticeBar::tell(Kind kind, const QString& sentence, const QString& action, std::function<void()> act) {
    kind_ = kind;
    setProperty("kind", kind == Kind::Problem ? "problem" : "notice");
    style()->unpolish(this);
    style()->polish(this);
    text_->setText(sentence);
    setAccessibleName(sentence);
    action_->setText(action);
    action_->setVisible(!action.isEmpty());
    act_ = std::move(act);
    close_->setAccessibleName(tr("Close"));
    close_->setToolTip(tr("Close"));
    paintIcon();
    show();
}

QString NoticeBar::sentence() const {
    return isHidden() ? QString() : text_->text();
}

void NoticeBar::paintIcon() {
    const design::Palette& p = design::paletteFor(this);
    icon_->setPixmap(design::iconPixmap(kind_ == Kind::Problem ? QStringLiteral("warning") : QStringLiteral("info"),
                                        kind_ == Kind::Problem ? p.danger : p.accent, design::kIcon,
                                        devicePixelRatioF()));
}

void NoticeBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintIcon();
}

} // namespace vitral
