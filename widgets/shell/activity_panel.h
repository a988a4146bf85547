// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is running, with its progress and its cancel, what is over, and the log, which can be copied. Thread: GUI.

#include "widgets/shell/log_list.h"
#include "widgets/shell/task_list.h"

#include <QWidget>

#include <map>

class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTabWidget;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class ActivityPanel : public QWidget {
    Q_OBJECT
public:
    explicit ActivityPanel(LogList& log, QWidget* parent = nullptr);
    void showLog(bool focus = true);
    void showLogBefore(); ///< with that of the run before this one in front
    void showTasks();
    [[nodiscard]] bool showsLog() const;
    [[nodiscard]] QString logText() const;

signals:
    void closeAsked();
    void pageChanged(); ///< tasks or log

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Row {
        QWidget* box = nullptr;
        QLabel *title = nullptr, *what = nullptr;
        QProgressBar* bar = nullptr;
        QToolButton* cancel = nullptr;
    };
    QWidget* makeTasks();
    QWidget* makeLog();
    void refresh();
    void refreshRow(Row& row, const TaskList::Item& item);
    void refreshLog();
    void retranslate();

    LogList& log_;
    QString before_;
    QTabWidget* tabs_;
    QVBoxLayout* column_;
    QLabel* empty_;
    QPlainTextEdit* text_;
    QPushButton *copy_, *folder_, *clear_;
    QToolButton* close_;
    std::map<quint64, Row> rows_;
};

} // namespace vitral
