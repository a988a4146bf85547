// SPDX-License-Identifier: Apache-2.0
#pragma once
// All terms of the glossary with their explanations: searched by letters, walked by keyboard, in the language of the
// window. Thread: GUI.

#include "core/lesson/course.h"

#include <QDialog>

#include <memory>

class QLabel;
class QLineEdit;
class QListWidget;
class QTextBrowser;

namespace vitral {

class GlossaryWindow : public QDialog {
    Q_OBJECT
public:
    explicit GlossaryWindow(QWidget* parent = nullptr);
    void setGlossary(std::shared_ptr<const Course> course, const QString& language);
    /// The term by its words, as the list shows it; empty: the list as a whole.
    void showTerm(const QString& words);
    [[nodiscard]] QString shownText() const;

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void fill();
    void showCurrent();
    void retranslate();

    std::shared_ptr<const Course> course_;
    QString language_;
    QLineEdit* field_;
    QListWidget* list_;
    QTextBrowser* text_;
    QLabel* none_;
};

} // namespace vitral
