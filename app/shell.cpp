// SPDX-License-Identifier: Apache-2.0
#include "app/shell.h"

#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/preferences_dialog.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_room.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/key_filter.h"
#include "widgets/shell/presenter.h"
#include "widgets/shell/undo_list.h"

#include <QDockWidget>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenuBar>
#include <QScrollArea>
#include <QStatusBar>
#include <QToolButton>
#include <QUndoStack>

namespace vitral::app {
namespace {
constexpr int kActivityHeight = 180;
constexpr std::size_t kRecentChats = 20;
} // namespace

Shell::Shell(MainWindow& window)
    : window_(window), preferences_(window.services_.settings, window.theme_, window.language_) {}

// Its own steps are forgotten while it is destroyed, and that changes the list.
Shell::~Shell() {
    UndoList::shared().stack()->disconnect(this);
}

QAction* Shell::add(const char* id, const char* text, QMenu* menu, QAction* before, const char* icon,
                    const QKeySequence& keys, std::function<void()> call) {
    auto* action = new QAction(&window_);
    if (icon != nullptr)
        action->setIcon(design::icon(QLatin1String(icon)));
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, std::move(call));
    menu->insertAction(before, action);
    window_.addAction(action); // its keys work while presenting hides the menus, too
    named_.push_back({id, action, text, menu});
    return action;
}

void Shell::makeMenus() {
    MainWindow::Actions& a = *window_.actions_;
    makeUndo();
    makeActivity();
    palette_ = new CommandPalette(commands_, &window_);
    palette_->setOtherLanguage(
        [this](const std::function<QString()>& words) { return window_.language_.inOther(words); });
    palette_->setRecent(QString::fromUtf8(window_.services_.settings.bytes(QStringLiteral("shell/commands")))
                            .split(QLatin1Char(' '), Qt::SkipEmptyParts));
    connect(palette_, &CommandPalette::used, this, [this] {
        window_.services_.settings.setBytes(QStringLiteral("shell/commands"),
                                            palette_->recent().join(QLatin1Char(' ')).toUtf8());
    });
    paletteAction_ = add("help.commands", QT_TR_NOOP("&Commands\u2026"), a.help, a.shortcuts, "search",
                         Qt::CTRL | Qt::SHIFT | Qt::Key_P, [this] { palette_->open(); });
    makeLayouts();
    makeExport();
    makeStart();
    makePresenter();
    watchTasks();
    watchUndo();
    registerActions();
    registerPreferences();
    registerRooms();
    registerLessons();
    registerRecent();
}

void Shell::makeUndo() {
    MainWindow::Actions& a = *window_.actions_;
    QUndoStack* stack = UndoList::shared().stack();
    undo_ =
        add("edit.undo", QT_TR_NOOP("Undo"), a.edit, a.copy, "undo", QKeySequence::Undo, [stack] { stack->undo(); });
    redo_ = add("edit.redo", QT_TR_NOOP("Do again"), a.edit, a.copy, nullptr, QKeySequence::Redo,
                [stack] { stack->redo(); });
    redo_->setShortcuts({Qt::CTRL | Qt::SHIFT | Qt::Key_Z, Qt::CTRL | Qt::Key_Y}); // people bring either with them
    a.edit->insertSeparator(a.copy);
    keys_ = new KeyFilter(this);
    connect(stack, &QUndoStack::indexChanged, this, &Shell::updateUndo);
    connect(stack, &QUndoStack::canUndoChanged, this, &Shell::updateUndo);
    connect(stack, &QUndoStack::canRedoChanged, this, &Shell::updateUndo);
}

void Shell::makeActivity() {
    MainWindow::Actions& a = *window_.actions_;
    activity_ = new ActivityPanel(LogList::shared(), &window_);
    activityDock_ = new QDockWidget(&window_);
    activityDock_->setObjectName(QStringLiteral("activity")); // saveState needs it
    activityDock_->setTitleBarWidget(new QWidget(activityDock_));
    activityDock_->setFeatures(QDockWidget::DockWidgetClosable);
    activityDock_->setWidget(activity_);
    window_.addDockWidget(Qt::BottomDockWidgetArea, activityDock_);
    window_.resizeDocks({activityDock_}, {kActivityHeight}, Qt::Vertical);
    activityDock_->hide();
    Settings& settings = window_.services_.settings;
    if (settings.flag(QStringLiteral("shell/log"), false))
        activity_->showLog(false);
    connect(activity_, &ActivityPanel::pageChanged, this,
            [this, &settings] { settings.setFlag(QStringLiteral("shell/log"), activity_->showsLog()); });
    connect(activity_, &ActivityPanel::closeAsked, activityDock_, &QWidget::hide);
    activityAction_ = activityDock_->toggleViewAction();
    activityAction_->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_Y);
    a.view->insertAction(a.tokens, activityAction_);
    named_.push_back({"view.activity", activityAction_, QT_TR_NOOP("Tasks and log"), a.view});
    status_ = new QToolButton(&window_);
    // Not its default action: that would write its own words over those of updateStatus().
    status_->setCheckable(true);
    status_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    connect(status_, &QToolButton::clicked, activityAction_, &QAction::trigger);
    connect(activityAction_, &QAction::toggled, status_, &QToolButton::setChecked);
    window_.statusBar()->addPermanentWidget(status_);
    connect(&TaskList::shared(), &TaskList::listChanged, this, &Shell::updateStatus);
}

void Shell::registerActions() {
    MainWindow* window = &window_;
    const auto words = [](const QMenu* menu, const auto& all) -> std::function<QString()> {
        for (const auto& named : all)
            if (menu != nullptr && named.action == menu->menuAction())
                return [text = named.text] { return MainWindow::tr(text); };
        return {};
    };
    const auto& own = window->actions_->named;
    for (const auto& named : own)
        if (named.menu != nullptr && named.action->menu() == nullptr)
            commands_.add(QLatin1String(named.id), named.action, words(named.menu, own),
                          [text = named.text] { return MainWindow::tr(text); });
    for (const Named& named : named_)
        commands_.add(QLatin1String(named.id), named.action, words(named.menu, own),
                      [text = named.text] { return Shell::tr(text); });
    const auto language = words(window->actions_->language, own);
    commands_.add(QStringLiteral("language.en"), window->actions_->english, language);
    commands_.add(QStringLiteral("language.pt"), window->actions_->portuguese, language);
    // What people call things that are called otherwise here.
    static constexpr struct {
        const char *id, *words;
    } kAlso[] = {
        {"language.en", QT_TR_NOOP("tongue speech")},
        {"language.pt", QT_TR_NOOP("tongue speech")},
        {"edit.preferences", QT_TR_NOOP("settings options configuration")},
        {"view.larger", QT_TR_NOOP("zoom in font size letters")},
        {"view.smaller", QT_TR_NOOP("zoom out font size letters")},
        {"view.usual", QT_TR_NOOP("zoom reset font size letters")},
        {"theme.themeLight", QT_TR_NOOP("colours look bright")},
        {"theme.themeDark", QT_TR_NOOP("colours look night")},
        {"view.tokens", QT_TR_NOOP("probability certainty")},
        {"view.activity", QT_TR_NOOP("running progress jobs")},
        {"present.begin", QT_TR_NOOP("class projector slides")},
        {"file.quit", QT_TR_NOOP("exit leave close")},
    };
    for (const auto& one : kAlso)
        commands_.setAlso(QLatin1String(one.id), [words = one.words] { return tr(words); });
}

void Shell::registerRooms() {
    const std::function<QString()> rooms = [] { return tr("Rooms"); };
    for (std::size_t i = 0; i < window_.rooms_.size(); ++i) {
        Room* room = window_.rooms_[i];
        commands_.add(QStringLiteral("room.") + room->name(), window_.roomActions_[i], rooms,
                      [room] { return room->title(); });
    }
    commands_.addSource([this](std::vector<Command>& all) {
        for (Room* room : window_.rooms_)
            for (std::size_t i = 0; const RoomPlace& place : room->places()) {
                Command command;
                command.id = QStringLiteral("place.%1.%2").arg(room->name(), place.argument);
                command.id.replace(QLatin1Char(' '), QLatin1Char('_'));
                command.name = [room, i] {
                    const std::vector<RoomPlace> now = room->places();
                    return i < now.size() ? now[i].title : QString();
                };
                command.group = [room] { return room->title(); };
                command.run = [this, room, argument = place.argument] {
                    window_.showRoom(room->name());
                    room->go(argument);
                };
                all.push_back(std::move(command));
                ++i;
            }
        for (InsideView* view : window_.inside_->views()) {
            Command command;
            command.id = QStringLiteral("inside.") + view->name();
            // By what they show: nobody looks for attention under "Text".
            const QString name = view->name();
            const bool attention = name == QLatin1String("overview") || name == QLatin1String("matrix") ||
                                   name == QLatin1String("cell") || name == QLatin1String("text");
            command.name = [view, attention] {
                return attention ? tr("Attention: %1").arg(view->title()) : view->title();
            };
            command.group = [] { return MainWindow::tr("Look &inside"); };
            command.run = [this, name = view->name()] { window_.showView(name); };
            all.push_back(std::move(command));
        }
    });
}

// What stands in the menu of a lesson's panel and on the page of lessons.
void Shell::registerLessons() {
    commands_.addSource([this](std::vector<Command>& all) {
        Classroom* classroom = window_.classroom_.get();
        LessonPlayer* player = &classroom->player();
        const bool open = player->lesson() != nullptr, own = open && player->workOf().isEmpty();
        const auto add = [&](const char* id, std::function<QString()> name, bool enabled, std::function<void()> run) {
            Command command;
            command.id = QLatin1String(id);
            command.name = std::move(name);
            command.group = [room = classroom->room()] { return room->title(); };
            command.run = std::move(run);
            command.enabled = enabled;
            all.push_back(std::move(command));
        };
        const auto write = [classroom](const char* format) {
            return [classroom, format] { emit classroom->panel()->exportAsked(QLatin1String(format)); };
        };
        add(
            "lesson.handIn", [] { return LessonPanel::tr("Save my &work to hand in\u2026"); }, own, write("work"));
        add(
            "lesson.html", [] { return LessonPanel::tr("Export the lesson as a &page\u2026"); }, open, write("html"));
        add(
            "lesson.pdf", [] { return LessonPanel::tr("Export the lesson as P&DF\u2026"); }, open, write("pdf"));
        add(
            "lesson.again", [] { return LessonPanel::tr("Set this step up &again"); }, open,
            [player] { player->again(); });
        add(
            "lesson.forget", [] { return LessonPanel::tr("&Begin anew, without my answers"); }, own,
            [player] { player->forgetAnswers(); });
        add(
            "lesson.openWork", [] { return LessonRoom::tr("Open handed-in work\u2026"); }, true,
            [classroom] { emit classroom->room()->openWorkAsked(); });
        add(
            "lesson.openFolder", [] { return LessonRoom::tr("Open a folder of lessons\u2026"); }, true,
            [classroom] { emit classroom->room()->openFolderAsked(); });
    });
}

void Shell::registerRecent() {
    commands_.addSource([this](std::vector<Command>& all) {
        const std::function<QString()> chats = [] { return tr("Conversation"); };
        std::size_t n = 0;
        for (const ConversationInfo& info : window_.services_.library->conversations()) {
            if (info.title.empty() || ++n > kRecentChats)
                continue;
            Command command;
            command.id = QStringLiteral("conversation.%1").arg(info.id);
            command.name = [title = QString::fromStdString(info.title)] { return title; };
            command.group = chats;
            command.run = [this, id = info.id] {
                window_.showRoom(QStringLiteral("chat"));
                window_.services_.chat->open(id);
            };
            all.push_back(std::move(command));
        }
        for (const QString& path : window_.services_.settings.recentModels()) {
            Command command;
            command.id = QStringLiteral("model.") + QString::fromLatin1(QUrl::toPercentEncoding(path));
            command.name = [name = QFileInfo(path).fileName()] { return name; };
            command.group = [] { return MainWindow::tr("&Recent models"); };
            command.run = [this, path] { window_.openModel(path); };
            all.push_back(std::move(command));
        }
    });
}

void Shell::updateUndo() {
    const QUndoStack* stack = UndoList::shared().stack();
    undo_->setEnabled(stack->canUndo());
    redo_->setEnabled(stack->canRedo());
    undo_->setText(stack->canUndo() ? tr("Undo: %1").arg(stack->undoText()) : tr("Undo"));
    redo_->setText(stack->canRedo() ? tr("Do again: %1").arg(stack->redoText()) : tr("Do again"));
}

void Shell::updateStatus() {
    const int n = TaskList::shared().nRunning();
    status_->setText(n > 0 ? tr("%Ln running", nullptr, n) : tr("Tasks and log"));
    status_->setAccessibleName(status_->text());
}

void Shell::retranslate() {
    for (const Named& named : named_)
        named.action->setText(tr(named.text));
    layoutMenu_->setTitle(tr("La&youts"));
    presentMenu_->setTitle(tr("&Presenting"));
    activityAction_->setToolTip(tr("What is running, and the log (Ctrl+Shift+Y)"));
    status_->setToolTip(activityAction_->toolTip());
    activityDock_->setWindowTitle(tr("Tasks and log"));
    activityAction_->setText(tr("Tasks and log")); // the dock's title sets it
    updateUndo();
    updateStatus();
    nameScrollAreas();
}

// They take the focus, so that a page without any control can be scrolled by keyboard: then they must say what they
// are.
void Shell::nameScrollAreas() {
    for (const Room* room : window_.rooms_)
        for (QScrollArea* area : room->findChildren<QScrollArea*>())
            if (area->accessibleName().isEmpty() || area->property("namedByShell").toBool()) {
                QString title = room->title();
                area->setProperty("namedByShell", true);
                area->setAccessibleName(tr("Page of %1").arg(title.remove(QLatin1Char('&'))));
            }
    for (QScrollArea* area : window_.settingsPanel_->findChildren<QScrollArea*>())
        area->setAccessibleName(MainWindow::tr("Settings"));
}

bool Shell::showView(const QString& name) {
    if (name.section(QLatin1Char(':'), 0, 0) == QLatin1String("palette")) {
        palette_->open();
        palette_->field()->setText(name.section(QLatin1Char(':'), 1));
    } else if (name == QLatin1String("activity") || name == QLatin1String("log")) {
        activityDock_->show();
        if (name == QLatin1String("log"))
            activity_->showLog();
    } else if (name == QLatin1String("preferences")) {
        showPreferences();
    } else if (name == QLatin1String("glossary")) {
        window_.classroom().showGlossary();
    } else if (name.startsWith(QLatin1String("export="))) { // "export=view.pdf"
        const QString path = name.section(QLatin1Char('='), 1);
        exportView(path, path.endsWith(QLatin1String(".pdf")) ? QStringLiteral("pdf") : QStringLiteral("html"));
    } else if (name.startsWith(QLatin1String("lesson="))) { // "lesson=tokens.pdf"
        return window_.classroom().writeLesson(name.section(QLatin1Char('='), 1));
    } else if (name.startsWith(QLatin1String("work="))) { // as a teacher opens it
        window_.room(QStringLiteral("learn"))->openFile(name.section(QLatin1Char('='), 1));
    } else if (name == QLatin1String("present")) {
        presenter_->setOn(true);
    } else if (name == QLatin1String("notes")) {
        showNotes();
    } else if (name.startsWith(QLatin1String("poll="))) { // "poll=Question|one:12|two:9": with hands
        PresentPoll poll;
        QList<int> hands;
        for (const QString& part : name.section(QLatin1Char('='), 1).split(QLatin1Char('|')))
            if (poll.question.isEmpty()) {
                poll.question = part;
            } else {
                poll.options << part.section(QLatin1Char(':'), 0, 0);
                hands << part.section(QLatin1Char(':'), 1).toInt();
            }
        presenter_->poll().set(poll);
        for (int i = 0; i < hands.size(); ++i)
            presenter_->poll().setCount(i, hands[i]);
        presenter_->poll().show(true);
    } else if (name.startsWith(QLatin1String("spotlight=")) || name.startsWith(QLatin1String("zoom="))) {
        const QString type = name.section(QLatin1Char('='), 1);
        for (QWidget* child : window_.findChildren<QWidget*>())
            if (child->isVisible() && QLatin1String(child->metaObject()->className()).endsWith(type)) {
                if (name.startsWith(QLatin1Char('z')))
                    presenter_->zoom(child);
                else
                    presenter_->spotlight(child);
                break;
            }
    } else if (name.startsWith(QLatin1String("compose="))) { // written and not sent
        window_.chatPanel_->composer()->setText(name.section(QLatin1Char('='), 1));
    } else {
        return false;
    }
    return true;
}

} // namespace vitral::app
