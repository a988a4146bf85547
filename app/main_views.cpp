// SPDX-License-Identifier: Apache-2.0
// The views beside the text: token colours and alternatives, context gauge, tree, samplers.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "widgets/compare/compare_window.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/inside/intervention_chip.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/context_gauge.h"
#include "widgets/panels/device_panel.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/sampler/sampler_stages_view.h"
#include "widgets/tokens/alternatives_popup.h"
#include "widgets/tokens/token_blocks.h"
#include "widgets/tokens/token_legend.h"
#include "widgets/transcript/transcript_view.h"
#include "widgets/tree/conversation_tree_view.h"

#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vitral::app {
namespace {
constexpr int kRoomForBoth = 1500; ///< window width at which tree and settings stand side by side
}

QWidget* MainWindow::makeDockTitle() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace2, design::kSpace1);
    treeTitle_ = new QLabel(bar);
    treeTitle_->setProperty("role", "value");
    auto* close = new QToolButton(bar);
    close->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    close->setIconSize({design::kIconSmall, design::kIconSmall});
    connect(close, &QToolButton::clicked, treeDock_->toggleViewAction(), &QAction::trigger);
    row->addWidget(treeTitle_, 1);
    row->addWidget(close);
    treeClose_ = close;
    return bar;
}

void MainWindow::makeViews() {
    ChatController& chat = *services_.chat;
    TranscriptView* transcript = chatPanel_->transcript();

    legend_ = new TokenLegend(this);
    legend_->hide();
    chatPanel_->addBelowTranscript(legend_);
    connect(legend_, &TokenLegend::measureChanged, transcript, &TranscriptView::setMeasure);
    const auto average = [this, &chat, transcript] {
        int at = transcript->currentMessage();
        if (at < 0 || at >= chat.count() || chat.message(at).tokens.empty())
            at = chat.count() - 1;
        legend_->setMessage(at >= 0 ? &chat.message(at) : nullptr);
    };
    connect(&chat, &ChatController::busyChanged, legend_, average);
    connect(&chat, &TranscriptSource::reset, legend_, average);
    connect(transcript, &TranscriptView::currentChanged, legend_, average);

    alternatives_ = new AlternativesPopup(this);
    connect(transcript, &TranscriptView::tokenHovered, this, [this, &chat](int message, int token, const QRect& where) {
        if (message < 0 || message >= chat.count() || token < 0 ||
            token >= static_cast<int>(chat.message(message).tokens.size()))
            alternatives_->passBy();
        else
            showAlternatives(chat.message(message), token, where, false);
    });
    connect(transcript, &TranscriptView::tokenClicked, this, [this, &chat](int message, int token, const QRect& where) {
        if (message >= chat.count() || token >= static_cast<int>(chat.message(message).tokens.size()))
            return;
        forkMessage_ = chat.message(message).id;
        forkToken_ = token;
        showAlternatives(chat.message(message), token, where, true);
    });
    connect(alternatives_, &AlternativesPopup::forkAsked, this,
            [this, &chat](const MessageToken& with) { chat.forkAt(forkMessage_, forkToken_, with); });

    auto* edited = new InterventionChip(*services_.inside, this);
    chatPanel_->addBelowTranscript(edited);
    connect(edited, &InterventionChip::showAsked, this, [this] { showView(QStringLiteral("interventions")); });
    connect(services_.inside.get(), &InsideController::compareAsked, this, &MainWindow::showCompare);

    gauge_ = new ContextGauge(this);
    chatPanel_->addBelowTranscript(gauge_);
    const auto context = [this, &chat] {
        gauge_->setContext(chat.context(), chat.nCtx(), chat.busy() ? chat.numbers().nGenerated : 0, chat.numbers());
    };
    connect(&chat, &ChatController::contextChanged, this, context);
    connect(&chat, &ChatController::numbersChanged, this, context);

    tree_ = new ConversationTreeView(this);
    treeDock_ = new QDockWidget(this);
    treeDock_->setObjectName(QStringLiteral("tree"));
    treeDock_->setWidget(tree_);
    tree_->setMinimumWidth(280);
    treeDock_->setTitleBarWidget(makeDockTitle());
    addDockWidget(Qt::RightDockWidgetArea, treeDock_);
    splitDockWidget(treeDock_, rightDock_, Qt::Horizontal);
    treeDock_->hide();
    connect(treeDock_, &QDockWidget::visibilityChanged, this, &MainWindow::updateTree);
    connect(treeDock_->toggleViewAction(), &QAction::triggered, this, [this, gaveWay = false](bool shown) mutable {
        // On a small screen the tree takes the place of the settings, and gives it back.
        if (shown) {
            gaveWay = width() < kRoomForBoth && rightDock_->isVisible();
            if (gaveWay)
                rightDock_->hide();
        } else if (std::exchange(gaveWay, false)) {
            rightDock_->show();
        }
    });
    connect(&chat, &TranscriptSource::reset, this, &MainWindow::updateTree);
    connect(&chat, &TranscriptSource::appended, this, &MainWindow::updateTree);
    connect(&chat, &ChatController::busyChanged, this, &MainWindow::updateTree);
    connect(tree_, &ConversationTreeView::messageActivated, this, [this, &chat](qint64 id) {
        chat.show(id);
        for (int i = 0; i < chat.count(); ++i)
            if (chat.message(i).id == id)
                chatPanel_->transcript()->scrollToMessage(i);
    });

    samplerSection_ = settingsPanel_->addSection(false, Depth::Researcher);
    samplerHint_ = new QLabel(samplerSection_);
    samplerHint_->setProperty("role", "small");
    samplerHint_->setWordWrap(true);
    stages_ = new SamplerStagesView(samplerSection_);
    samplerSection_->body()->addWidget(samplerHint_);
    samplerSection_->body()->addWidget(stages_);
    connect(samplerSection_, &Section::toggled, this, [this, &chat](bool open) {
        chat.setTraceSampler(open);
        updateStages();
    });
    connect(&chat, &ChatController::samplerTraceChanged, this, &MainWindow::updateStages);
    connect(&chat, &TranscriptSource::reset, this, &MainWindow::updateStages);
    connect(&chat, &TranscriptSource::appended, this, &MainWindow::updateStages);
    updateStages();
    makeDevices();
}

void MainWindow::makeDevices() {
    constexpr const char* kKey = "device";
    DeviceOptions& options = device_;
    const QList<QByteArray> kept = services_.settings.bytes(QLatin1String(kKey)).split(' ');
    options.choice = kept.value(0) == "cpu"    ? DeviceChoice::Cpu
                     : kept.value(0) == "cuda" ? DeviceChoice::Cuda
                                               : DeviceChoice::Auto;
    bool isNumber = false;
    const int layers = kept.value(1).toInt(&isNumber);
    options.gpuLayers = isNumber ? std::clamp(layers, -1, 999) : -1;
    applyDevice();
    deviceSection_ = settingsPanel_->addSection(false, Depth::Developer);
    auto* devices = new DevicePanel(*services_.model, services_.scanner, findGpus, options, deviceSection_);
    deviceSection_->body()->addWidget(devices);
    connect(devices, &DevicePanel::changed, this, [this](const DeviceOptions& chosen) {
        const char* name = chosen.choice == DeviceChoice::Cpu    ? "cpu "
                           : chosen.choice == DeviceChoice::Cuda ? "cuda "
                                                                 : "auto ";
        services_.settings.setBytes(QLatin1String(kKey), name + QByteArray::number(qint64(chosen.gpuLayers)));
        device_ = chosen;
        applyDevice();
    });
    connect(devices, &DevicePanel::reloadWanted, this, [this] { services_.model->load(services_.model->path()); });
}

void MainWindow::applyDevice() {
    DeviceOptions options = device_;
    const GenerationSettings generation = services_.settings.generation();
    options.nCtxTokens = generation.nCtx;
    options.kvType = generation.kvType;
    services_.engine->setDevice(options);
}

void MainWindow::showCompare() {
    if (compare_ == nullptr) {
        compare_ = new CompareWindow(
            *services_.chat, *services_.model, services_.scanner, [this] { return knownModels(); }, this);
        compare_->composer()->setText(QString::fromUtf8(services_.settings.bytes(QStringLiteral("compare/draft"))));
    }
    // Beside a lesson's panel, not over it.
    if (const QDockWidget* lesson = classroom_->dock(); lesson != nullptr && lesson->isVisible()) {
        const int left = mapToGlobal(QPoint()).x(), end = lesson->mapToGlobal(QPoint()).x();
        compare_->resize(std::min(compare_->width(), end - left - 2 * design::kSpace2),
                         std::min(compare_->height(), height() - 2 * design::kSpace5));
        compare_->move(left + design::kSpace2, mapToGlobal(QPoint()).y() + design::kSpace5);
    }
    compare_->show();
    compare_->raise();
    compare_->activateWindow();
}

void MainWindow::showAlternatives(const Message& message, int token, const QRect& where, bool keep) {
    // During a lesson it takes neither the keys that walk the steps nor the first click elsewhere.
    alternatives_->setModest(classroom_->player().lesson() != nullptr);
    const std::shared_ptr<const Tokenizer> tokenizer =
        services_.chat->tokenizerOf(message); // null: ids are all it shows
    alternatives_->showToken(message.tokens[static_cast<std::size_t>(token)], tokenizer, where, keep,
                             tokenizer != nullptr && !services_.chat->busy());
}

void MainWindow::updateStages() {
    const ChatController& chat = *services_.chat;
    const std::shared_ptr<const SamplerTrace> trace = chat.samplerTrace();
    stages_->setVisible(trace != nullptr);
    samplerHint_->setVisible(trace == nullptr);
    if (!samplerSection_->isOpen() || !trace)
        return;
    const Message& answer = chat.message(chat.count() - 1); // there is one where there is a trace
    const TokenId chosen = answer.tokens.empty() ? SamplerStagesView::kNone : answer.tokens.back().score.id;
    const std::shared_ptr<const Tokenizer> tokenizer = chat.tokenizerOf(answer);
    stages_->setTrace(
        trace,
        [tokenizer](TokenId id) {
            return tokenizer ? visibleToken(tokenizer->decodeToken(id, true)) : QString::number(id);
        },
        chosen);
}

void MainWindow::updateTree() {
    if (treeDock_ == nullptr || treeDock_->isHidden())
        return;
    const ChatController& chat = *services_.chat;
    std::vector<MessageId> path;
    for (int i = 0; i < chat.count(); ++i)
        path.push_back(chat.message(i).id);
    tree_->setTree(chat.tree().nodes(), std::move(path));
}

void MainWindow::setTokenMode(bool on) {
    chatPanel_->transcript()->setTokenMode(on);
    legend_->setVisible(on);
}

bool MainWindow::showView(const QString& name) {
    if (shell_->showView(name))
        return true;
    const QString first = name.section(QLatin1Char(':'), 0, 0), rest = name.section(QLatin1Char(':'), 1);
    if (first == QLatin1String("chat") && !rest.isEmpty()) {
        showRoom(first);
        return classroom_->chatCommand(rest);
    }
    if (first == QLatin1String("learn") && !rest.isEmpty()) { // the lesson stands beside every room
        room(first)->go(rest);
        return true;
    }
    if (showRoom(first)) {
        if (!rest.isEmpty())
            currentRoom()->go(rest);
        return true;
    }
    showRoom(QStringLiteral("chat"));
    TranscriptView* transcript = chatPanel_->transcript();
    if (first == QLatin1String("token-colours")) {
        if (transcript->tokenMode() == (rest == QLatin1String("off")))
            actions_->tokens->trigger();
    } else if (name == QLatin1String("fork")) {
        if (!transcript->tokenMode())
            actions_->tokens->trigger();
        forkForPicture();
    } else if (name == QLatin1String("tree")) {
        if (treeDock_->isHidden())
            treeDock_->toggleViewAction()->trigger();
        updateTree();
    } else if (name == QLatin1String("samplers")) {
        rightDock_->show();
        settingsPanel_->samplingSection()->setOpen(false);
        samplerSection_->show(); // in every way of working
        samplerSection_->setOpen(false); // what is opened anew comes into view
        samplerSection_->setOpen(true);
    } else if (name == QLatin1String("devices")) {
        rightDock_->show();
        settingsPanel_->samplingSection()->setOpen(false);
        deviceSection_->show();
        deviceSection_->setOpen(false);
        deviceSection_->setOpen(true);
    } else if (name == QLatin1String("compare")) {
        showCompare();
        compare_->answerAgain();
    } else if (name == QLatin1String("settings")) {
        rightDock_->show();
    } else if (name == QLatin1String("nosettings")) {
        rightDock_->hide();
    } else if (name == QLatin1String("inside:off")) {
        showInside(false);
    } else if (first == QLatin1String("inside") || inside_->view(first) != nullptr) {
        showInside(true);
        inside_->showView(first == QLatin1String("inside") ? rest : name);
        if (!services_.inside->recording() && services_.chat->count() > 0) // else the room says what to do
            services_.inside->lookInside();
    } else if (name == QLatin1String("alone")) {
        setInsideAlone(true);
    } else {
        return false;
    }
    return true;
}

// The picture shows the place of the last answer where the model was least sure.
void MainWindow::forkForPicture() {
    const ChatController& chat = *services_.chat;
    const int last = chat.count() - 1;
    if (last < 0 || chat.message(last).tokens.empty())
        return;
    const auto& tokens = chat.message(last).tokens;
    const std::size_t n = std::min<std::size_t>(tokens.size(), 40);
    std::size_t best = 0;
    for (std::size_t i = 1; i < n; ++i)
        if (!tokens[i].bytes.empty() && tokens[i].score.entropy > tokens[best].score.entropy)
            best = i;
    chatPanel_->transcript()->repaint();
    emit chatPanel_->transcript()->tokenClicked(
        last, static_cast<int>(best), chatPanel_->transcript()->globalTokenRect(last, static_cast<int>(best)));
}

} // namespace vitral::app
