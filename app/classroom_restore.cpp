// SPDX-License-Identifier: Apache-2.0
// The state of the whole program: taken from the window, and put back.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/screen_state.h"
#include "core/base/mapped_file.h"
#include "core/chat/conversation_format.h"
#include "core/lesson/commands.h"
#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_recipe.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/shell/undo_list.h"
#include "widgets/shell/ways.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace vitral::app {
namespace {

constexpr qint64 kPart = 64 << 10; ///< of a model file, for its fingerprint
constexpr std::size_t kMostTokenText = std::size_t{200} << 10U, kTokenTextOfALink = 8U << 10U;
constexpr int kSettleMs = 120; ///< pages find their height over several rounds of layout

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

using Carry = Classroom::Carry;

/// The branches of a conversation as they are in memory, numbered from 1; parents first.
struct Carried {
    ConversationDump dump;
    std::set<std::string> leftOut;
};

Carried carriedOf(const ChatController& chat, Carry carry) {
    Carried out;
    out.dump.info.title = chat.info().title;
    out.dump.info.systemPrompt = chat.info().systemPrompt;
    std::map<MessageId, MessageId> number{{kNoMessage, kNoMessage}};
    std::set<MessageId> path;
    for (int i = 0; i < chat.count(); ++i)
        path.insert(chat.message(i).id);
    std::vector<MessageNode> nodes = chat.tree().nodes();
    std::sort(nodes.begin(), nodes.end(), [](const MessageNode& a, const MessageNode& b) { return a.id < b.id; });
    for (const MessageNode& node : nodes) {
        const bool shown = path.contains(node.id);
        const std::shared_ptr<const Message> message = chat.find(node.id);
        if (!shown && (carry >= Carry::Path || !message || !number.contains(node.parent))) {
            out.leftOut.insert("branches");
            continue;
        }
        if (!message || !number.contains(node.parent))
            continue;
        Message copy = *message;
        if (!copy.tokens.empty() && (carry == Carry::Words || (!shown && carry >= Carry::PathNumbers))) {
            copy.tokens.clear();
            out.leftOut.insert(shown ? "numbers" : "branch-numbers");
        }
        number[node.id] = copy.id = static_cast<MessageId>(out.dump.messages.size()) + 1;
        copy.parent = number[node.parent];
        const auto source = number.find(copy.forkedFrom);
        if (copy.forkedFrom == kNoMessage || source == number.end()) {
            copy.forkedFrom = kNoMessage;
            copy.forkedAtToken = -1;
        } else {
            copy.forkedFrom = source->second;
        }
        out.dump.messages.push_back(std::move(copy));
    }
    for (const MessageNode& node : nodes)
        if (number.contains(node.id) && number.contains(node.activeChild) && node.activeChild != kNoMessage)
            out.dump.active[number[node.id]] = number[node.activeChild];
    if (const MessageId root = chat.tree().activeRoot(); number.contains(root))
        out.dump.active[kNoMessage] = number[root];
    return out;
}

/// The conversation of this computer that is the same, word by word and of the same moments, with the wanted branch
/// chosen; 0: there is none. Thread: the store's.
Result<ConversationId> sameConversation(ConversationStore& store, const ConversationDump& dump) {
    VITRAL_TRY_ASSIGN(const std::vector<ConversationInfo> all, store.list());
    for (const ConversationInfo& info : all) {
        if (info.title != dump.info.title || info.systemPrompt != dump.info.systemPrompt)
            continue;
        VITRAL_TRY_ASSIGN(std::vector<MessageNode> nodes, store.tree(info.id));
        std::erase_if(nodes, [](const MessageNode& node) { return node.id == kNoMessage; });
        std::sort(nodes.begin(), nodes.end(), [](const MessageNode& a, const MessageNode& b) { return a.id < b.id; });
        if (nodes.size() != dump.messages.size())
            continue;
        std::map<MessageId, MessageId> there{{kNoMessage, kNoMessage}};
        bool same = true;
        for (std::size_t i = 0; same && i < nodes.size(); ++i) {
            const Message& wanted = dump.messages[i];
            VITRAL_TRY_ASSIGN(const Message message, store.message(nodes[i].id));
            same = there.contains(wanted.parent) && there[wanted.parent] == nodes[i].parent &&
                   message.role == wanted.role && message.text == wanted.text &&
                   message.createdUnixMs == wanted.createdUnixMs;
            there[wanted.id] = nodes[i].id;
        }
        if (!same)
            continue;
        for (const auto& [parent, child] : dump.active)
            if (there.contains(parent) && there.contains(child))
                VITRAL_TRY(store.setActiveChild(info.id, there[parent], there[child]));
        return info.id;
    }
    return ConversationId{0};
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

ProgramState Classroom::capture(Carry carry, bool link) const {
    ProgramState out;
    MainWindow& w = window_;
    const ChatController& chat = *services_.chat;
    if (services_.model->model()) {
        out.modelName = services_.model->displayName().toStdString();
        out.modelFingerprint = fingerprint().toStdString();
    }
    out.composer = w.chatPanel_->composer()->text().toStdString();
    out.generation = compact(toJson(w.settingsPanel_->settings()));
    std::set<std::string> leftOut;
    if (chat.count() > 0) { // without places of this machine
        Carried carried = carriedOf(chat, carry);
        out.conversation = conversationToJson(carried.dump);
        leftOut = std::move(carried.leftOut);
    }
    for (const Room* room : w.rooms_)
        if (const QJsonObject kept = room->saveState(); !kept.isEmpty())
            out.rooms[room->name().toStdString()] = compact(kept);
    const QString room = w.currentRoom()->name();
    if (const std::string text = services_.tokens->text(); !text.empty()) {
        if (text.size() <= (link ? kTokenTextOfALink : kMostTokenText))
            out.commands.push_back("tokens:text=" + text);
        else
            leftOut.insert("text");
    }
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
    if (!w.inside_->isHidden() && services_.inside->origin() == RecordingOrigin::File) {
        out.run = QFileInfo(services_.inside->fileName()).fileName().toStdString();
        if (!out.run.empty() && link && lessonRun(QString::fromStdString(out.run)).isEmpty())
            leftOut.insert("run");
    }
    out.depth = Ways::name(Ways::shared().depth()).toStdString();
    if (player_->lesson() != nullptr)
        out.lesson = (player_->unit() + QLatin1Char(':') + QString::number(player_->current() + 1)).toStdString();
    const ScreenState screen(w);
    out.screen = compact(screen.capture());
    if (!screen.changesWhole())
        leftOut.insert("changes");
    out.leftOut.assign(leftOut.begin(), leftOut.end());
    return out;
}

/// A run that the open lesson brings with it; empty: it has none of that name.
QString Classroom::lessonRun(const QString& name) const {
    const Lesson* lesson = player_->lesson();
    if (lesson == nullptr || name.contains(QLatin1Char('/')) || name.contains(QLatin1Char('\\')))
        return {};
    const QDir folder(QString::fromStdU16String(lesson->folder.u16string()));
    for (const QString& place : {name, QStringLiteral("recorded/") + name})
        if (QFileInfo::exists(folder.filePath(place)))
            return place;
    return {};
}

QString Classroom::leftOutText(const std::vector<std::string>& names) {
    QStringList out;
    for (const std::string& name : names)
        out << (name == "numbers"          ? tr("the probabilities and alternatives of the tokens")
                : name == "branch-numbers" ? tr("the probabilities of tokens in other branches")
                : name == "branches"       ? tr("other branches of the conversation")
                : name == "text"           ? tr("the long text of the room Tokens")
                : name == "run"            ? tr("the recorded run of the views inside")
                                           : tr("changes to the model that hold vectors or another run"));
    return out.join(QStringLiteral(", "));
}

QByteArray Classroom::stateFile() const {
    return QByteArray::fromStdString(stateJson(captureWithin(kMaxStateBytes)));
}

ProgramState Classroom::captureWithin(std::size_t limitBytes) const {
    ProgramState state;
    for (const Carry carry : {Carry::All, Carry::PathNumbers, Carry::Path, Carry::Words}) {
        state = capture(carry);
        if (stateJson(state).size() <= limitBytes)
            break;
    }
    return state;
}

Result<ProgramState> Classroom::captureForLink() const {
    for (const Carry carry : {Carry::All, Carry::PathNumbers, Carry::Path})
        if (ProgramState state = capture(carry, true); stateLink(state))
            return state;
    ProgramState words = capture(Carry::Words, true);
    VITRAL_TRY(stateLink(words));
    return words;
}

void Classroom::restore(const ProgramState& state, const QString& folder, bool keepLesson) {
    MainWindow& w = window_;
    QStringList told;
    ScreenState(w).clear();
    services_.chat->startNew(); // settings that follow are not those of the conversation that was open
    if (!keepLesson)
        player_->close(); // gives back the settings of sampling that were the person's own
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
    if (!state.leftOut.empty())
        told << tr("What was opened does not hold: %1.").arg(leftOutText(state.leftOut));
    const QString lesson = keepLesson ? QString() : QString::fromStdString(state.lesson);
    const QJsonObject screen = object(state.screen);
    if (!lesson.isEmpty())
        services_.tokens->borrow(); // the text is the lesson's
    // Beside what was opened, or in the lesson's own folder.
    QString run = QString::fromStdString(state.run), runFolder = folder;
    bool runThere = !run.isEmpty() && !folder.isEmpty() && QFileInfo::exists(QDir(folder).filePath(run));
    const CourseUnit* unit =
        player_->course() ? player_->course()->unit(state.lesson.substr(0, state.lesson.find(':'))) : nullptr;
    const Lesson* words = unit != nullptr ? unit->lesson(player_->language().toStdString()) : nullptr;
    if (!run.isEmpty() && !runThere && words != nullptr) {
        const QDir own(QString::fromStdU16String(words->folder.u16string()));
        for (const QString& place : {run, QStringLiteral("recorded/") + run})
            if (!runThere && QFileInfo::exists(own.filePath(place))) {
                runThere = true;
                runFolder = own.path();
                run = place;
            }
    }
    if (runThere) {
        commands.removeAll(QStringLiteral("inside"));
        commands.prepend(QStringLiteral("inside:open=") + run);
    } else if (!run.isEmpty()) {
        told << tr("The recorded run %1 does not lie beside the file of the state; put it there and open it again.")
                    .arg(run);
    } else if (!state.modelName.empty() && !services_.model->model()) {
        told << tr("The model %1 cannot run here, so views of its inside stay empty.")
                    .arg(QString::fromStdString(state.modelName));
    }
    const auto finish = [this, screen, composer = QString::fromStdString(state.composer), lesson, keepLesson,
                         told](const QString& problem) {
        window_.chatPanel_->composer()->setText(composer);
        if (!lesson.isEmpty()) // the screen is the state's: its step is not set up once more
            player_->openUnit(lesson.section(QLatin1Char(':'), 0, 0), lesson.section(QLatin1Char(':'), 1).toInt() - 1,
                              !screen.isEmpty());
        QStringList all = told;
        if (!problem.isEmpty())
            all << problem;
        const auto over = [this, all] {
            lastProblem_ = all.join(QLatin1Char(' '));
            if (!all.isEmpty())
                tell(lastProblem_, false);
        };
        if (screen.isEmpty()) // of an older version: it says only what is on
            over();
        else
            restoreScreen(screen, !keepLesson, over);
    };
    const auto go = [this, commands, runFolder, runThere, screen, finish] {
        carryOut(commands, runFolder, {}, [this, runThere, screen, finish](const QString& problem) {
            if (runThere)
                return finish(problem);
            lookInsideAs(screen, [finish, problem] { finish(problem); });
        });
    };
    if (const ConversationId own = std::exchange(reopen_, 0); own != 0) {
        services_.chat->open(own);
        return go();
    }
    if (state.conversation.empty())
        return go();
    running_ = true; // until the conversation is there, or will never be
    services_.store->ask(
        this,
        [json = state.conversation](ConversationStore& store) -> Result<ConversationId> {
            VITRAL_TRY_ASSIGN(ConversationDump dump, conversationFromJson(json));
            VITRAL_TRY_ASSIGN(const ConversationId same, sameConversation(store, dump));
            return same != 0 ? Result<ConversationId>(same) : store.importJson(json);
        },
        [this, go](Result<ConversationId> id) {
            if (id) {
                services_.library->refresh();
                services_.chat->open(*id);
            } else {
                tell(errorText(id.error(), Doing::Import), true);
            }
            go();
        });
}

// What was there before, in one step of undo.
void Classroom::openState(const ProgramState& state, const QString& folder) {
    const ProgramState before = capture();
    const ConversationId conversation = services_.chat->info().id;
    restore(state, folder);
    UndoList::shared().push(
        tr("Opening a state"),
        [this, before, conversation] {
            reopen_ = conversation;
            restore(before, {});
        },
        [this, state, folder] { restore(state, folder); }, {}, this);
}

// The same messages are read again and recorded.
void Classroom::lookInsideAs(const QJsonObject& screen, std::function<void()> then) {
    const QJsonObject inside = screen[QStringLiteral("inside")].toObject();
    const int last = inside[QStringLiteral("message")].toInt(-1);
    if (!inside[QStringLiteral("open")].toBool() || last < 0 || last >= services_.chat->count() ||
        !services_.model->model())
        return then();
    window_.inside_->restoreState(inside[QStringLiteral("views")].toObject());
    window_.showInside(true);
    services_.inside->lookInside(services_.chat->message(last).id);
    carryOut({}, {}, {}, [then = std::move(then)](const QString&) { then(); });
}

void Classroom::restoreScreen(const QJsonObject& screen, bool lesson, std::function<void()> over) {
    ScreenState(window_).apply(screen, lesson);
    carryOut({}, {}, {}, [this, screen, lesson, over = std::move(over)](const QString&) {
        ScreenState(window_).apply(screen, lesson); // what came to be shown meanwhile asked for room
        running_ = true;
        QTimer::singleShot(kSettleMs, this, [this, screen, over] {
            ScreenState(window_).applyScroll(screen);
            running_ = false;
            over();
        });
    });
}

void Classroom::comeBack(const QString& course, const QString& lesson, bool again) {
    const QString unit = lesson.section(QLatin1Char(':'), 0, 0);
    const int stop = lesson.section(QLatin1Char(':'), 1).toInt() - 1;
    const auto isThere = [this, course] {
        return player_->course() && QString::fromStdU16String(player_->course()->folder.u16string()) == course;
    };
    if (isThere())
        return player_->openUnit(unit, stop, !again);
    auto* once = new QObject(this);
    if (!player_->reading()) { // another course is open
        if (!QFileInfo(course).isDir())
            return once->deleteLater();
        once->setProperty("asked", true);
        player_->openCourse(course);
    }
    connect(player_.get(), &LessonPlayer::courseChanged, once, [this, once, isThere, course, unit, stop, again] {
        if (player_->reading())
            return;
        if (isThere()) {
            once->deleteLater();
            player_->openUnit(unit, stop, !again);
        } else if (!once->property("asked").toBool() && QFileInfo(course).isDir()) {
            once->setProperty("asked", true); // the bundled one was read first
            player_->openCourse(course);
        } else {
            once->deleteLater();
        }
    });
}

void Classroom::openStateFile(const QString& path) {
    const auto text = readTextFile(std::filesystem::path(path.toStdU16String()), kMaxStateBytes);
    if (!text)
        return tell(QString::fromStdString(text.error().message), true);
    const auto state = looksLikeLink(*text) ? stateFromLink(*text) : stateFromJson(*text);
    if (!state)
        return tell(problemOf(state.error(), false), true);
    openState(*state, QFileInfo(path).absolutePath());
}

void Classroom::openLink(const QString& link) {
    if (!looksLikeLink(link.toStdString()))
        return tell(tr("There is no link to a state here; one begins with vitral:."), true);
    const auto state = stateFromLink(link.toStdString());
    if (!state)
        return tell(problemOf(state.error(), true), true);
    openState(*state, {});
}

/// What is wrong with a state that came from somewhere; the detail is for whoever made it, in English.
QString Classroom::problemOf(const Error& error, bool link) {
    if (error.code == ErrorCode::Unsupported)
        return tr("A newer version of Vitral made this state; update the program to open it.");
    return link ? tr("This link is damaged or was cut off; copy it again, whole. (%1)")
                      .arg(QString::fromStdString(error.message))
                : tr("This file is no state of the program, or it is damaged. (%1)")
                      .arg(QString::fromStdString(error.message));
}

} // namespace vitral::app
