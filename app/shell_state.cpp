// SPDX-License-Identifier: Apache-2.0
// The window's state as one value: for layouts that can be saved and reset, and for the start after a crash.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/screen_state.h"
#include "app/shell.h"
#include "widgets/compare/compare_window.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/presenter.h"
#include "widgets/shell/undo_list.h"
#include "widgets/transcript/transcript_view.h"

#include <QDockWidget>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPlainTextEdit>
#include <QSplitter>

namespace vitral::app {
namespace {

constexpr int kKeepMs = 2000, kKeepTextMs = 300;
constexpr int kCalledOffMs = 60'000; ///< a log-out that did not happen until then was called off
constexpr int kMostAttempts = 2;     ///< a state that brings the program down again and again is given up

QJsonValue packed(const QByteArray& bytes) {
    return QString::fromLatin1(bytes.toBase64());
}

QByteArray unpacked(const QJsonValue& value) {
    return QByteArray::fromBase64(value.toString().toLatin1());
}

} // namespace

QJsonObject Shell::state() const {
    const MainWindow& w = window_;
    QJsonObject rooms;
    for (const Room* room : w.rooms_)
        rooms[room->name()] = room->saveState();
    QJsonObject state{
        {QStringLiteral("geometry"), packed(w.saveGeometry())},
        {QStringLiteral("panels"), packed(w.inChat() ? w.saveState() : w.chatState_)},
        {QStringLiteral("room"), w.currentRoom()->name()},
        {QStringLiteral("rooms"), rooms},
        {QStringLiteral("inside"), !w.inside_->isHidden()},
        {QStringLiteral("insideState"), w.inside_->saveState()},
        {QStringLiteral("took"), (w.insideTookLeft_ ? 1 : 0) + (w.insideTookRight_ ? 2 : 0)},
        {QStringLiteral("split"), packed(w.centre_->saveState())},
        {QStringLiteral("compare"), w.compare_ != nullptr && w.compare_->isVisible()},
        {QStringLiteral("conversation"), QString::number(w.services_.chat->info().id)},
        {QStringLiteral("text"), w.chatPanel_->unsent()},
        {QStringLiteral("newText"), w.services_.chat->unsent()},
    };
    if (w.compare_ != nullptr)
        state[QStringLiteral("compareText")] = w.compare_->composer()->text();
    return state;
}

void Shell::putState(const QJsonObject& state, bool geometry) {
    MainWindow& w = window_;
    if (geometry)
        w.restoreGeometry(unpacked(state[QStringLiteral("geometry")]));
    w.showRoom(QStringLiteral("chat"));
    w.showInside(false);
    const bool inside = state[QStringLiteral("inside")].toBool();
    if (inside) {
        w.inside_->restoreState(state[QStringLiteral("insideState")].toObject());
        w.showInside(true);
    }
    w.restoreState(unpacked(state[QStringLiteral("panels")]));
    if (inside) {
        const int took = state[QStringLiteral("took")].toInt();
        w.insideTookLeft_ = (took & 1) != 0;
        w.insideTookRight_ = (took & 2) != 0;
        w.centre_->restoreState(unpacked(state[QStringLiteral("split")]));
        w.centre_->setOrientation(Qt::Horizontal);
    }
    const QJsonObject rooms = state[QStringLiteral("rooms")].toObject();
    for (Room* room : w.rooms_)
        if (rooms.contains(room->name()))
            room->restoreState(rooms[room->name()].toObject());
    w.roomBar_->show();
    if (state[QStringLiteral("asDepth")].toBool())
        applyDepth(true);
    w.showRoom(state[QStringLiteral("room")].toString());
}

QJsonObject Shell::defaultState() const {
    QJsonObject rooms;
    for (const auto& [name, state] : window_.roomDefaults_)
        rooms[name] = state;
    return {{QStringLiteral("panels"), packed(plainPanels_)},
            {QStringLiteral("asDepth"), true}, // which panels there are is the depth's to say
            {QStringLiteral("room"), window_.currentRoom()->name()},
            {QStringLiteral("rooms"), rooms},
            {QStringLiteral("inside"), false}};
}

void Shell::makeLayouts() {
    MainWindow::Actions& a = *window_.actions_;
    plainPanels_ = window_.saveState();
    layoutMenu_ = new QMenu(&window_);
    a.view->insertMenu(a.theme->menuAction(), layoutMenu_);
    QAction* saved = layoutMenu_->addSeparator();
    add("layout.save", QT_TR_NOOP("Save this layout\u2026"), layoutMenu_, saved, "save", {}, [this] {
        bool accepted = false;
        const QString name = QInputDialog::getText(&window_, tr("Save the layout"), tr("Name of the layout:"),
                                                   QLineEdit::Normal, {}, &accepted);
        if (accepted && !name.trimmed().isEmpty())
            saveLayout(name.trimmed());
    });
    add("layout.reset", QT_TR_NOOP("Reset the layout of this room"), layoutMenu_, saved, "reset", {},
        [this] { resetLayout(); });
    add("layout.resetAll", QT_TR_NOOP("Reset the layouts of all rooms"), layoutMenu_, saved, nullptr, {},
        [this] { putLayout(defaultState(), tr("Resetting all layouts")); });
    connect(layoutMenu_, &QMenu::aboutToShow, this, [this, saved] {
        const QList<QAction*> actions = layoutMenu_->actions();
        for (qsizetype i = actions.indexOf(saved) + 1; i < actions.size(); ++i)
            delete actions[i];
        for (const QString& name : layouts()) {
            QMenu* one = layoutMenu_->addMenu(QString(name).replace(QLatin1Char('&'), QLatin1String("&&")));
            one->addAction(tr("Use it"), this, [this, name] { useLayout(name); });
            one->addAction(tr("Remove it"), this, [this, name] { removeLayout(name); });
        }
    });
    commands_.addSource([this](std::vector<Command>& all) {
        for (const QString& name : layouts())
            all.push_back({QStringLiteral("layout.use.") + QString::fromLatin1(name.toUtf8().toPercentEncoding()),
                           [name] { return tr("Layout: %1").arg(name); },
                           [] { return tr("La&youts"); },
                           {},
                           [this, name] { useLayout(name); }});
    });
}

void Shell::putLayout(const QJsonObject& wanted, const QString& what) {
    const QJsonObject before = state();
    putState(wanted, false);
    UndoList::shared().push(
        what, [this, before] { putState(before, false); }, [this, wanted] { putState(wanted, false); }, {}, this);
}

void Shell::resetLayout() {
    QJsonObject wanted = defaultState();
    if (!window_.inChat()) { // only this room's own
        const QString name = window_.currentRoom()->name();
        QJsonObject now = state();
        QJsonObject rooms = now[QStringLiteral("rooms")].toObject();
        rooms[name] = wanted[QStringLiteral("rooms")].toObject()[name];
        now[QStringLiteral("rooms")] = rooms;
        wanted = now;
    } else {
        wanted.remove(QStringLiteral("rooms"));
    }
    putLayout(wanted, tr("Resetting the layout"));
}

QStringList Shell::layouts() const {
    return QJsonDocument::fromJson(window_.services_.settings.bytes(QStringLiteral("shell/layouts"))).object().keys();
}

void Shell::saveLayout(const QString& name) {
    Settings& settings = window_.services_.settings;
    const QByteArray before = settings.bytes(QStringLiteral("shell/layouts"));
    QJsonObject all = QJsonDocument::fromJson(before).object();
    QJsonObject now = state();
    for (const char* own : {"conversation", "text", "newText", "compareText", "geometry",
                            "compare"}) // not a matter of where things stand
        now.remove(QLatin1String(own));
    all[name] = now;
    const QByteArray after = QJsonDocument(all).toJson(QJsonDocument::Compact);
    const auto put = [&settings](const QByteArray& bytes) {
        settings.setBytes(QStringLiteral("shell/layouts"), bytes);
    };
    put(after);
    UndoList::shared().push(
        tr("Saving a layout"), [put, before] { put(before); }, [put, after] { put(after); }, {}, this);
}

void Shell::useLayout(const QString& name) {
    const QJsonObject all =
        QJsonDocument::fromJson(window_.services_.settings.bytes(QStringLiteral("shell/layouts"))).object();
    if (all.contains(name))
        putLayout(all[name].toObject(), tr("Layout: %1").arg(name));
}

void Shell::removeLayout(const QString& name) {
    Settings& settings = window_.services_.settings;
    const QByteArray before = settings.bytes(QStringLiteral("shell/layouts"));
    QJsonObject all = QJsonDocument::fromJson(before).object();
    all.remove(name);
    const QByteArray after = QJsonDocument(all).toJson(QJsonDocument::Compact);
    const auto put = [&settings](const QByteArray& bytes) {
        settings.setBytes(QStringLiteral("shell/layouts"), bytes);
    };
    put(after);
    UndoList::shared().push(
        tr("Removing a layout"), [put, before] { put(before); }, [put, after] { put(after); }, {}, this);
}

bool Shell::beginSession(const QString& folder) {
    session_ = std::make_unique<Session>(folder);
    const std::optional<QJsonObject> crashed = session_->takeCrashed();
    const bool restore = crashed && session_->nAttempt() <= kMostAttempts;
    Composer* composer = window_.chatPanel_->composer();
    if (crashed) {
        putTexts(*crashed, restore);
        if (restore)
            putState(*crashed, true);
        if (restore)
            comeBack(*crashed);
        if (!(*crashed)[QStringLiteral("ordinary")].toBool()) // the desktop ended it: no crash
            window_.notice_->tell(
                NoticeBar::Kind::Notice,
                restore ? tr("Vitral ended unexpectedly. The window, the text that was not sent and the conversation "
                             "are back as they were.")
                        : tr("Vitral ended unexpectedly several times in a row. The text that was not sent is back; "
                             "the window was left as new."),
                tr("Show the log"), [this] {
                    activityDock_->show();
                    activity_->showLogBefore();
                });
    }
    endsInOrder_.setSingleShot(true);
    endsInOrder_.setInterval(kCalledOffMs);
    keep_.setInterval(kKeepMs);
    connect(&keep_, &QTimer::timeout, this, &Shell::keepSession);
    keep_.start();
    keepSoon_.setSingleShot(true);
    keepSoon_.setInterval(kKeepTextMs);
    connect(&keepSoon_, &QTimer::timeout, this, &Shell::keepSession);
    connect(composer->editor(), &QPlainTextEdit::textChanged, &keepSoon_, qOverload<>(&QTimer::start));
    connect(window_.chatPanel_->transcript(), &TranscriptView::editTyped, &keepSoon_, qOverload<>(&QTimer::start));
    return crashed.has_value();
}

// What was written comes back in any case, each where it was written.
void Shell::putTexts(const QJsonObject& crashed, bool restore) {
    ChatController& chat = *window_.services_.chat;
    QStringList unstored; // of conversations that were never begun
    const auto take = [&](const QJsonObject& words, bool opened) {
        const QString text = words[QStringLiteral("text")].toString();
        const auto id = words[QStringLiteral("conversation")].toString().toLongLong();
        if (id == 0 || (opened && !restore))
            unstored << text;
        else if (!opened && !text.isEmpty())
            window_.services_.store->ask(
                this, [id, text = text.toStdString()](ConversationStore& s) { return s.saveDraft(id, text); },
                [](const Result<void>&) {});
        if (const QString more = words[QStringLiteral("newText")].toString(); id != 0)
            unstored << more;
    };
    take(crashed, true);
    for (const QJsonValue& other : crashed[QStringLiteral("others")].toArray())
        take(other.toObject(), false);
    unstored.removeAll(QString());
    unstored.removeDuplicates();
    if (!unstored.isEmpty())
        chat.setUnsent(unstored.join(QStringLiteral("\n\n")));
}

// The conversation, the lesson at its step, the views that were open.
void Shell::comeBack(const QJsonObject& crashed) {
    MainWindow& w = window_;
    const QString lesson = crashed[QStringLiteral("lesson")].toString();
    const QJsonObject screen = crashed[QStringLiteral("screen")].toObject();
    const auto id = crashed[QStringLiteral("conversation")].toString().toLongLong();
    if (const QString words = crashed[QStringLiteral("compareText")].toString(); !words.isEmpty())
        w.services_.settings.setBytes(QStringLiteral("compare/draft"), words.toUtf8()); // it takes them when it opens
    if (id != 0)
        w.services_.chat->open(id, crashed[QStringLiteral("text")].toString());
    // A step that drew something, or began where nothing was asked yet, is set up once more; else the conversation
    // stays.
    const QString room = w.currentRoom()->name(); // Tokens holds the person's own text again, not the lesson's
    const bool again = room == QLatin1String("denoise") || room == QLatin1String("tokens") || (id == 0 && w.inChat());
    const auto rest = [this, screen] {
        if (screen.isEmpty())
            return;
        window_.classroom_->lookInsideAs(screen, [this, screen] {
            QJsonObject seen = screen;
            seen[QStringLiteral("room")] = window_.currentRoom()->name();
            window_.classroom_->restoreScreen(seen, true, [] {});
        });
    };
    if (!lesson.isEmpty())
        w.classroom_->comeBack(crashed[QStringLiteral("course")].toString(), lesson, again);
    if (lesson.isEmpty() || !again) // the model and the conversation are waited for
        QMetaObject::invokeMethod(
            this, [this, rest] { window_.classroom_->carryOut({}, {}, {}, [rest](const QString&) { rest(); }); },
            Qt::QueuedConnection);
}

void Shell::keepSession() {
    if (!session_)
        return;
    QJsonObject now = state();
    if (!presenter_->on())
        now[QStringLiteral("screen")] = ScreenState(window_).capture();
    const LessonPlayer& player = window_.classroom_->player();
    if (player.lesson() != nullptr && player.workOf().isEmpty()) { // handed-in work is opened from its file
        now[QStringLiteral("lesson")] = player.unit() + QLatin1Char(':') + QString::number(player.current() + 1);
        now[QStringLiteral("course")] = QString::fromStdU16String(player.course()->folder.u16string());
    }
    if (endsInOrder_.isActive())
        now[QStringLiteral("ordinary")] = true;
    if (presenter_->on()) // afterwards the window is to be as it was before
        for (const char* place : {"geometry", "panels", "inside", "insideState", "took", "split"})
            now[QLatin1String(place)] = beforePresenting_[QLatin1String(place)];
    session_->save(now);
}

void Shell::desktopEnds() {
    window_.keepSettings();
    window_.services_.chat->keepDraft();
    endsInOrder_.start();
    keepSession();
    if (session_)
        session_->flush();
}

void Shell::endSession() {
    keep_.stop();
    keepSoon_.stop();
    if (session_)
        session_->end();
}

} // namespace vitral::app
