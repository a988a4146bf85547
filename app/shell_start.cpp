// SPDX-License-Identifier: Apache-2.0
// The start page, the preferences, and what a depth shows.
#include "app/main_actions.h"
#include "app/preferences_dialog.h"
#include "app/shell.h"
#include "app/start_room.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/context_gauge.h"
#include "widgets/panels/parameter_row.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/ways.h"

#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QTimer>
#include <QToolButton>

namespace vitral::app {
namespace {
constexpr std::size_t kMostRecent = 5;
constexpr int kRoomForPanels = 1000; ///< window width at which both side panels leave the conversation room
} // namespace

void Shell::makeStart() {
    MainWindow& w = window_;
    StartRoom* start = w.startRoom_;
    start->setPreferences(preferences_);
    std::vector<StartRoom::Card> cards;
    for (Room* room : w.rooms_) {
        if (room == start)
            continue;
        const bool chat = room == w.rooms_.front();
        cards.push_back({room->iconName(), [room] { return room->title(); },
                         [room, chat] {
                             return chat ? tr("Talk with a model and see how sure it was of every token.")
                                         : room->help();
                         },
                         [this, name = room->name()] { window_.showRoom(name); }});
        if (chat)
            cards.push_back({QStringLiteral("inside"), [] { return MainWindow::tr("Look &inside"); },
                             [] { return tr("See what every layer and head did while the model answered."); },
                             [this] { window_.showView(QStringLiteral("inside")); }});
    }
    start->setCards(std::move(cards));
    start->addRecent([] { return tr("Conversations"); },
                     [this] {
                         std::vector<StartRoom::Recent> all;
                         for (const ConversationInfo& info : window_.services_.library->conversations()) {
                             if (all.size() == kMostRecent)
                                 break;
                             const QString title = QString::fromStdString(info.title);
                             all.push_back({title.isEmpty() ? tr("Untitled") : title,
                                            [this, id = info.id] {
                                                window_.showRoom(QStringLiteral("chat"));
                                                window_.services_.chat->open(id);
                                            },
                                            QString::number(info.id)});
                         }
                         return all;
                     });
    // Both are read on threads of their own, and may come after the page.
    connect(w.services_.library.get(), &ConversationLibrary::changed, start, &StartRoom::refresh);
    connect(w.services_.denoise.get(), &DenoiseController::runsChanged, start, &StartRoom::refresh);
    start->addRecent([] { return tr("Models"); },
                     [this] {
                         std::vector<StartRoom::Recent> all;
                         for (const QString& path : window_.services_.settings.recentModels())
                             if (all.size() < kMostRecent && QFileInfo::exists(path))
                                 all.push_back({QFileInfo(path).completeBaseName(),
                                                [this, path] {
                                                    window_.showRoom(QStringLiteral("chat"));
                                                    window_.openModel(path);
                                                },
                                                path});
                         return all;
                     });
    for (Room* room : w.rooms_)
        start->addRecent(
            [room] {
                QString title = room->title();
                return title.remove(QLatin1Char('&'));
            },
            [this, room] {
                std::vector<StartRoom::Recent> all;
                for (const RoomPlace& place : room->recent())
                    all.push_back({place.title,
                                   [this, room, argument = place.argument] {
                                       window_.showRoom(room->name());
                                       room->go(argument);
                                   },
                                   place.argument});
                return all;
            });
    connect(start, &StartRoom::answered, this, [this] {
        window_.services_.settings.setFlag(QStringLiteral("shell/welcomed"), true);
        window_.services_.settings.setLanguage(window_.language_.current()); // also where --lang had it already
        window_.services_.settings.setBytes(QStringLiteral("shell/depth"), Ways::name(Ways::shared().depth()).toUtf8());
        applyDepth(true);
    });
    connect(&Ways::shared(), &Ways::depthChanged, this, [this] { applyDepth(true); });
    MainWindow::Actions& a = *w.actions_;
    add("edit.preferences", QT_TR_NOOP("Preferences\u2026"), a.edit, nullptr, "settings", Qt::CTRL | Qt::Key_Comma,
        [this] { showPreferences(); })
        ->setMenuRole(QAction::PreferencesRole);
    contextAction_ = add("view.context", QT_TR_NOOP("Fill of the c&ontext"), a.view, a.tree, nullptr, {},
                         [this] { window_.gauge_->setOffered(contextAction_->isChecked()); });
    contextAction_->setCheckable(true);
    applyDepth(false);
    if (w.services_.settings.bytes(QStringLiteral("window/state")).isEmpty()) { // the first start
        // As its depth says, whether the questions are answered or not.
        w.rightDock_->setVisible(Ways::shared().depth() >= Depth::Power);
        QTimer::singleShot(0, this, [this] { // when its size is known
            if (window_.width() < kRoomForPanels) {
                window_.rightDock_->hide();
                window_.chatDocks_.removeAll(window_.rightDock_);
            }
        });
    }
    connect(&preferences_, &Preferences::changed, this, [this](const QString&) {
        const MainWindow::Actions& all = *window_.actions_;
        const QString theme = preferences_.value(QStringLiteral("theme"));
        all.themeSystem->setChecked(theme == QLatin1String("system"));
        all.themeLight->setChecked(theme == QLatin1String("light"));
        all.themeDark->setChecked(theme == QLatin1String("dark"));
        all.english->setChecked(window_.language_.current() == QLatin1String("en"));
        all.portuguese->setChecked(window_.language_.current() == QLatin1String("pt_BR"));
        const QString drawing = preferences_.value(QStringLiteral("drawing"));
        all.drawAutomatic->setChecked(drawing == QLatin1String("automatic"));
        all.drawVulkan->setChecked(drawing == QLatin1String("vulkan"));
        all.drawPainter->setChecked(drawing == QLatin1String("painter"));
    });
}

void Shell::begin() {
    const Settings& settings = window_.services_.settings;
    const bool first = !settings.flag(QStringLiteral("shell/welcomed"), false);
    if (first)
        window_.startRoom_->askFirst(true);
    if (first || settings.flag(QStringLiteral("shell/start"), true))
        window_.showRoom(QStringLiteral("start"));
}

void Shell::applyDepth(bool panels) {
    const Depth depth = Ways::shared().depth();
    MainWindow& w = window_;
    const bool power = depth >= Depth::Power, developer = depth >= Depth::Developer;
    w.settingsPanel_->setDepth(depth);
    w.gauge_->setOffered(power);
    contextAction_->setChecked(power);
    w.statusRun_->setVisible(developer);
    w.statusModel_->setVisible(power);
    for (QToolButton* button : w.chatPanel_->findChildren<QToolButton*>())
        if (button->defaultAction() == w.actions_->tree || button->defaultAction() == w.actions_->compare)
            button->setVisible(power);
    if (!panels)
        return;
    const bool fits = w.width() >= kRoomForPanels; // else it opens from its button, over nothing
    if (w.inChat()) {
        w.rightDock_->setVisible(power && fits);
    } else { // it comes back with the conversation
        w.chatDocks_.removeAll(w.rightDock_);
        if (power && fits)
            w.chatDocks_.append(w.rightDock_);
    }
    w.samplerSection_->setOpen(depth == Depth::Researcher);
}

void Shell::showPreferences() {
    if (dialog_.isNull()) {
        dialog_ = new PreferencesDialog(preferences_, &window_);
        dialog_->setAttribute(Qt::WA_DeleteOnClose);
        dialog_->addActions({undo_, redo_}); // its changes are taken back where they were made, too
        dialog_->addButton([] { return tr("Reset all layouts"); },
                           [this] { putLayout(defaultState(), tr("Resetting all layouts")); });
    }
    dialog_->show();
    dialog_->raise();
    dialog_->activateWindow();
}

void Shell::registerPreferences() {
    for (const Preferences::Item& item : preferences_.items()) {
        // Theme, language and drawing stand in menus as well; those commands are there already.
        if (item.id == QLatin1String("theme") || item.id == QLatin1String("language") ||
            item.id == QLatin1String("drawing"))
            continue;
        if (item.choices.empty()) {
            commands_.add({QStringLiteral("preference.") + item.id,
                           item.name,
                           [] { return tr("Preferences\u2026"); },
                           {},
                           [this, id = item.id] {
                               preferences_.choose(id, preferences_.value(id) == QLatin1String("1")
                                                           ? QStringLiteral("0")
                                                           : QStringLiteral("1"));
                           }});
            continue;
        }
        for (const Preferences::Choice& choice : item.choices)
            commands_.add(
                {QStringLiteral("preference.%1.%2").arg(item.id, choice.value),
                 [name = item.name, value = choice.name] { return QStringLiteral("%1: %2").arg(name(), value()); },
                 [] { return tr("Preferences\u2026"); },
                 {},
                 [this, id = item.id, value = choice.value] { preferences_.choose(id, value); }});
    }
    int n = 0;
    for (ParameterRow* row : window_.settingsPanel_->rows())
        commands_.add({QStringLiteral("setting.%1").arg(n++),
                       [row] { return row->title(); },
                       [] { return MainWindow::tr("&Settings"); },
                       {},
                       [this, row] {
                           window_.showRoom(QStringLiteral("chat"));
                           window_.rightDock_->show();
                           window_.settingsPanel_->find(row->title());
                       }});
}

} // namespace vitral::app
