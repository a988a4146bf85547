// SPDX-License-Identifier: Apache-2.0
#pragma once
// The presenter's own window, for the screen the class does not see: notes of the step, what comes next, the time, and
// the poll, whose hands are entered here. Thread: GUI.

#include "widgets/shell/presenter.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTextBrowser;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class PresenterNotes : public QWidget {
    Q_OBJECT
public:
    explicit PresenterNotes(Presenter& presenter, QWidget* parent = nullptr);
    /// On a screen the presented window is not on, where there is one.
    void place(const QWidget* window);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeTools();
    QWidget* makePoll();
    void refresh();
    void refreshPoll();
    void tick();
    void retranslate();
    void ownPoll(); ///< a question typed here

    Presenter& presenter_;
    QLabel *clock_, *elapsed_, *step_, *next_, *keys_, *aside_, *pollTitle_;
    QTextBrowser* notes_;
    QPushButton *previous_, *forward_, *restart_, *show_, *reveal_;
    std::vector<QToolButton*> tools_; ///< blank, pen, erase, slow
    QLineEdit* question_;
    QPlainTextEdit* options_;
    QVBoxLayout* hands_;
    std::vector<QSpinBox*> counts_;
    QStringList shownPoll_; ///< answers as the editor was filled
    QTimer second_;
    bool filling_ = false;
};

} // namespace vitral
