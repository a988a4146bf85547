// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/transcript_accessible.h"

#include "widgets/transcript/message_layout.h"
#include "widgets/transcript/transcript_view.h"

#include <QPointer>

namespace vitral {
namespace {

class MessageAccessible final : public QAccessibleInterface, public QAccessibleTextInterface {
public:
    MessageAccessible(TranscriptView* view, int index) : view_(view), index_(index) {}

    [[nodiscard]] int index() const { return index_; }
    [[nodiscard]] bool isValid() const override {
        return view_ && view_->source() != nullptr && index_ < view_->source()->count();
    }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QWindow* window() const override {
        return view_ && view_->window() != nullptr ? view_->window()->windowHandle() : nullptr;
    }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override {
        return QAccessible::queryAccessibleInterface(view_.data());
    }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text what) const override {
        if (!isValid())
            return {};
        if (what == QAccessible::Name)
            return view_->speakerOf(index_);
        if (what == QAccessible::Description)
            return MessageLayout::noteOf(view_->source()->message(index_));
        return what == QAccessible::Value ? words() : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}
    [[nodiscard]] QRect rect() const override { return isValid() ? view_->globalMessageRect(index_) : QRect(); }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::Paragraph; }
    [[nodiscard]] QAccessible::State state() const override {
        QAccessible::State s;
        s.invalid = !isValid();
        s.readOnly = s.multiLine = s.focusable = true;
        s.focused = isValid() && view_->hasFocus() && view_->currentMessage() == index_;
        return s;
    }
    void* interface_cast(QAccessible::InterfaceType type) override {
        return type == QAccessible::TextInterface ? static_cast<QAccessibleTextInterface*>(this) : nullptr;
    }

    // The text: read only, and no caret of its own.
    void selection(int, int* begin, int* end) const override { *begin = *end = 0; }
    [[nodiscard]] int selectionCount() const override { return 0; }
    void addSelection(int, int) override {}
    void removeSelection(int) override {}
    void setSelection(int, int, int) override {}
    [[nodiscard]] int cursorPosition() const override { return 0; }
    void setCursorPosition(int) override {
        if (isValid())
            view_->setCurrentMessage(index_);
    }
    [[nodiscard]] QString text(int begin, int end) const override { return words().mid(begin, end - begin); }
    [[nodiscard]] int characterCount() const override { return static_cast<int>(words().size()); }
    [[nodiscard]] QRect characterRect(int) const override { return rect(); }
    [[nodiscard]] int offsetAtPoint(const QPoint&) const override { return 0; }
    void scrollToSubstring(int, int) override {
        if (isValid())
            view_->scrollToMessage(index_);
    }
    QString attributes(int, int* begin, int* end) const override {
        *begin = 0;
        *end = characterCount();
        return {};
    }

private:
    [[nodiscard]] QString words() const { return isValid() ? view_->textOf(index_) : QString(); }

    QPointer<TranscriptView> view_;
    int index_;
};

QAccessibleInterface* make(const QString&, QObject* object) {
    auto* view = qobject_cast<TranscriptView*>(object);
    return view != nullptr ? new TranscriptAccessible(view) : nullptr;
}

} // namespace

void TranscriptAccessible::install() {
    QAccessible::installFactory(make); // twice is once
}

TranscriptAccessible::TranscriptAccessible(TranscriptView* view) : QAccessibleWidget(view, QAccessible::List) {}

TranscriptAccessible::~TranscriptAccessible() {
    for (const QAccessible::Id id : messages_)
        QAccessible::deleteAccessibleInterface(id);
}

TranscriptView* TranscriptAccessible::view() const {
    return qobject_cast<TranscriptView*>(object());
}

int TranscriptAccessible::nMessage() const {
    const TranscriptView* v = view();
    return v != nullptr && v->source() != nullptr ? v->source()->count() : 0;
}

int TranscriptAccessible::childCount() const {
    return nMessage() + QAccessibleWidget::childCount();
}

QAccessibleInterface* TranscriptAccessible::child(int index) const {
    const int n = nMessage();
    if (index < 0)
        return nullptr;
    if (index >= n)
        return QAccessibleWidget::child(index - n);
    while (static_cast<int>(messages_.size()) <= index)
        messages_.push_back(QAccessible::registerAccessibleInterface(
            new MessageAccessible(view(), static_cast<int>(messages_.size()))));
    return QAccessible::accessibleInterface(messages_[static_cast<std::size_t>(index)]);
}

int TranscriptAccessible::indexOfChild(const QAccessibleInterface* child) const {
    if (const auto* message = dynamic_cast<const MessageAccessible*>(child))
        return message->index();
    const int at = QAccessibleWidget::indexOfChild(child);
    return at < 0 ? at : at + nMessage();
}

QAccessibleInterface* TranscriptAccessible::childAt(int x, int y) const {
    for (int i = 0; i < nMessage(); ++i)
        if (QAccessibleInterface* message = child(i); message != nullptr && message->rect().contains(x, y))
            return message;
    return QAccessibleWidget::childAt(x, y);
}

QAccessibleInterface* TranscriptAccessible::focusChild() const {
    const TranscriptView* v = view();
    if (v != nullptr && v->hasFocus() && v->currentMessage() >= 0)
        return child(v->currentMessage());
    return QAccessibleWidget::focusChild();
}

} // namespace vitral
