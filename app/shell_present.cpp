// SPDX-License-Identifier: Apache-2.0
// Presenting: what the window hides, how big its type is, and what comes back afterwards.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "widgets/canvas/renderer_choice.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/room.h"
#include "widgets/shell/presenter.h"
#include "widgets/shell/presenter_notes.h"

#include <QApplication>
#include <QDockWidget>
#include <QMenuBar>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>

namespace vitral::app {

void Shell::makePresenter() {
    MainWindow& w = window_;
    MainWindow::Actions& a = *w.actions_;
    presenter_ = new Presenter(&w);
    presentMenu_ = new QMenu(&w);
    a.view->insertMenu(a.fullScreen, presentMenu_);
    presentAction_ = add("present.begin", QT_TR_NOOP("Present"), presentMenu_, nullptr, "play", Qt::Key_F5,
                         [this] { presenter_->setOn(!presenter_->on()); });
    presentAction_->setShortcuts({Qt::Key_F5, Qt::SHIFT | Qt::Key_F5}); // remotes send either
    presentAction_->setShortcutContext(Qt::ApplicationShortcut);
    presentAction_->setCheckable(true);
    add("present.notes", QT_TR_NOOP("Notes of the presenter"), presentMenu_, nullptr, nullptr, Qt::CTRL | Qt::Key_F5,
        [this] { showNotes(); });
    presentMenu_->addSeparator();
    const auto keeps = [this](const char* id, const char* text) {
        const QString key = QStringLiteral("present/") + QLatin1String(id).mid(8);
        QAction* action = add(id, text, presentMenu_, nullptr, nullptr, {}, [this, key, id] {
            for (const Named& named : named_)
                if (named.id == id)
                    window_.services_.settings.setFlag(key, named.action->isChecked());
            if (presenter_->on())
                hideForPresenting();
        });
        action->setCheckable(true);
        action->setChecked(window_.services_.settings.flag(key, false));
        return action;
    };
    keepMenu_ = keeps("present.menu", QT_TR_NOOP("Keep the menu"));
    keepRail_ = keeps("present.rail", QT_TR_NOOP("Keep the rail of rooms"));
    keepPanels_ = keeps("present.panels", QT_TR_NOOP("Keep the side panels"));
    keepStatus_ = keeps("present.status", QT_TR_NOOP("Keep the status bar"));
    presenter_->setPointed([this]() -> QWidget* {
        const LessonPanel* panel = window_.classroom_->panel();
        return panel != nullptr ? panel->spotlight()->element() : nullptr;
    });
    connect(w.notice_, &NoticeBar::heldBack, presenter_, &Presenter::setAside);
    connect(presenter_, &Presenter::notesAsked, this, &Shell::showNotes);
    connect(presenter_, &Presenter::onChanged, this, &Shell::present);
    connect(w.roomStack_, &QStackedWidget::currentChanged, this, [this] { findSteps(); });
    connect(&w.classroom_->player(), &LessonPlayer::lessonChanged, this, [this] { findSteps(); });
    // The lesson's outline gives way to what the presenter shows alone.
    connect(presenter_, &Presenter::changed, this, [this] {
        const bool alone =
            presenter_->on() && (presenter_->blank() != Presenter::Blank::No || presenter_->zoomed() != nullptr ||
                                 presenter_->spotlit() != nullptr || presenter_->poll().shown());
        if (LessonPanel* panel = window_.classroom_->panel(); panel != nullptr)
            panel->spotlight()->setMuted(alone);
    });
}

void Shell::findSteps() {
    // A lesson goes on beside whatever room it shows.
    PresentSource* source = window_.currentRoom()->presentSource();
    for (Room* room : window_.rooms_)
        if (PresentSource* other = room->presentSource(); source == nullptr && other != nullptr && other->count() > 0)
            source = other;
    presenter_->setSource(source);
    if (presenter_->on())
        QMetaObject::invokeMethod(this, &Shell::hideForPresenting, Qt::QueuedConnection); // panels come with a room
}

void Shell::showNotes() {
    if (notes_ == nullptr) {
        notes_ = new PresenterNotes(*presenter_, &window_);
        notes_->place(&window_);
    }
    notes_->setVisible(!notes_->isVisible());
}

void Shell::hideForPresenting() {
    MainWindow& w = window_;
    w.menuBar()->setVisible(keepMenu_->isChecked());
    w.statusBar()->setVisible(keepStatus_->isChecked());
    w.roomBar_->setVisible(keepRail_->isChecked());
    if (!keepPanels_->isChecked())
        for (QDockWidget* dock : w.findChildren<QDockWidget*>())
            if (dock != w.classroom_->dock()) // the question is what the class is to read
                dock->hide();
    if (Room* pictures = w.room(QStringLiteral("denoise")); pictures != nullptr && !keepPanels_->isChecked()) {
        const LessonStep* step = w.classroom_->player().step(w.classroom_->player().current());
        if (step == nullptr || (step->point != "denoise.side" && step->point != "denoise.prompt"))
            pictures->go(QStringLiteral("noside"));
    }
    w.notice_->setHeld(true); // what it says stands in the notes
}

void Shell::present(bool on) {
    MainWindow& w = window_;
    presentAction_->setChecked(on);
    if (on) {
        beforePresenting_ = state();
        const Room* pictures = w.room(QStringLiteral("denoise"));
        sideBefore_ = pictures != nullptr && pictures->saveState()[QStringLiteral("side")].toBool();
        sizeBefore_ = w.size();
        docksBefore_.clear();
        for (QDockWidget* dock : w.findChildren<QDockWidget*>())
            if (dock->isVisible())
                docksBefore_.emplace_back(dock, dock->size());
        scaleBefore_ = w.theme_.fontScale();
        fullBefore_ = w.isFullScreen();
        rendererBefore_ = w.services_.settings.renderer();
        setRendererChoice(RendererChoice::Painter); // a window of the system's would lie over the pen
        w.theme_.setFontScale(
            std::max(scaleBefore_, preferences_.value(QStringLiteral("presentSize")).toDouble() / 100));
        findSteps();
        hideForPresenting();
        w.showFullScreen();
        return;
    }
    if (notes_ != nullptr)
        notes_->hide();
    w.notice_->setHeld(false);
    if (!fullBefore_)
        w.showNormal();
    w.menuBar()->show();
    w.statusBar()->show();
    setRendererChoice(rendererBefore_);
    w.theme_.setFontScale(scaleBefore_);
    // Now, not later: panels put back before would be as wide as the big letters asked for.
    QApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    // Bars and panels come back; rooms and views stay as the presenter left them.
    w.roomBar_->show();
    const auto kept = [this](const char* key) {
        return QByteArray::fromBase64(beforePresenting_[QLatin1String(key)].toString().toLatin1());
    };
    w.restoreGeometry(kept("geometry"));
    const QByteArray panels = kept("panels");
    if (w.inChat())
        w.restoreState(panels);
    else
        w.chatState_ = panels;
    if (QDockWidget* lesson = w.classroom_->dock())
        lesson->setVisible(w.classroom_->player().lesson() != nullptr);
    if (Room* pictures = w.room(QStringLiteral("denoise")); pictures != nullptr && sideBefore_)
        pictures->go(QStringLiteral("side"));
    // To the pixel: a restored state rounds, and the system gives the window its size back when it likes.
    for (int ms : {0, 50, 200, 500})
        QTimer::singleShot(ms, this, [this] {
            if (presenter_->on() || window_.size() != sizeBefore_)
                return;
            for (const auto& [dock, size] : std::as_const(docksBefore_))
                if (dock && dock->isVisible() && dock->size() != size) {
                    const bool flat = window_.dockWidgetArea(dock) == Qt::BottomDockWidgetArea;
                    window_.resizeDocks({dock}, {flat ? size.height() : size.width()},
                                        flat ? Qt::Vertical : Qt::Horizontal);
                }
        });
}

} // namespace vitral::app
