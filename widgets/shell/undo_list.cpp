// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/undo_list.h"

#include <QCoreApplication>
#include <QPointer>
#include <QUndoStack>

namespace vitral {

namespace {
constexpr int kKept = 100;
}

class UndoStep : public QUndoCommand {
public:
    UndoStep(UndoList& list, const QString& what, std::function<void()> undo, std::function<void()> redo, QString merge,
             QObject* owner)
        : QUndoCommand(what), list_(list), undo_(std::move(undo)), redo_(std::move(redo)), merge_(std::move(merge)),
          owner_(owner), owned_(owner != nullptr), number_(list.nextStep_++) {}

    [[nodiscard]] quint64 number() const { return number_; }
    void forget() { forgotten_ = true; }
    [[nodiscard]] bool dead() const { return forgotten_ || (owned_ && owner_.isNull()); }

    void undo() override {
        if (dead()) {
            setObsolete(true);
            return;
        }
        act(undo_);
        if (!redo_)
            setObsolete(true); // it cannot be done again: nothing offers that
    }
    void redo() override {
        if (fresh_) // pushed because it has just been done
            fresh_ = false;
        else
            act(redo_);
    }
    [[nodiscard]] int id() const override { return merge_.isEmpty() ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* step = static_cast<const UndoStep*>(other); // same id: one of ours
        if (step->merge_ != merge_)
            return false;
        if (dead())
            return false;
        redo_ = step->redo_;
        number_ = step->number_;
        return true;
    }

private:
    void act(const std::function<void()>& what) {
        if (!what || dead())
            return;
        list_.working_ = true;
        what();
        list_.working_ = false;
    }
    UndoList& list_;
    std::function<void()> undo_, redo_;
    QString merge_;
    QPointer<QObject> owner_;
    bool owned_, fresh_ = true, forgotten_ = false;
    quint64 number_;
};

UndoList::UndoList(QObject* parent) : QObject(parent), stack_(new QUndoStack(this)) {
    stack_->setUndoLimit(kKept);
    connect(stack_, &QUndoStack::indexChanged, this, &UndoList::prune, Qt::QueuedConnection);
}

UndoList& UndoList::shared() {
    static QPointer<UndoList> list;
    if (list.isNull())
        list = new UndoList(QCoreApplication::instance());
    return *list;
}

quint64 UndoList::push(const QString& what, std::function<void()> undo, std::function<void()> redo,
                       const QString& merge, QObject* owner) {
    if (working_)
        return 0;
    auto* step = new UndoStep(*this, what, std::move(undo), std::move(redo), merge, owner);
    const quint64 number = step->number(); // it is gone where it was joined with the one before
    stack_->push(step);
    if (owner != nullptr)
        connect(owner, &QObject::destroyed, this, &UndoList::prune, Qt::UniqueConnection);
    return number;
}

void UndoList::forget(quint64 number) {
    for (int i = 0; i < stack_->count() && number != 0; ++i)
        if (const auto* step = static_cast<const UndoStep*>(stack_->command(i)); step->number() == number)
            const_cast<UndoStep*>(step)->forget(); // NOLINT: the stack hands out its own as const
    prune();
}

// Steps that can do nothing any more must not cost a key press.
void UndoList::prune() {
    while (!working_ && stack_->index() > 0 &&
           static_cast<const UndoStep*>(stack_->command(stack_->index() - 1))->dead())
        stack_->undo();
}

} // namespace vitral
