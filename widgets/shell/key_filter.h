// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ctrl+Z and Ctrl+Shift+Z belong to the program's list of undo (undo_list.h) wherever a text field has nothing of its
// own to take back: Qt's fields keep them, empty or not. Thread: GUI.

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
