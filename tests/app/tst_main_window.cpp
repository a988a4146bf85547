// SPDX-License-Identifier: Apache-2.0
// The window as a whole: two languages without restart, no shortcut twice, no action without words, views that open.

#include "app/main_window.h"
#include "core/hub/models_folder.h"
#include "tests/support/program.h"
#include "tests/support/result_test.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/transcript/transcript_view.h"

#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

class TestMainWindow : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { theme_ = std::make_unique<design::Theme>(*qApp); }
    void init() { program_ = std::make_unique<Program>(*theme_); }
    void cleanup() { program_.reset(); }

    // vitral-cli reads it, too.
    void theFolderForDownloadsIsKeptWhereBothFindIt() {
        QTemporaryDir data, a, b;
        Settings settings(data.path());
        QCOMPARE(settings.downloadFolder(), QString());
        settings.setDownloadFolder(a.path());
        settings.setDownloadFolder(b.path());
        QCOMPARE(settings.downloadFolder(), b.path());
        const auto folders = hub::modelsFolders(data.path().toStdString());
        QCOMPARE(folders.size(), std::size_t(3)); // the newest first, the usual one last
        QCOMPARE(QString::fromStdString(folders[0].string()), b.path());
        QCOMPARE(QString::fromStdString(folders[1].string()), a.path());
        QCOMPARE(Settings(data.path()).downloadFolder(), b.path());
    }

    // A restored conversation is there before the model is.
    void lookInsideIsOfferedAsSoonAsTheModelIsThere() {
        Program& p = *program_;
        if (p.services->bundledModel.isEmpty())
            QSKIP("there is no bundled model here");
        p.window->openFirstModel({});
        QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 20000);
        p.services->chat->send("Oi");
        QTRY_VERIFY_WITH_TIMEOUT(p.services->chat->count() == 2 && !p.services->chat->busy(), 20000);
        const MessageId id = p.services->chat->info().id;
        Program again(*theme_, false, p.settings.dataDir());
        again.window->showView("overview");
        again.services->chat->open(id);
        QTRY_COMPARE(again.services->chat->count(), 2);
        auto* look = again.window->findChild<QToolButton*>("inside.look");
        QVERIFY(look != nullptr && !look->isEnabled());
        again.window->openFirstModel({});
        QTRY_VERIFY_WITH_TIMEOUT(look->isEnabled(), 20000);
    }

    void aMissingModelFallsBackToTheBundledOne_data() {
        QTest::addColumn<QString>("wanted");
        QTest::newRow("missing") << QStringLiteral("/nowhere/at/all.gguf");
        QTest::newRow("half of one") << QString();
    }
    void aMissingModelFallsBackToTheBundledOne() {
        QTemporaryDir models;
        const QString bundled = program_->services->bundledModel;
        if (bundled.isEmpty())
            QSKIP("there is no bundled model here");
        QFile whole(bundled);
        QVERIFY(whole.open(QIODevice::ReadOnly));
        QFile half(models.filePath("half.gguf"));
        QVERIFY(half.open(QIODevice::WriteOnly));
        half.write(whole.read(whole.size() / 2));
        half.close();
        QFETCH(QString, wanted);
        if (wanted.isEmpty())
            wanted = half.fileName();
        program_->window->chatPanel()->composer()->setText("half a question");
        program_->window->openFirstModel(wanted);
        QTRY_VERIFY_WITH_TIMEOUT(program_->services->model->model() != nullptr, 20000);
        QCOMPARE(program_->services->model->path(), QFileInfo(bundled).absoluteFilePath());
        const QString notice = program_->window->chatPanel()->notice()->sentence();
        QVERIFY2(notice.contains("bundled model"), qPrintable(notice));
        QVERIFY2(notice.contains(QFileInfo(wanted).fileName()), qPrintable(notice));
        QCOMPARE(program_->window->chatPanel()->composer()->text(), QStringLiteral("half a question"));
        program_->services->chat->send("Hello"); // as --prompt does: the notice is still to be read
        QTRY_COMPARE_WITH_TIMEOUT(program_->services->chat->count(), 2, 20000);
        QVERIFY(program_->window->chatPanel()->notice()->sentence().contains("bundled model"));
        program_->services->chat->stop();
    }

    // The sentence says what is missing; the bundled model answers meanwhile; the person may insist.
    void aModelThatIsTooLargeIsAskedAbout() {
        const QString large = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories15M-q8_0.gguf");
        const QString bundled = program_->services->bundledModel;
        VITRAL_NEED_FILE(bundled);
        VITRAL_NEED_FILE(large);
        const auto need = [](const QString& path) {
            const auto file = GgufFile::open(path.toStdString());
            return file ? planPlacement(**file, {}, {DeviceChoice::Cpu, -1, 4096, DType::F16}).needBytes : 0;
        };
        QVERIFY(need(large) > need(bundled));
        qputenv("VITRAL_FREE_MEMORY", QByteArray::number(qulonglong((need(large) + need(bundled)) / 2)));
        program_->window->openFirstModel(large);
        QTRY_VERIFY_WITH_TIMEOUT(program_->services->model->model() != nullptr, 20000);
        QCOMPARE(program_->services->model->path(), QFileInfo(bundled).absoluteFilePath());
        NoticeBar* notice = program_->window->chatPanel()->notice();
        QVERIFY2(notice->sentence().contains("stories15M-q8_0.gguf was not loaded"), qPrintable(notice->sentence()));
        const auto buttons = notice->findChildren<QPushButton*>();
        const auto anyway = std::find_if(buttons.begin(), buttons.end(),
                                         [](const QPushButton* b) { return b->text() == "Load it anyway"; });
        QVERIFY(anyway != buttons.end());
        (*anyway)->click();
        QTRY_COMPARE_WITH_TIMEOUT(program_->services->model->path(), QFileInfo(large).absoluteFilePath(), 20000);
        QVERIFY(notice->isHidden());
        qunsetenv("VITRAL_FREE_MEMORY");
    }

    // Also by a double click in a file manager, which names it on the command line.
    void aRunOfPicturesOpensWhereItWasDrawn() {
        const QString run = QStringLiteral(VITRAL_SOURCE_DIR "/assets/lessons/vitral/diffusion/run.safetensors");
        QVERIFY(QFile::exists(run));
        program_->window->openRun(run);
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("denoise"));
        QTRY_VERIFY_WITH_TIMEOUT(program_->services->denoise->currentRun() != nullptr, 20000);
    }

    void whoComesToTheChatWrites() {
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
        auto* button = program_->window->findChild<QToolButton*>("inside.look");
        for (QToolButton* b : program_->window->chatPanel()->findChildren<QToolButton*>())
            if (b->isVisible() && b->isEnabled() && b->focusPolicy() != Qt::NoFocus)
                button = b;
        button->setFocus();
        program_->window->showRoom(QStringLiteral("tokens"));
        program_->window->showRoom(QStringLiteral("chat"));
        QCOMPARE(QApplication::focusWidget(), program_->window->chatPanel()->composer()->editor());
    }

    void storageThatCannotBeUsedIsNoReasonNotToChat() {
        // A folder that is none: every user is refused there, even root.
        program_.reset();
        QTemporaryDir dir;
        QFile file(dir.filePath("data"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        QString note;
        program_ = std::make_unique<Program>(*theme_, false, file.fileName(), [&](Services& services) {
            connect(services.library.get(), &ConversationLibrary::openingNote, this,
                    [&](const QString& words) { note = words; });
        });
        QTRY_VERIFY(!note.isEmpty());
        QVERIFY2(note.contains("until the program ends"), qPrintable(note));
        program_->window->openFirstModel({});
        QTRY_VERIFY_WITH_TIMEOUT(program_->services->model->model() != nullptr, 20000);
        GenerationSettings s = program_->window->settingsPanel()->settings();
        s.maxTokens = 3;
        program_->services->chat->setSettings(s);
        program_->services->chat->send("Hello");
        QTRY_COMPARE_WITH_TIMEOUT(program_->services->chat->count(), 2, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!program_->services->chat->busy(), 20000);
        QVERIFY(!program_->services->chat->message(1).text.empty());
    }

    /// The answer goes on, whole, and what is new is said in the other language.
    void theLanguageChangesWhileAnAnswerStreams() {
        program_->window->openFirstModel({});
        QTRY_VERIFY_WITH_TIMEOUT(program_->services->model->model() != nullptr, 20000);
        const ChatController& chat = *program_->services->chat;
        program_->services->chat->send("Conte uma história");
        QTRY_VERIFY_WITH_TIMEOUT(chat.count() == 2 && chat.message(1).tokens.size() > 2, 20000);
        for (int i = 0; i < 3 && chat.busy(); ++i) {
            const std::size_t before = chat.message(1).tokens.size();
            program_->language.use(i % 2 == 0 ? "pt_BR" : "en");
            QCoreApplication::processEvents(); // the change is posted to the windows
            QCOMPARE(texts().contains("&Arquivo"), i % 2 == 0);
            program_->window->grab();
            QTRY_VERIFY_WITH_TIMEOUT(!chat.busy() || chat.message(1).tokens.size() > before, 20000);
        }
        QTRY_VERIFY_WITH_TIMEOUT(!chat.busy(), 30000);
        const Message& answer = chat.message(1);
        QVERIFY(answer.state != MessageState::Failed);
        std::string bytes; // the mark that ends it, where it has one, is no text
        for (const MessageToken& token : answer.tokens)
            bytes += token.bytes;
        QVERIFY2(bytes.find(answer.text) == 0 && answer.text.size() > 10, (bytes + "\n" + answer.text).c_str());
        QVERIFY(program_->window->chatPanel()->notice()->sentence().isEmpty());
    }

    void speaksTwoLanguages() {
        QVERIFY(texts().contains("&File"));
        program_->language.use("pt_BR");
        QCoreApplication::processEvents(); // the change is posted to the windows
        QVERIFY2(texts().contains("&Arquivo"), qPrintable(texts().join(", ")));
        QVERIFY(program_->window->chatPanel()->composer()->editor()->placeholderText() ==
                QStringLiteral("Escreva uma mensagem"));
        // Nothing that was English a moment ago is still on the screen, but for names.
        QStringList english;
        for (const QLabel* label : program_->window->findChildren<QLabel*>())
            for (const char* word :
                 {"Temperature", "Longest answer", "tokens/s", "What shall we", "Sampling", "Search"})
                if (label->text().contains(QLatin1String(word)) && !label->text().contains("Temperatura"))
                    english << label->text();
        QVERIFY2(english.isEmpty(), qPrintable(english.join('\n')));
        program_->language.use("en");
        QCoreApplication::processEvents();
        QVERIFY(texts().contains("&File"));
    }

    void everyActionHasWordsAndItsOwnShortcut() {
        QMap<QString, QString> seen;
        QStringList twice;
        for (const QAction* action : menuActions()) {
            QVERIFY2(!action->text().isEmpty(), qPrintable(action->objectName()));
            for (const QKeySequence& keys : action->shortcuts()) {
                const QString name = keys.toString();
                if (seen.contains(name) && seen[name] != action->text())
                    twice << name + ": " + seen[name] + ", " + action->text();
                seen[name] = action->text();
            }
        }
        QVERIFY(seen.size() > 12);
        QVERIFY2(twice.isEmpty(), qPrintable(twice.join('\n')));
    }

    void menuLettersAreTheirOwn() {
        for (const char* code : {"en", "pt_BR"}) {
            program_->language.use(QLatin1String(code));
            QCoreApplication::processEvents();
            for (const QMenu* menu :
                 program_->window->menuBar()->findChildren<QMenu*>(QString(), Qt::FindDirectChildrenOnly)) {
                QMap<QChar, QString> seen;
                for (const QAction* action : menu->actions()) {
                    const qsizetype at = action->text().indexOf('&');
                    if (at < 0 || action->isSeparator())
                        continue;
                    const QChar letter = action->text()[at + 1].toLower();
                    QVERIFY2(!seen.contains(letter),
                             qPrintable(
                                 QStringLiteral("%1: %2, %3").arg(menu->title(), seen.value(letter), action->text())));
                    seen[letter] = action->text();
                }
            }
        }
    }

    void themesAndSizesGoThrough() {
        for (const auto choice : {design::ThemeChoice::Dark, design::ThemeChoice::Light}) {
            theme_->setChoice(choice);
            QCoreApplication::processEvents();
            QVERIFY(!program_->window->grab().isNull());
        }
        const int before = program_->window->chatPanel()->transcript()->style().reading.pixelSize();
        theme_->setFontScale(1.5);
        QCoreApplication::processEvents();
        QVERIFY(program_->window->chatPanel()->transcript()->style().reading.pixelSize() > before);
        theme_->setFontScale(1.0);
    }

    void viewsOpen() {
        for (const char* view : {"token-colours", "tree", "samplers", "overview", "matrix", "cell", "text", "alone"})
            program_->window->showView(QLatin1String(view));
        QCoreApplication::processEvents();
        QVERIFY(program_->window->chatPanel()->transcript()->tokenMode());
        QVERIFY(!program_->window->grab().isNull());
    }

    void roomsComeAndGo() {
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
        QVERIFY(program_->window->room(QStringLiteral("tokens")) != nullptr);
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("chat"));
        const QList<QDockWidget*> docks = program_->window->findChildren<QDockWidget*>();
        const auto seen = [&docks] {
            return static_cast<int>(
                std::count_if(docks.begin(), docks.end(), [](QDockWidget* dock) { return !dock->isHidden(); }));
        };
        program_->window->showView(QStringLiteral("settings"));
        const int before = seen();
        QVERIFY(before >= 2);
        program_->window->showView(QStringLiteral("tokens:cut:ids"));
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("tokens"));
        QCOMPARE(seen(), 0); // the panels belong to the conversation
        QVERIFY(!program_->window->grab().isNull());
        QTest::keyClick(program_->window.get(), Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("chat"));
        QCOMPARE(seen(), before);
        QTest::keyClick(program_->window.get(), Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("tokens"));
        // Remembered, with the panels of the conversation where they were.
        program_->window->close();
        program_->window = std::make_unique<MainWindow>(*program_->services, *theme_, program_->language);
        program_->window->show();
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("tokens"));
        program_->window->showView(QStringLiteral("tree")); // a view of the conversation
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("chat"));
        QVERIFY(!program_->window->findChild<QDockWidget*>(QStringLiteral("conversations"))->isHidden());
        QVERIFY(!program_->window->showRoom(QStringLiteral("nowhere")));
    }

    void chatAndInsideShareOneSelection() {
        if (program_->services->bundledModel.isEmpty())
            QSKIP("The bundled model is not beside the program.");
        program_->window->openModel(program_->services->bundledModel);
        QTRY_VERIFY_WITH_TIMEOUT(program_->services->model->model() != nullptr, 60000);
        program_->window->showView(QStringLiteral("token-colours"));
        program_->window->showView(QStringLiteral("text:1.0"));
        InsideController& inside = *program_->services->inside;
        ChatController& chat = *program_->services->chat;
        chat.send(QStringLiteral("Hello"));
        QTRY_VERIFY_WITH_TIMEOUT(
            chat.count() == 2 && !chat.busy() && inside.recording() && inside.recording()->complete, 60000);
        const Message& answer = chat.message(1);
        QVERIFY(answer.tokens.size() > 3);
        // Every token of the answer is the recorded one at its place, and back.
        for (int i = 0; i < static_cast<int>(answer.tokens.size()); ++i) {
            const std::int64_t at = inside.positionOf(answer.id, i);
            if (at < 0) { // the last one was sampled and never read
                QCOMPARE(i, static_cast<int>(answer.tokens.size()) - 1);
                continue;
            }
            QCOMPARE(inside.recording()->tokens[static_cast<std::size_t>(at)],
                     answer.tokens[static_cast<std::size_t>(i)].score.id);
            QCOMPARE(inside.placeOf(at).message, answer.id);
            QCOMPARE(inside.placeOf(at).token, i);
        }
        TranscriptView* transcript = program_->window->chatPanel()->transcript();
        emit transcript->tokenClicked(1, 2, QRect());
        QCOMPARE(inside.selection().current().position, inside.positionOf(answer.id, 2));
        QCOMPARE(transcript->markedToken(), (std::pair{1, 2}));
        inside.selection().setPosition(inside.positionOf(answer.id, 1));
        QCOMPARE(transcript->markedToken(), (std::pair{1, 1}));
        inside.selection().setPosition(0); // the template's own
        QCOMPARE(transcript->markedToken().second, -1);
    }

    void windowAndSettingsAreRemembered() {
        program_->window->resize(1111, 701);
        GenerationSettings s = program_->window->settingsPanel()->settings();
        s.sampler.topK = 17;
        emit program_->window->settingsPanel()->changed(s);
        program_->window->close();
        program_->window = std::make_unique<MainWindow>(*program_->services, *theme_, program_->language);
        QCOMPARE(program_->window->size(), QSize(1111, 701));
        QCOMPARE(program_->window->settingsPanel()->settings().sampler.topK, 17);
        program_->settings.savePreset("Mine/own", s);
        QCOMPARE(program_->settings.presets(), QStringList{"Mine-own"});
        QVERIFY(program_->settings.preset("Mine/own") == s);
    }

    void keyboardReachesEveryPart() {
        // Tab from the composer comes around to it again and meets the main parts on its way.
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
        program_->window->showView(QStringLiteral("settings"));
        program_->window->chatPanel()->composer()->focusText();
        QSet<QString> met;
        for (int i = 0; i < 120; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            if (QApplication::focusWidget() == nullptr)
                break;
            met << QString::fromLatin1(QApplication::focusWidget()->metaObject()->className());
        }
        for (const char* name : {"QPushButton", "QToolButton", "QLineEdit", "QComboBox", "QPlainTextEdit"})
            QVERIFY2(met.contains(QLatin1String(name)),
                     qPrintable(QStringLiteral("%1 not in %2")
                                    .arg(QLatin1String(name), QStringList(met.begin(), met.end()).join(' '))));
    }

private:
    QList<QAction*> menuActions() const {
        QList<QAction*> actions;
        for (const QMenu* menu : program_->window->menuBar()->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (!action->isSeparator())
                    actions << action;
        return actions;
    }
    QStringList texts() const {
        QStringList out;
        for (const QAction* action : program_->window->menuBar()->actions())
            out << action->text();
        return out;
    }

    std::unique_ptr<design::Theme> theme_;
    std::unique_ptr<Program> program_;
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
