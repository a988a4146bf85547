// SPDX-License-Identifier: Apache-2.0
// The window before a class: keys of remotes, pen, poll, notes, and that nothing moves by itself.

#include "app/classroom.h"
#include "app/main_window.h"
#include "app/shell.h"
#include "tests/support/program.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/room.h"
#include "widgets/shell/presenter.h"
#include "widgets/shell/presenter_layer.h"
#include "widgets/shell/presenter_notes.h"
#include "widgets/shell/ways.h"
#include "widgets/shell/work_bar.h"

#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

/// Three steps; the second one asks.
class Steps : public PresentSource {
public:
    int at = 0;
    [[nodiscard]] int count() const override { return 3; }
    [[nodiscard]] int current() const override { return at; }
    void go(int step) override {
        at = step;
        emit changed();
    }
    [[nodiscard]] QString title(int step) const override { return QStringLiteral("step %1").arg(step); }
    [[nodiscard]] QString notes(int step) const override { return QStringLiteral("note **%1**").arg(step); }
    [[nodiscard]] PresentPoll poll(int step) const override {
        return step == 1 ? PresentPoll{"Which?", {"this", "that"}, 1, "Because."} : PresentPoll{};
    }
};

class TestPresenting : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        program_ = std::make_unique<Program>(*theme_);
    }
    void cleanupTestCase() { program_.reset(); }
    void cleanup() { program_->language.use("en"); }

    void presentingMovesNothingByItself() {
        Presenter* presenter = program_->window->shell().presenter();
        program_->window->showRoom("chat");
        const double size = theme_->fontScale();
        const auto docks = [this] {
            int n = 0;
            for (const QDockWidget* dock : program_->window->findChildren<QDockWidget*>())
                n += dock->isHidden() ? 0 : 1;
            return n;
        };
        program_->window->findChild<QDockWidget*>("settings")->show();
        const int before = docks();
        const auto places = [this] {
            QCoreApplication::processEvents();
            QStringList all;
            for (const QWidget* w : program_->window->findChildren<QWidget*>())
                if (w->isVisible() && (qobject_cast<const QDockWidget*>(w) != nullptr ||
                                       qobject_cast<const Room*>(w) != nullptr || w == program_->window->menuBar()))
                    all << QStringLiteral("%1 %2,%3 %4x%5")
                               .arg(w->objectName())
                               .arg(w->x())
                               .arg(w->y())
                               .arg(w->width())
                               .arg(w->height());
            return all;
        };
        const QStringList placesBefore = places();
        QTest::keyClick(program_->window.get(), Qt::Key_F5); // as a remote begins
        QVERIFY(presenter->on());
        QCOMPARE(docks(), 0);
        QVERIFY(!program_->window->menuBar()->isVisible());
        QVERIFY(theme_->fontScale() >= 1.5);
        QCOMPARE(QApplication::cursorFlashTime(), 0);
        Steps steps;
        presenter->setSource(&steps);
        const auto press = [this](int key) {
            QWidget* focus = QApplication::focusWidget();
            QTest::keyClick(focus != nullptr ? focus : program_->window.get(), Qt::Key(key));
        };
        press(Qt::Key_PageDown);
        QCOMPARE(steps.at, 1);
        press(Qt::Key_B);
        QCOMPARE(presenter->blank(), Presenter::Blank::Black);
        QCOMPARE(program_->window->grab().toImage().pixelColor(300, 300), QColor(Qt::black));
        press(Qt::Key_Escape);
        QCOMPARE(presenter->blank(), Presenter::Blank::No);
        // The step asks: shown, counted, revealed.
        press(Qt::Key_V);
        QVERIFY(presenter->poll().shown());
        press(Qt::Key_1);
        press(Qt::Key_2);
        press(Qt::Key_2);
        QCOMPARE(presenter->poll().count(1), 2);
        QCOMPARE(presenter->poll().total(), 3);
        QVERIFY(!presenter->poll().revealed());
        press(Qt::Key_R);
        QVERIFY(presenter->poll().revealed());
        program_->window->shell().showView("notes");
        auto* notes = program_->window->findChild<PresenterNotes*>();
        QVERIFY(notes != nullptr && notes->isVisible());
        const QList<QSpinBox*> hands = notes->findChildren<QSpinBox*>();
        QCOMPARE(hands.size(), 2);
        QCOMPARE(hands[1]->value(), 2);
        hands[0]->setValue(30);
        QCOMPARE(presenter->poll().count(0), 30);
        QVERIFY(notes->findChild<QTextBrowser*>()->toPlainText().contains("note 1"));
        press(Qt::Key_Escape);
        QVERIFY(!presenter->poll().shown());
        // Letters are typed where somebody types.
        program_->window->chatPanel()->composer()->focusText();
        QTest::keyClick(program_->window->chatPanel()->composer()->editor(), Qt::Key_B);
        QCOMPARE(program_->window->chatPanel()->composer()->text(), QStringLiteral("b"));
        program_->window->chatPanel()->composer()->clear();
        program_->window->chatPanel()->composer()->editor()->clearFocus();
        presenter->setPen(true);
        QTest::mousePress(presenter->layer(), Qt::LeftButton, {}, {50, 50});
        QTest::mouseMove(presenter->layer(), {90, 90});
        QTest::mouseRelease(presenter->layer(), Qt::LeftButton, {}, {90, 90});
        QCOMPARE(presenter->layer()->nStroke(), 1);
        press(Qt::Key_E);
        QCOMPARE(presenter->layer()->nStroke(), 0);
        presenter->spotlight(program_->window->chatPanel()->composer());
        const QImage lit = program_->window->grab().toImage();
        presenter->zoom(program_->window->chatPanel()->composer());
        QVERIFY(lit != program_->window->grab().toImage());
        press(Qt::Key_L);
        QCOMPARE(Ways::shared().slowness(), 4.0);
        QCOMPARE(Ways::shared().playMs(100), 400);
        // Two pictures of a window nobody touches are the same one.
        presenter->zoom(nullptr);
        QTest::qWait(300);
        const QImage first = program_->window->grab().toImage();
        QTest::qWait(700);
        QCOMPARE(program_->window->grab().toImage(), first);
        while (presenter->on())
            press(Qt::Key_Escape);
        QCOMPARE(theme_->fontScale(), size);
        QCOMPARE(docks(), before);
        QTRY_COMPARE(places().join('\n'), placesBefore.join('\n')); // to the pixel, after all the big letters
        QVERIFY(program_->window->menuBar()->isVisible());
        QCOMPARE(Ways::shared().slowness(), 1.0);
    }

    void theClockRunsWhileItIsPresented() {
        Presenter* presenter = program_->window->shell().presenter();
        program_->window->shell().showView("notes"); // open before the class comes
        QTest::qWait(120);
        presenter->restartClock();
        QTest::qWait(120);
        QCOMPARE(presenter->passedMs(), 0);
        presenter->setOn(true);
        QTest::qWait(120);
        QVERIFY(presenter->passedMs() >= 100);
        presenter->setOn(false);
        const qint64 whole = presenter->passedMs();
        QTest::qWait(60);
        QCOMPARE(presenter->passedMs(), whole); // how long it took
    }

    void zoomEnlargesWhatIsPointedAt() {
        MainWindow& window = *program_->window;
        Presenter* presenter = window.shell().presenter();
        presenter->setOn(true);
        QLabel column(QString("A long text of a lesson. ").repeated(200), &window);
        column.setWordWrap(true);
        column.setGeometry(0, 0, 360, 3000); // taller than any screen
        column.show();
        presenter->zoom(&column, {100, 2500});
        PresenterLayer* layer = presenter->layer();
        QVERIFY2(layer->zoomScale() >= 2, qPrintable(QString::number(layer->zoomScale())));
        QVERIFY(layer->zoomSource().contains(QPointF(100, 2500)));
        QVERIFY(QRectF(column.rect()).contains(layer->zoomSource()));
        QTest::keyClick(&window, Qt::Key_Up);
        QVERIFY(layer->zoomSource().top() < 2500 - 100);
        const double before = layer->zoomScale();
        QTest::keyClick(&window, Qt::Key_Plus);
        QVERIFY(layer->zoomScale() > before);
        for (int i = 0; i < 20; ++i)
            QTest::keyClick(&window, Qt::Key_Minus);
        QCOMPARE(layer->zoomSource(), QRectF(column.rect())); // all of it
        // As large as the window: the part under the pointer.
        presenter->zoom(nullptr);
        presenter->zoom(window.currentRoom(), {50, 50});
        QVERIFY(layer->zoomScale() >= 1.6);
        QVERIFY(layer->zoomSource().contains(QPointF(50, 50)));
        presenter->setOn(false);
    }

    void nothingComesUpByItself() {
        MainWindow& window = *program_->window;
        Presenter* presenter = window.shell().presenter();
        WorkBar bar;
        bar.setShare({});
        QCOMPARE(bar.maximum(), 0); // runs to and fro
        presenter->setOn(true);
        QVERIFY(bar.maximum() > 0);
        window.showRoom("chat");
        QTest::qWait(300);
        const QImage before = window.grab().toImage();
        auto* notice = window.findChild<NoticeBar*>("window.notice");
        QVERIFY(notice != nullptr);
        notice->tell(NoticeBar::Kind::Problem, "A download failed.");
        QTest::qWait(50);
        QCOMPARE(window.grab().toImage(), before);
        QCOMPARE(presenter->aside(), QString("A download failed."));
        presenter->setOn(false);
        QCOMPARE(bar.maximum(), 0);
        QCOMPARE(notice->sentence(), QString("A download failed.")); // now it may
        notice->hide();
    }

    void ownQuestionsKeepTheirHands() {
        MainWindow& window = *program_->window;
        Presenter* presenter = window.shell().presenter();
        presenter->setOn(true);
        presenter->poll().set({"Another?", {"one", "two"}, 0, {}, {}});
        presenter->poll().addHand(1); // of another question
        window.shell().showView("notes");
        auto* notes = window.findChild<PresenterNotes*>();
        if (!notes->isVisible())
            window.shell().showView("notes");
        auto* options = notes->findChild<QPlainTextEdit*>();
        QTest::keyClicks(notes->findChild<QLineEdit*>(), "Wich?");
        options->setPlainText("this\n* that\n\n*");
        QCOMPARE(presenter->poll().poll().options, QStringList({"this", "that"}));
        QCOMPARE(presenter->poll().poll().right, 1);
        presenter->poll().show(true);
        presenter->poll().addHand(1);
        notes->findChild<QLineEdit*>()->setText("Which");
        QTest::keyClicks(notes->findChild<QLineEdit*>(), "?"); // mended while the hands are up
        QCOMPARE(presenter->poll().poll().question, QString("Which?"));
        QCOMPARE(presenter->poll().count(1), 1);
        QCOMPARE(options->toPlainText(), QString("this\n* that\n\n*"));
        presenter->poll().reveal(true);
        QVERIFY(presenter->poll().revealed());
        presenter->poll().set({});
        presenter->setOn(false);
    }

    void aPollTakesTheRoomItNeeds() {
        Presenter* presenter = program_->window->shell().presenter();
        presenter->setOn(true);
        presenter->poll().set({"Which?", {"this", "that"}, 1, "Because."});
        presenter->poll().show(true);
        auto* view = program_->window->findChild<PollView*>();
        QVERIFY(view != nullptr && view->isVisible());
        QVERIFY2(view->height() < program_->window->height() / 2 + 40, qPrintable(QString::number(view->height())));
        const int before = view->height();
        presenter->poll().reveal(true); // the explanation needs a line more
        QVERIFY(view->height() > before);
        presenter->setOn(false);
    }

    void presentingFollowsALessonAndLiesOverItsOutline() {
        Presenter* presenter = program_->window->shell().presenter();
        program_->window->showRoom("chat");
        LessonPlayer& player = program_->classroom().player();
        QTRY_VERIFY_WITH_TIMEOUT(player.course() != nullptr, 20000);
        presenter->setOn(true);
        player.openUnit("generative", 0); // in the room that is shown already
        QCOMPARE(presenter->source(), static_cast<PresentSource*>(&player));
        const Spotlight* outline = program_->classroom().panel()->spotlight();
        QTRY_VERIFY_WITH_TIMEOUT(program_->idle() && outline->isVisible(), 20000);
        presenter->poll().show(true);
        QVERIFY(!outline->isVisible());
        presenter->poll().show(false);
        QVERIFY(outline->isVisible());
        QTest::keyClick(program_->window.get(), Qt::Key_R); // no poll: the panel tells
        QVERIFY(!player.waiting());
        QTest::keyClick(program_->window.get(), Qt::Key_PageDown);
        QTRY_COMPARE(player.current(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(program_->idle() && outline->isVisible(), 20000);
        presenter->setBlank(Presenter::Blank::Black);
        QVERIFY(!outline->isVisible());
        presenter->setBlank(Presenter::Blank::No);
        player.close();
        presenter->setOn(false);
    }

    void notesStandOnTheOtherScreen_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("dark");
        QTest::newRow("en") << "en" << true;
        QTest::newRow("pt_BR") << "pt_BR" << false;
    }
    void notesStandOnTheOtherScreen() {
        QFETCH(QString, language);
        QFETCH(bool, dark);
        const QList<QScreen*> screens = QGuiApplication::screens();
        if (screens.size() != 2)
            QSKIP("this Qt takes no second screen from a file");
        MainWindow& window = *program_->window;
        program_->language.use(language);
        theme_->setChoice(dark ? design::ThemeChoice::Dark : design::ThemeChoice::Light);
        LessonPlayer& player = program_->classroom().player();
        QTRY_VERIFY_WITH_TIMEOUT(player.course() != nullptr, 20000);
        player.openUnit("tokens", 0);
        int asks = 0; // a step that asks with answers to choose from
        while (asks + 1 < player.count() && player.poll(asks).options.isEmpty())
            ++asks;
        player.go(asks);
        QTRY_VERIFY_WITH_TIMEOUT(program_->idle(), 20000);
        Presenter* presenter = window.shell().presenter();
        presenter->setOn(true);
        QTRY_COMPARE(window.geometry(), screens[0]->geometry());
        window.shell().showView("notes");
        auto* notes = window.findChild<PresenterNotes*>();
        QTRY_VERIFY(notes != nullptr && notes->isVisible());
        const QRect place = notes->geometry(), room = screens[1]->geometry();
        QVERIFY2(
            room.contains(place),
            qPrintable(
                QStringLiteral("%1,%2 %3x%4").arg(place.x()).arg(place.y()).arg(place.width()).arg(place.height())));
        QVERIFY(!notes->findChild<QTextBrowser*>()->toPlainText().isEmpty() ||
                !player.notes(player.current()).isEmpty());
        const auto save = [&](const char* what) {
            if (!qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES"))
                return;
            QTest::qWait(300);
            const QString name = QStringLiteral("presenting-%1-%2-%3.png").arg(QLatin1String(what), language);
            window.grab().save(name.arg("class"));
            notes->grab().save(name.arg("notes"));
        };
        save("step");
        // The keys of the remote arrive at whatever window has the focus.
        const int at = player.current();
        const auto press = [notes](Qt::Key key) { QTest::keyClick(notes, key); };
        press(Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(player.current() == at + 1 && program_->idle(), 20000);
        press(Qt::Key_PageUp);
        QTRY_VERIFY_WITH_TIMEOUT(player.current() == at && program_->idle(), 20000);
        press(Qt::Key_Period);
        QCOMPARE(presenter->blank(), Presenter::Blank::Black);
        press(Qt::Key_B);
        QCOMPARE(presenter->blank(), Presenter::Blank::No);
        press(Qt::Key_V);
        QVERIFY(presenter->poll().shown());
        for (const Qt::Key key : {Qt::Key_1, Qt::Key_2, Qt::Key_2, Qt::Key_2})
            press(key);
        save("poll");
        press(Qt::Key_R);
        QVERIFY(presenter->poll().revealed());
        save("revealed");
        press(Qt::Key_Escape);
        presenter->spotlight(program_->classroom().element("tokens.view"));
        presenter->setPen(true);
        QTest::mousePress(presenter->layer(), Qt::LeftButton, {}, {300, 200});
        for (int x = 300; x < 700; x += 20)
            QTest::mouseMove(presenter->layer(), {x, 200 + (x % 60)});
        QTest::mouseRelease(presenter->layer(), Qt::LeftButton, {}, {700, 230});
        QCOMPARE(presenter->layer()->nStroke(), 1);
        save("spotlight-pen");
        presenter->zoom(program_->classroom().element("tokens.view"));
        save("zoom");
        presenter->setOn(false);
        QVERIFY(!notes->isVisible());
        player.close();
        theme_->setChoice(design::ThemeChoice::Light);
    }

private:
    std::unique_ptr<design::Theme> theme_;
    std::unique_ptr<Program> program_;
};

int main(int argc, char** argv) {
    if (qgetenv("QT_QPA_PLATFORM") == "offscreen") // the class's screen and the teacher's
        qputenv("QT_QPA_PLATFORM", "offscreen:configfile=" VITRAL_SOURCE_DIR "/tests/app/two_screens.json");
    QApplication application(argc, argv);
    TestPresenting test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_presenting.moc"
