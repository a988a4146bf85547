// SPDX-License-Identifier: Apache-2.0
#pragma once
// The window: conversations left, chat in the middle, settings right; menus, shortcuts, drag and drop, and what is
// remembered. Thread: GUI.

#include "app/language.h"
#include "app/services.h"
#include "widgets/design/theme.h"
#include "widgets/panels/model_picker.h"

#include <QJsonObject>
#include <QMainWindow>

#include <map>

class QAction;
class QActionGroup;
class QSplitter;
class QLabel;
class QMenu;
class QMimeData;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QToolBar;
class QToolButton;

namespace vitral {
class ChatPanel;
class ConversationPanel;
class SettingsPanel;
class ModelChip;
class NoticeBar;
class TokenLegend;
class AlternativesPopup;
class ContextGauge;
class CompareWindow;
class ConversationTreeView;
class InsideWindow;
class Room;
class SamplerStagesView;
class Section;
} // namespace vitral

namespace vitral::app {

class Shell;
class Classroom;
class ScreenState;
class StartRoom;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(Services& services, design::Theme& theme, Language& language);
    ~MainWindow() override;

    /// A model asked for by name, the last one, or the bundled one.
    void openFirstModel(const QString& wanted);
    void openModel(const QString& path, bool evenIfTooLarge = false);
    void openRun(const QString& path); ///< a recorded run, in the room "Inside"
    /// A room ("tokens:path:3"), or a view of the conversation ("token-colours", "tree", ...): for pictures.
    /// False: there is no such word (core/lesson/commands.h lists them).
    bool showView(const QString& name);
    bool showRoom(const QString& name); ///< "chat", "tokens", ...; false: there is no such room
    [[nodiscard]] Room* currentRoom() const;
    [[nodiscard]] Room* room(const QString& name) const;
    void keepSettings(); ///< what the next start is to know, to the disk
    [[nodiscard]] Services& services() { return services_; }
    [[nodiscard]] Shell& shell() { return *shell_; }
    [[nodiscard]] Classroom& classroom() { return *classroom_; }
    [[nodiscard]] ChatPanel* chatPanel() const { return chatPanel_; }
    [[nodiscard]] ConversationPanel* conversationPanel() const { return conversations_; }
    [[nodiscard]] SettingsPanel* settingsPanel() const { return settingsPanel_; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeDocks();
    void connectAll();
    // main_views.cpp
    void makeViews();
    void makeDevices();
    QWidget* makeDockTitle();
    void updateTree();
    void updateStages();
    void showAlternatives(const Message& message, int token, const QRect& where, bool keep);
    void showCompare();
    void setTokenMode(bool on);
    void forkForPicture();
    // main_inside.cpp
    void makeInside();
    void showInside(bool on);
    void setInsideAlone(bool alone);
    // main_rooms.cpp
    void makeRooms(QWidget* chat);
    void makeRoomActions();
    void retranslateRooms();
    void saveRooms();
    void showInTokens(MessageId id, int token);
    [[nodiscard]] QStringList roomFile(const QMimeData* mime) const; ///< files dropped that the room takes
    [[nodiscard]] bool inChat() const;
    // main_menus.cpp
    void makeMenus();
    void nameActions();
    void retranslate();
    void updateActions();
    [[nodiscard]] ModelPicker::Known knownModels() const;
    void chooseModel();
    void chooseModelFile();
    void importConversation();
    void exportConversation(ConversationLibrary::Format format);
    void about();
    void shortcutsHelp();

    void useSettings(const GenerationSettings& settings);
    void applyDevice(); ///< models that are loaded from now on: where, and for what context
    void updateModel();
    void tellModelProblem(const QString& more = {});
    void updateNumbers();
    void restoreWindow();

    Services& services_;
    design::Theme& theme_;
    Language& language_;
    ChatPanel* chatPanel_ = nullptr;
    ConversationPanel* conversations_ = nullptr;
    SettingsPanel* settingsPanel_ = nullptr;
    QDockWidget *leftDock_ = nullptr, *rightDock_ = nullptr;
    ModelChip* modelChip_ = nullptr;
    QLabel *statusModel_ = nullptr, *statusRun_ = nullptr;
    TokenLegend* legend_ = nullptr;
    AlternativesPopup* alternatives_ = nullptr;
    MessageId forkMessage_ = kNoMessage;
    int forkToken_ = -1;
    ContextGauge* gauge_ = nullptr;
    ConversationTreeView* tree_ = nullptr;
    CompareWindow* compare_ = nullptr; ///< made when first asked for
    QSplitter* centre_ = nullptr;      ///< chat left, the room "Inside" right
    InsideWindow* inside_ = nullptr;
    bool insideTookLeft_ = false, insideTookRight_ = false; ///< panels that made room for it
    std::vector<Room*> rooms_;                              ///< the conversation first
    std::vector<QAction*> roomActions_;
    QStackedWidget* roomStack_ = nullptr;
    StartRoom* startRoom_ = nullptr;
    NoticeBar* notice_ = nullptr;                 ///< what concerns the whole program
    std::map<QString, QJsonObject> roomDefaults_; ///< their state before anything was remembered
    QToolBar* roomBar_ = nullptr;
    QByteArray chatState_;                ///< where the side panels stood when the conversation was left
    ConversationId removedWhileOpen_ = 0; ///< the open conversation that was deleted last
    QList<QDockWidget*> chatDocks_;       ///< those that were seen then
    QDockWidget* treeDock_ = nullptr;
    QLabel* treeTitle_ = nullptr;
    QToolButton* treeClose_ = nullptr;
    Section* samplerSection_ = nullptr;
    Section* deviceSection_ = nullptr;
    DeviceOptions device_; ///< as chosen; context and type of keys are the settings'
    QLabel* samplerHint_ = nullptr;
    SamplerStagesView* stages_ = nullptr;

    struct Actions;
    std::unique_ptr<Actions> actions_;
    friend class Classroom;
    std::unique_ptr<Classroom> classroom_; ///< lessons, and the state of the whole program
    friend class ScreenState;
    friend class Shell;
    std::unique_ptr<Shell> shell_; ///< commands, tasks, log, undo, start page
};

} // namespace vitral::app
