// SPDX-License-Identifier: Apache-2.0
// The rooms of the window: the rail at its left edge, what belongs to the conversation only, what is remembered.
#include "app/chat_room.h"
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/rooms.h"
#include "app/start_room.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/hub/library_room.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/room.h"

#include <QDockWidget>
#include <QJsonDocument>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace vitral::app {
namespace {

QString stateKey(const Room& room) {
    return QStringLiteral("rooms/") + room.name();
}

/// Only the room that is seen asks for its width: else the widest of all would leave the docks no room.
void setSeen(Room* room, bool seen) {
    const QSizePolicy::Policy policy = seen ? QSizePolicy::Preferred : QSizePolicy::Ignored;
    room->setSizePolicy(policy, policy);
}

} // namespace

void MainWindow::makeRooms(QWidget* chat) {
    roomStack_ = new QStackedWidget(this);
    rooms_.push_back(new ChatRoom(chat, roomStack_));
    for (Room* room : app::makeRooms(services_, roomStack_))
        rooms_.push_back(room);
    rooms_.insert(rooms_.end() - 1, classroom_->makeRoom(roomStack_)); // the library comes last
    startRoom_ = new StartRoom(roomStack_);
    rooms_.push_back(startRoom_); // first on the rail, last in the count: chat stays Ctrl+1
    for (Room* room : rooms_)
        setSeen(room, room == rooms_.front());
    for (Room* room : rooms_) {
        roomStack_->addWidget(room);
        roomDefaults_[room->name()] = room->saveState();
        room->restoreState(QJsonDocument::fromJson(services_.settings.bytes(stateKey(*room))).object());
        connect(room, &Room::roomAsked, this, [this](const QString& name, const QString& argument) {
            showRoom(name);
            if (!argument.isEmpty())
                currentRoom()->go(argument);
        });
        if (auto* library = qobject_cast<LibraryRoom*>(room))
            connect(library, &LibraryRoom::modelAsked, this, [this](const QString& path) {
                showRoom(QStringLiteral("chat"));
                openModel(path);
            });
        connect(room, &Room::stateChanged, this, &MainWindow::retranslateRooms);
    }
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    notice_ = new NoticeBar(centre);
    notice_->setObjectName(QStringLiteral("window.notice"));
    column->addWidget(notice_);
    column->addWidget(roomStack_, 1);
    setCentralWidget(centre);
}

void MainWindow::makeRoomActions() {
    roomBar_ = new QToolBar(this);
    roomBar_->setObjectName(QStringLiteral("roomRail")); // saveState needs it
    roomBar_->setMovable(false);
    roomBar_->setContextMenuPolicy(Qt::PreventContextMenu);
    roomBar_->toggleViewAction()->setEnabled(false);
    roomBar_->setIconSize({design::kIcon, design::kIcon});
    roomBar_->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    auto* group = new QActionGroup(this);
    for (std::size_t i = 0; i < rooms_.size(); ++i) {
        auto* action = new QAction(design::icon(rooms_[i]->iconName()), QString(), group);
        action->setCheckable(true);
        action->setChecked(i == 0);
        const bool start = rooms_[i] == startRoom_;
        if (start)
            action->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_H);
        else if (i < 9)
            action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(i))));
        const QString name = rooms_[i]->name();
        connect(action, &QAction::triggered, this, [this, name] { showRoom(name); });
        roomActions_.push_back(action);
        QAction* first = start ? roomActions_.front() : nullptr;
        actions_->view->insertAction(first, action);
        roomBar_->insertAction(first, action);
        roomBar_->widgetForAction(action)->setProperty("kind", "room");
        roomBar_->widgetForAction(action)->setFocusPolicy(Qt::TabFocus);
    }
    actions_->view->addSeparator();
    QWidget* before = nullptr; // Tab goes as they stand, not as they were made
    for (QAction* action : roomBar_->actions()) {
        QWidget* button = roomBar_->widgetForAction(action);
        if (before != nullptr && button != nullptr)
            setTabOrder(before, button);
        before = button;
    }
    addToolBar(Qt::LeftToolBarArea, roomBar_);
}

void MainWindow::retranslateRooms() {
    roomBar_->setWindowTitle(tr("Rooms"));
    roomBar_->setAccessibleName(tr("Rooms"));
    for (std::size_t i = 0; i < rooms_.size(); ++i) {
        const QString title = rooms_[i]->title();
        const QString keys = roomActions_[i]->shortcut().toString(QKeySequence::NativeText);
        roomActions_[i]->setText(title);
        roomActions_[i]->setToolTip(QStringLiteral("%1 (%2)").arg(rooms_[i]->help(), keys));
        QWidget* button = roomBar_->widgetForAction(roomActions_[i]);
        button->setAccessibleName(QString(title).remove(QLatin1Char('&')));
        button->setAccessibleDescription(rooms_[i]->help());
    }
}

Room* MainWindow::currentRoom() const {
    return rooms_[static_cast<std::size_t>(roomStack_->currentIndex())];
}

Room* MainWindow::room(const QString& name) const {
    for (Room* room : rooms_)
        if (room->name() == name)
            return room;
    return nullptr;
}

bool MainWindow::inChat() const {
    return roomStack_->currentIndex() == 0;
}

bool MainWindow::showRoom(const QString& name) {
    Room* wanted = room(name);
    if (wanted == nullptr)
        return false;
    Room* before = currentRoom();
    if (wanted == before)
        return true;
    if (inChat()) { // the side panels belong to the conversation, and come back with it
        chatState_ = saveState();
        for (QDockWidget* dock : {leftDock_, rightDock_, treeDock_})
            if (!dock->isHidden()) {
                dock->hide();
                chatDocks_.append(dock);
            }
    }
    before->deactivated();
    setSeen(before, false);
    setSeen(wanted, true);
    roomStack_->setCurrentWidget(wanted);
    if (inChat())
        for (QDockWidget* dock : std::exchange(chatDocks_, {}))
            dock->show();
    wanted->activated();
    for (std::size_t i = 0; i < rooms_.size(); ++i)
        roomActions_[i]->setChecked(rooms_[i] == wanted);
    const Actions& a = *actions_;
    for (QAction* action : {a.leftPanel, a.rightPanel, a.tokens, a.tree, a.inside, a.find, a.rename, a.deleteChat,
                            a.copy, a.selectAll, a.regenerate, a.editLast, a.nextMessage, a.focusComposer})
        action->setEnabled(inChat());
    updateActions();
    retranslate();
    QWidget* focus = wanted->focusWidget();
    if (inChat() && (focus == nullptr || qobject_cast<QAbstractButton*>(focus) != nullptr))
        chatPanel_->composer()->focusText(); // somebody comes to write, not to press what was pressed last
    else if (focus != nullptr)
        focus->setFocus();
    else
        wanted->setFocus();
    return true;
}

// A message goes over with its own words; the text that stood there can be taken back.
void MainWindow::showInTokens(MessageId id, int token) {
    const std::shared_ptr<const Message> message = services_.chat->find(id);
    if (!message)
        return;
    std::size_t byte = 0;
    for (int i = 0; i < token && i < static_cast<int>(message->tokens.size()); ++i)
        byte += message->tokens[static_cast<std::size_t>(i)].bytes.size();
    services_.tokens->showText(message->text, token >= 0 ? std::optional(byte) : std::nullopt);
    showRoom(QStringLiteral("tokens"));
    currentRoom()->go(QStringLiteral("cut"));
}

void MainWindow::saveRooms() {
    for (Room* room : rooms_) {
        room->aboutToClose();
        services_.settings.setBytes(stateKey(*room), QJsonDocument(room->saveState()).toJson(QJsonDocument::Compact));
    }
    services_.settings.setBytes(QStringLiteral("window/room"), currentRoom()->name().toUtf8());
}

} // namespace vitral::app
