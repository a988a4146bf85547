// SPDX-License-Identifier: Apache-2.0
#pragma once
// Explains terms of the glossary wherever they stand in the program: a label, a button or a check box whose words are a
// term (or hold one) gets it added to its tool tip. One filter on the application, no room knows of it. Thread: GUI.

#include "core/lesson/course.h"

#include <QHash>
#include <QObject>

#include <functional>
#include <memory>

namespace vitral {

class GlossaryTips : public QObject {
    Q_OBJECT
public:
    explicit GlossaryTips(QObject* parent = nullptr);
    void setGlossary(std::shared_ptr<const Course> course, const QString& language);
    /// What is explained of a text as it stands on a control; null: nothing.
    [[nodiscard]] const GlossaryWords* find(const QString& text) const;
    /// The longest term that covers the character `index` of a text; null: none.
    [[nodiscard]] const GlossaryWords* findAt(const QString& text, qsizetype index) const;
    /// What a control says at a point of it, for both of the above; index -1: as a whole.
    [[nodiscard]] static std::pair<QString, int> textOf(QWidget* widget, const QPoint& at);
    /// The term that the widget with the focus is about: its selection, its current row, its name. Null: none.
    [[nodiscard]] const GlossaryWords* ofFocus() const;

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    std::shared_ptr<const Course> course_;
    QHash<QString, const GlossaryWords*> words_; ///< by folded term
};

} // namespace vitral
