// SPDX-License-Identifier: Apache-2.0
// Menus of lessons and of states of the program, and what they ask for; exports of lessons.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "core/lesson/lesson_export.h"
#include "widgets/design/icons.h"
#include "widgets/lesson/glossary_tips.h"
#include "widgets/lesson/glossary_window.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_room.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/exporter.h"

#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMenu>
#include <QSaveFile>
#include <QStatusBar>

namespace vitral::app {
namespace {

constexpr int kToldMs = 6000;

} // namespace

void Classroom::tell(const QString& sentence, bool problem) {
    lastProblem_ = sentence;
    window_.notice_->tell(problem ? NoticeBar::Kind::Problem : NoticeBar::Kind::Notice, sentence);
}

void Classroom::makeMenus() {
    MainWindow::Actions& a = *window_.actions_;
    QMenu* menu = new QMenu(&window_);
    a.file->insertMenu(a.quit, menu);
    a.file->insertSeparator(a.quit);
    const auto add = [&](QMenu* to, const QKeySequence& keys, auto call) {
        auto* action = new QAction(&window_);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, call);
        to->addAction(action);
        return action;
    };
    saveState_ = add(menu, QKeySequence::Save, &Classroom::saveStateAs);
    openState_ = add(menu, Qt::CTRL | Qt::SHIFT | Qt::Key_O, &Classroom::openStateDialog);
    copyLink_ = add(menu, Qt::CTRL | Qt::SHIFT | Qt::Key_L, &Classroom::copyLink);
    pasteLink_ = add(menu, {}, &Classroom::pasteLink);
    auto* glossary = new QAction(&window_);
    glossary->setShortcut(Qt::SHIFT | Qt::Key_F1);
    connect(glossary, &QAction::triggered, this, &Classroom::showGlossary);
    a.help->insertAction(a.shortcuts, glossary);
    a.named.push_back({"help.glossary", glossary,
                       QT_TRANSLATE_NOOP("vitral::app::MainWindow", "&Glossary: explain this term\u2026"), a.help});
    nextStop_ = add(a.view, Qt::ALT | Qt::Key_PageDown, [this] {
        panel_->toNextStop();
        panel_->takeFocus();
    });
    previousStop_ = add(a.view, Qt::ALT | Qt::Key_PageUp, [this] {
        panel_->toPreviousStop();
        panel_->takeFocus();
    });
    toLesson_ = add(a.view, Qt::Key_F7, [this] { panel_->takeFocus(); });
    toLesson_->setEnabled(false);
    for (QAction* action : {nextStop_, previousStop_, toLesson_}) // also from a window that a step opened
        action->setShortcutContext(Qt::ApplicationShortcut);
    nextStop_->setEnabled(false);
    previousStop_->setEnabled(false);
    // Named as the window's own, so that the search of commands finds them in both languages.
    const auto name = [&a](const char* id, QAction* action, const char* text, QMenu* in) {
        a.named.push_back({id, action, text, in});
    };
    name("file.state", menu->menuAction(), QT_TRANSLATE_NOOP("vitral::app::MainWindow", "State of the pro&gram"),
         a.file);
    name("state.save", saveState_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "Save the state as a &file\u2026"),
         menu);
    name("state.open", openState_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "&Open a state\u2026"), menu);
    name("state.copy", copyLink_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "&Copy the state as a link"), menu);
    name("state.paste", pasteLink_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "Open the &link on the clipboard"),
         menu);
    name("lesson.next", nextStop_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "Next step of the lesson"), a.view);
    name("lesson.previous", previousStop_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "Step of the lesson before"),
         a.view);
    name("lesson.focus", toLesson_, QT_TRANSLATE_NOOP("vitral::app::MainWindow", "Go to the lesson"), a.view);
}

void Classroom::retranslate() {
    followLanguage();
    if (dock_ != nullptr)
        dock_->setWindowTitle(tr("Lesson"));
}

// Of what has the focus, or what is selected there: the terms on hover by keyboard.
void Classroom::showGlossary() {
    const GlossaryWords* words = tips_->ofFocus();
    if (!glossary_) {
        glossary_ = new GlossaryWindow(&window_);
        glossary_->setAttribute(Qt::WA_DeleteOnClose);
    }
    glossary_->setGlossary(player_->course(), player_->language());
    glossary_->show();
    glossary_->raise();
    glossary_->activateWindow();
    glossary_->showTerm(words != nullptr ? QString::fromStdString(words->term) : QString());
}

void Classroom::saveStateAs() {
    const QString path = QFileDialog::getSaveFileName(&window_, tr("Save the state of the program"),
                                                      tr("state") + QStringLiteral(".vitral"), tr("States (*.vitral)"));
    if (path.isEmpty())
        return;
    services_.chat->fetchAll(this, [this, path] {
        QSaveFile file(path);
        const ProgramState state = captureWithin(kMaxStateBytes);
        const QByteArray json = QByteArray::fromStdString(stateJson(state));
        if (std::size_t(json.size()) > kMaxStateBytes)
            return tell(tr("This conversation is too long for a file of the state (4 MiB); export it instead."), true);
        if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size() || !file.commit())
            return tell(tr("The state could not be written to %1 (%2).").arg(path, file.errorString()), true);
        window_.statusBar()->showMessage(tr("Saved as %1.").arg(path), kToldMs);
        if (!state.leftOut.empty())
            tell(tr("Saved without: %1.").arg(leftOutText(state.leftOut)), false);
    });
}

void Classroom::openStateDialog() {
    const QString path = QFileDialog::getOpenFileName(&window_, tr("Open a state of the program"), {},
                                                      tr("States (*.vitral *.json *.txt);;All files (*)"));
    if (!path.isEmpty())
        openStateFile(path);
}

void Classroom::copyLink() {
    services_.chat->fetchAll(this, [this] {
        const auto state = captureForLink();
        if (!state)
            return tell(tr("This state is too long for a link (32 kB) even as words alone; save it as a file instead."),
                        true);
        const auto copy = [this, link = QString::fromStdString(*stateLink(*state))] {
            window_.notice_->hide();
            QApplication::clipboard()->setText(link);
            window_.statusBar()->showMessage(tr("A link to this state is on the clipboard."), kToldMs);
        };
        if (state->leftOut.empty())
            return copy();
        // Said before anything is copied: a file would hold it.
        lastProblem_ =
            tr("A link (32 kB) has no room for: %1. A file of the state has.").arg(leftOutText(state->leftOut));
        window_.notice_->tell(NoticeBar::Kind::Notice, lastProblem_, tr("Copy the link without"), copy);
    });
}

void Classroom::pasteLink() {
    openLink(QApplication::clipboard()->text());
}

void Classroom::openCourseDialog() {
    const QString folder = QFileDialog::getExistingDirectory(&window_, tr("Open a folder of lessons"));
    if (!folder.isEmpty())
        room_->openFile(folder);
}

void Classroom::openWorkDialog() {
    const QString path =
        QFileDialog::getOpenFileName(&window_, tr("Open handed-in work"), {}, tr("Work of a lesson (*.vitral-work)"));
    if (!path.isEmpty())
        room_->openFile(path);
}

void Classroom::exportLesson(const QString& format) {
    const Lesson* lesson = player_->lesson();
    if (lesson == nullptr)
        return;
    const QString id = QString::fromStdString(lesson->id);
    const bool work = format == QLatin1String("work");
    const QString ending = work ? QStringLiteral("vitral-work") : format;
    QString path =
        QFileDialog::getSaveFileName(&window_, work ? tr("Save the work to hand in") : tr("Export the lesson"),
                                     id + QLatin1Char('.') + ending, QStringLiteral("%1 (*.%1)").arg(ending));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QLatin1Char('.') + ending;
    const auto told = [this, path](const QString& problem) {
        if (problem.isEmpty())
            window_.statusBar()->showMessage(tr("Saved as %1.").arg(path), kToldMs);
        else
            panel_->notice()->tell(NoticeBar::Kind::Problem, problem);
    };
    if (!work)
        return exportLessonTo(format, path, told);
    bool accepted = false;
    const QString name = QInputDialog::getText(&window_, tr("Save the work to hand in"), tr("Your name"),
                                               QLineEdit::Normal, {}, &accepted);
    if (accepted) // the state in it holds the whole conversation
        services_.chat->fetchAll(this, [this, told, path, name] { told(player_->saveWork(path, name.trimmed())); });
}

bool Classroom::writeLesson(const QString& path) {
    if (player_->lesson() == nullptr)
        return false;
    const auto told = [this](const QString& problem) {
        if (!problem.isEmpty())
            tell(problem, true);
    };
    const QString ending = QFileInfo(path).suffix();
    if (ending == QLatin1String("vitral-work"))
        told(player_->saveWork(path, {}));
    else
        exportLessonTo(ending == QLatin1String("pdf") ? ending : QStringLiteral("html"), path, told);
    return true;
}

void Classroom::exportLessonTo(const QString& format, const QString& path, std::function<void(const QString&)> done) {
    // The course may be read again meanwhile: the page is made of this one.
    const std::shared_ptr<const Course> course = player_->course();
    const Lesson* lesson = player_->lesson();
    const LessonDepth depth = player_->depth();
    window_.shell().exporter().write(
        QString::fromStdString(lesson->title), path, format,
        [course, lesson, depth](bool forPrint) {
            return QString::fromStdString(
                lessonPageHtml(*course, *lesson, lessonExportWords(lesson->language), depth, forPrint));
        },
        std::move(done));
}

} // namespace vitral::app
