// SPDX-License-Identifier: Apache-2.0
// Lessons and states in the real window: the table of commands and the window agree, elements are there, the bundled
// course plays, and one state gives the same pixels twice.

#include "app/classroom.h"
#include "core/lesson/commands.h"
#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/tokenroom/token_room.h"
#include "widgets/tokenroom/token_view.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;

namespace {

const QString kSample = QStringLiteral(VITRAL_SOURCE_DIR "/tests/core/lesson/sample");

struct Program {
    QTemporaryDir dir;
    Settings settings{dir.path()};
    Language language;
    std::unique_ptr<Services> services;
    std::unique_ptr<MainWindow> window;

    explicit Program(design::Theme& theme, bool withModel = false) {
        language.use("en");
        services = std::move(*Services::create(settings, 1));
        window = std::make_unique<MainWindow>(*services, theme, language);
        window->resize(1280, 800);
        window->show();
        if (withModel)
            window->openFirstModel({});
    }
    Classroom& classroom() { return window->classroom(); }
    [[nodiscard]] bool idle() { return !classroom().busy() && !classroom().roomsBusy(); }
};

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

    // Of a view that shows no measured time (the maps say how long a frame took).
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

private:
    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestClassroom)
#include "tst_classroom.moc"
