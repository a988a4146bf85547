// SPDX-License-Identifier: Apache-2.0
#pragma once
// One step of an arithmetic: its number, its name, the line with the numbers (links to where they come from), a
// picture, and a sentence. Thread: GUI.

#include <QFrame>

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class CellStep : public QFrame {
    Q_OBJECT
public:
    CellStep(int number, QWidget* parent);
    void setNumber(int number);
    void setWords(const QString& title, const QString& formula, const QString& sentence);
    [[nodiscard]] QString formula() const; ///< as plain text
    [[nodiscard]] QString sentence() const;
    [[nodiscard]] QVBoxLayout* body() const { return body_; } ///< what folds
    void setFoldText(const QString& text);                    ///< the fold's name; empty: it does not fold
    void setOpen(bool open);
    [[nodiscard]] bool isOpen() const;
    void flash(); ///< shows the eye where the number came from

signals:
    void linkActivated(const QString& link);

private:
    QLabel *badge_, *title_, *formula_, *sentence_;
    QToolButton* fold_;
    QWidget* content_;
    QVBoxLayout* body_;
};

} // namespace vitral
