// SPDX-License-Identifier: Apache-2.0
// Lessons in the real window: the table of commands and the window agree, elements are there, the bundled
// course plays. States of the program: tst_states.

#include "app/classroom.h"
#include "app/shell.h"
#include "core/chat/conversation_format.h"
#include "core/lesson/commands.h"
#include "core/lesson/program_state.h"
#include "tests/support/program.h"
#include "widgets/compare/compare_window.h"
#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/lesson/glossary_window.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/exporter.h"
#include "widgets/shell/task_list.h"
#include "widgets/shell/undo_list.h"
#include "widgets/tokenroom/token_room.h"
#include "widgets/tokenroom/token_view.h"
#include "widgets/tokens/alternatives_popup.h"
#include "widgets/tokens/token_legend.h"
#include "widgets/transcript/transcript_view.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

namespace {

const QString kSample = QStringLiteral(VITRAL_SOURCE_DIR "/tests/core/lesson/sample");

} // namespace

class TestClassroom : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        QApplication::setCursorFlashTime(0); // a blinking mark would be in one of two pictures
    }

    void everyElementIsThere() {
        Program p(*theme_);
        for (const ElementName& element : elementNames()) {
            const QString name = QString::fromUtf8(element.name.data(), qsizetype(element.name.size()));
            if (name != "rooms")
                QVERIFY2(p.window->findChild<QWidget*>(name) != nullptr, qPrintable(name));
        }
        QVERIFY(p.classroom().element("rooms") != nullptr);
        QVERIFY(p.classroom().element("chat.composer") != nullptr);
        QVERIFY(p.classroom().element("tokens.view") == nullptr); // not on the screen now
    }

    void everyWordIsUnderstood() {
        Program p(*theme_);
        QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 20000);
        const auto known = [](const QString& word) { return findCommand(word.toStdString()).has_value(); };
        for (const CommandForm& form : commandForms()) {
            const QString word = QString::fromUtf8(form.example.data(), qsizetype(form.example.size()));
            const QString first = word.section(':', 0, 0);
            if (first == "chat" || first == "learn" || word.contains("open") || word.contains("run") ||
                word.contains("train") || word.contains("workshop") || word.contains("file=") || first == "compare" ||
                first == "interventions" || first == "fork" || first == "palette")
                continue; // begin something long, or need a file: carried out elsewhere
            QVERIFY2(p.window->showView(word), qPrintable(word));
        }
        QVERIFY(!p.window->showView("no-such-word"));
        QVERIFY(!p.window->showView("chat:no-such-word"));
        // What the rooms show has words.
        const auto* tokens = static_cast<TokenRoom*>(p.window->room("tokens"));
        for (const TokenView* view : tokens->views())
            QVERIFY2(known("tokens:" + view->name()), qPrintable(view->name()));
        for (const RoomPlace& place : p.window->room("denoise")->places())
            QVERIFY2(known("denoise:" + place.argument), qPrintable(place.argument));
        for (const InsideView* view : p.window->findChild<InsideWindow*>()->views())
            QVERIFY2(known(view->name()), qPrintable(view->name()));
    }

    void aLessonSetsTheProgramAndSeesWhatIsDone() {
        Program p(*theme_);
        LessonPlayer& player = p.classroom().player();
        player.openCourse(kSample);
        QTRY_COMPARE(player.course() ? player.course()->id : std::string(), std::string("sample"));
        p.window->showView("learn:cats:1");
        QTRY_VERIFY_WITH_TIMEOUT(!player.working(), 20000);
        QCOMPARE(p.window->currentRoom()->name(), QString("tokens"));
        QCOMPARE(p.services->tokens->text(), std::string("The cat sat on the mat, again."));
        QVERIFY(p.classroom().dock()->isVisible());
        QTRY_VERIFY(p.classroom().panel()->spotlight()->isVisible());
        QCOMPARE(p.classroom().panel()->spotlight()->element(), p.classroom().element("tokens.view"));
        QCOMPARE(p.classroom().state("room"), QString("tokens"));
        QCOMPARE(p.classroom().state("view"), QString("cut"));
        p.window->showRoom("denoise");
        QVERIFY(p.classroom().dock()->isVisible()); // stays while rooms change
        player.next();
        player.next();
        QTRY_VERIFY(!p.window->findChild<QWidget*>("tokens.rail")->isVisible());
        player.close();
        QVERIFY(!p.classroom().dock()->isVisible());
        QVERIFY(!p.window->findChild<QWidget*>("tokens.rail")->isHidden());
    }

    // Reached by walking or opened directly; and what the person had comes back.
    void aStepFindsTheProgramAsItIsAtAStart() {
        Program p(*theme_, true);
        MainWindow& window = *p.window;
        LessonPlayer& player = p.classroom().player();
        window.resize(1280, 760);
        QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr && player.course() != nullptr, 30000);
        player.setDepth(LessonDepth::Researcher);
        InsideController& inside = *p.services->inside;
        window.showView("token-colours");
        QVERIFY(addIntervention(inside, scaleHead(1, 1, 0)).has_value());
        const int undoable = UndoList::shared().stack()->count();
        const auto there = [&] { return !player.working() && p.idle(); };
        const auto changes = [&] { return inside.interventions() ? int(inside.interventions()->items.size()) : 0; };
        const auto stops = [&](const QString& command) {
            for (int stop = 0; stop < player.count(); ++stop)
                if (const LessonStep* step = player.step(stop))
                    for (const LessonStep::Command& c : step->commands)
                        if (QString::fromStdString(c.text) == command)
                            return stop;
            return -1;
        };
        const auto* tokens = window.findChild<TranscriptView*>();
        auto* insideWindow = window.findChild<InsideWindow*>();
        player.openUnit("heads");
        QVERIFY(player.lesson() != nullptr);
        const int both = stops("interventions:both"), plain = stops("interventions:head.0.3");
        QVERIFY(both > 0 && plain > both);
        for (const int stop : {both, plain, both, plain}) { // as often as one likes
            player.go(stop);
            QTRY_VERIFY_WITH_TIMEOUT(there(), 60000);
            QCOMPARE(changes(), 1);
            QVERIFY(!insideWindow->isHidden() && !tokens->tokenMode());
        }
        auto* beside = window.findChild<CompareWindow*>();
        QVERIFY(beside != nullptr && !beside->isVisible()); // of the step before
        player.openUnit("sampling", 0);
        const int fork = stops("fork");
        player.go(fork);
        QTRY_VERIFY_WITH_TIMEOUT(there(), 60000);
        QVERIFY(insideWindow->isHidden() && tokens->tokenMode());
        QCOMPARE(changes(), 0);
        auto* alternatives = window.findChild<AlternativesPopup*>();
        QVERIFY(alternatives->isVisible());
        QVERIFY(QApplication::activePopupWidget() == nullptr); // the lesson keeps the keys
        player.go(stops("samplers"));
        QTRY_VERIFY_WITH_TIMEOUT(there(), 60000);
        QVERIFY(!alternatives->isVisible());
        QVERIFY(window.findChild<QWidget*>("chat.samplers")->isVisible());
        player.go(player.count() - 1); // the questions
        QTRY_VERIFY_WITH_TIMEOUT(there(), 60000);
        window.findChild<TokenLegend*>()->setMeasure(TokenMeasure::Rank);
        player.openUnit("generative", 0);
        QTRY_VERIFY_WITH_TIMEOUT(there(), 60000);
        QCOMPARE(window.findChild<TokenLegend*>()->measure(), TokenMeasure::Probability);
        QVERIFY(!tokens->tokenMode() && !window.findChild<QWidget*>("chat.samplers")->isVisible());
        QCOMPARE(UndoList::shared().stack()->count(), undoable); // the person's own change, none of the lesson's
        player.close();
        QVERIFY(tokens->tokenMode() && insideWindow->isHidden());
        QCOMPARE(changes(), 1);
        QCOMPARE(inside.interventions()->items.front().iLayer, 1);
    }

    void whereNoModelCanRunItIsSaid() {
        Program p(*theme_);
        QString problem;
        bool over = false;
        p.classroom().carryOut({"chat:ask=Hello"}, kSample, {}, [&](const QString& sentence) {
            problem = sentence;
            over = true;
        });
        QTRY_VERIFY(over);
        QVERIFY2(problem.contains("No language model"), qPrintable(problem));
        over = false;
        p.classroom().carryOut({"inside:open=../../secret"}, kSample, {}, [&](const QString& sentence) {
            problem = sentence;
            over = true;
        });
        QTRY_VERIFY(over);
        QVERIFY(!problem.isEmpty());
    }

    void aModelOfPicturesThatCannotRunIsReplacedByItsRun() {
        Program p(*theme_);
        QString problem;
        bool over = false;
        const QString unit = QStringLiteral(VITRAL_SOURCE_DIR "/assets/lessons/vitral/generative");
        p.classroom().carryOut({"denoise:model:not-here", "denoise:set:prompt=blue cat", "denoise:run"}, unit,
                               {"denoise:open:recorded/blue-cat.safetensors", "denoise:steps:15"},
                               [&](const QString& sentence) {
                                   problem = sentence;
                                   over = true;
                               });
        QTRY_VERIFY_WITH_TIMEOUT(over, 30000);
        QVERIFY2(problem.contains("not-here") && problem.contains("recorded"), qPrintable(problem));
        QTRY_VERIFY_WITH_TIMEOUT(p.idle() && p.services->denoise->recording() != nullptr, 30000);
        QCOMPARE(p.services->denoise->moment(), 15);
        QCOMPARE(QString::fromStdString(p.services->denoise->recording()->settings.prompt), QString("gato azul"));
    }

    void whatWasRecordedPlaysWithoutAModel() {
        Program p(*theme_); // no language model is opened
        QString problem;
        bool over = false;
        const auto done = [&](const QString& sentence) {
            problem = sentence;
            over = true;
        };
        const QString course = QStringLiteral(VITRAL_SOURCE_DIR "/assets/lessons/vitral/");
        p.classroom().carryOut({"chat:ask=Hi!", "token-colours"}, course + "generative",
                               {"chat:open=recorded/two-questions.en.json", "token-colours"}, done);
        QTRY_VERIFY_WITH_TIMEOUT(over && p.idle(), 20000);
        QVERIFY2(problem.contains("No language model") && problem.contains("recorded"), qPrintable(problem));
        QCOMPARE(p.services->chat->count(), 2);
        QVERIFY(!p.services->chat->message(1).tokens.empty()); // with the numbers behind its tokens
        // The rows of a table of embeddings, without the rest of its model.
        over = false;
        p.classroom().carryOut({"tokens:open=embeddings.gguf", "tokens:embedding:gato"}, course + "embeddings", {},
                               done);
        QTRY_VERIFY_WITH_TIMEOUT(over && p.idle(), 20000);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QVERIFY(p.services->tokens->currentTokenizer() != nullptr);
        QVERIFY(p.services->tokens->currentTokenizer()->path.endsWith("embeddings.gguf"));
    }

    // VITRAL_UPDATE_GOLDEN=1 writes them anew.
    void recordedAnswersAreWhatTheModelSays() {
        const bool update = qEnvironmentVariableIsSet("VITRAL_UPDATE_GOLDEN");
        LessonProblems problems;
        const auto course =
            openCourse(std::filesystem::path(VITRAL_SOURCE_DIR) / "assets" / "lessons" / "vitral", problems);
        QVERIFY(course.has_value());
        Program p(*theme_, true);
        QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
        QSet<QString> seen;
        for (const CourseUnit& unit : course->units)
            for (const auto& [language, lesson] : unit.lessons)
                for (const LessonPage& page : lesson.pages)
                    for (const LessonBlock& block : page.blocks) {
                        QString file;
                        for (const LessonStep::Command& command : block.step.recorded)
                            if (command.text.rfind("chat:open=", 0) == 0)
                                file = QString::fromStdString(command.text.substr(10));
                        const QString folder = QString::fromStdU16String(lesson.folder.u16string());
                        if (file.isEmpty() || seen.contains(folder + file) || (!update && language != "en"))
                            continue;
                        seen << folder + file;
                        compareRecorded(p, block.step, folder, folder + '/' + file, update);
                        if (QTest::currentTestFailed())
                            return;
                    }
        QVERIFY(seen.size() >= 20);
    }

    void everyStepBeginsWithTheSameProgram() {
        Program p(*theme_, true);
        LessonPlayer& player = p.classroom().player();
        QTRY_VERIFY_WITH_TIMEOUT(player.course() != nullptr, 20000);
        const auto settled = [&] { return p.idle() && !player.working(); };
        const auto changes = [&] {
            const auto& set = p.services->inside->interventions();
            return !set ? std::size_t(0) : set->items.size();
        };
        player.openUnit("heads", 5); // opened at once: a head of layer 0 is off
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 40000);
        QCOMPARE(changes(), std::size_t(1));
        player.go(3); // another head, walked to
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 40000);
        QCOMPARE(changes(), std::size_t(1));
        player.again();
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 40000);
        QCOMPARE(changes(), std::size_t(1));
        player.openUnit("generative", 0); // the next unit in the same sitting
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 40000);
        QCOMPARE(changes(), std::size_t(0));
        QVERIFY(p.window->findChild<InsideWindow*>()->isHidden());
        QVERIFY(!p.window->chatPanel()->transcript()->tokenMode());
        player.openUnit("embeddings", 7); // the sum, below the row: brought into view
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 40000);
        QWidget* sums = nullptr;
        for (QLabel* label : p.window->room("tokens")->findChildren<QLabel*>())
            sums = label->text() == QLatin1String("Sums of rows") ? label : sums;
        QVERIFY(sums != nullptr);
        QTRY_VERIFY(!sums->visibleRegion().isEmpty());
        player.close();
        QCOMPARE(changes(), std::size_t(0));
    }

    void anyViewBecomesAPageOfItsOwn() {
        Program p(*theme_, true);
        QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
        bool over = false;
        p.classroom().carryOut({"chat:tokens=12", "chat:ask=Hello", "inside", "text:1.1:3:1"}, {}, {},
                               [&](const QString&) { over = true; });
        QTRY_VERIFY_WITH_TIMEOUT(over && p.idle(), 60000);
        const QString answer = QString::fromStdString(p.services->chat->message(1).text);
        QTemporaryDir dir;
        for (const char* room : {"start", "chat", "tokens", "denoise", "learn", "library"}) {
            p.window->showRoom(room);
            QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 20000);
            for (const char* format : {"html", "pdf"}) {
                const QString path = dir.filePath(QLatin1String(room) + '.' + format);
                QString problem = "-";
                p.window->shell().exportView(path, format, [&](const QString& said) { problem = said; });
                QCOMPARE(TaskList::shared().nRunning() > 0, true); // seen in the panel of tasks, with its cancel
                QTRY_VERIFY_WITH_TIMEOUT(problem != "-", 30000);
                QVERIFY2(problem.isEmpty(), qPrintable(problem));
                QFile file(path);
                QVERIFY(file.open(QIODevice::ReadOnly));
                const QByteArray bytes = file.readAll();
                if (QLatin1String(format) == QLatin1String("pdf")) {
                    QVERIFY(bytes.startsWith("%PDF-"));
                    QVERIFY(bytes.contains("/Type /Page\n") || bytes.contains("/Type /Page "));
                    QVERIFY(bytes.contains("/Subtype /Image") && bytes.contains("/FontFile"));
                    continue;
                }
                const QString page = QString::fromUtf8(bytes);
                QVERIFY2(!page.contains("src=\"http") && !page.contains("<script") && !page.contains(dir.path()), room);
                const qsizetype begin = page.indexOf("data:image/png;base64,") + 22;
                QVERIFY2(begin > 22, room);
                const QImage shown = QImage::fromData(
                    QByteArray::fromBase64(page.mid(begin, page.indexOf('"', begin) - begin).toLatin1()));
                QCOMPARE(shown.size(), p.window->room(room)->size() * 2); // sharp on paper
                if (QLatin1String(room) == QLatin1String("chat")) {
                    QVERIFY2(page.contains(answer.toHtmlEscaped()), qPrintable(answer)); // the numbers and words of it
                    QVERIFY(page.contains("Layer 1, head 1"));
                    QVERIFY(page.contains("Vitral Pequeno"));
                }
            }
        }
        QString problem;
        p.window->shell().exportView("/no/such/folder/x.html", "html", [&](const QString& said) { problem = said; });
        QTRY_VERIFY(!problem.isEmpty());
        QVERIFY2(problem.contains("/no/such/folder/x.html"), qPrintable(problem));
    }

    void aLessonBecomesAPdfAndCanBeCancelled() {
        Program p(*theme_);
        LessonPlayer& player = p.classroom().player();
        QTRY_VERIFY_WITH_TIMEOUT(player.course() != nullptr, 20000);
        QTemporaryDir dir;
        player.openUnit("diffusion");
        QString problem = "-";
        p.classroom().exportLessonTo("pdf", dir.filePath("a.pdf"), [&](const QString& said) { problem = said; });
        QTRY_VERIFY_WITH_TIMEOUT(problem != "-", 60000);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QFile file(dir.filePath("a.pdf"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(bytes.startsWith("%PDF-"));
        QVERIFY(bytes.count("/Type /Page\n") >= 3); // several pages of paper
        QVERIFY(bytes.contains("/Subtype /Image")); // steps.png
        problem = "-";
        p.classroom().exportLessonTo("pdf", dir.filePath("b.pdf"), [&](const QString& said) { problem = said; });
        quint64 task = 0;
        for (const TaskList::Item& item : TaskList::shared().items())
            if (item.running && item.cancel && item.title().startsWith("Exporting"))
                task = item.id;
        QVERIFY(task != 0);
        TaskList::shared().cancel(task);
        QTRY_VERIFY_WITH_TIMEOUT(!p.window->shell().exporter().busy(), 30000);
        QVERIFY(!QFileInfo::exists(dir.filePath("b.pdf")));
        QCOMPARE(problem, QString("-"));
    }

    // Of the pages' buttons, too: their own sentence, then the term's.
    void theGlossaryExplainsThePagesOfRooms() {
        Program p(*theme_);
        QTRY_VERIFY_WITH_TIMEOUT(p.classroom().player().course() != nullptr, 20000);
        p.window->showView("overview");
        for (const auto* notice : p.window->findChildren<NoticeBar*>())
            QVERIFY(!notice->isVisible()); // nothing was asked yet, and that is no mistake
        for (const char* title : {"Residual", "Positions"}) {
            QToolButton* page = nullptr;
            for (auto* button : p.window->findChildren<QToolButton*>())
                if (button->text() == title)
                    page = button;
            QVERIFY2(page != nullptr, title);
            QHelpEvent help(QEvent::ToolTip, page->rect().center(), page->mapToGlobal(page->rect().center()));
            QApplication::sendEvent(page, &help);
            QVERIFY2(QToolTip::text().contains("Alt+") && QToolTip::text().size() > 100, qPrintable(QToolTip::text()));
            QToolTip::hideText();
        }
    }

    void theGlossaryIsReachedByKeyboard() {
        Program p(*theme_);
        QTRY_VERIFY_WITH_TIMEOUT(p.classroom().player().course() != nullptr, 20000);
        QVERIFY(QTest::qWaitForWindowActive(p.window.get()));
        p.window->chatPanel()->composer()->setText("What is a token here?");
        QPlainTextEdit* editor = p.window->chatPanel()->composer()->editor();
        editor->setFocus();
        QTextCursor cursor = editor->textCursor();
        cursor.setPosition(10);
        cursor.setPosition(15, QTextCursor::KeepAnchor);
        editor->setTextCursor(cursor);
        QTest::keyClick(editor, Qt::Key_F1, Qt::ShiftModifier);
        auto* glossary = p.window->findChild<GlossaryWindow*>();
        QVERIFY(glossary != nullptr && glossary->isVisible());
        QVERIFY2(glossary->shownText().startsWith("token"), qPrintable(glossary->shownText().left(80)));
        auto* field = glossary->findChild<QLineEdit*>();
        QTest::keyClicks(field, "atten");
        QVERIFY2(glossary->shownText().startsWith("attention"), qPrintable(glossary->shownText().left(80)));
        p.language.use("pt_BR");
        QTRY_VERIFY(glossary->findChild<QListWidget*>()->accessibleName() != "Terms");
        p.language.use("en");
    }

private:
    void compareRecorded(Program& p, const LessonStep& step, const QString& folder, const QString& path, bool update) {
        QStringList commands;
        for (const LessonStep::Command& command : step.commands)
            if (const QString text = QString::fromStdString(command.text); text.startsWith("chat:"))
                commands << text;
        bool over = false;
        p.window->settingsPanel()->setSettings({});
        p.services->chat->setSettings({});
        p.classroom().carryOut(commands, folder, {}, [&](const QString&) { over = true; });
        QTRY_VERIFY_WITH_TIMEOUT(over && p.idle(), 60000);
        const std::string json = p.classroom().capture().conversation;
        if (update) {
            QVERIFY(QDir().mkpath(QFileInfo(path).path()));
            QFile out(path);
            QVERIFY(out.open(QIODevice::WriteOnly));
            out.write(QByteArray::fromStdString(json));
            return;
        }
        QFile in(path);
        QVERIFY2(in.open(QIODevice::ReadOnly), qPrintable(path));
        const auto recorded = conversationFromJson(in.readAll().toStdString()), now = conversationFromJson(json);
        QVERIFY2(recorded && now, qPrintable(path));
        QCOMPARE(recorded->messages.size(), now->messages.size());
        for (std::size_t i = 0; i < now->messages.size(); ++i)
            QVERIFY2(recorded->messages[i].text == now->messages[i].text,
                     qPrintable(path + ": " + QString::fromStdString(now->messages[i].text)));
    }

    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestClassroom)
#include "tst_classroom.moc"
