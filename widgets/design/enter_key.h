// SPDX-License-Identifier: Apache-2.0
#pragma once
// Enter presses the button that has the focus, as desktops do: Qt presses it by the space bar alone, outside dialogs.
// Thread: GUI.

#include <QAbstractButton>
#include <QKeyEvent>
#include <QPushButton>
#include <QRadioButton>
#include <QToolButton>

namespace vitral::design {

/// An event filter for the whole application; check boxes keep to the space bar, dialogs to their default button.
class EnterKey : public QObject {
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject* object, QEvent* event) override {
        if (event->type() != QEvent::KeyPress)
            return false;
        const auto* key = static_cast<QKeyEvent*>(event);
        auto* button = qobject_cast<QAbstractButton*>(object);
        if (button == nullptr || !button->isEnabled() || key->isAutoRepeat() ||
            (key->key() != Qt::Key_Return && key->key() != Qt::Key_Enter) ||
            (key->modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier)
            return false;
        if (auto* tool = qobject_cast<QToolButton*>(button)) {
            if (tool->menu() != nullptr && tool->popupMode() == QToolButton::InstantPopup)
                tool->showMenu();
            else
                tool->click();
            return true;
        }
        if (auto* push = qobject_cast<QPushButton*>(button); push != nullptr && !push->autoDefault()) {
            if (push->menu() != nullptr)
                push->showMenu();
            else
                push->click();
            return true;
        }
        if (qobject_cast<QRadioButton*>(button) != nullptr && !button->isChecked()) {
            button->click();
            return true;
        }
        return false;
    }
};

} // namespace vitral::design
