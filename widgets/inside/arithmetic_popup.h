// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one place where any number unfolds: its steps as the Cell view shows them, over the window until one presses
// Escape or clicks elsewhere. Thread: GUI.

#include "widgets/inside/arithmetic.h"

#include <QFrame>

#include <vector>

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace vitral {

class CellStep;

class ArithmeticPopup : public QFrame {
    Q_OBJECT
public:
    /// The pop-up of the window that `near` is in.
    static ArithmeticPopup& of(QWidget* near);

    /// `at`: where the number stands, in global coordinates.
    void open(const Arithmetic& arithmetic, QPoint at);
    [[nodiscard]] const Arithmetic& shown() const { return shown_; }
    [[nodiscard]] const std::vector<CellStep*>& steps() const { return steps_; }

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    explicit ArithmeticPopup(QWidget* window);
    Arithmetic shown_;
    QLabel* headline_;
    QScrollArea* scroll_;
    QWidget* page_ = nullptr;
    std::vector<CellStep*> steps_;
};

} // namespace vitral
