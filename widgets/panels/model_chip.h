// SPDX-License-Identifier: Apache-2.0
#pragma once
// The model in use, as a button that opens the picker; while a model loads, its progress with a way to cancel.
// Thread: GUI.

#include "widgets/chat/model_session.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace vitral {

class ModelChip : public QWidget {
    Q_OBJECT
public:
    explicit ModelChip(ModelSession& model, QWidget* parent = nullptr);

signals:
    void pickerAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    ModelSession& model_;
    QPushButton* button_;
    QWidget* loading_;
    QLabel* loadingText_;
    QProgressBar* progress_;
    QToolButton* cancel_;
};

} // namespace vitral
