// SPDX-License-Identifier: Apache-2.0
#include "app/classroom.h"

#include "app/main_actions.h"
#include "app/shell.h"
#include "app/view_picture.h"
#include "core/lesson/commands.h"
#include "core/runtime/bundled_model.h"
#include "widgets/compare/compare_window.h"
#include "widgets/design/icons.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/lesson/glossary_tips.h"
#include "widgets/lesson/glossary_window.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_room.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/context_gauge.h"
#include "widgets/panels/model_chip.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/tokenroom/token_room.h"
#include "widgets/tokenroom/token_view.h"
#include "widgets/tokens/alternatives_popup.h"
#include "widgets/tokens/token_legend.h"
#include "widgets/transcript/transcript_view.h"
#include "widgets/tree/conversation_tree_view.h"

#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QToolBar>

namespace vitral::app {
namespace {

constexpr int kStepMs = 60;          ///< between two looks whether a command is done
constexpr int kDeadlineMs = 180'000; ///< then the next one is carried out all the same
constexpr int kRoomForPanels = 1700; ///< window width at which the side panels stay beside a lesson
constexpr int kRoomForChat = 1200;   ///< window width at which the chat stays beside its inside and a lesson
constexpr int kPanelWidth = 360;
constexpr std::uint64_t kLessonSeed = 7;

QString q(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

} // namespace

Classroom::Classroom(MainWindow& window)
    : window_(window), services_(window.services_),
      player_(std::make_unique<LessonPlayer>(*this, services_.helper,
                                             services_.settings.dataDir() + QStringLiteral("/lessons"))) {
    timer_.setInterval(kStepMs);
    connect(&timer_, &QTimer::timeout, this, &Classroom::nextCommand);
    tips_ = new GlossaryTips(this);
    connect(player_.get(), &LessonPlayer::courseChanged, this, [this] {
        tips_->setGlossary(player_->course(), player_->language());
        if (glossary_)
            glossary_->setGlossary(player_->course(), player_->language());
    });
    connect(player_.get(), &LessonPlayer::lessonChanged, this, &Classroom::lessonOpened);
    followLanguage();
    if (const auto program = executableFolder())
        if (const auto course = findBundledCourse(*program))
            player_->openCourse(QString::fromStdU16String(course->u16string()));
}

Classroom::~Classroom() {
    player_->disconnect(this);
}

void Classroom::followLanguage() {
    player_->setLanguage(window_.language_.current().startsWith(QLatin1String("pt")) ? QStringLiteral("pt_BR")
                                                                                     : QStringLiteral("en"));
}

Room* Classroom::makeRoom(QWidget* parent) {
    room_ = new LessonRoom(*player_, parent);
    room_->setBundledFolder(player_->courseFolder()); // nothing else was opened yet
    connect(room_, &LessonRoom::openFolderAsked, this, &Classroom::openCourseDialog);
    connect(room_, &LessonRoom::openWorkAsked, this, &Classroom::openWorkDialog);
    return room_;
}

void Classroom::makePanel() {
    panel_ = new LessonPanel(*player_, *this, &window_, &window_);
    dock_ = new QDockWidget(&window_);
    dock_->setObjectName(QStringLiteral("lesson")); // saveState needs it
    dock_->setTitleBarWidget(new QWidget(dock_));
    dock_->setFeatures(QDockWidget::DockWidgetClosable);
    dock_->setWidget(panel_);
    window_.addDockWidget(Qt::RightDockWidgetArea, dock_);
    dock_->hide();
    connect(panel_, &LessonPanel::closeAsked, player_.get(), &LessonPlayer::close);
    connect(panel_, &LessonPanel::finishAsked, this, [this] {
        player_->close();
        window_.showRoom(room_->name()); // what comes next is chosen there, not in an empty conversation
    });
    connect(panel_, &LessonPanel::stateAsked, this, [this](const QByteArray& json) {
        auto state = stateFromJson(json.toStdString());
        if (!state)
            return panel_->notice()->tell(NoticeBar::Kind::Problem, q(state.error().message));
        restore(*state, {}, true); // the work stays beside it
    });
    connect(panel_, &LessonPanel::exportAsked, this, &Classroom::exportLesson);
    nameElements();
}

void Classroom::lessonOpened() {
    if (dock_ == nullptr)
        return;
    const bool open = player_->lesson() != nullptr;
    if (open && dock_->isHidden()) {
        const bool tight = window_.width() < kRoomForPanels;
        tookLeft_ = tight && !window_.leftDock_->isHidden();
        tookRight_ = tight && !window_.rightDock_->isHidden();
        if (tookLeft_)
            window_.leftDock_->hide();
        if (tookRight_)
            window_.rightDock_->hide();
        if (tight)
            window_.chatDocks_.clear(); // they stay away when the conversation is shown again
        dock_->show();
        window_.resizeDocks({dock_}, {kPanelWidth}, Qt::Horizontal);
        panel_->takeFocus(); // it was asked for: its keys work at once
    } else if (!open && !dock_->isHidden()) {
        dock_->hide();
        if (std::exchange(tookChat_, false))
            window_.setInsideAlone(false);
        endLesson();
        if (window_.inChat()) {
            if (std::exchange(tookLeft_, false))
                window_.leftDock_->show();
            if (std::exchange(tookRight_, false))
                window_.rightDock_->show();
        }
        window_.shell().showDepth(); // what a step showed for its own sake
        if (room_ && window_.currentRoom() == room_)
            room_->activated();
    }
    if (Room* tokens = window_.room(QStringLiteral("tokens")))
        tokens->setProperty("taught", open); // texts come and go without a notice
    nextStop_->setEnabled(open);
    previousStop_->setEnabled(open);
    toLesson_->setEnabled(open);
}

// Commands.

void Classroom::carryOut(const QStringList& commands, const QString& folder, const QStringList& recorded,
                         std::function<void(const QString&)> done) {
    // Numbers of a lesson are those of the settings a program begins with, whatever a person or the step before set.
    if (player_->lesson() != nullptr && std::any_of(commands.begin(), commands.end(), [](const QString& c) {
            return c.startsWith(QLatin1String("chat:"));
        }))
        setGeneration([](GenerationSettings& s) { s = GenerationSettings(); });
    if (player_->lesson() != nullptr && !commands.isEmpty()) // without any, something is waited for
        beginStep(commands);
    waiting_ = commands;
    folder_ = folder;
    recorded_ = recorded;
    wantedPictures_.clear();
    problem_.clear();
    done_ = std::move(done);
    running_ = true;
    waitedMs_ = 0;
    timer_.start();
}

bool Classroom::roomsBusy() const {
    const ModelSession& model = *services_.model;
    const InsideController& inside = *services_.inside;
    return model.state() == ModelSession::State::Loading || importing_ || services_.chat->busy() ||
           services_.chat->opening() || !inside.busyText().isEmpty() || !services_.inside->pool().idle() ||
           (window_.currentRoom() != room_ && window_.currentRoom()->busy());
}

bool Classroom::busy() const {
    return running_ || player_->reading();
}

void Classroom::nextCommand() {
    waitedMs_ += kStepMs;
    if (roomsBusy() && waitedMs_ < kDeadlineMs)
        return;
    waitedMs_ = 0;
    if (dock_ != nullptr && !dock_->isHidden() && !window_.inside_->isHidden()) {
        // Three side by side would be too narrow to read, and beside a recorded run the conversation is empty.
        const bool take = window_.width() < kRoomForChat || recordedAlone_ || services_.chat->count() == 0;
        if (take != tookChat_ && (take || !waiting_.isEmpty()))
            window_.setInsideAlone(tookChat_ = take);
    }
    if (const QString missing = missingModel(); !missing.isEmpty()) {
        // What was recorded takes its place, and the window says so.
        problem_ = recorded_.isEmpty() ? missing : tr("%1 What was recorded is shown instead.").arg(missing);
        waiting_ = std::exchange(recorded_, {});
        wantedPictures_.clear();
    }
    if (!waiting_.isEmpty()) {
        const QString command = waiting_.takeFirst();
        const QString problem = runCommand(command);
        if (!problem.isEmpty() && problem_.isEmpty())
            problem_ = problem;
        return;
    }
    timer_.stop();
    running_ = false;
    lastProblem_ = problem_;
    if (done_)
        std::exchange(done_, {})(problem_);
}

/// Whether what comes next, or what was loaded for it, needs a model that is not there; empty: it does not.
QString Classroom::missingModel() const {
    const DenoiseController& denoise = *services_.denoise;
    if (!wantedPictures_.isEmpty() && (denoise.modelState() != DenoiseController::ModelState::Ready ||
                                       QFileInfo(denoise.modelPath()).dir().dirName() != wantedPictures_))
        return tr("The model %1 cannot run here.").arg(wantedPictures_);
    if (waiting_.isEmpty() || services_.model->model())
        return {};
    const QString& next = waiting_.front();
    const bool asks = next.startsWith(QLatin1String("chat:ask=")) || next.startsWith(QLatin1String("chat:say="));
    const bool cuts = next.startsWith(QLatin1String("tokens:")) && !next.startsWith(QLatin1String("tokens:open=")) &&
                      services_.bundledModel.isEmpty() && services_.tokens->tokenizers().empty();
    return asks || cuts ? tr("No language model is loaded here; Ctrl+M chooses one.") : QString();
}

void Classroom::openConversation(const QString& path) {
    importing_ = true;
    const auto over = [this](bool failed, const QString& sentence) {
        if (!std::exchange(importing_, false))
            return;
        if (failed && problem_.isEmpty())
            problem_ = sentence;
    };
    auto* once = new QObject(this);
    connect(services_.library.get(), &ConversationLibrary::imported, once, [once, over] {
        once->deleteLater();
        over(false, {});
    });
    connect(services_.library.get(), &ConversationLibrary::problem, once, [once, over](const QString& sentence) {
        once->deleteLater();
        over(true, sentence);
    });
    window_.showRoom(QStringLiteral("chat"));
    services_.library->importFrom(path);
}

QString Classroom::runCommand(const QString& command) {
    const auto known = findCommand(command.toStdString());
    if (!known)
        return tr("This version does not know the command \u201C%1\u201D.").arg(command.left(80));
    if (command.startsWith(QLatin1String("denoise:model:")))
        wantedPictures_ = command.section(QLatin1Char(':'), 2);
    if (known->file.empty()) {
        const bool understood = window_.showView(command);
        return understood ? QString()
                          : tr("The command \u201C%1\u201D could not be carried out.").arg(command.left(80));
    }
    const auto path = lessonFile(std::filesystem::path(folder_.toStdU16String()), known->file, kMaxLessonRunBytes);
    if (!path)
        return q(path.error().message);
    const QString file = QString::fromStdU16String(path->u16string());
    if (command.startsWith(QLatin1String("inside:open=")))
        window_.openRun(file);
    else if (command.startsWith(QLatin1String("chat:open=")))
        openConversation(file);
    else
        window_.showView(command.left(command.size() - qsizetype(QString::fromStdString(known->file).size())) + file);
    return {};
}

void Classroom::setGeneration(const std::function<void(GenerationSettings&)>& change) {
    GenerationSettings settings = window_.settingsPanel_->settings();
    if (!before_ && player_->lesson() != nullptr)
        before_ = settings;
    change(settings);
    window_.settingsPanel_->setSettings(settings);
    services_.chat->setSettings(settings);
}

bool Classroom::chatCommand(const QString& argument) {
    const QString key = argument.section(QLatin1Char('='), 0, 0), value = argument.section(QLatin1Char('='), 1);
    ChatController& chat = *services_.chat;
    if (argument == QLatin1String("new")) {
        chat.startNew();
    } else if (key == QLatin1String("write")) {
        window_.chatPanel_->composer()->setText(value);
    } else if (key == QLatin1String("ask")) {
        chat.startNew();
        setGeneration([](GenerationSettings& s) {
            s.sampler.temperature = 0;
            if (s.sampler.seed == SamplerParams().seed)
                s.sampler.seed = kLessonSeed;
        });
        chat.send(value);
    } else if (key == QLatin1String("say")) {
        chat.send(value);
    } else if (key == QLatin1String("system")) {
        setGeneration([&](GenerationSettings& s) { s.systemPrompt = value; });
    } else if (key == QLatin1String("temperature")) {
        setGeneration([&](GenerationSettings& s) { s.sampler.temperature = value.toFloat(); });
    } else if (key == QLatin1String("top-k")) {
        setGeneration([&](GenerationSettings& s) { s.sampler.topK = value.toInt(); });
    } else if (key == QLatin1String("top-p")) {
        setGeneration([&](GenerationSettings& s) { s.sampler.topP = value.toFloat(); });
    } else if (key == QLatin1String("min-p")) {
        setGeneration([&](GenerationSettings& s) { s.sampler.minP = value.toFloat(); });
    } else if (key == QLatin1String("seed")) {
        setGeneration([&](GenerationSettings& s) { s.sampler.seed = value.toULongLong(); });
    } else if (key == QLatin1String("tokens")) {
        setGeneration([&](GenerationSettings& s) { s.maxTokens = value.toInt() > 0 ? value.toInt() : -1; });
    } else if (key == QLatin1String("model")) {
        const QFileInfo current(services_.model->path());
        if (current.path().section(QLatin1Char('/'), -1) == value && services_.model->model())
            return true;
        const QFileInfo bundled(services_.bundledModel);
        if (bundled.path().section(QLatin1Char('/'), -1) == value)
            window_.openModel(services_.bundledModel);
        else
            window_.openFirstModel({});
    } else {
        return false;
    }
    return true;
}

// Elements and state.

void Classroom::nameElements() {
    MainWindow& w = window_;
    const auto name = [](QWidget* widget, const char* words) { widget->setObjectName(QLatin1String(words)); };
    name(w.chatPanel_->transcript(), "chat.transcript");
    name(w.chatPanel_->composer(), "chat.composer");
    name(w.modelChip_, "chat.model");
    name(w.legend_, "chat.legend");
    name(w.gauge_, "chat.context");
    name(w.alternatives_, "chat.alternatives");
    name(w.tree_, "chat.tree");
    name(w.settingsPanel_, "chat.settings");
    name(w.settingsPanel_->samplingSection(), "chat.sampling");
    name(w.samplerSection_, "chat.samplers");
}

QWidget* Classroom::element(const QString& name) const {
    QWidget* found = name == QLatin1String("rooms") ? window_.roomBar_ : window_.findChild<QWidget*>(name);
    if (found == window_.gauge_ && player_->lesson() != nullptr && window_.inChat())
        window_.gauge_->setOffered(true); // a step may point at it in every way of working
    if (found == window_.samplerSection_ && player_->lesson() != nullptr)
        window_.samplerSection_->show();
    return found != nullptr && found->isVisible() ? found : nullptr;
}

void Classroom::hideElements(const QStringList& names) {
    for (const QPointer<QWidget>& widget : std::exchange(hidden_, {}))
        if (widget)
            widget->show();
    for (const QString& name : names)
        if (QWidget* widget = name == QLatin1String("rooms") ? window_.roomBar_ : window_.findChild<QWidget*>(name);
            widget != nullptr && !widget->isHidden()) {
            widget->hide();
            hidden_ << widget;
            for (QLabel* label : window_.findChildren<QLabel*>()) // its name without it says nothing
                if (label->buddy() == widget && !label->isHidden()) {
                    label->hide();
                    hidden_ << label;
                }
        }
}

QString Classroom::state(const QString& name) const {
    const QString room = window_.currentRoom()->name();
    const Selection& selection = services_.inside->selection().current();
    const DenoiseController& denoise = *services_.denoise;
    const ChatController& chat = *services_.chat;
    const bool draws = room == QLatin1String("denoise");
    if (name == QLatin1String("room"))
        return room;
    if (name == QLatin1String("view")) {
        if (room == QLatin1String("chat"))
            return window_.inside_->isHidden() ? QStringLiteral("chat") : window_.inside_->currentView()->name();
        const QJsonObject kept = window_.currentRoom()->saveState();
        return kept[draws ? QStringLiteral("page") : QStringLiteral("view")].toString();
    }
    if (name == QLatin1String("layer"))
        return QString::number(selection.layer);
    if (name == QLatin1String("head"))
        return QString::number(selection.head);
    if (name == QLatin1String("position"))
        return QString::number(selection.position);
    if (name == QLatin1String("key"))
        return QString::number(selection.key);
    if (name == QLatin1String("moment"))
        return QString::number(denoise.moment());
    if (name == QLatin1String("prompt"))
        return draws ? q(denoise.settings().prompt) : window_.chatPanel_->composer()->text();
    if (name == QLatin1String("text"))
        return q(services_.tokens->text());
    if (name == QLatin1String("seed"))
        return QString::number(draws ? denoise.settings().seed : window_.settingsPanel_->settings().sampler.seed);
    if (name == QLatin1String("steps"))
        return QString::number(denoise.settings().steps);
    if (name == QLatin1String("guidance"))
        return QString::number(denoise.settings().guidance);
    if (name == QLatin1String("temperature"))
        return QString::number(double(window_.settingsPanel_->settings().sampler.temperature));
    if (name == QLatin1String("run"))
        return QFileInfo(services_.inside->fileName()).fileName();
    if (name == QLatin1String("messages"))
        return QString::number(chat.count());
    if (name == QLatin1String("answer"))
        return chat.count() > 0 ? q(chat.message(chat.count() - 1).text) : QString();
    return {};
}

QImage Classroom::picture() const {
    return viewPicture(window_.centralWidget());
}

} // namespace vitral::app
