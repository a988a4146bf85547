// SPDX-License-Identifier: Apache-2.0
#pragma once
// Says beside the composer that the model is edited, so that nobody forgets; a click shows the list. Hidden while
// nothing is on. Thread: GUI.

#include <QWidget>

class QLabel;
class QPushButton;

namespace vitral {

class InsideController;

class InterventionChip : public QWidget {
    Q_OBJECT
public:
    explicit InterventionChip(InsideController& inside, QWidget* parent = nullptr);
    [[nodiscard]] QString text() const;

signals:
    void showAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    InsideController& inside_;
    QPushButton *chip_, *off_;
};

} // namespace vitral
