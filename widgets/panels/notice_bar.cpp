// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/notice_bar.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/shell/log_list.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include <utility>

namespace vitral {
namespace {
constexpr int kNarrow = 420; ///< pixels; about 50 characters beside an action
} // namespace

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent) {
    grid_ = new QGridLayout(this);
    grid_->setContentsMargins(design::kSpace3, design::kSpace1, design::kSpace1, design::kSpace1);
    grid_->setHorizontalSpacing(design::kSpace2);
    grid_->setVerticalSpacing(0);
    grid_->setColumnStretch(1, 1);
    icon_ = new QLabel(this);
    text_ = new QLabel(this);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setFocusPolicy(Qt::NoFocus);
    actions_ = new QWidget(this);
    auto* row = new QHBoxLayout(actions_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace2);
    close_ = new QToolButton(this);
    close_->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    close_->setIconSize({design::kIconSmall, design::kIconSmall});
    grid_->addWidget(icon_, 0, 0, Qt::AlignVCenter);
    grid_->addWidget(text_, 0, 1);
    grid_->addWidget(actions_, 0, 2);
    grid_->addWidget(close_, 0, 3, Qt::AlignVCenter);
    connect(close_, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

void NoticeBar::tell(Kind kind, const QString& sentence, const QString& action, std::function<void()> act) {
    std::vector<Action> actions;
    if (!action.isEmpty())
        actions.push_back({action, std::move(act)});
    tell(kind, sentence, std::move(actions));
}

void NoticeBar::tell(Kind kind, const QString& sentence, std::vector<Action> actions) {
    if (kind == Kind::Problem) // what somebody is asked to copy must hold what they saw
        LogList::shared().add("warning", "window", sentence.toStdString());
    kind_ = kind;
    setProperty("kind", kind == Kind::Problem ? "problem" : "notice");
    style()->unpolish(this);
    style()->polish(this);
    text_->setText(sentence);
    setAccessibleName(sentence);
    for (QPushButton* button : std::exchange(buttons_, {})) {
        button->hide();
        button->deleteLater(); // it may be the one that was just pressed
    }
    for (Action& action : actions) {
        auto* button = new QPushButton(action.text, actions_);
        button->setProperty("kind", "link");
        connect(button, &QPushButton::clicked, this, [this, act = std::move(action.act)] {
            hide();
            if (const auto todo = act) // a copy: what it does may tell something else
                todo();
        });
        actions_->layout()->addWidget(button);
        buttons_.push_back(button);
    }
    actions_->setVisible(!buttons_.empty());
    arrange();
    close_->setAccessibleName(tr("Close"));
    close_->setToolTip(tr("Close"));
    paintIcon();
    waiting_ = held_;
    if (!held_)
        return appear();
    hide();
    emit heldBack(sentence);
}

void NoticeBar::setHeld(bool on) {
    held_ = on;
    if (on)
        return hide();
    if (std::exchange(waiting_, false))
        appear();
}

void NoticeBar::appear() {
    setMinimumHeight(0);
    show();
    if (width() > 0 && parentWidget() != nullptr)
        setMinimumHeight(grid_->hasHeightForWidth() ? grid_->totalHeightForWidth(width()) : 0);
}

QString NoticeBar::sentence() const {
    return isHidden() ? QString() : text_->text();
}

void NoticeBar::paintIcon() {
    const design::Palette& p = design::paletteFor(this);
    icon_->setAccessibleName(kind_ == Kind::Problem ? tr("Problem") : tr("Note"));
    icon_->setPixmap(design::iconPixmap(kind_ == Kind::Problem ? QStringLiteral("warning") : QStringLiteral("info"),
                                        kind_ == Kind::Problem ? p.danger : p.accent, design::kIcon,
                                        devicePixelRatioF()));
}

void NoticeBar::arrange() {
    const bool below = width() < kNarrow || buttons_.size() > 1;
    static_cast<QBoxLayout*>(actions_->layout())
        ->setDirection(width() < kNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    if (below == below_)
        return;
    below_ = below;
    grid_->removeWidget(actions_);
    if (below)
        grid_->addWidget(actions_, 1, 1, Qt::AlignLeft);
    else
        grid_->addWidget(actions_, 0, 2);
}

void NoticeBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    arrange();
    // Sentences wrap: the height that the width asks for, or the last line would be cut.
    const int needed =
        grid_->hasHeightForWidth() ? grid_->totalHeightForWidth(width()) : grid_->totalSizeHint().height();
    if (minimumHeight() != needed)
        setMinimumHeight(needed);
}

void NoticeBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintIcon();
}

} // namespace vitral
