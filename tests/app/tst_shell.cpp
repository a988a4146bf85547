// SPDX-License-Identifier: Apache-2.0
// What surrounds the rooms: commands by name in two languages, tasks, undo, the log, the start page, preferences,
// layouts, what is left by a crash, presenting; and that every control of every room has a name and is reached by Tab.

#include "app/main_window.h"
#include "app/preferences_dialog.h"
#include "app/session.h"
#include "app/shell.h"
#include "app/start_room.h"
#include "app/view_picture.h"
#include "tests/support/program.h"
#include "widgets/design/palette.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/fuzzy.h"
#include "widgets/shell/presenter.h"
#include "widgets/shell/presenter_layer.h"
#include "widgets/shell/presenter_notes.h"
#include "widgets/shell/undo_list.h"
#include "widgets/shell/ways.h"

#include <QTemporaryDir>
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

class TestShell : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        program_ = std::make_unique<Program>(*theme_);
    }
    void cleanupTestCase() { program_.reset(); }
    void cleanup() { program_->language.use("en"); }

    void lettersFindNames() {
        QVERIFY(fitness("acao", QStringLiteral("A\u00E7\u00E3o")) > 0);
        QVERIFY(fitness("AÇÃO", "acao") > 0);
        QCOMPARE(fitness("xyz", "Theme"), 0);
        QCOMPARE(fitness("", "Theme"), 0);
        QVERIFY(fitness("model open", "Open model file") > 0);
        QVERIFY(fitness("dark", "Dark") > fitness("dark", "Darkness of the night"));
        QVERIFY(fitness("the", "Theme") > fitness("the", "Bathe"));
        QVERIFY(fitness("omf", "Open model file") > fitness("omf", "Commfort"));
    }

    void everyActionIsFoundInBothLanguages() {
        const CommandList& list = program_->window->shell().commands();
        const auto other = [this](const std::function<QString()>& words) { return program_->language.inOther(words); };
        QSet<QString> ids;
        for (const Command& command : list.commands()) {
            QVERIFY2(!ids.contains(command.id), qPrintable(command.id));
            ids << command.id;
            const QString name = command.name();
            QVERIFY2(!name.isEmpty(), qPrintable(command.id));
            // Its own name finds it, and so does its Portuguese one.
            for (const QString& typed : {name, other(command.name)}) {
                QVERIFY2(!typed.isEmpty(), qPrintable(command.id));
                const auto found = findCommands(list.commands(), typed, {}, other);
                QVERIFY2(std::any_of(found.begin(), found.end(),
                                     [&](const FoundCommand& f) { return f.command.id == command.id; }),
                         qPrintable(typed));
            }
        }
        // No action of a menu is missing.
        QSet<const QAction*> known;
        for (const QMenu* menu : program_->window->menuBar()->findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                if (!action->isSeparator() && action->menu() == nullptr && !action->text().isEmpty()) {
                    const auto found = findCommands(list.commands(), action->text(), {}, other);
                    QVERIFY2(!found.empty(), qPrintable(action->text()));
                }
        QVERIFY(ids.contains("theme.themeDark") && ids.contains("place.tokens.path") && ids.contains("inside.matrix"));
        QVERIFY(ids.size() > 60);
    }

    void aSmallWindowBeginsWithOnePanel() {
        QTemporaryDir dir;
        Settings settings(dir.path());
        auto services = Services::create(settings, 1);
        QVERIFY(services.has_value());
        MainWindow window(**services, *theme_, program_->language);
        window.resize(800, 600);
        window.show();
        QTRY_VERIFY(window.findChild<QDockWidget*>("settings")->isHidden());
        window.shell().preferences().choose("depth", "researcher"); // which shows it where there is room
        QVERIFY(window.findChild<QDockWidget*>("settings")->isHidden());
        window.shell().preferences().choose("depth", "user");
        window.close();
        program_->window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
    }

    void attentionIsFoundByItsName() {
        const auto other = [this](const std::function<QString()>& words) { return program_->language.inOther(words); };
        for (const char* language : {"en", "pt_BR"}) {
            program_->language.use(QLatin1String(language));
            const auto found = findCommands(program_->window->shell().commands().commands(), "aten", {}, other);
            QVERIFY(found.size() >= 4);
            for (std::size_t i = 0; i < 4; ++i) // overview, matrix, cell, text
                QVERIFY2(found[i].command.id.startsWith("inside."), qPrintable(found[i].command.id));
        }
    }

    void pagesWalkTheLessonsAndChangeNoChoice() {
        program_->window->showRoom("learn");
        const Depth depth = Ways::shared().depth();
        auto* choice = program_->window->room("learn")->findChild<QComboBox*>();
        QVERIFY(choice != nullptr);
        choice->setFocus();
        QTest::keyClick(choice, Qt::Key_PageDown);
        QTest::keyClick(choice, Qt::Key_PageDown);
        QCOMPARE(Ways::shared().depth(), depth);
        program_->window->showRoom("chat");
    }

    void theSearchWorksByKeyboard() {
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
        QTest::keyClick(program_->window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        CommandPalette* palette = program_->window->shell().palette();
        QVERIFY(palette->isVisible());
        QVERIFY(!palette->field()->accessibleName().isEmpty() && !palette->list()->accessibleName().isEmpty());
        QTest::keyClicks(palette->field(), "bytes de cada"); // nothing
        palette->field()->clear();
        QTest::keyClicks(palette->field(), "escuro"); // "Dark" in Portuguese, while English is spoken
        const QModelIndex first = palette->list()->currentIndex();
        QCOMPARE(first.data().toString(), QStringLiteral("Dark"));
        QVERIFY(first.data(Qt::AccessibleTextRole).toString().contains("Theme"));
        theme_->setChoice(design::ThemeChoice::Light);
        QTest::keyClick(palette->field(), Qt::Key_Return);
        QVERIFY(!palette->isVisible());
        QCOMPARE(theme_->choice(), design::ThemeChoice::Dark);
        theme_->setChoice(design::ThemeChoice::Light);
        palette->open(); // what was used last stands first
        QCOMPARE(palette->list()->currentIndex().data().toString(), QStringLiteral("Dark"));
        QTest::keyClick(palette->field(), Qt::Key_Down);
        QCOMPARE(palette->list()->currentIndex().row(), 1);
        QTest::keyClick(palette->field(), Qt::Key_Escape);
        QVERIFY(!palette->isVisible());
    }

    void tasksComeAndGo() {
        TaskList& tasks = TaskList::shared();
        QTRY_COMPARE_WITH_TIMEOUT(tasks.nRunning(), 0, 20000);
        tasks.clearFinished();
        bool stopped = false;
        {
            RunningTask a = tasks.begin("Download", [&] { stopped = true; });
            RunningTask b = tasks.begin("Training");
            RunningTask moved = std::move(b);
            moved.setProgress(0.5, "3 of 6");
            QCOMPARE(tasks.nRunning(), 2);
            QCOMPARE(tasks.items()[1].what, QStringLiteral("3 of 6"));
            tasks.cancel(tasks.items()[0].id);
            tasks.cancel(tasks.items()[0].id); // once is enough
            QVERIFY(stopped);
            QVERIFY(tasks.items()[0].cancelled);
            moved.fail("There is no room on the disk.");
            QCOMPARE(tasks.nRunning(), 1);
            program_->window->showView("activity");
            QVERIFY(!program_->window->grab().isNull());
        }
        QCOMPARE(tasks.nRunning(), 0);
        QCOMPARE(tasks.items().size(), std::size_t(2));
        QVERIFY(!tasks.items()[0].failed && tasks.items()[1].failed); // newest first
    }

    void undoTakesBackAndMerges() {
        UndoList& undo = UndoList::shared();
        int value = 1;
        const auto set = [&](int to) {
            const int before = value;
            value = to;
            undo.push(
                "Value", [&value, before] { value = before; }, [&value, to] { value = to; }, "value");
        };
        set(2);
        set(3); // a slider being dragged: one step
        undo.stack()->undo();
        QCOMPARE(value, 1);
        undo.stack()->redo();
        QCOMPARE(value, 3);
        auto owner = std::make_unique<QObject>();
        undo.push(
            "Gone", [&] { value = 9; }, [] {}, {}, owner.get());
        owner.reset();
        undo.stack()->undo();
        QCOMPARE(value, 3);
        undo.stack()->clear();
    }

    void theLogIsKeptAndCopied() {
        LogList log;
        log.keepIn(program_->dir.filePath("x.log"));
        log.add("warning", "model", "first\nline");
        LogList next; // the program starts again
        next.keepIn(program_->dir.filePath("x.log"));
        QFile before(program_->dir.filePath("x.log.before"));
        QVERIFY(before.open(QIODevice::ReadOnly));
        QVERIFY(before.readAll().contains("warning model: first line\n"));
        LogList::shared().add("info", "test", "for the panel");
        program_->window->showView("log");
        auto* copy = program_->window->shell().activity()->findChildren<QPushButton*>().first();
        for (QPushButton* button : program_->window->shell().activity()->findChildren<QPushButton*>())
            if (button->text() == "Copy the log")
                copy = button;
        copy->click();
        QVERIFY(QApplication::clipboard()->text().contains("info test: for the panel"));
    }

    void theStartPageLeadsEverywhere() {
        program_->window->showRoom("start");
        auto* start = qobject_cast<StartRoom*>(program_->window->currentRoom());
        QVERIFY(start != nullptr);
        QVERIFY(!start->asking());
        QStringList names;
        for (QPushButton* button : start->findChildren<QPushButton*>())
            if (button->property("kind") == "suggestion")
                names << button->accessibleName();
        QVERIFY2(names.size() >= 4, qPrintable(names.join(", ")));
        QVERIFY(names.contains("Chat") && names.contains("Look inside") && names.contains("Denoise"));
        for (QPushButton* button : start->findChildren<QPushButton*>())
            if (button->accessibleName() == "Tokens")
                button->click();
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("tokens"));
        // The first start asks, once.
        program_->window->shell().begin();
        QVERIFY(start->asking());
        for (const char* answer : {"Power user", "Portugu"}) // the language last: it changes the words
            for (QRadioButton* button : start->findChildren<QRadioButton*>())
                if (button->text().startsWith(answer))
                    button->click();
        QCOMPARE(program_->language.current(), QStringLiteral("pt_BR"));
        for (QPushButton* button : start->findChildren<QPushButton*>())
            if (button->property("kind") == "primary")
                button->click();
        QVERIFY(!start->asking());
        QCOMPARE(Ways::shared().depth(), Depth::Power);
        QCOMPARE(program_->settings.bytes("shell/depth"), QByteArray("power"));
        program_->window->shell().preferences().choose("language", "en");
        program_->window->showRoom("chat");
        program_->window->shell().begin();
        QVERIFY(!start->asking());
        QCOMPARE(program_->window->currentRoom(), start);
        program_->window->shell().preferences().choose("start", "0");
        program_->window->showRoom("chat");
        program_->window->shell().begin();
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("chat"));
    }

    void aDepthShowsMoreOrLess() {
        Preferences& preferences = program_->window->shell().preferences();
        program_->window->showRoom("chat");
        SettingsPanel* panel = program_->window->settingsPanel();
        const auto seen = [panel] {
            int n = 0;
            for (const Section* section : panel->findChildren<Section*>())
                n += section->isHidden() ? 0 : 1;
            return n;
        };
        preferences.choose("depth", "user");
        const int few = seen();
        preferences.choose("depth", "researcher");
        const int all = seen();
        QVERIFY(few >= 2 && all > few + 3);
        preferences.choose("depth", "user");
        panel->find("grammar"); // folded away, and found
        const QList<Section*> sections = panel->findChildren<Section*>();
        QVERIFY(std::any_of(sections.begin(), sections.end(),
                            [](const Section* s) { return !s->isHidden() && s->title() == "Form of the answer"; }));
        panel->find({});
        QCOMPARE(seen(), few);
        UndoList::shared().stack()->undo(); // the depth is a step like any other
        QCOMPARE(preferences.value("depth"), QStringLiteral("power"));
        preferences.choose("depth", "researcher");
    }

    void preferencesAreSearchedAndUndone() {
        Preferences& preferences = program_->window->shell().preferences();
        program_->window->shell().showPreferences();
        auto* dialog = program_->window->findChild<PreferencesDialog*>();
        QVERIFY(dialog != nullptr);
        const qsizetype all = dialog->shown().size();
        QVERIFY(all >= 7);
        dialog->search()->setText("escuro");
        QCOMPARE(dialog->shown().size(), 0);
        dialog->search()->setText("dark");
        QCOMPARE(dialog->shown(), QStringList{"theme"});
        dialog->search()->clear();
        preferences.choose("theme", "light");
        preferences.choose("motion", "1");
        QVERIFY(Ways::shared().reducedMotion());
        QCOMPARE(QApplication::cursorFlashTime(), 0);
        UndoList::shared().stack()->undo();
        QVERIFY(!Ways::shared().reducedMotion());
        dialog->close();
    }

    void settingsOfAnswersAreUndone() {
        SettingsPanel* panel = program_->window->settingsPanel();
        GenerationSettings s = panel->settings();
        const double before = s.sampler.temperature;
        for (const float t : {0.3F, 0.4F}) { // dragged: one step
            s.sampler.temperature = t;
            panel->setSettings(s);
            emit panel->changed(s);
        }
        s.sampler.topK = 7;
        panel->setSettings(s);
        emit panel->changed(s);
        UndoList::shared().stack()->undo();
        QCOMPARE(panel->settings().sampler.temperature, 0.4F);
        UndoList::shared().stack()->undo();
        QCOMPARE(double(panel->settings().sampler.temperature), before);
        QCOMPARE(double(program_->services->chat->settings().sampler.temperature), before);
    }

    void layoutsAreSavedAndReset() {
        auto* left = program_->window->findChild<QDockWidget*>("conversations");
        program_->window->showRoom("chat");
        Shell& shell = program_->window->shell();
        shell.resetLayout();
        QVERIFY(!left->isHidden());
        left->hide();
        shell.saveLayout("Mine & yours");
        shell.resetLayout();
        QVERIFY(!left->isHidden());
        shell.useLayout("Mine & yours");
        QVERIFY(left->isHidden());
        UndoList::shared().stack()->undo();
        QVERIFY(!left->isHidden());
        shell.removeLayout("Mine & yours");
        QVERIFY(shell.layouts().isEmpty());
        UndoList::shared().stack()->undo();
        QCOMPARE(shell.layouts(), QStringList{"Mine & yours"});
        shell.removeLayout("Mine & yours");
    }

    void aSessionOutlivesItsProgram() {
        const QString folder = program_->dir.filePath("sessions");
        const QString lost = folder + "/100-1.json"; // of a program that is gone: nobody holds its lock
        QVERIFY(QDir().mkpath(folder));
        const auto leave = [](const QString& path, const QByteArray& bytes) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bytes);
        };
        leave(lost, R"({"room":"tokens","text":"older"})");
        leave(folder + "/200-2.json", "{ this is no JSON");
        leave(folder + "/300-3.json", R"({"room":"denoise","text":"half a question"})");
        {
            Session session(folder);
            const auto crashed = session.takeCrashed();
            QVERIFY(crashed.has_value());
            QCOMPARE((*crashed)["text"].toString(), QStringLiteral("half a question"));
            QCOMPARE(session.nAttempt(), 1);
            Session other(folder); // a second window: the first one's file is not a crash
            const auto second = other.takeCrashed();
            QVERIFY(second.has_value());
            QCOMPARE((*second)["text"].toString(), QStringLiteral("older"));
            QVERIFY(!other.takeCrashed());
            session.save({{"room", "chat"}});
        }
        QCOMPARE(QDir(folder).entryList(QDir::Files), QStringList()); // both ended as they should

        leave(folder + "/400-4.json", R"({"room":"tokens","text":"not sent","inside":false})");
        QVERIFY(program_->window->shell().beginSession(folder));
        QCOMPARE(program_->window->currentRoom()->name(), QStringLiteral("tokens"));
        QCOMPARE(program_->window->chatPanel()->composer()->text(), QStringLiteral("not sent"));
        program_->window->shell().endSession();
        program_->window->chatPanel()->composer()->clear();
    }

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
        const int before = docks();
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
        QVERIFY(program_->window->menuBar()->isVisible());
        QCOMPARE(Ways::shared().slowness(), 1.0);
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
        presenter->setBlank(Presenter::Blank::Black);
        QVERIFY(!outline->isVisible());
        presenter->setBlank(Presenter::Blank::No);
        player.close();
        presenter->setOn(false);
    }

    void lettersStandOutFromWhatTheyStandOn_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    // Measured on the picture: of every text of the lesson's and the shell's own widgets.
    void lettersStandOutFromWhatTheyStandOn() {
        QFETCH(bool, dark);
        MainWindow& window = *program_->window;
        theme_->setChoice(dark ? design::ThemeChoice::Dark : design::ThemeChoice::Light);
        window.resize(1280, 800);
        QTRY_VERIFY_WITH_TIMEOUT(program_->classroom().player().course() != nullptr, 20000);
        QStringList faint;
        int nSeen = 0;
        const auto look = [&](QWidget* top, const QString& where) {
            QTest::qWait(60);
            const QImage picture = viewPicture(top, 3);
            for (QWidget* w : top->findChildren<QWidget*>()) {
                const auto* label = qobject_cast<QLabel*>(w);
                const auto* button = qobject_cast<QAbstractButton*>(w);
                const QString words = label != nullptr ? label->text() : button != nullptr ? button->text() : QString();
                if (words.trimmed().isEmpty() || !w->isVisible() || !w->isEnabled() || w->visibleRegion().isEmpty())
                    continue;
                const QRect seen = w->visibleRegion().boundingRect().translated(w->mapTo(top, QPoint()));
                const double ratio = contrastOf(picture.copy(QRect(seen.topLeft() * 3, seen.size() * 3)));
                ++nSeen;
                if (ratio > 0 && ratio < 4.5)
                    faint << QStringLiteral("%1: %2 %3").arg(where, words.left(40)).arg(ratio);
            }
        };
        for (const char* room : {"start", "learn"}) {
            window.showRoom(room);
            look(&window, room);
        }
        LessonPlayer& player = program_->classroom().player();
        player.openUnit("prompting", player.count());
        player.go(8); // the quiz
        QTRY_VERIFY_WITH_TIMEOUT(program_->idle(), 20000);
        look(program_->classroom().panel(), "lesson");
        player.close();
        window.shell().showPreferences();
        look(window.findChild<PreferencesDialog*>(), "preferences");
        window.findChild<PreferencesDialog*>()->close();
        window.shell().showView("notes");
        look(window.findChild<PresenterNotes*>(), "notes");
        window.findChild<PresenterNotes*>()->hide();
        window.shell().showView("activity");
        look(window.shell().activity(), "tasks");
        window.findChild<QDockWidget*>("activity")->hide();
        theme_->setChoice(design::ThemeChoice::Light);
        QVERIFY2(faint.isEmpty(), qPrintable(faint.join('\n')));
        QVERIFY2(nSeen > 60, qPrintable(QString::number(nSeen)));
    }

    void nothingMovesByItselfWhenThatIsWished() {
        Preferences& preferences = program_->window->shell().preferences();
        preferences.choose("motion", "1");
        QCOMPARE(QApplication::cursorFlashTime(), 0);
        QVERIFY(Ways::shared().reducedMotion());
        for (const char* room : {"start", "chat", "tokens", "denoise", "learn", "library"}) {
            program_->window->showRoom(room);
            QTRY_VERIFY_WITH_TIMEOUT(program_->idle(), 20000);
            bool still = false; // once its folders are read and its texts laid out
            for (int i = 0; i < 20 && !still; ++i) {
                const QImage first = program_->window->grab().toImage();
                QTest::qWait(400);
                still = program_->window->grab().toImage() == first;
            }
            QVERIFY2(still, room);
        }
        preferences.choose("motion", "0");
        program_->window->showRoom("chat");
    }

    void everyControlHasANameAndIsReached() {
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
        program_->window->resize(1280, 800);
        QStringList nameless, unreached;
        const auto isPart = [](const QWidget* w) { // of a control that has the name
            return w->objectName().startsWith("qt_") || qobject_cast<const QComboBox*>(w->parentWidget()) != nullptr ||
                   qobject_cast<const QAbstractSpinBox*>(w->parentWidget()) != nullptr ||
                   (w->parentWidget() != nullptr && w->parentWidget()->inherits("QComboBoxPrivateContainer"));
        };
        const auto walk = [&](const QString& where) {
            QCoreApplication::processEvents();
            QSet<QWidget*> met;
            QWidget* at = program_->window.get();
            do { // the way Tab goes
                at = at->nextInFocusChain();
                met << at;
            } while (at != program_->window.get() && met.size() < 20000);
            for (QWidget* w : program_->window->findChildren<QWidget*>()) {
                if (!w->isVisible() || w->window() != program_->window.get() ||
                    (w->focusPolicy() & Qt::TabFocus) == 0 || isPart(w))
                    continue;
                const QAccessibleInterface* face = QAccessible::queryAccessibleInterface(w);
                const QString who = QStringLiteral("%1: %2 %3 (in %4)")
                                        .arg(where, QLatin1String(w->metaObject()->className()), w->objectName(),
                                             QLatin1String(w->parentWidget()->metaObject()->className()));
                if (face == nullptr || face->text(QAccessible::Name).trimmed().isEmpty())
                    nameless << who;
                if (!met.contains(w))
                    unreached << who;
            }
        };
        for (const char* room : {"start", "chat", "tokens", "denoise", "learn", "library"}) {
            program_->window->showRoom(QLatin1String(room));
            walk(QLatin1String(room));
            for (const RoomPlace& place : program_->window->currentRoom()->places()) {
                program_->window->currentRoom()->go(place.argument);
                QTest::qWait(20);
                walk(QLatin1String(room) + QLatin1Char(':') + place.argument);
                if (QLatin1String(room) == QLatin1String("learn")) // the panel of one lesson is that of all
                    break;
            }
        }
        program_->classroom().player().close();
        for (const char* view : {"overview", "matrix", "cell", "text", "residual", "positions", "model",
                                 "interventions", "tree", "activity", "log"}) {
            program_->window->showView(QLatin1String(view));
            walk(QLatin1String(view));
        }
        for (const QString& who : nameless + unreached) // a failure's own message is cut
            qWarning("%s %s", nameless.contains(who) ? "nameless" : "unreached", qPrintable(who));
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
        QVERIFY2(unreached.isEmpty(), qPrintable(unreached.join('\n')));
    }

private:
    /// Of the letters to what is behind them: the colour met most often, and the one that differs most from it and is
    /// no single pixel. 0: one colour only.
    static double contrastOf(const QImage& picture) {
        QHash<QRgb, int> counts;
        for (int y = 0; y < picture.height(); ++y) {
            const auto* line = reinterpret_cast<const QRgb*>(picture.constScanLine(y));
            for (int x = 0, run = 1; x < picture.width(); x += run, run = 1) { // mostly one colour
                while (x + run < picture.width() && line[x + run] == line[x])
                    ++run;
                counts[line[x]] += run;
            }
        }
        QRgb behind = 0;
        int most = 0;
        for (auto it = counts.constBegin(); it != counts.constEnd(); ++it)
            if (*it > most) {
                most = *it;
                behind = it.key();
            }
        double best = 0;
        for (auto it = counts.constBegin(); it != counts.constEnd(); ++it)
            if (*it >= 4 && it.key() != behind)
                best = std::max(best, design::contrastRatio(QColor(it.key()), QColor(behind)));
        return best;
    }

    std::unique_ptr<design::Theme> theme_;
    std::unique_ptr<Program> program_;
};

QTEST_MAIN(TestShell)
#include "tst_shell.moc"
