// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/page_rail.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/rail_fit.h"

#include <QButtonGroup>
#include <QToolButton>
#include <QVBoxLayout>

namespace vitral {

namespace {
constexpr int kMostShortcuts = 9;
}

QToolButton* iconButton(const QString& iconName, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(design::icon(iconName));
    button->setIconSize({design::kIcon, design::kIcon});
    return button;
}

PageRail::PageRail(QWidget* parent) : QScrollArea(parent), buttons_(new QButtonGroup(this)) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidgetResizable(true);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    auto* rail = new QWidget(this);
    rail->setProperty("kind", "page");
    auto* column = new QVBoxLayout(rail);
    column->setContentsMargins(design::kSpace1, design::kSpace2, design::kSpace1, design::kSpace2);
    column->setSpacing(design::kSpace1);
    column->addStretch(1);
    setWidget(rail);
    new design::RailFit(this);
    connect(buttons_, &QButtonGroup::idClicked, this, &PageRail::chosen);
}

void PageRail::addPage(const QString& iconName) {
    QToolButton* button = iconButton(iconName, widget());
    button->setCheckable(true);
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto* column = static_cast<QVBoxLayout*>(widget()->layout());
    column->insertWidget(column->count() - 1, button); // before the stretch
    buttons_->addButton(button, int(buttons_->buttons().size()));
}

void PageRail::setPage(int index, const QString& title, const QString& help) {
    QToolButton* own = button(index);
    own->setText(title);
    own->setAccessibleName(title);
    QString tip = help.isEmpty() ? title : help;
    if (index < kMostShortcuts) { // after the text, which takes a button's shortcut away
        own->setShortcut(QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + index)));
        tip += QStringLiteral(" (Alt+%1)").arg(index + 1);
    }
    own->setToolTip(tip);
}

void PageRail::setCurrent(int index) {
    buttons_->button(index)->setChecked(true);
}

QToolButton* PageRail::button(int index) const {
    return static_cast<QToolButton*>(buttons_->button(index));
}

void PageRail::showNames(bool on) {
    for (QAbstractButton* button : buttons_->buttons())
        static_cast<QToolButton*>(button)->setToolButtonStyle(on ? Qt::ToolButtonTextUnderIcon
                                                                 : Qt::ToolButtonIconOnly);
    widget()->layout()->invalidate();
    setFixedWidth(widget()->layout()->sizeHint().width());
}

} // namespace vitral
