// SPDX-License-Identifier: Apache-2.0
#pragma once
// What surrounds the rooms: the search of commands, tasks and log, undo. The window makes one and tells it when the
// language has changed. Thread: GUI.

#include "app/main_window.h"
#include "widgets/shell/command_list.h"
#include "widgets/shell/task_list.h"

#include <QMenu>

class QDockWidget;

namespace vitral {
class ActivityPanel;
class CommandPalette;
} // namespace vitral

namespace vitral::app {

class Shell : public QObject {
    Q_OBJECT
public:
    explicit Shell(MainWindow& window);
    ~Shell() override;

    void makeMenus(); ///< after the window's own menus
    void retranslate();
    /// "palette", "palette:dark", "activity", "log": for pictures. False: not one of these.
    bool showView(const QString& name);

    [[nodiscard]] CommandList& commands() { return commands_; }
    [[nodiscard]] CommandPalette* palette() const { return palette_; }
    [[nodiscard]] ActivityPanel* activity() const { return activity_; }

private:
    /// An action of the shell's own, in both languages.
    struct Named {
        const char* id;
        QAction* action;
        const char* text;
        QMenu* menu;
    };
    QAction* add(const char* id, const char* text, QMenu* menu, QAction* before, const char* icon,
                 const QKeySequence& keys, std::function<void()> call);
    void makeUndo();
    void makeActivity();
    void registerActions();
    void registerRooms();
    void registerRecent();
    void updateUndo();
    void updateStatus();
    // shell_tasks.cpp
    void watchTasks();

    MainWindow& window_;
    CommandList commands_;
    CommandPalette* palette_ = nullptr;
    ActivityPanel* activity_ = nullptr;
    QDockWidget* activityDock_ = nullptr;
    QToolButton* status_ = nullptr;
    QAction *undo_ = nullptr, *redo_ = nullptr, *activityAction_ = nullptr, *paletteAction_ = nullptr;
    std::vector<Named> named_;
    RunningTask loading_, answering_, inside_, drawing_, drawingModel_;
};

} // namespace vitral::app
