// SPDX-License-Identifier: Apache-2.0
#include "app/main_window.h"

#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "widgets/compare/compare_window.h"
#include "widgets/design/enter_key.h"
#include "widgets/design/fit_screen.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/inside_window.h"
#include "widgets/inside/value_text.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/conversation_panel.h"
#include "widgets/panels/model_chip.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/panels/welcome.h"
#include "widgets/room.h"
#include "widgets/shell/presenter.h"
#include "widgets/transcript/transcript_view.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QLabel>
#include <QLocale>
#include <QMimeData>
#include <QStatusBar>
#include <QToolBar>

namespace vitral::app {
namespace {

constexpr int kLeftWidth = 264;
constexpr int kRightWidth = 304;

/// A picture, which may carry the recipe of its run.
QString droppedPicture(const QMimeData* mime) {
    for (const QUrl& url : mime->urls())
        if (url.isLocalFile() && url.toLocalFile().endsWith(QLatin1String(".png"), Qt::CaseInsensitive))
            return url.toLocalFile();
    return {};
}

/// A model, or a recorded run.
QString droppedFile(const QMimeData* mime) {
    for (const QUrl& url : mime->urls())
        for (const char* ending : {".gguf", ".safetensors"})
            if (url.isLocalFile() && url.toLocalFile().endsWith(QLatin1String(ending), Qt::CaseInsensitive))
                return url.toLocalFile();
    return {};
}

QDockWidget* makeDock(QMainWindow* window, const QString& name, QWidget* content, int width) {
    auto* dock = new QDockWidget(window);
    dock->setObjectName(name); // saveState needs it
    dock->setTitleBarWidget(new QWidget(dock));
    dock->setFeatures(QDockWidget::DockWidgetClosable);
    content->setMinimumWidth(width - 44);
    dock->setWidget(content);
    return dock;
}

} // namespace

MainWindow::MainWindow(Services& services, design::Theme& theme, Language& language)
    : services_(services), theme_(theme), language_(language) {
    setWindowIcon(design::applicationIcon());
    setAcceptDrops(true);
    setMinimumSize(800, 440); // 1280 x 720 at 150 %, less the system's bars
    qApp->installEventFilter(new design::EnterKey(this));
    setAnimated(false); // while they slide, docks leave lines behind
    chatPanel_ = new ChatPanel(*services_.chat, *services_.model, this);
    classroom_ = std::make_unique<Classroom>(*this);
    makeInside();
    makeDocks();
    modelChip_ = new ModelChip(*services_.model, chatPanel_);
    chatPanel_->headRow()->addWidget(modelChip_);
    statusModel_ = new QLabel(this);
    statusRun_ = new QLabel(this);
    statusBar()->addWidget(statusModel_);
    statusBar()->addPermanentWidget(statusRun_);
    statusBar()->setSizeGripEnabled(false);
    makeViews();
    makeMenus();
    classroom_->makePanel();
    classroom_->makeMenus();
    shell_ = std::make_unique<Shell>(*this);
    shell_->makeMenus();
    connectAll();
    retranslate();
    restoreWindow();
    if (inChat())
        chatPanel_->composer()->focusText();
}

MainWindow::~MainWindow() {
    shell_.reset();
    // The base class closes and hides what is left, and docks tell of it: nobody must listen any more.
    treeDock_->disconnect(this);
    hide();
}

void MainWindow::makeDocks() {
    conversations_ = new ConversationPanel(*services_.library, this);
    leftDock_ = makeDock(this, QStringLiteral("conversations"), conversations_, kLeftWidth);
    addDockWidget(Qt::LeftDockWidgetArea, leftDock_);
    Settings& settings = services_.settings;
    PresetStore presets{[&settings] { return settings.presets(); },
                        [&settings](const QString& name) { return settings.preset(name); },
                        [&settings](const QString& name, const GenerationSettings& s) { settings.savePreset(name, s); },
                        [&settings](const QString& name) { settings.removePreset(name); }};
    settingsPanel_ = new SettingsPanel(*services_.model, std::move(presets), this);
    rightDock_ = makeDock(this, QStringLiteral("settings"), settingsPanel_, kRightWidth);
    addDockWidget(Qt::RightDockWidgetArea, rightDock_);
    resizeDocks({leftDock_, rightDock_}, {kLeftWidth, kRightWidth}, Qt::Horizontal);
}

void MainWindow::connectAll() {
    ChatController& chat = *services_.chat;
    settingsPanel_->setSettings(services_.settings.generation());
    chat.setSettings(settingsPanel_->settings());
    connect(settingsPanel_, &SettingsPanel::changed, this, &MainWindow::useSettings);
    connect(conversations_, &ConversationPanel::newAsked, this, [this, &chat] {
        chat.startNew(true);
        chatPanel_->composer()->focusText();
    });
    connect(conversations_, &ConversationPanel::opened, &chat, [&chat](ConversationId id) { chat.open(id); });
    connect(conversations_, &ConversationPanel::importAsked, this, &MainWindow::importConversation);
    connect(conversations_, &ConversationPanel::exportAsked, this, [this](ConversationId, bool json) {
        exportConversation(json ? ConversationLibrary::Format::Json : ConversationLibrary::Format::Markdown);
    });
    connect(&chat, &ChatController::conversationChanged, this, [this, &chat] {
        conversations_->setCurrent(chat.info().id);
        if (chat.info().id != 0) { // every conversation has its own system prompt
            GenerationSettings s = settingsPanel_->settings();
            s.systemPrompt = QString::fromStdString(chat.info().systemPrompt);
            settingsPanel_->setSettings(s);
            chat.setSettings(s);
        }
        retranslate();
    });
    connect(&chat, &ChatController::stored, services_.library.get(), &ConversationLibrary::refresh);
    connect(&chat, &ChatController::busyChanged, this, &MainWindow::updateActions);
    connect(&chat, &ChatController::busyChanged, this, &MainWindow::updateNumbers);
    connect(&chat, &ChatController::numbersChanged, this, &MainWindow::updateNumbers);
    connect(services_.library.get(), &ConversationLibrary::removed, this,
            [this, &chat](ConversationId id, const QString&) {
                if (id != chat.info().id)
                    return;
                removedWhileOpen_ = id;
                chat.startNew(true);
            });
    connect(services_.library.get(), &ConversationLibrary::restored, this, [this, &chat](ConversationId id) {
        // What was open when it was deleted is open again, unless something else was begun since.
        if (std::exchange(removedWhileOpen_, 0) == id && chat.info().id == 0 && chat.count() == 0 &&
            chatPanel_->composer()->text().isEmpty())
            chat.open(id);
    });
    connect(services_.library.get(), &ConversationLibrary::imported, &chat,
            [&chat](ConversationId id) { chat.open(id); });
    connect(services_.library.get(), &ConversationLibrary::changedByOther, &chat, &ChatController::refreshFromStore);
    connect(services_.library.get(), &ConversationLibrary::exported, this,
            [this](const QString& file) { statusBar()->showMessage(tr("Exported to %1").arg(file), 6000); });
    connect(services_.model.get(), &ModelSession::changed, this, &MainWindow::updateModel);
    connect(services_.model.get(), &ModelSession::loaded, this, [this](const QString& path) {
        if (path != services_.bundledModel)
            services_.settings.addRecentModel(path);
    });
    connect(modelChip_, &ModelChip::pickerAsked, this, &MainWindow::chooseModel);
    connect(chatPanel_, &ChatPanel::modelPickerAsked, this, &MainWindow::chooseModel);
    updateModel();
    updateActions();
}

void MainWindow::useSettings(const GenerationSettings& settings) {
    services_.chat->setSettings(settings);
    services_.settings.setGeneration(settings);
    applyDevice();
}

void MainWindow::openFirstModel(const QString& wanted) {
    QString path = wanted;
    if (path.isEmpty() && QFileInfo::exists(services_.settings.lastModel()))
        path = services_.settings.lastModel();
    if (path.isEmpty())
        path = services_.bundledModel;
    if (!path.isEmpty())
        openModel(path);
}

void MainWindow::openModel(const QString& path, bool evenIfTooLarge) {
    services_.model->load(QFileInfo(path).absoluteFilePath(), evenIfTooLarge);
}

/// Why the last model was not loaded, and what to do. `more` is said after it.
void MainWindow::tellModelProblem(const QString& more) {
    const ModelSession& m = *services_.model;
    std::vector<NoticeBar::Action> actions;
    if (m.tooLarge() && m.tooLarge()->nCtxFits > 0) {
        const std::int64_t nCtx = m.tooLarge()->nCtxFits;
        actions.push_back({tr("Use a context of %1 tokens").arg(QLocale().toString(qlonglong(nCtx))),
                           [this, nCtx, path = m.loadingPath()] {
                               GenerationSettings s = settingsPanel_->settings();
                               s.nCtx = static_cast<std::int32_t>(nCtx);
                               settingsPanel_->setSettings(s);
                               useSettings(s);
                               openModel(path);
                           }});
    }
    actions.push_back({tr("Choose a model"), [this] { chooseModel(); }});
    if (m.tooLarge())
        actions.push_back({tr("Load it anyway"), [this, path = m.loadingPath()] { openModel(path, true); }});
    chatPanel_->notice()->tell(NoticeBar::Kind::Problem,
                               more.isEmpty() ? m.error() : m.error() + QLatin1Char(' ') + more, std::move(actions));
}

void MainWindow::updateModel() {
    const ModelSession& m = *services_.model;
    const QLocale locale;
    if (m.state() == ModelSession::State::Failed && !services_.bundledModel.isEmpty() &&
        m.loadingPath() != services_.bundledModel) {
        // Somebody came to chat: the small model answers until another one is chosen.
        tellModelProblem(tr("The bundled model answers instead."));
        openModel(services_.bundledModel);
        return;
    }
    if (m.state() == ModelSession::State::Failed || (m.state() == ModelSession::State::Ready && !m.error().isEmpty()))
        tellModelProblem();
    chatPanel_->welcome()->setModel(m.displayName(), m.model() && m.path() == services_.bundledModel);
    if (m.model()) {
        const ModelConfig& c = m.model()->config();
        statusModel_->setText(QStringLiteral("%1  \u00B7  %2  \u00B7  %3")
                                  .arg(QString::fromStdString(c.architecture), QString::fromStdString(c.quantisation),
                                       sizeText(static_cast<double>(c.weightBytes))));
    } else {
        statusModel_->setText(m.state() == ModelSession::State::Loading ? tr("Loading the model\u2026")
                                                                        : tr("No model loaded"));
    }
    updateActions();
}

void MainWindow::updateNumbers() {
    const ChatController& chat = *services_.chat;
    const RunNumbers& n = chat.numbers();
    const QLocale locale;
    QStringList parts;
    if (chat.busy() && chat.prefilling()) {
        parts
            << (n.prefillTotal > 0
                    ? tr("reading %1 of %2 tokens").arg(locale.toString(n.prefillDone), locale.toString(n.prefillTotal))
                    : tr("reading the conversation"));
    } else if (n.nGenerated > 0) {
        if (n.nCached > 0)
            parts << (n.savedSeconds >= 0.05
                          ? tr("%1 tokens from the cache, %2 s saved")
                                .arg(locale.toString(n.nCached), locale.toString(n.savedSeconds, 'f', 1))
                          : tr("%1 tokens from the cache").arg(locale.toString(n.nCached)));
        if (n.prefillTokensPerSecond > 0)
            parts << tr("reading %1 tokens/s").arg(locale.toString(n.prefillTokensPerSecond, 'f', 0));
        if (n.decodeTokensPerSecond > 0)
            parts << tr("writing %1 tokens/s").arg(locale.toString(n.decodeTokensPerSecond, 'f', 1));
        if (n.seed != 0)
            parts << tr("seed %1").arg(n.seed);
    }
    statusRun_->setText(parts.join(QStringLiteral("  \u00B7  ")));
}

void MainWindow::restoreWindow() {
    const Settings& s = services_.settings;
    resize(design::fitScreen(*this, {1280, 800})); // with its frame: a status bar below the screen says nothing
    restoreGeometry(s.bytes(QStringLiteral("window/geometry")));
    restoreState(s.bytes(QStringLiteral("window/state")));
    roomBar_->show();
    services_.chat->setUnsent(QString::fromUtf8(s.bytes(QStringLiteral("chat/draft"))));
    showRoom(QString::fromUtf8(s.bytes(QStringLiteral("window/room"))));
}

void MainWindow::keepSettings() {
    services_.settings.setBytes(QStringLiteral("window/geometry"), saveGeometry());
    services_.settings.setBytes(QStringLiteral("window/state"), inChat() ? saveState() : chatState_);
    services_.settings.setBytes(QStringLiteral("chat/draft"), services_.chat->unsent().toUtf8());
    if (compare_ != nullptr)
        services_.settings.setBytes(QStringLiteral("compare/draft"), compare_->composer()->text().toUtf8());
    services_.settings.setBytes(QStringLiteral("inside"),
                                QJsonDocument(inside_->saveState()).toJson(QJsonDocument::Compact));
    saveRooms();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    shell_->presenter()->setOn(false); // panels and type are remembered as they were before
    // Nothing waits: the engine is told to stop, what is queued for the store is written when it is taken down.
    if (const QString text = chatPanel_->unsent(); text != chatPanel_->composer()->text())
        services_.chat->saveDraft(text);
    services_.chat->close();
    keepSettings();
    shell_->endSession();
    event->accept();
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        updateModel();
        updateNumbers();
    }
}

QStringList MainWindow::roomFile(const QMimeData* mime) const {
    QStringList files;
    for (const QUrl& url : mime->urls())
        if (url.isLocalFile() && currentRoom()->takesFile(url.toLocalFile()))
            files << url.toLocalFile();
    return files;
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!roomFile(event->mimeData()).isEmpty() || !droppedFile(event->mimeData()).isEmpty() ||
        !droppedPicture(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    if (const QStringList files = roomFile(event->mimeData()); !files.isEmpty()) {
        for (const QString& file : files)
            currentRoom()->openFile(file);
        return;
    }
    if (const QString picture = droppedPicture(event->mimeData());
        !picture.isEmpty() && showRoom(QStringLiteral("denoise"))) {
        currentRoom()->openFile(picture);
        return;
    }
    const QString file = droppedFile(event->mimeData());
    if (file.endsWith(QLatin1String(".safetensors"), Qt::CaseInsensitive))
        openRun(file);
    else if (!file.isEmpty())
        openModel(file);
}

} // namespace vitral::app
