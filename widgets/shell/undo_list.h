// SPDX-License-Identifier: Apache-2.0
#pragma once
// What can be taken back with Edit > Undo, wherever it was done: a deleted conversation, a setting, an intervention, an
// answer in a lesson. Text fields keep their own undo. Thread: GUI.

#include <QObject>
#include <QString>

#include <functional>

class QUndoStack;

namespace vitral {

class UndoList : public QObject {
    Q_OBJECT
public:
    /// The program's one; it is gone when the application object is.
    static UndoList& shared();

    /// Says that something was done (it is not done again now). `merge`: a non-empty key joins it with the step before
    /// where that has the same one (a slider being dragged): the oldest `undo` and the newest `redo` stay. Both are
    /// dropped with `owner`, when one is given and dies. Without `redo` it can be taken back and is then forgotten.
    /// Returns the step's number, for forget(); 0: nothing was pushed, since working().
    quint64 push(const QString& what, std::function<void()> undo, std::function<void()> redo, const QString& merge = {},
                 QObject* owner = nullptr);
    /// The step was taken back by other means: Ctrl+Z goes on with the one before it.
    void forget(quint64 step);
    /// True while something is taken back or done again: what it changes is not to be pushed once more.
    [[nodiscard]] bool working() const { return working_; }
    [[nodiscard]] QUndoStack* stack() const { return stack_; }

private:
    explicit UndoList(QObject* parent);
    void prune();
    friend class UndoStep;
    QUndoStack* stack_;
    quint64 nextStep_ = 1;
    bool working_ = false;
};

} // namespace vitral
