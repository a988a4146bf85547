// SPDX-License-Identifier: Apache-2.0
// The state of the whole program, as a file and as a link, in the real window: the same screen to the pixel, whatever
// was done in between, on this computer and on another; and what a crash leaves to the next start.

#include "app/classroom.h"
#include "app/shell.h"
#include "core/chat/conversation_format.h"
#include "core/lesson/program_state.h"
#include "tests/support/program.h"
#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/conversation_panel.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/undo_list.h"
#include "widgets/shell/ways.h"
#include "widgets/transcript/message_editor.h"
#include "widgets/transcript/transcript_view.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

#include <cmath>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

namespace {

const QString kSample = QStringLiteral(VITRAL_SOURCE_DIR "/tests/core/lesson/sample");

QDockWidget* dock(Program& p, const char* name) {
    return p.window->findChild<QDockWidget*>(QLatin1String(name));
}

/// The window without what is measured (the status bar says tokens a second).
QImage picture(Program& p) {
    p.window->setFocus(); // no blinking cursor
    QImage image = p.window->grab().toImage();
    QPainter painter(&image);
    // Measured times, and the list of this computer's own conversations.
    for (QWidget* own : {static_cast<QWidget*>(p.window->statusBar()), p.window->findChild<QWidget*>("chat.context"),
                         static_cast<QWidget*>(dock(p, "conversations")->findChild<QTreeView*>())})
        if (own->isVisible())
            painter.fillRect(QRect(own->mapTo(p.window.get(), QPoint()), own->size()), Qt::black);
    return image;
}

QString difference(const QImage& a, const QImage& b, const char* name) {
    if (a.size() != b.size())
        return QStringLiteral("sizes differ");
    QRect differs;
    int n = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            if (a.pixel(x, y) != b.pixel(x, y)) {
                differs |= QRect(x, y, 1, 1);
                ++n;
            }
    if (n == 0)
        return {};
    if (qEnvironmentVariableIsSet("VITRAL_KEEP")) {
        a.save(QDir::temp().filePath(QStringLiteral("tst_states-%1-a.png").arg(QLatin1String(name))));
        b.save(QDir::temp().filePath(QStringLiteral("tst_states-%1-b.png").arg(QLatin1String(name))));
    }
    return QStringLiteral("%1 pixels differ in %2,%3 %4x%5 (VITRAL_KEEP=1 keeps both)")
        .arg(n)
        .arg(differs.x())
        .arg(differs.y())
        .arg(differs.width())
        .arg(differs.height());
}

} // namespace

class TestStates : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        QApplication::setCursorFlashTime(0); // a blinking mark would be in one of two pictures
    }

    void theSameScreenWhateverWasDoneSince_data() {
        QTest::addColumn<QStringList>("commands");
        QTest::addColumn<QString>("lesson");
        QTest::newRow("chat") << QStringList{"chat:tokens=40", "chat:ask=Hello", "token-colours", "tree"} << QString();
        QTest::newRow("plain") << QStringList{"chat:tokens=12", "chat:ask=Hello"} << QString();
        QTest::newRow("inside") << QStringList{"chat:tokens=12", "chat:ask=Hello", "inside", "text:1.1:3:1"}
                                << QString();
        QTest::newRow("tokens") << QStringList{"tokens:text=Um gato azul, outra vez.", "tokens:cut:ids"} << QString();
        QTest::newRow("lesson") << QStringList{} << QString("cats:1");
    }
    void theSameScreenWhateverWasDoneSince() {
        QFETCH(QStringList, commands);
        QFETCH(QString, lesson);
        const char* row = QTest::currentDataTag();
        Program p(*theme_, true);
        Ways::shared().setDepth(Depth::User);      // says it to the window in any case
        Ways::shared().setDepth(Depth::Developer); // a researcher sees the samplers of the last run: it is not carried
        QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
        p.classroom().player().openCourse(kSample);
        QTRY_VERIFY(p.classroom().player().course() && !p.classroom().player().reading());
        carryOut(p, commands);
        if (QLatin1String(row) == QLatin1String("chat")) { // a second answer, of which the first is looked at
            ChatController& chat = *p.services->chat;
            chat.regenerate(chat.message(1).id);
            QTRY_VERIFY_WITH_TIMEOUT(p.idle() && chat.siblingCount(1) == 2, 30000);
            chat.switchSibling(chat.message(1).id, -1);
            QTRY_VERIFY_WITH_TIMEOUT(p.idle() && chat.siblingIndex(1) == 0, 30000);
            dock(p, "conversations")->hide();
            p.window->resizeDocks({dock(p, "tree")}, {371}, Qt::Horizontal);
        }
        if (QLatin1String(row) == QLatin1String("plain"))
            p.window->resizeDocks({dock(p, "conversations"), dock(p, "settings")}, {291, 333}, Qt::Horizontal);
        if (!lesson.isEmpty())
            p.classroom().player().openUnit(lesson.section(':', 0, 0), 0);
        p.window->chatPanel()->composer()->setText("not sent yet");
        settle(p);
        const QImage before = picture(p);
        QTemporaryDir dir;
        const QString file = dir.filePath("state.vitral");
        write(file, p.classroom().stateFile());
        const auto link = p.classroom().captureForLink();
        QVERIFY(link.has_value());

        for (const bool byLink : {false, true}) {
            wreck(p);
            if (byLink)
                p.classroom().openLink(QString::fromStdString(*stateLink(*link)));
            else
                p.classroom().openStateFile(file);
            settle(p);
            QCOMPARE(p.window->chatPanel()->composer()->text(), QString("not sent yet"));
            const QString differs = difference(before, picture(p), row);
            QVERIFY2(differs.isEmpty(),
                     qPrintable((byLink ? "by link: " : "by file: ") + differs + ' ' + p.classroom().lastProblem()));
        }
    }

    void branchesAreCarried() {
        QTemporaryDir dir;
        const QString file = dir.filePath("state.vitral");
        QString first, second;
        {
            Program p(*theme_, true);
            QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
            carryOut(p, {"chat:tokens=12", "chat:temperature=1.5", "chat:ask=Hello"});
            ChatController& chat = *p.services->chat;
            chat.regenerate(chat.message(1).id);
            QTRY_VERIFY_WITH_TIMEOUT(p.idle() && chat.siblingCount(1) == 2, 30000);
            second = QString::fromStdString(chat.message(1).text);
            chat.switchSibling(chat.message(1).id, -1);
            QTRY_VERIFY(chat.siblingIndex(1) == 0);
            first = QString::fromStdString(chat.message(1).text);
            write(file, p.classroom().stateFile());
            // What has no room is said: other branches first, then numbers.
            using Carry = Classroom::Carry;
            QCOMPARE(p.classroom().capture().leftOut.size(), std::size_t{0});
            QCOMPARE(p.classroom().capture(Carry::PathNumbers).leftOut, std::vector<std::string>{"branch-numbers"});
            QCOMPARE(p.classroom().capture(Carry::Path).leftOut, std::vector<std::string>{"branches"});
            QCOMPARE(p.classroom().capture(Carry::Words).leftOut, (std::vector<std::string>{"branches", "numbers"}));
            const std::size_t all = stateJson(p.classroom().capture()).size();
            QCOMPARE(p.classroom().captureWithin(all - 1).leftOut, std::vector<std::string>{"branch-numbers"});
        }
        Program p(*theme_); // another computer, without the model
        p.classroom().openStateFile(file);
        settle(p);
        ChatController& chat = *p.services->chat;
        QCOMPARE(chat.count(), 2);
        QCOMPARE(chat.siblingCount(1), 2);
        QCOMPARE(chat.siblingIndex(1), 0);
        QCOMPARE(QString::fromStdString(chat.message(1).text), first);
        chat.switchSibling(chat.message(1).id, 1);
        QTRY_COMPARE(QString::fromStdString(chat.message(1).text), second);
        // The same state again opens the same conversation, not one more.
        chat.switchSibling(chat.message(1).id, -1);
        QTRY_COMPARE(chat.siblingIndex(1), 0);
        p.classroom().openStateFile(file);
        settle(p);
        QCOMPARE(chat.count(), 2);
        QTRY_COMPARE(p.services->library->conversations().size(), std::size_t{1});
    }

    void aLinkSaysWhatItLeavesOutBeforeItIsCopied() {
        Program p(*theme_, true);
        QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
        carryOut(p, {"chat:tokens=12", "chat:ask=Hello"});
        QApplication::clipboard()->setText("mine");
        p.classroom().copyLink(); // short: with its numbers, at once
        QVERIFY(QApplication::clipboard()->text().startsWith("vitral:1:"));
        carryOut(p, {"chat:tokens=120", "chat:ask=Tell me a long story about a cat."});
        QVERIFY(p.services->chat->message(1).tokens.size() > 60);
        QApplication::clipboard()->setText("mine");
        p.classroom().copyLink();
        QCOMPARE(QApplication::clipboard()->text(), QString("mine"));
        QVERIFY2(p.classroom().lastProblem().contains("probabilities"), qPrintable(p.classroom().lastProblem()));
        QPushButton* anyway = nullptr;
        for (QPushButton* button : p.window->findChildren<QPushButton*>())
            if (button->isVisible() && button->text() == "Copy the link without")
                anyway = button;
        QVERIFY(anyway != nullptr);
        anyway->click();
        const QString link = QApplication::clipboard()->text();
        QVERIFY(link.startsWith("vitral:1:") && link.size() <= qsizetype(kMaxLinkBytes));
        p.classroom().openLink(link);
        settle(p);
        QVERIFY2(p.classroom().lastProblem().contains("probabilities"), qPrintable(p.classroom().lastProblem()));
    }

    void anotherWindowSizeKeepsTheProportions() {
        Program p(*theme_);
        QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 20000);
        dock(p, "settings")->show();
        p.window->resizeDocks({dock(p, "conversations"), dock(p, "settings")}, {300, 340}, Qt::Horizontal);
        settle(p);
        const double left = dock(p, "conversations")->width(), right = dock(p, "settings")->width();
        const ProgramState state = p.classroom().capture();
        p.window->resize(1600, 900);
        p.classroom().restore(state, {});
        settle(p);
        for (const auto& [name, was] : {std::pair{"conversations", left}, std::pair{"settings", right}}) {
            const int now = dock(p, name)->width();
            QVERIFY2(std::abs(now - was * 1.25) <= 1,
                     qPrintable(QStringLiteral("%1: %2, then %3").arg(name).arg(was).arg(now)));
        }
        p.window->resize(800, 600);
        p.classroom().restore(state, {});
        settle(p);
        QVERIFY(p.window->chatPanel()->width() >= 280); // the conversation is still there
    }

    void hostileScreensDoNoHarm() {
        Program p(*theme_);
        QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 20000);
        for (
            const char* screen :
            {R"({"size":[-1,1e99],"room":"no","docks":[],"inside":7,"splitters":[[1,-5],{}],"scrolls":"x"})",
             R"({"size":[0,0],"room":"learn","docks":{"settings":{"open":1,"size":-1},"tree":{"open":true,"size":1e12}},
                  "inside":{"open":true,"at":[1e18,-9,1e9,7,7],"message":99},"top":[99,99,1e300],"treeZoom":1e9,
                  "changes":[{"point":999,"layer":-5,"scale":1e99,"columns":[-1]}],"sections":[1]})"}) {
            const std::string json = std::string(R"({"vitral_state":2,"screen":)") + screen + "}";
            const auto state = stateFromJson(json);
            QVERIFY2(state.has_value(), state ? "" : state.error().message.c_str());
            p.classroom().restore(*state, {});
            settle(p);
        }
        QVERIFY(p.window->isVisible());
    }

    // Of views that show no measured time (the maps say how long a frame took).
    void oneLinkGivesTheSamePixelsTwice_data() {
        QTest::addColumn<QStringList>("commands");
        QTest::newRow("tokens") << QStringList{"tokens:text=Um gato azul, outra vez.", "tokens:cut:ids"};
        QTest::newRow("a branched picture") << QStringList{"denoise:model:vitral-emoji-pixel",
                                                           "denoise:set:prompt=gato azul",
                                                           "denoise:set:seed=3",
                                                           "denoise:set:steps=6",
                                                           "denoise:run",
                                                           "denoise:set:prompt=coração",
                                                           "denoise:branch:3",
                                                           "denoise:steps:5",
                                                           "denoise:set:prompt=not run yet"};
    }
    void oneLinkGivesTheSamePixelsTwice() {
        QFETCH(QStringList, commands);
        const bool draws = commands.first().startsWith("denoise");
        const auto settled = [](Program& p) { return p.idle() && !p.window->room("denoise")->busy(); };
        const auto last = [](Program& p) {
            const auto run = p.services->denoise->recording();
            return run && run->result ? run->result->values : std::vector<float>();
        };
        QString link;
        std::vector<float> drawn;
        {
            Program p(*theme_);
            bool over = false;
            p.classroom().carryOut(commands, {}, {}, [&](const QString& problem) { over = problem.isEmpty(); });
            QTRY_VERIFY_WITH_TIMEOUT(over && settled(p), 60000);
            const auto made = stateLink(p.classroom().capture());
            QVERIFY2(made, made ? "" : made.error().message.c_str());
            link = QString::fromStdString(*made);
            drawn = last(p);
            QCOMPARE(drawn.empty(), !draws);
        }
        QImage pictures[2];
        for (QImage& picture : pictures) {
            Program p(*theme_);
            p.classroom().openLink(link);
            QTRY_VERIFY_WITH_TIMEOUT(settled(p) && (!draws || !last(p).empty()), 60000);
            QTest::qWait(700); // fonts, first layout
            QTRY_VERIFY_WITH_TIMEOUT(settled(p), 60000);
            QVERIFY(last(p) == drawn); // what was on the screen, and not what the panel was set to
            if (draws) {
                QCOMPARE(p.services->denoise->moment(), 5);
                QCOMPARE(QString::fromStdString(p.services->denoise->settings().prompt), QString("coração"));
            }
            p.window->setFocus();
            // The strip below the pictures says how long a step took.
            QWidget* seen =
                draws ? static_cast<DenoiseRoom*>(p.window->room("denoise"))->page("steps") : p.window->centralWidget();
            picture = seen->grab().toImage();
        }
        QVERIFY(!pictures[0].isNull() && pictures[0] == pictures[1]);
    }

    void oneStateGivesTheSamePixelsTwice() {
        QTemporaryDir dir;
        const QString file = dir.filePath("state.vitral");
        {
            Program p(*theme_, true);
            QVERIFY2(!p.services->bundledModel.isEmpty(), "the bundled model is part of the repository");
            QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
            bool over = false;
            p.classroom().carryOut({"chat:tokens=12", "chat:ask=Hello", "token-colours", "inside", "text:1.1:3:1"}, {},
                                   {}, [&](const QString&) { over = true; });
            QTRY_VERIFY_WITH_TIMEOUT(over, 60000);
            p.window->chatPanel()->composer()->setText("not sent yet");
            QFile out(file);
            QVERIFY(out.open(QIODevice::WriteOnly));
            out.write(p.classroom().stateFile());
            QVERIFY(!QString::fromUtf8(p.classroom().stateFile()).contains(QDir::homePath() + "/"));
        }
        QImage pictures[2];
        for (QImage& picture : pictures) {
            Program p(*theme_, true);
            QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
            p.classroom().openStateFile(file);
            QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 60000);
            QTest::qWait(700); // fonts, first layout
            QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 60000);
            QCOMPARE(p.window->chatPanel()->composer()->text(), QString("not sent yet"));
            QCOMPARE(p.services->chat->count(), 2);
            QCOMPARE(p.services->inside->selection().current().layer, 1);
            p.window->chatPanel()->setFocus(); // no blinking cursor
            picture = p.window->centralWidget()->grab().toImage();
        }
        QVERIFY(!pictures[0].isNull());
        QRect differs;
        for (int y = 0; y < pictures[0].height(); ++y)
            for (int x = 0; x < pictures[0].width(); ++x)
                if (pictures[0].pixel(x, y) != pictures[1].pixel(x, y))
                    differs |= QRect(x, y, 1, 1);
        if (!differs.isNull() && qEnvironmentVariableIsSet("VITRAL_KEEP"))
            for (int i = 0; i < 2; ++i)
                pictures[i].save(QDir::temp().filePath(QStringLiteral("tst_classroom-%1.png").arg(i)));
        QVERIFY2(differs.isNull(), qPrintable(QStringLiteral("pixels differ in %1,%2 %3x%4 (VITRAL_KEEP=1 keeps them)")
                                                  .arg(differs.x())
                                                  .arg(differs.y())
                                                  .arg(differs.width())
                                                  .arg(differs.height())));
    }

    void damagedStatesAreRefusedWithASentence() {
        Program p(*theme_);
        p.classroom().openLink("vitral:1:AAAA");
        QVERIFY(!p.classroom().lastProblem().isEmpty());
        p.classroom().openStateFile("/nowhere/at/all.vitral");
        QVERIFY(p.classroom().lastProblem().contains("all.vitral"));
    }

    // Two windows were killed: the one written last comes back, and what was written in both.
    void twoCrashedWindowsLoseNoWord() {
        QTemporaryDir dir;
        const QString sessions = dir.filePath("sessions");
        QDir().mkpath(sessions);
        write(sessions + "/2000-1.json", R"({"room":"chat","conversation":"0","text":"older words"})");
        QTest::qSleep(20);
        write(sessions + "/1000-1.json", R"({"room":"tokens","conversation":"0","text":"newer words"})");
        Program p(*theme_, false, dir.path());
        QVERIFY(p.window->shell().beginSession(sessions));
        QCOMPARE(p.window->currentRoom()->name(), QString("tokens"));
        QCOMPARE(p.window->chatPanel()->composer()->text(), QString("newer words\n\nolder words"));
        QVERIFY(!QFile::exists(sessions + "/2000-1.json") && !QFile::exists(sessions + "/1000-1.json"));
        p.window->close();
    }

    void aCrashedLessonIsBackAtItsStep() {
        QTemporaryDir dir;
        const QString sessions = dir.filePath("sessions");
        QByteArray kept;
        {
            Program p(*theme_, false, dir.path());
            p.window->shell().beginSession(sessions);
            LessonPlayer& player = p.classroom().player();
            player.openCourse(kSample);
            QTRY_VERIFY(player.course() && player.course()->id == "sample");
            p.window->showView("learn:cats:2");
            QTRY_VERIFY_WITH_TIMEOUT(!player.working() && p.idle(), 20000);
            player.giveAnswer(player.questionId(0, 1), {"my answer", -1, {}, false});
            QTRY_VERIFY_WITH_TIMEOUT((kept = read(sessions)).contains("cats:2") && kept.contains("\"screen\""), 10000);
            p.window->close(); // takes its file away: what a kill would have left is written back
        }
        QDir().mkpath(sessions);
        write(sessions + "/1000-1.json", kept);
        Program p(*theme_, false, dir.path());
        QVERIFY(p.window->shell().beginSession(sessions));
        LessonPlayer& player = p.classroom().player();
        QTRY_VERIFY_WITH_TIMEOUT(player.lesson() != nullptr, 20000);
        QCOMPARE(player.unit(), QString("cats"));
        QCOMPARE(player.current(), 1);
        QVERIFY(player.answer(player.questionId(0, 1)) != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(p.idle() && p.classroom().dock()->isVisible(), 20000);
        p.window->close();
    }

    void whatIsNotSentStaysOverAnOrdinaryEnd() {
        QTemporaryDir dir;
        ConversationId id = 0;
        {
            Program p(*theme_, true, dir.path());
            QTRY_VERIFY_WITH_TIMEOUT(p.services->model->model() != nullptr, 30000);
            Composer& composer = *p.window->chatPanel()->composer();
            composer.setText("of no conversation yet");
            carryOut(p, {"chat:tokens=4", "chat:ask=Hello"});
            id = p.services->chat->info().id;
            composer.setText("of this conversation");
            p.services->chat->startNew(true);
            QCOMPARE(composer.text(), QString("of no conversation yet"));
            p.services->chat->open(id);
            QTRY_COMPARE(composer.text(), QString("of this conversation"));
            auto* transcript = p.window->chatPanel()->transcript();
            transcript->editMessage(0); // half a change of a question is written text, too
            transcript->findChild<MessageEditor*>()->findChild<QPlainTextEdit*>()->setPlainText("Hello, but");
            p.window->close();
        }
        Program p(*theme_, false, dir.path());
        Composer& composer = *p.window->chatPanel()->composer();
        QCOMPARE(composer.text(), QString("of no conversation yet"));
        for (int i = 0; i < 2; ++i) { // reading it does not empty it
            p.services->chat->open(id);
            QTRY_COMPARE(composer.text(), QString("of this conversation\n\nHello, but"));
            p.services->chat->startNew(true);
            QCOMPARE(composer.text(), QString("of no conversation yet"));
        }
        p.window->close();
    }

private:
    static void write(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
    static QByteArray read(const QString& folder) {
        QByteArray all;
        for (const QFileInfo& info : QDir(folder).entryInfoList({"*.json"}, QDir::Files)) {
            QFile file(info.filePath());
            if (file.open(QIODevice::ReadOnly))
                all += file.readAll();
        }
        return all;
    }
    static void carryOut(Program& p, const QStringList& commands) {
        bool over = false;
        p.classroom().carryOut(commands, {}, {}, [&](const QString&) { over = true; });
        QTRY_VERIFY_WITH_TIMEOUT(over && p.idle(), 60000);
    }
    static void settle(Program& p) {
        QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 60000);
        QTest::qWait(600); // fonts, first layout
        QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 60000);
    }
    /// Everything otherwise: another conversation, other panels, another room, a lesson.
    static void wreck(Program& p) {
        p.classroom().player().close();
        carryOut(p, {"chat:tokens=3", "chat:ask=Good morning", "inside", "matrix:0.0", "tokens:text=other", "denoise"});
        p.window->showRoom("chat");
        for (const char* name : {"conversations", "settings", "tree", "activity"})
            dock(p, name)->setVisible(dock(p, name)->isHidden());
        p.window->resizeDocks({dock(p, "conversations"), dock(p, "settings"), dock(p, "tree")}, {240, 290, 300},
                              Qt::Horizontal);
        p.window->chatPanel()->composer()->setText("other words");
        p.window->conversationPanel()->searchField()->setText("zebra");
        p.classroom().player().openUnit("cats", 1);
        QTRY_VERIFY_WITH_TIMEOUT(p.idle(), 60000);
        p.window->showRoom("learn");
    }

    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestStates)
#include "tst_states.moc"
