// SPDX-License-Identifier: Apache-2.0
// What can be taken back of what the rooms' view models tell: settings of answers, deleted messages, interventions.
// Conversations push their own steps (widgets/chat/conversation_library.cpp), preferences theirs.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/undo_list.h"

#include <QJsonObject>

namespace vitral::app {

void Shell::watchUndo() {
    MainWindow& w = window_;
    settingsBefore_ = w.services_.settings.generation();
    connect(w.settingsPanel_, &SettingsPanel::changed, this, [this](const GenerationSettings& now) {
        const GenerationSettings before = std::exchange(settingsBefore_, now);
        const QJsonObject a = toJson(before), b = toJson(now);
        QStringList keys; // a slider being dragged is one step; two sliders are two
        for (const QString& key : b.keys())
            if (a[key] != b[key])
                keys << key;
        if (keys.isEmpty())
            return;
        const auto put = [this](const GenerationSettings& s) {
            settingsBefore_ = s;
            window_.settingsPanel_->setSettings(s);
            window_.services_.chat->setSettings(s);
            window_.services_.settings.setGeneration(s);
        };
        UndoList::shared().push(
            tr("Changing the settings"), [put, before] { put(before); }, [put, now] { put(now); },
            QStringLiteral("settings.") + keys.join(QLatin1Char('.')), this);
    });
    ChatController* chat = w.services_.chat.get();
    // Settings that come with a conversation are nobody's change.
    connect(chat, &ChatController::conversationChanged, this,
            [this] { settingsBefore_ = window_.settingsPanel_->settings(); });
    connect(chat, &ChatController::messageRemoved, this, [this, chat] {
        messageStep_ = UndoList::shared().push(
            tr("Deleting the message"), [chat] { chat->undoRemove(); }, {}, {}, chat);
    });
    connect(chat, &ChatController::messageRestored, this, [this] {
        if (!UndoList::shared().working())
            UndoList::shared().forget(std::exchange(messageStep_, 0)); // undone where it stood
    });
    connect(chat, &ChatController::messagesLeftOut, this, [chat] {
        UndoList::shared().push(
            tr("Leaving out the oldest messages"), [chat] { chat->takeBackLeftOut(); }, {}, {}, chat);
    });
    InsideController* inside = w.services_.inside.get();
    changesBefore_ = inside->interventions();
    connect(inside, &InsideController::interventionsChanged, this, [this, inside] {
        const auto now = inside->interventions();
        const auto before = std::exchange(changesBefore_, now);
        if (window_.classroom().setting())
            return;
        UndoList::shared().push(
            tr("Changing the interventions"), [inside, before] { inside->setInterventions(before); },
            [inside, now] { inside->setInterventions(now); }, {}, inside);
    });
}

} // namespace vitral::app
