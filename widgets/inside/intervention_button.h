// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes what is selected (a head, its layer's MLP, the stream at a token) from any view of the room: a button with a
// menu beside the selection. Thread: GUI.

#include <QToolButton>

class QMenu;

namespace vitral {

class InsideController;

class InterventionButton : public QToolButton {
    Q_OBJECT
public:
    explicit InterventionButton(InsideController& inside, QWidget* parent = nullptr);
    /// What can be done with the selection now; for context menus too.
    void fill(QMenu* menu);

signals:
    void showAsked(const QString& view); ///< "interventions", "interventions:steering"

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    InsideController& inside_;
    QMenu* menu_;
};

} // namespace vitral
