// SPDX-License-Identifier: Apache-2.0
// The window as a whole: two languages without restart, no shortcut twice, no action without words, views that open.

#include "app/main_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/transcript/transcript_view.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;

class TestMainWindow : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        language_.use("en");
    }
    void init() {
        dir_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<Settings>(dir_->path());
        auto services = Services::create(*settings_, 1);
        QVERIFY2(services.has_value(), services ? "" : services.error().message.c_str());
        services_ = std::move(*services);
        window_ = std::make_unique<MainWindow>(*services_, *theme_, language_);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    void cleanup() {
        window_.reset();
        services_.reset();
        settings_.reset();
        language_.use("en");
    }

    void aMissingModelFallsBackToTheBundledOne_data() {
        QTest::addColumn<QString>("wanted");
        QTest::newRow("missing") << QStringLiteral("/nowhere/at/all.gguf");
        QTest::newRow("half of one") << QString();
    }
    void aMissingModelFallsBackToTheBundledOne() {
        QTemporaryDir models;
        const QString bundled = services_->bundledModel;
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
        window_->chatPanel()->composer()->setText("half a question");
        window_->openFirstModel(wanted);
        QTRY_VERIFY_WITH_TIMEOUT(services_->model->model() != nullptr, 20000);
        QCOMPARE(services_->model->path(), QFileInfo(bundled).absoluteFilePath());
        const QString notice = window_->chatPanel()->notice()->sentence();
        QVERIFY2(notice.contains("bundled model"), qPrintable(notice));
        QVERIFY2(notice.contains(QFileInfo(wanted).fileName()), qPrintable(notice));
        QCOMPARE(window_->chatPanel()->composer()->text(), QStringLiteral("half a question"));
        services_->chat->send("Hello"); // as --prompt does: the notice is still to be read
        QTRY_COMPARE_WITH_TIMEOUT(services_->chat->count(), 2, 20000);
        QVERIFY(window_->chatPanel()->notice()->sentence().contains("bundled model"));
        services_->chat->stop();
    }

    void storageThatCannotBeUsedIsNoReasonNotToChat() {
        // A folder that is none: every user is refused there, even root.
        window_.reset();
        services_.reset();
        QTemporaryDir dir;
        QFile file(dir.filePath("data"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        settings_ = std::make_unique<Settings>(file.fileName());
        auto services = Services::create(*settings_, 1);
        QVERIFY(services.has_value());
        services_ = std::move(*services);
        QString note;
        connect(services_->library.get(), &ConversationLibrary::openingNote, this, [&](const QString& s) { note = s; });
        window_ = std::make_unique<MainWindow>(*services_, *theme_, language_);
        window_->show();
        QTRY_VERIFY(!note.isEmpty());
        QVERIFY2(note.contains("until the program ends"), qPrintable(note));
        window_->openFirstModel({});
        QTRY_VERIFY_WITH_TIMEOUT(services_->model->model() != nullptr, 20000);
        GenerationSettings s = window_->settingsPanel()->settings();
        s.maxTokens = 3;
        services_->chat->setSettings(s);
        services_->chat->send("Hello");
        QTRY_COMPARE_WITH_TIMEOUT(services_->chat->count(), 2, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!services_->chat->busy(), 20000);
        QVERIFY(!services_->chat->message(1).text.empty());
    }

    /// The answer goes on, whole, and what is new is said in the other language.
    void theLanguageChangesWhileAnAnswerStreams() {
        window_->openFirstModel({});
        QTRY_VERIFY_WITH_TIMEOUT(services_->model->model() != nullptr, 20000);
        const ChatController& chat = *services_->chat;
        services_->chat->send("Conte uma história");
        QTRY_VERIFY_WITH_TIMEOUT(chat.count() == 2 && chat.message(1).tokens.size() > 2, 20000);
        for (int i = 0; i < 3 && chat.busy(); ++i) {
            const std::size_t before = chat.message(1).tokens.size();
            language_.use(i % 2 == 0 ? "pt_BR" : "en");
            QCoreApplication::processEvents(); // the change is posted to the windows
            QCOMPARE(texts().contains("&Arquivo"), i % 2 == 0);
            window_->grab();
            QTRY_VERIFY_WITH_TIMEOUT(!chat.busy() || chat.message(1).tokens.size() > before, 20000);
        }
        QTRY_VERIFY_WITH_TIMEOUT(!chat.busy(), 30000);
        const Message& answer = chat.message(1);
        QVERIFY(answer.state != MessageState::Failed);
        std::string bytes; // the mark that ends it, where it has one, is no text
        for (const MessageToken& token : answer.tokens)
            bytes += token.bytes;
        QVERIFY2(bytes.find(answer.text) == 0 && answer.text.size() > 10, (bytes + "\n" + answer.text).c_str());
        QVERIFY(window_->chatPanel()->notice()->sentence().isEmpty());
    }

    void speaksTwoLanguages() {
        QVERIFY(texts().contains("&File"));
        language_.use("pt_BR");
        QCoreApplication::processEvents(); // the change is posted to the windows
        QVERIFY2(texts().contains("&Arquivo"), qPrintable(texts().join(", ")));
        QVERIFY(window_->chatPanel()->composer()->editor()->placeholderText() ==
                QStringLiteral("Escreva uma mensagem"));
        // Nothing that was English a moment ago is still on the screen, but for names.
        QStringList english;
        for (const QLabel* label : window_->findChildren<QLabel*>())
            for (const char* word :
                 {"Temperature", "Longest answer", "tokens/s", "What shall we", "Sampling", "Search"})
                if (label->text().contains(QLatin1String(word)) && !label->text().contains("Temperatura"))
                    english << label->text();
        QVERIFY2(english.isEmpty(), qPrintable(english.join('\n')));
        language_.use("en");
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
            language_.use(QLatin1String(code));
            QCoreApplication::processEvents();
            for (const QMenu* menu : window_->menuBar()->findChildren<QMenu*>(QString(), Qt::FindDirectChildrenOnly)) {
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
            QVERIFY(!window_->grab().isNull());
        }
        const int before = window_->chatPanel()->transcript()->style().reading.pixelSize();
        theme_->setFontScale(1.5);
        QCoreApplication::processEvents();
        QVERIFY(window_->chatPanel()->transcript()->style().reading.pixelSize() > before);
        theme_->setFontScale(1.0);
    }

    void viewsOpen() {
        for (const char* view : {"token-colours", "tree", "samplers", "overview", "matrix", "cell", "text", "alone"})
            window_->showView(QLatin1String(view));
        QCoreApplication::processEvents();
        QVERIFY(window_->chatPanel()->transcript()->tokenMode());
        QVERIFY(!window_->grab().isNull());
    }

    void roomsComeAndGo() {
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QVERIFY(window_->room(QStringLiteral("tokens")) != nullptr);
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("chat"));
        const QList<QDockWidget*> docks = window_->findChildren<QDockWidget*>();
        const auto seen = [&docks] {
            return static_cast<int>(
                std::count_if(docks.begin(), docks.end(), [](QDockWidget* dock) { return !dock->isHidden(); }));
        };
        const int before = seen();
        QVERIFY(before >= 2);
        window_->showView(QStringLiteral("tokens:cut:ids"));
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("tokens"));
        QCOMPARE(seen(), 0); // the panels belong to the conversation
        QVERIFY(!window_->grab().isNull());
        QTest::keyClick(window_.get(), Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("chat"));
        QCOMPARE(seen(), before);
        QTest::keyClick(window_.get(), Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("tokens"));
        // Remembered, with the panels of the conversation where they were.
        window_->close();
        window_ = std::make_unique<MainWindow>(*services_, *theme_, language_);
        window_->show();
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("tokens"));
        window_->showView(QStringLiteral("tree")); // a view of the conversation
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("chat"));
        QVERIFY(!window_->findChild<QDockWidget*>(QStringLiteral("conversations"))->isHidden());
        QVERIFY(!window_->showRoom(QStringLiteral("nowhere")));
    }

    void chatAndInsideShareOneSelection() {
        if (services_->bundledModel.isEmpty())
            QSKIP("The bundled model is not beside the program.");
        window_->openModel(services_->bundledModel);
        QTRY_VERIFY_WITH_TIMEOUT(services_->model->model() != nullptr, 60000);
        window_->showView(QStringLiteral("token-colours"));
        window_->showView(QStringLiteral("text:1.0"));
        InsideController& inside = *services_->inside;
        ChatController& chat = *services_->chat;
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
        TranscriptView* transcript = window_->chatPanel()->transcript();
        emit transcript->tokenClicked(1, 2, QRect());
        QCOMPARE(inside.selection().current().position, inside.positionOf(answer.id, 2));
        QCOMPARE(transcript->markedToken(), (std::pair{1, 2}));
        inside.selection().setPosition(inside.positionOf(answer.id, 1));
        QCOMPARE(transcript->markedToken(), (std::pair{1, 1}));
        inside.selection().setPosition(0); // the template's own
        QCOMPARE(transcript->markedToken().second, -1);
    }

    void windowAndSettingsAreRemembered() {
        window_->resize(1111, 701);
        GenerationSettings s = window_->settingsPanel()->settings();
        s.sampler.topK = 17;
        emit window_->settingsPanel()->changed(s);
        window_->close();
        window_ = std::make_unique<MainWindow>(*services_, *theme_, language_);
        QCOMPARE(window_->size(), QSize(1111, 701));
        QCOMPARE(window_->settingsPanel()->settings().sampler.topK, 17);
        settings_->savePreset("Mine/own", s);
        QCOMPARE(settings_->presets(), QStringList{"Mine-own"});
        QVERIFY(settings_->preset("Mine/own") == s);
    }

    void keyboardReachesEveryPart() {
        // Tab from the composer comes around to it again and meets the main parts on its way.
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        window_->chatPanel()->composer()->focusText();
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
        for (const QMenu* menu : window_->menuBar()->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (!action->isSeparator())
                    actions << action;
        return actions;
    }
    QStringList texts() const {
        QStringList out;
        for (const QAction* action : window_->menuBar()->actions())
            out << action->text();
        return out;
    }

    std::unique_ptr<design::Theme> theme_;
    Language language_;
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<Settings> settings_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
