// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/notice_bar.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/shell/log_list.h"

#include <QEvent>
#include <QGridLayout>
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
    action_ = new QPushButton(this);
    action_->setProperty("kind", "link");
    close_ = new QToolButton(this);
    close_->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    close_->setIconSize({design::kIconSmall, design::kIconSmall});
    grid_->addWidget(icon_, 0, 0, Qt::AlignVCenter);
    grid_->addWidget(text_, 0, 1);
    grid_->addWidget(action_, 0, 2);
    grid_->addWidget(close_, 0, 3, Qt::AlignVCenter);
    connect(close_, &QToolButton::clicked, this, &QWidget::hide);
    connect(action_, &QPushButton::clicked, this, [this] {
        hide();
        if (act_)
            act_();
    });
    hide();
}

void NoticeBar::tell(Kind kind, const QString& sentence, const QString& action, std::function<void()> act) {
    if (kind == Kind::Problem) // what somebody is asked to copy must hold what they saw
        LogList::shared().add("warning", "window", sentence.toStdString());
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
    icon_->setPixmap(design::iconPixmap(kind_ == Kind::Problem ? QStringLiteral("warning") : QStringLiteral("info"),
                                        kind_ == Kind::Problem ? p.danger : p.accent, design::kIcon,
                                        devicePixelRatioF()));
}

void NoticeBar::arrange() {
    const bool narrow = width() < kNarrow;
    if (narrow == narrow_)
        return;
    narrow_ = narrow;
    grid_->removeWidget(action_);
    if (narrow)
        grid_->addWidget(action_, 1, 1, Qt::AlignLeft);
    else
        grid_->addWidget(action_, 0, 2);
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
