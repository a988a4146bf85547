// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two keys that mean the same in every window of the program. Ctrl+Z and Ctrl+Y belong to the program's list of undo
// (undo_list.h) wherever a text field has nothing of its own to take back: Qt's fields keep them, empty or not. Enter
// presses the button that has the focus: Qt's buttons know the space bar only, outside of dialogs. Thread: GUI.

#include <QObject>

namespace vitral {

class KeyFilter : public QObject {
    Q_OBJECT
public:
    /// Works from now on for the whole application, while it lives.
    explicit KeyFilter(QObject* parent);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
};

} // namespace vitral
