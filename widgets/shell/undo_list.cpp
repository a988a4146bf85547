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
          owner_(owner), owned_(owner != nullptr) {}

    void undo() override {
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
        redo_ = step->redo_;
        return true;
    }

private:
    void act(const std::function<void()>& what) {
        if (!what || (owned_ && owner_.isNull()))
            return;
        list_.working_ = true;
        what();
        list_.working_ = false;
    }
    UndoList& list_;
    std::function<void()> undo_, redo_;
    QString merge_;
    QPointer<QObject> owner_;
    bool owned_, fresh_ = true;
};

UndoList::UndoList(QObject* parent) : QObject(parent), stack_(new QUndoStack(this)) {
    stack_->setUndoLimit(kKept);
}

UndoList& UndoList::shared() {
    static QPointer<UndoList> list;
    if (list.isNull())
        list = new UndoList(QCoreApplication::instance());
    return *list;
}

void UndoList::push(const QString& what, std::function<void()> undo, std::function<void()> redo, const QString& merge,
                    QObject* owner) {
    if (!working_)
        stack_->push(new UndoStep(*this, what, std::move(undo), std::move(redo), merge, owner));
}

} // namespace vitral
