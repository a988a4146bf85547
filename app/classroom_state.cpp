// SPDX-License-Identifier: Apache-2.0
// The state of the whole program, out and in; menus; exports of lessons.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "core/base/mapped_file.h"
#include "core/chat/conversation_format.h"
#include "core/lesson/lesson_export.h"
#include "widgets/denoise/denoise_recipe.h"
#include "widgets/design/icons.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/lesson/glossary_tips.h"
#include "widgets/lesson/glossary_window.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_room.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/exporter.h"
#include "widgets/shell/ways.h"
#include "widgets/transcript/transcript_view.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QJsonDocument>
#include <QMenu>
#include <QSaveFile>
#include <QStatusBar>
#include <QTemporaryFile>

namespace vitral::app {
namespace {

constexpr qint64 kPart = 64 << 10; ///< of a model file, for its fingerprint
constexpr int kToldMs = 6000;

std::string compact(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

QJsonObject object(const std::string& json) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

QString nameOfModel(const DenoiseController& denoise) {
    return denoise.model() ? QString::fromStdString(denoise.model()->info.name) : QString();
}

/// "vitral-emoji-pixel" of a model that came with the program; empty: it did not.
std::string bundledFolder(const DenoiseController& denoise, const QString& model) {
    QString path = model == nameOfModel(denoise) ? denoise.modelPath() : QString();
    for (const FoundDiffusionModel& found : denoise.foundModels())
        if (path.isEmpty() && found.bundled && (found.title == model || found.name == model))
            path = found.path;
    const std::string folder = QFileInfo(path).dir().dirName().toStdString();
    return !path.isEmpty() && folder.rfind("vitral-", 0) == 0 ? folder : std::string();
}

} // namespace

QString Classroom::fingerprint() const {
    const QString path = services_.model->path();
    if (path == fingerprintOf_)
        return fingerprint_;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray head = file.read(kPart);
    file.seek(std::max<qint64>(0, file.size() - kPart));
    const QByteArray tail = file.read(kPart);
    fingerprintOf_ = path;
    fingerprint_ =
        QString::fromStdString(modelFingerprint(std::uint64_t(file.size()), head.toStdString(), tail.toStdString()));
    return fingerprint_;
}

ProgramState Classroom::capture(bool withTokens) const {
    ProgramState out;
    MainWindow& w = window_;
    const ChatController& chat = *services_.chat;
    if (services_.model->model()) {
        out.modelName = services_.model->displayName().toStdString();
        out.modelFingerprint = fingerprint().toStdString();
    }
    out.composer = w.chatPanel_->composer()->text().toStdString();
    out.generation = compact(toJson(w.settingsPanel_->settings()));
    if (chat.count() > 0) { // the path that is shown, without places of this machine
        ConversationDump dump;
        dump.info.title = chat.info().title;
        dump.info.systemPrompt = chat.info().systemPrompt;
        for (int i = 0; i < chat.count(); ++i) {
            Message message = chat.message(i);
            message.id = i + 1;
            message.parent = i;
            message.forkedFrom = kNoMessage;
            message.forkedAtToken = -1;
            if (!withTokens)
                message.tokens.clear();
            dump.messages.push_back(std::move(message));
        }
        out.conversation = conversationToJson(dump);
    }
    for (const Room* room : w.rooms_)
        if (const QJsonObject kept = room->saveState(); !kept.isEmpty())
            out.rooms[room->name().toStdString()] = compact(kept);
    const QString room = w.currentRoom()->name();
    if (!services_.tokens->text().empty() && services_.tokens->text().size() < 3000)
        out.commands.push_back("tokens:text=" + services_.tokens->text());
    DenoiseController& denoise = *services_.denoise;
    const DenoiseRun* drawn = denoise.currentRun(); // what is shown need not be what the next run is set to
    const QString drawnBy = drawn != nullptr && denoise.recording() ? drawn->model : nameOfModel(denoise);
    const std::string folder = bundledFolder(denoise, drawnBy);
    if (room == QLatin1String("denoise") && !folder.empty()) {
        out.commands.push_back("denoise:model:" + folder);
        const bool shown = drawn != nullptr && denoise.recording();
        out.recipe =
            recipeToJson(shown ? denoise.recipeOf(*drawn) : DenoiseRecipe{{}, drawnBy, denoise.settings(), nullptr, 0},
                         denoise.functions())
                .toStdString();
        if (shown) {
            out.commands.emplace_back("denoise:run");
            out.commands.push_back("denoise:steps:" + std::to_string(denoise.moment()));
            const std::string page = w.currentRoom()->saveState()[QStringLiteral("page")].toString().toStdString();
            if (page != "steps" && findCommand("denoise:" + page))
                out.commands.push_back("denoise:" + page);
        }
    }
    if (room == QLatin1String("chat")) {
        if (w.chatPanel_->transcript()->tokenMode())
            out.commands.emplace_back("token-colours");
        if (w.treeDock_ != nullptr && !w.treeDock_->isHidden())
            out.commands.emplace_back("tree");
        if (!w.inside_->isHidden()) {
            const Selection& s = services_.inside->selection().current();
            const std::string view = w.inside_->currentView()->name().toStdString();
            out.commands.emplace_back("inside");
            if (s.layer >= 0 && s.head >= 0) {
                std::string at = "matrix:" + std::to_string(s.layer) + "." + std::to_string(s.head);
                if (s.position >= 0)
                    at += ":" + std::to_string(s.position) + (s.key >= 0 ? ":" + std::to_string(s.key) : "");
                out.commands.push_back(at);
            }
            if (findCommand(view))
                out.commands.push_back(view);
            if (services_.inside->origin() == RecordingOrigin::File)
                out.run = QFileInfo(services_.inside->fileName()).fileName().toStdString();
        }
    } else if (findCommand(room.toStdString())) {
        out.commands.push_back(room.toStdString());
    }
    out.depth = Ways::name(Ways::shared().depth()).toStdString();
    if (player_->lesson() != nullptr)
        out.lesson = (player_->unit() + QLatin1Char(':') + QString::number(player_->current() + 1)).toStdString();
    return out;
}

QByteArray Classroom::stateFile() const {
    std::string json = stateJson(capture());
    if (json.size() > kMaxStateBytes) // as in a link: the words without the numbers of every token
        json = stateJson(capture(false));
    return QByteArray::fromStdString(json);
}

void Classroom::restore(const ProgramState& state, const QString& folder) {
    MainWindow& w = window_;
    QStringList told;
    for (Room* room : w.rooms_)
        if (const auto kept = state.rooms.find(room->name().toStdString()); kept != state.rooms.end())
            room->restoreState(object(kept->second));
    if (!state.generation.empty()) {
        const GenerationSettings settings = settingsFromJson(object(state.generation));
        w.settingsPanel_->setSettings(settings);
        services_.chat->setSettings(settings);
    }
    if (!state.depth.empty())
        Ways::shared().setDepth(Ways::fromName(QString::fromStdString(state.depth)));
    if (!state.modelName.empty() && services_.model->model() &&
        QString::fromStdString(state.modelFingerprint) != fingerprint())
        told << tr("This was made with the model %1; %2 is loaded here, so numbers may differ.")
                    .arg(QString::fromStdString(state.modelName), services_.model->displayName());
    QStringList commands;
    for (const std::string& command : state.commands)
        commands << QString::fromStdString(command);
    if (!state.recipe.empty())
        if (auto recipe = recipeFromJson(QByteArray::fromStdString(state.recipe), services_.denoise->functions())) {
            // A branch is run with what it was branched off, which "run" does not know.
            const bool branch = recipe->parent && commands.removeAll(QStringLiteral("denoise:run")) > 0;
            services_.denoise->restore(std::move(*recipe), branch);
        }
    const QString run = QString::fromStdString(state.run);
    const bool runThere = !run.isEmpty() && !folder.isEmpty() && QFileInfo::exists(QDir(folder).filePath(run));
    if (runThere) {
        commands.removeAll(QStringLiteral("inside"));
        commands.prepend(QStringLiteral("inside:open=") + run);
    } else if (!run.isEmpty()) {
        told << tr("Its recorded run %1 does not lie beside it.").arg(run);
    } else if (!state.modelName.empty() && !services_.model->model()) {
        told << tr("The model %1 cannot run here, so views of its inside stay empty.")
                    .arg(QString::fromStdString(state.modelName));
    }
    const QString composer = QString::fromStdString(state.composer);
    const QString lesson = QString::fromStdString(state.lesson);
    const auto go = [this, commands, folder, composer, lesson, told] {
        carryOut(commands, folder, {}, [this, composer, lesson, told](const QString& problem) {
            window_.chatPanel_->composer()->setText(composer);
            if (!lesson.isEmpty())
                player_->openUnit(lesson.section(QLatin1Char(':'), 0, 0),
                                  lesson.section(QLatin1Char(':'), 1).toInt() - 1);
            QStringList all = told;
            if (!problem.isEmpty())
                all << problem;
            lastProblem_ = all.join(QLatin1Char(' '));
            if (!all.isEmpty())
                tell(lastProblem_, false);
        });
    };
    w.showRoom(QStringLiteral("chat"));
    if (state.conversation.empty()) {
        services_.chat->startNew();
        go();
        return;
    }
    auto* file = new QTemporaryFile(QDir::temp().filePath(QStringLiteral("vitral-XXXXXX.json")), this);
    if (!file->open()) {
        tell(tr("The conversation of this state could not be opened (%1).").arg(file->errorString()), true);
        return go();
    }
    file->write(QByteArray::fromStdString(state.conversation));
    file->close();
    running_ = true; // until the conversation is there, or will never be
    const auto then = [go, file] {
        if (file->property("over").toBool())
            return;
        file->setProperty("over", true);
        file->deleteLater();
        go();
    };
    connect(services_.library.get(), &ConversationLibrary::imported, file, then);
    connect(services_.library.get(), &ConversationLibrary::problem, file, then);
    services_.library->importFrom(file->fileName());
}

void Classroom::openStateFile(const QString& path) {
    const auto text = readTextFile(std::filesystem::path(path.toStdU16String()), kMaxStateBytes);
    if (!text)
        return tell(QString::fromStdString(text.error().message), true);
    const auto state = looksLikeLink(*text) ? stateFromLink(*text) : stateFromJson(*text);
    if (!state)
        return tell(QString::fromStdString(state.error().message), true);
    restore(*state, QFileInfo(path).absolutePath());
}

void Classroom::openLink(const QString& link) {
    const auto state = stateFromLink(link.toStdString());
    if (!state)
        return tell(QString::fromStdString(state.error().message), true);
    restore(*state, {});
}

void Classroom::tell(const QString& sentence, bool problem) {
    lastProblem_ = sentence;
    window_.showRoom(QStringLiteral("chat"));
    window_.chatPanel_->notice()->tell(problem ? NoticeBar::Kind::Problem : NoticeBar::Kind::Notice, sentence);
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
    QSaveFile file(path);
    QByteArray json = stateFile();
    if (std::size_t(json.size()) > kMaxStateBytes)
        return tell(tr("This conversation is too long for a file of the state (4 MiB); export it instead."), true);
    if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size() || !file.commit())
        return tell(tr("The state could not be written to %1 (%2).").arg(path, file.errorString()), true);
    window_.statusBar()->showMessage(tr("Saved as %1.").arg(path), kToldMs);
}

void Classroom::openStateDialog() {
    const QString path = QFileDialog::getOpenFileName(&window_, tr("Open a state of the program"), {},
                                                      tr("States (*.vitral *.json *.txt);;All files (*)"));
    if (!path.isEmpty())
        openStateFile(path);
}

void Classroom::copyLink() {
    auto link = stateLink(capture());
    if (!link)
        link = stateLink(capture(false)); // the words without the numbers of every token
    if (!link)
        return tell(QString::fromStdString(link.error().message), true);
    QApplication::clipboard()->setText(QString::fromStdString(*link));
    window_.statusBar()->showMessage(tr("A link to this state is on the clipboard."), kToldMs);
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
    if (accepted)
        told(player_->saveWork(path, name.trimmed()));
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
