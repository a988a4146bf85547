// SPDX-License-Identifier: Apache-2.0
#pragma once
// What surrounds the rooms: the search of commands, tasks and log, undo. The window makes one and tells it when the
// language has changed. Thread: GUI.

#include "app/main_window.h"
#include "app/preferences.h"
#include "app/session.h"
#include "widgets/shell/command_list.h"
#include "widgets/shell/task_list.h"
#include "widgets/shell/view_document.h"

#include <QMenu>
#include <QPointer>
#include <QTimer>

class QDockWidget;

namespace vitral {
class ActivityPanel;
class CommandPalette;
class Exporter;
class KeyFilter;
class Presenter;
class PresenterNotes;
} // namespace vitral

namespace vitral::app {

class PreferencesDialog;

class Shell : public QObject {
    Q_OBJECT
public:
    explicit Shell(MainWindow& window);
    ~Shell() override;

    void makeMenus(); ///< after the window's own menus
    void retranslate();
    /// "palette", "palette:dark", "activity", "log": for pictures. False: not one of these.
    bool showView(const QString& name);

    // shell_state.cpp
    /// Everything about the window that can be put back: places of panels, rooms, what is written and not sent.
    [[nodiscard]] QJsonObject state() const;
    void putState(const QJsonObject& state, bool geometry);
    /// From now on the state is kept on the disk; what a crash left behind is put back. True: there was one.
    bool beginSession(const QString& folder);
    void endSession();
    /// The desktop is about to end the program (a log-out): all is kept, and the next start is no start after a crash.
    void desktopEnds();
    void resetLayout(); ///< of the room that is shown
    void saveLayout(const QString& name);
    void useLayout(const QString& name);
    void removeLayout(const QString& name);
    [[nodiscard]] QStringList layouts() const;

    // shell_start.cpp
    /// The page a person begins on, if this is how they want it.
    void begin();
    void showPreferences();
    void showDepth() { applyDepth(false); } ///< once more, after something was shown for a while
    [[nodiscard]] Preferences& preferences() { return preferences_; }

    // shell_export.cpp
    /// What is on the screen as a page: its picture, what made it, its numbers.
    [[nodiscard]] ViewDocument viewDocument() const;
    /// `format`: "html" or "pdf". `done` gets a sentence; empty: written.
    void exportView(const QString& path, const QString& format, std::function<void(const QString&)> done = {});
    [[nodiscard]] Exporter& exporter() { return *exporter_; }

    [[nodiscard]] Presenter* presenter() const { return presenter_; }
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
    void registerLessons();
    void registerRecent();
    void updateUndo();
    void updateStatus();
    void nameScrollAreas();
    // shell_tasks.cpp
    void watchTasks();
    // shell_state.cpp
    void makeLayouts();
    void putLayout(const QJsonObject& state, const QString& what);
    void keepSession();
    void putTexts(const QJsonObject& crashed, bool restore);
    void comeBack(const QJsonObject& crashed);
    [[nodiscard]] QJsonObject defaultState() const;
    // shell_start.cpp
    void makeStart();
    void registerPreferences();
    void applyDepth(bool panels); ///< panels: those of the window too, not only what stands in them
    // shell_export.cpp
    void makeExport();
    void askExportView();
    // shell_undo.cpp
    void watchUndo();
    // shell_present.cpp
    void makePresenter();
    void present(bool on);
    void hideForPresenting();
    void findSteps();
    void showNotes();

    MainWindow& window_;
    Preferences preferences_;
    QPointer<PreferencesDialog> dialog_;
    std::unique_ptr<Session> session_;
    QTimer keep_, keepSoon_;
    QTimer endsInOrder_;     ///< runs while the desktop may end the program
    QByteArray plainPanels_; ///< where panels stand before anything is remembered
    QMenu* layoutMenu_ = nullptr;
    GenerationSettings settingsBefore_;
    std::shared_ptr<const InterventionSet> changesBefore_;
    CommandList commands_;
    CommandPalette* palette_ = nullptr;
    ActivityPanel* activity_ = nullptr;
    QDockWidget* activityDock_ = nullptr;
    QToolButton* status_ = nullptr;
    KeyFilter* keys_ = nullptr;
    quint64 messageStep_ = 0; ///< of the list of undo: the message deleted last
    QAction* contextAction_ = nullptr;
    QAction *undo_ = nullptr, *redo_ = nullptr, *activityAction_ = nullptr, *paletteAction_ = nullptr;
    Exporter* exporter_ = nullptr;
    Presenter* presenter_ = nullptr;
    PresenterNotes* notes_ = nullptr;
    QMenu* presentMenu_ = nullptr;
    QAction *presentAction_ = nullptr, *keepMenu_ = nullptr, *keepRail_ = nullptr, *keepPanels_ = nullptr,
            *keepStatus_ = nullptr;
    QJsonObject beforePresenting_;
    std::vector<std::pair<QPointer<QDockWidget>, QSize>> docksBefore_;
    bool sideBefore_ = false; ///< of the room of pictures
    QSize sizeBefore_;
    double scaleBefore_ = 1;
    bool fullBefore_ = false;
    RendererChoice rendererBefore_ = RendererChoice::Automatic;
    std::vector<Named> named_;
    RunningTask loading_, answering_, inside_, drawing_, drawingModel_;
    qint64 drawn_ = 0; ///< the run that drawing_ is
};

} // namespace vitral::app
