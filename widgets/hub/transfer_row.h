// SPDX-License-Identifier: Apache-2.0
#pragma once
// One download as a line: its file, a bar, how far and how fast or what went wrong, and what can be done. Thread: GUI.

#include "widgets/hub/hub_controller.h"

#include <QFrame>

class QLabel;
class QProgressBar;
class QPushButton;

namespace vitral {

class ElidedLabel;

class TransferRow : public QFrame {
    Q_OBJECT
public:
    explicit TransferRow(HubController& hub, QWidget* parent = nullptr);
    void show(const HubController::Transfer& transfer);

signals:
    void modelAsked(const QString& path);
    void tokenAsked(); ///< a gated model was refused

private:
    void act();
    HubController& hub_;
    HubController::Transfer shown_;
    ElidedLabel* name_;
    QLabel* state_;
    QProgressBar* bar_;
    QPushButton *action_, *away_, *token_, *discard_;
};

} // namespace vitral
