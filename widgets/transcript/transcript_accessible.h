// SPDX-License-Identifier: Apache-2.0
#pragma once
// The transcript for screen readers: every message is a child of its own with a text that can be read by character,
// word and line, though nothing of it is a widget. Thread: GUI.

#include <QAccessibleInterface>
#include <QAccessibleWidget>

#include <vector>

namespace vitral {

class TranscriptView;

class TranscriptAccessible final : public QAccessibleWidget {
public:
    explicit TranscriptAccessible(TranscriptView* view);
    ~TranscriptAccessible() override;
    /// Makes Qt ask for one of these when it meets a TranscriptView; once per program is enough.
    static void install();

    /// Messages first, then the widgets inside (row of actions, editor, scroll bar).
    [[nodiscard]] int childCount() const override;
    [[nodiscard]] QAccessibleInterface* child(int index) const override;
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* child) const override;
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override;
    [[nodiscard]] QAccessibleInterface* focusChild() const override;

private:
    [[nodiscard]] TranscriptView* view() const;
    [[nodiscard]] int nMessage() const;
    mutable std::vector<QAccessible::Id> messages_; ///< made when first asked for
};

} // namespace vitral
