// SPDX-License-Identifier: Apache-2.0
// Menus, shortcuts, dialogs and words of the main window.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/conversation_panel.h"
#include "widgets/panels/model_picker.h"
#include "widgets/panels/section.h"
#include "widgets/transcript/transcript_view.h"

#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QToolButton>

namespace vitral::app {

void MainWindow::makeMenus() {
    actions_ = std::make_unique<Actions>();
    Actions& a = *actions_;
    a.file = menuBar()->addMenu(QString());
    a.edit = menuBar()->addMenu(QString());
    a.view = menuBar()->addMenu(QString());
    a.chat = menuBar()->addMenu(QString());
    a.help = menuBar()->addMenu(QString());
    const auto add = [this](QMenu* menu, const char* icon, const QKeySequence& keys, auto call) {
        auto* action = new QAction(this);
        if (icon != nullptr)
            action->setIcon(design::icon(QLatin1String(icon)));
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, call);
        menu->addAction(action);
        addAction(action); // its keys work while presenting hides the menus, too
        return action;
    };
    TranscriptView* transcript = chatPanel_->transcript();
    ChatController& chat = *services_.chat;

    a.newChat = add(a.file, "new-chat", QKeySequence::New, [this] {
        showRoom(QStringLiteral("chat"));
        emit conversations_->newAsked();
    });
    a.file->addSeparator();
    a.chooseModel = add(a.file, "model", Qt::CTRL | Qt::Key_M, [this] { chooseModel(); });
    a.openModelFile = add(a.file, nullptr, QKeySequence::Open, [this] { chooseModelFile(); });
    a.recent = a.file->addMenu(QString());
    connect(a.recent, &QMenu::aboutToShow, this, [this] {
        actions_->recent->clear();
        for (const QString& path : services_.settings.recentModels())
            actions_->recent->addAction(QFileInfo(path).fileName(), this, [this, path] { openModel(path); })
                ->setToolTip(path);
        if (!services_.bundledModel.isEmpty())
            actions_->recent->addAction(tr("The model that came with the program"), this,
                                        [this] { openModel(services_.bundledModel); });
    });
    a.file->addSeparator();
    a.importChat = add(a.file, "import", {}, [this] { importConversation(); });
    a.exportMarkdown = add(a.file, "export", Qt::CTRL | Qt::SHIFT | Qt::Key_S,
                           [this] { exportConversation(ConversationLibrary::Format::Markdown); });
    a.exportJson = add(a.file, nullptr, {}, [this] { exportConversation(ConversationLibrary::Format::Json); });
    a.file->addSeparator();
    a.quit = add(a.file, nullptr, QKeySequence::Quit, [this] { close(); });
    a.quit->setMenuRole(QAction::QuitRole);

    a.copy = add(a.edit, "copy", {}, [transcript] { transcript->copy(); });
    a.selectAll = add(a.edit, nullptr, {}, [transcript] { transcript->selectAll(); });
    a.edit->addSeparator();
    a.find = add(a.edit, "search", QKeySequence::Find, [this] {
        leftDock_->show();
        conversations_->focusSearch();
    });
    a.rename = add(a.edit, "rename", {}, [this] { conversations_->renameCurrent(); });
    a.deleteChat = add(a.edit, "trash", {}, [this] { conversations_->removeCurrent(); });

    makeRoomActions();
    a.leftPanel = leftDock_->toggleViewAction();
    a.leftPanel->setShortcut(Qt::CTRL | Qt::Key_B);
    a.leftPanel->setIcon(design::icon(QStringLiteral("sidebar-left")));
    a.rightPanel = rightDock_->toggleViewAction();
    a.rightPanel->setShortcut(Qt::CTRL | Qt::Key_I);
    a.rightPanel->setIcon(design::icon(QStringLiteral("sidebar-right")));
    a.view->addActions({a.leftPanel, a.rightPanel});
    a.view->addSeparator();
    a.tokens = add(a.view, "tokens", Qt::CTRL | Qt::Key_T, [this] { setTokenMode(actions_->tokens->isChecked()); });
    a.tokens->setCheckable(true);
    a.tree = treeDock_->toggleViewAction();
    a.tree->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_T);
    a.tree->setIcon(design::icon(QStringLiteral("tree")));
    a.view->addAction(a.tree);
    a.compare = a.view->addAction(design::icon(QStringLiteral("compare")), QString(), this, &MainWindow::showCompare);
    a.compare->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_D);
    a.inside = a.view->addAction(design::icon(QStringLiteral("inside")), QString());
    a.inside->setCheckable(true);
    a.inside->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_I);
    connect(a.inside, &QAction::triggered, this, &MainWindow::showInside);
    a.view->addSeparator();
    a.theme = a.view->addMenu(QString());
    auto* themes = new QActionGroup(this);
    const auto themeAction = [this, themes](design::ThemeChoice choice) {
        auto* action = new QAction(themes);
        action->setCheckable(true);
        action->setChecked(theme_.choice() == choice);
        connect(action, &QAction::triggered, this, [this, choice] {
            shell_->preferences().choose(QStringLiteral("theme"),
                                         choice == design::ThemeChoice::Light  ? QStringLiteral("light")
                                         : choice == design::ThemeChoice::Dark ? QStringLiteral("dark")
                                                                               : QStringLiteral("system"));
        });
        actions_->theme->addAction(action);
        return action;
    };
    a.themeSystem = themeAction(design::ThemeChoice::System);
    a.themeLight = themeAction(design::ThemeChoice::Light);
    a.themeDark = themeAction(design::ThemeChoice::Dark);
    a.language = a.view->addMenu(QString());
    auto* languages = new QActionGroup(this);
    const auto languageAction = [this, languages](const QString& code, const QString& name) {
        auto* action = new QAction(name, languages); // a language is called by its own name
        action->setCheckable(true);
        action->setChecked(language_.current() == code);
        connect(action, &QAction::triggered, this,
                [this, code] { shell_->preferences().choose(QStringLiteral("language"), code); });
        actions_->language->addAction(action);
        return action;
    };
    a.english = languageAction(QStringLiteral("en"), QStringLiteral("English"));
    a.portuguese = languageAction(QStringLiteral("pt_BR"), QStringLiteral("Portugu\u00EAs (Brasil)"));
    a.drawing = a.view->addMenu(QString());
    auto* drawings = new QActionGroup(this);
    const auto drawingAction = [this, drawings](RendererChoice choice) {
        auto* action = new QAction(drawings);
        action->setCheckable(true);
        action->setChecked(services_.settings.renderer() == choice);
        connect(action, &QAction::triggered, this, [this, choice] {
            shell_->preferences().choose(QStringLiteral("drawing"),
                                         choice == RendererChoice::Vulkan    ? QStringLiteral("vulkan")
                                         : choice == RendererChoice::Painter ? QStringLiteral("painter")
                                                                             : QStringLiteral("automatic"));
        });
        actions_->drawing->addAction(action);
        return action;
    };
    a.drawAutomatic = drawingAction(RendererChoice::Automatic);
    a.drawVulkan = drawingAction(RendererChoice::Vulkan);
    a.drawPainter = drawingAction(RendererChoice::Painter);
    const auto zoom = [this](double scale) {
        theme_.setFontScale(scale);
        services_.settings.setFontScale(theme_.fontScale());
    };
    a.textSize = a.view->addMenu(QString());
    a.larger = add(a.textSize, nullptr, QKeySequence::ZoomIn, [this, zoom] { zoom(theme_.fontScale() + 0.125); });
    a.larger->setShortcuts({QKeySequence::ZoomIn, Qt::CTRL | Qt::Key_Equal});
    a.smaller = add(a.textSize, nullptr, QKeySequence::ZoomOut, [this, zoom] { zoom(theme_.fontScale() - 0.125); });
    a.usual = add(a.textSize, nullptr, Qt::CTRL | Qt::Key_0, [zoom] { zoom(1.0); });
    a.view->addSeparator();
    a.fullScreen = add(a.view, nullptr, Qt::Key_F11, [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });

    a.stop = add(a.chat, "stop", Qt::CTRL | Qt::Key_Period, [&chat] { chat.stop(); });
    a.regenerate = add(a.chat, "regenerate", Qt::CTRL | Qt::Key_R, [&chat] {
        if (chat.count() > 0)
            chat.regenerate(chat.message(chat.count() - 1).id);
    });
    a.editLast = add(a.chat, "edit", Qt::CTRL | Qt::Key_E, [this] { chatPanel_->editLastQuestion(); });
    a.chat->addSeparator();
    a.nextMessage = add(a.chat, nullptr, Qt::Key_F6, [transcript] { transcript->setFocus(Qt::ShortcutFocusReason); });
    a.focusComposer = add(a.chat, nullptr, Qt::CTRL | Qt::Key_L, [this] { chatPanel_->composer()->focusText(); });

    a.shortcuts = add(a.help, nullptr, Qt::Key_F1, [this] { shortcutsHelp(); });
    a.about = add(a.help, "info", {}, [this] { about(); });
    a.about->setMenuRole(QAction::AboutRole);

    nameActions();

    for (QAction* action : {a.tokens, a.tree, a.compare, a.inside, a.leftPanel, a.rightPanel}) {
        auto* button = new QToolButton(chatPanel_);
        button->setDefaultAction(action);
        button->setIconSize({design::kIcon, design::kIcon});
        if (action == a.leftPanel)
            chatPanel_->headRow()->insertWidget(0, button);
        else
            chatPanel_->headRow()->addWidget(button);
    }
}

void MainWindow::nameActions() {
    Actions& a = *actions_;
    a.named = {
        {"menu.file", a.file->menuAction(), QT_TR_NOOP("&File"), nullptr},
        {"menu.edit", a.edit->menuAction(), QT_TR_NOOP("&Edit"), nullptr},
        {"menu.view", a.view->menuAction(), QT_TR_NOOP("&View"), nullptr},
        {"menu.chat", a.chat->menuAction(), QT_TR_NOOP("&Conversation"), nullptr},
        {"menu.help", a.help->menuAction(), QT_TR_NOOP("&Help"), nullptr},
        {"file.newChat", a.newChat, QT_TR_NOOP("&New conversation"), a.file},
        {"file.chooseModel", a.chooseModel, QT_TR_NOOP("Choose &model\u2026"), a.file},
        {"file.openModelFile", a.openModelFile, QT_TR_NOOP("&Open model file\u2026"), a.file},
        {"file.recent", a.recent->menuAction(), QT_TR_NOOP("&Recent models"), a.file},
        {"file.importChat", a.importChat, QT_TR_NOOP("&Import conversation\u2026"), a.file},
        {"file.exportMarkdown", a.exportMarkdown, QT_TR_NOOP("&Export as Markdown\u2026"), a.file},
        {"file.exportJson", a.exportJson, QT_TR_NOOP("Export as &JSON\u2026"), a.file},
        {"file.quit", a.quit, QT_TR_NOOP("&Quit"), a.file},
        {"edit.copy", a.copy, QT_TR_NOOP("&Copy from the conversation"), a.edit},
        {"edit.selectAll", a.selectAll, QT_TR_NOOP("&Select the whole conversation"), a.edit},
        {"edit.find", a.find, QT_TR_NOOP("&Find in conversations"), a.edit},
        {"edit.rename", a.rename, QT_TR_NOOP("&Rename conversation"), a.edit},
        {"edit.deleteChat", a.deleteChat, QT_TR_NOOP("&Delete conversation"), a.edit},
        {"view.leftPanel", a.leftPanel, QT_TR_NOOP("&Conversations"), a.view},
        {"view.rightPanel", a.rightPanel, QT_TR_NOOP("&Settings"), a.view},
        {"view.tokens", a.tokens, QT_TR_NOOP("To&ken colours"), a.view},
        {"view.theme", a.theme->menuAction(), QT_TR_NOOP("T&heme"), a.view},
        {"theme.themeSystem", a.themeSystem, QT_TR_NOOP("As the &system"), a.theme},
        {"theme.themeLight", a.themeLight, QT_TR_NOOP("&Light"), a.theme},
        {"theme.themeDark", a.themeDark, QT_TR_NOOP("&Dark"), a.theme},
        {"view.drawing", a.drawing->menuAction(), QT_TR_NOOP("Maps are dra&wn by"), a.view},
        {"drawing.drawAutomatic", a.drawAutomatic, QT_TR_NOOP("Whatever is &faster here"), a.drawing},
        {"drawing.drawVulkan", a.drawVulkan, QT_TR_NOOP("&Vulkan"), a.drawing},
        {"drawing.drawPainter", a.drawPainter, QT_TR_NOOP("The &processor"), a.drawing},
        {"view.language", a.language->menuAction(), QT_TR_NOOP("&Language"), a.view},
        {"view.textSize", a.textSize->menuAction(), QT_TR_NOOP("Te&xt size"), a.view},
        {"view.larger", a.larger, QT_TR_NOOP("L&arger text"), a.textSize},
        {"view.smaller", a.smaller, QT_TR_NOOP("S&maller text"), a.textSize},
        {"view.usual", a.usual, QT_TR_NOOP("&Usual text size"), a.textSize},
        {"view.fullScreen", a.fullScreen, QT_TR_NOOP("&Full screen"), a.view},
        {"chat.stop", a.stop, QT_TR_NOOP("&Stop"), a.chat},
        {"chat.regenerate", a.regenerate, QT_TR_NOOP("&Answer again"), a.chat},
        {"chat.editLast", a.editLast, QT_TR_NOOP("&Edit the last question"), a.chat},
        {"chat.nextMessage", a.nextMessage, QT_TR_NOOP("Go to the &messages"), a.chat},
        {"chat.focusComposer", a.focusComposer, QT_TR_NOOP("Go to the &text field"), a.chat},
        {"help.shortcuts", a.shortcuts, QT_TR_NOOP("&Keyboard shortcuts"), a.help},
        {"help.about", a.about, QT_TR_NOOP("&About Vitral"), a.help},
        {"view.compare", a.compare, QT_TR_NOOP("Side by si&de\u2026"), a.view},
        {"view.inside", a.inside, QT_TR_NOOP("Look &inside"), a.view},
        {"view.tree", a.tree, QT_TR_NOOP("T&ree of the conversation"), a.view},
    };
}

void MainWindow::retranslate() {
    Actions& a = *actions_;
    retranslateRooms();
    const QString title = QString::fromStdString(services_.chat->info().title);
    setWindowTitle(title.isEmpty() ? QStringLiteral("Vitral") : QStringLiteral("%1 \u2014 Vitral").arg(title));
    for (const Actions::Named& named : a.named)
        named.action->setText(tr(named.text));
    a.tokens->setToolTip(tr("Show every token and how sure the model was of it (Ctrl+T)"));
    a.leftPanel->setToolTip(tr("Conversations (Ctrl+B)"));
    a.rightPanel->setToolTip(tr("Settings (Ctrl+I)"));
    a.compare->setToolTip(tr("Two models or two settings on one question (Ctrl+Shift+D)"));
    a.inside->setToolTip(tr("Attention and every other number behind the answer (Ctrl+Shift+I)"));
    a.tree->setToolTip(tr("Every version of every message as a tree (Ctrl+Shift+T)"));
    treeDock_->setWindowTitle(tr("Tree of the conversation"));
    treeTitle_->setText(treeDock_->windowTitle());
    treeClose_->setToolTip(tr("Close"));
    treeClose_->setAccessibleName(tr("Close"));
    samplerSection_->setTitle(tr("What the samplers do"));
    deviceSection_->setTitle(tr("Computing"));
    samplerHint_->setText(tr("Leave this open and ask something: the candidates for every token appear here, before "
                             "and after each sampler."));
    leftDock_->setWindowTitle(tr("Conversations"));
    rightDock_->setWindowTitle(tr("Settings"));
    shell_->retranslate();
    classroom_->retranslate();
}

void MainWindow::updateActions() {
    if (!actions_)
        return;
    const ChatController& chat = *services_.chat;
    actions_->stop->setEnabled(chat.busy());
    actions_->regenerate->setEnabled(!chat.busy() && inChat());
    actions_->editLast->setEnabled(!chat.busy() && inChat());
}

ModelPicker::Known MainWindow::knownModels() const {
    ModelPicker::Known known;
    known.bundled = services_.bundledModel;
    known.recent = services_.settings.recentModels();
    known.folders = services_.settings.modelFolders() + QStringList{services_.hub->folder()};
    known.current = services_.model->path();
    return known;
}

void MainWindow::chooseModel() {
    ModelPicker picker(services_.scanner, knownModels(), this);
    connect(&picker, &ModelPicker::folderAdded, this, [this](const QString& folder) {
        QStringList folders = services_.settings.modelFolders();
        folders << folder;
        services_.settings.setModelFolders(folders);
    });
    if (picker.exec() == QDialog::Accepted && !picker.chosen().isEmpty())
        openModel(picker.chosen());
}

void MainWindow::chooseModelFile() {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open a model"), QFileInfo(services_.settings.lastModel()).path(),
                                     tr("Models (*.gguf);;All files (*)"));
    if (!file.isEmpty())
        openModel(file);
}

void MainWindow::importConversation() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Import a conversation"), {},
                                                      tr("Conversations (*.json *.md);;All files (*)"));
    if (!file.isEmpty())
        services_.library->importFrom(file);
}

void MainWindow::exportConversation(ConversationLibrary::Format format) {
    const ConversationInfo& info = services_.chat->info();
    if (info.id == 0)
        return;
    const bool json = format == ConversationLibrary::Format::Json;
    QString name = QString::fromStdString(info.title);
    for (const QChar c : QStringLiteral("/\\:*?\"<>|"))
        name.replace(c, QLatin1Char('-'));
    const QString file = QFileDialog::getSaveFileName(this, tr("Export the conversation"),
                                                      name + (json ? QStringLiteral(".json") : QStringLiteral(".md")),
                                                      json ? tr("JSON (*.json)") : tr("Markdown (*.md)"));
    if (!file.isEmpty())
        services_.library->exportTo(info.id, format, file);
}

void MainWindow::about() {
    QMessageBox box(this);
    box.setWindowTitle(tr("About Vitral"));
    box.setIconPixmap(design::iconPixmap(QStringLiteral("vitral"), Qt::black, 64, devicePixelRatioF()));
    box.setText(QStringLiteral("<h3>Vitral %1</h3>").arg(QStringLiteral(VITRAL_VERSION)));
    box.setInformativeText(tr("A playground for generative models in which every number is real. Everything runs on "
                              "this computer; nothing leaves it unless you ask.\n\n"
                              "Apache License 2.0. Fonts: Inter (SIL OFL 1.1) and JetBrains Mono (Apache 2.0)."));
    box.exec();
}

void MainWindow::shortcutsHelp() {
    const QList<std::pair<QString, QString>> rows = {
        {tr("Send the message"), tr("Enter")},
        {tr("New line"), tr("Shift+Enter")},
        {tr("Stop the answer"), QStringLiteral("Esc, Ctrl+.")},
        {tr("Answer again"), QStringLiteral("Ctrl+R")},
        {tr("Edit the last question"), QStringLiteral("\u2191, Ctrl+E")},
        {tr("Go to the messages"), QStringLiteral("F6")},
        {tr("Go to the lesson"), QStringLiteral("F7")},
        {tr("Previous and next message"), QStringLiteral("\u2191 \u2193")},
        {tr("Previous and next version of a message"), QStringLiteral("\u2190 \u2192")},
        {tr("Edit, answer again, delete the message"), QStringLiteral("F2, R, Del")},
        {tr("Go to a room"), QStringLiteral("Ctrl+1, Ctrl+2, \u2026")},
        {tr("Show tokens"), QStringLiteral("Ctrl+T")},
        {tr("Walk the tokens, fork at one"), QStringLiteral("\u2190 \u2192, Enter")},
        {tr("Look inside"), QStringLiteral("Ctrl+Shift+I")},
        {tr("Choose a model"), QStringLiteral("Ctrl+M")},
        {tr("Find in conversations"), QStringLiteral("Ctrl+F")},
        {tr("Text size"), QStringLiteral("Ctrl++, Ctrl+\u2212, Ctrl+0")},
    };
    QString html = QStringLiteral("<table cellspacing='0' cellpadding='4'>");
    for (const auto& [what, keys] : rows)
        html += QStringLiteral("<tr><td>%1</td><td>&nbsp;&nbsp;&nbsp;%2</td></tr>")
                    .arg(what.toHtmlEscaped(), keys.toHtmlEscaped());
    QMessageBox box(this);
    box.setWindowTitle(tr("Keyboard shortcuts"));
    box.setTextFormat(Qt::RichText);
    box.setText(html + QStringLiteral("</table>"));
    box.exec();
}

} // namespace vitral::app
