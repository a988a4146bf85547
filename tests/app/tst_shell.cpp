// SPDX-License-Identifier: Apache-2.0
// What surrounds the rooms: commands by name in two languages, tasks, undo, the log, the start page, preferences,
// layouts, what is left by a crash, presenting; and that every control of every room has a name and is reached by Tab.

#include "app/main_window.h"
#include "app/preferences_dialog.h"
#include "app/session.h"
#include "app/shell.h"
#include "app/start_room.h"
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
        language_.use("en");
        dir_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<Settings>(dir_->path());
        auto services = Services::create(*settings_, 1);
        QVERIFY2(services.has_value(), services ? "" : services.error().message.c_str());
        services_ = std::move(*services);
        window_ = std::make_unique<MainWindow>(*services_, *theme_, language_);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    void cleanupTestCase() {
        window_.reset();
        services_.reset();
    }
    void cleanup() { language_.use("en"); }

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
        const CommandList& list = window_->shell().commands();
        const auto other = [this](const std::function<QString()>& words) { return language_.inOther(words); };
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
        for (const QMenu* menu : window_->menuBar()->findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                if (!action->isSeparator() && action->menu() == nullptr && !action->text().isEmpty()) {
                    const auto found = findCommands(list.commands(), action->text(), {}, other);
                    QVERIFY2(!found.empty(), qPrintable(action->text()));
                }
        QVERIFY(ids.contains("theme.themeDark") && ids.contains("place.tokens.path") && ids.contains("inside.matrix"));
        QVERIFY(ids.size() > 60);
    }

    void theSearchWorksByKeyboard() {
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QTest::keyClick(window_.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        CommandPalette* palette = window_->shell().palette();
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
            window_->showView("activity");
            QVERIFY(!window_->grab().isNull());
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
        log.keepIn(dir_->filePath("x.log"));
        log.add("warning", "model", "first\nline");
        LogList next; // the program starts again
        next.keepIn(dir_->filePath("x.log"));
        QFile before(dir_->filePath("x.log.before"));
        QVERIFY(before.open(QIODevice::ReadOnly));
        QVERIFY(before.readAll().contains("warning model: first line\n"));
        LogList::shared().add("info", "test", "for the panel");
        window_->showView("log");
        auto* copy = window_->shell().activity()->findChildren<QPushButton*>().first();
        for (QPushButton* button : window_->shell().activity()->findChildren<QPushButton*>())
            if (button->text() == "Copy the log")
                copy = button;
        copy->click();
        QVERIFY(QApplication::clipboard()->text().contains("info test: for the panel"));
    }

    void theStartPageLeadsEverywhere() {
        window_->showRoom("start");
        auto* start = qobject_cast<StartRoom*>(window_->currentRoom());
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
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("tokens"));
        // The first start asks, once.
        window_->shell().begin();
        QVERIFY(start->asking());
        for (const char* answer : {"Power user", "Portugu"}) // the language last: it changes the words
            for (QRadioButton* button : start->findChildren<QRadioButton*>())
                if (button->text().startsWith(answer))
                    button->click();
        QCOMPARE(language_.current(), QStringLiteral("pt_BR"));
        for (QPushButton* button : start->findChildren<QPushButton*>())
            if (button->property("kind") == "primary")
                button->click();
        QVERIFY(!start->asking());
        QCOMPARE(Ways::shared().depth(), Depth::Power);
        QCOMPARE(settings_->bytes("shell/depth"), QByteArray("power"));
        window_->shell().preferences().choose("language", "en");
        window_->showRoom("chat");
        window_->shell().begin();
        QVERIFY(!start->asking());
        QCOMPARE(window_->currentRoom(), start);
        window_->shell().preferences().choose("start", "0");
        window_->showRoom("chat");
        window_->shell().begin();
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("chat"));
    }

    void aDepthShowsMoreOrLess() {
        Preferences& preferences = window_->shell().preferences();
        window_->showRoom("chat");
        SettingsPanel* panel = window_->settingsPanel();
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
        Preferences& preferences = window_->shell().preferences();
        window_->shell().showPreferences();
        auto* dialog = window_->findChild<PreferencesDialog*>();
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
        SettingsPanel* panel = window_->settingsPanel();
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
        QCOMPARE(double(services_->chat->settings().sampler.temperature), before);
    }

    void layoutsAreSavedAndReset() {
        auto* left = window_->findChild<QDockWidget*>("conversations");
        window_->showRoom("chat");
        Shell& shell = window_->shell();
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
        const QString folder = dir_->filePath("sessions");
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
        QVERIFY(window_->shell().beginSession(folder));
        QCOMPARE(window_->currentRoom()->name(), QStringLiteral("tokens"));
        QCOMPARE(window_->chatPanel()->composer()->text(), QStringLiteral("not sent"));
        window_->shell().endSession();
        window_->chatPanel()->composer()->clear();
    }

    void presentingMovesNothingByItself() {
        Presenter* presenter = window_->shell().presenter();
        window_->showRoom("chat");
        const double size = theme_->fontScale();
        const auto docks = [this] {
            int n = 0;
            for (const QDockWidget* dock : window_->findChildren<QDockWidget*>())
                n += dock->isHidden() ? 0 : 1;
            return n;
        };
        const int before = docks();
        QTest::keyClick(window_.get(), Qt::Key_F5); // as a remote begins
        QVERIFY(presenter->on());
        QCOMPARE(docks(), 0);
        QVERIFY(!window_->menuBar()->isVisible());
        QVERIFY(theme_->fontScale() >= 1.5);
        QCOMPARE(QApplication::cursorFlashTime(), 0);
        Steps steps;
        presenter->setSource(&steps);
        const auto press = [this](int key) {
            QWidget* focus = QApplication::focusWidget();
            QTest::keyClick(focus != nullptr ? focus : window_.get(), Qt::Key(key));
        };
        press(Qt::Key_PageDown);
        QCOMPARE(steps.at, 1);
        press(Qt::Key_B);
        QCOMPARE(presenter->blank(), Presenter::Blank::Black);
        QCOMPARE(window_->grab().toImage().pixelColor(300, 300), QColor(Qt::black));
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
        window_->shell().showView("notes");
        auto* notes = window_->findChild<PresenterNotes*>();
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
        window_->chatPanel()->composer()->focusText();
        QTest::keyClick(window_->chatPanel()->composer()->editor(), Qt::Key_B);
        QCOMPARE(window_->chatPanel()->composer()->text(), QStringLiteral("b"));
        window_->chatPanel()->composer()->clear();
        window_->chatPanel()->composer()->editor()->clearFocus();
        presenter->setPen(true);
        QTest::mousePress(presenter->layer(), Qt::LeftButton, {}, {50, 50});
        QTest::mouseMove(presenter->layer(), {90, 90});
        QTest::mouseRelease(presenter->layer(), Qt::LeftButton, {}, {90, 90});
        QCOMPARE(presenter->layer()->nStroke(), 1);
        press(Qt::Key_E);
        QCOMPARE(presenter->layer()->nStroke(), 0);
        presenter->spotlight(window_->chatPanel()->composer());
        const QImage lit = window_->grab().toImage();
        presenter->zoom(window_->chatPanel()->composer());
        QVERIFY(lit != window_->grab().toImage());
        press(Qt::Key_L);
        QCOMPARE(Ways::shared().slowness(), 4.0);
        QCOMPARE(Ways::shared().playMs(100), 400);
        // Two pictures of a window nobody touches are the same one.
        presenter->zoom(nullptr);
        QTest::qWait(300);
        const QImage first = window_->grab().toImage();
        QTest::qWait(700);
        QCOMPARE(window_->grab().toImage(), first);
        while (presenter->on())
            press(Qt::Key_Escape);
        QCOMPARE(theme_->fontScale(), size);
        QCOMPARE(docks(), before);
        QVERIFY(window_->menuBar()->isVisible());
        QCOMPARE(Ways::shared().slowness(), 1.0);
    }

    void everyControlHasANameAndIsReached() {
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        window_->resize(1280, 800);
        QStringList nameless, unreached;
        const auto isPart = [](const QWidget* w) { // of a control that has the name
            return w->objectName().startsWith("qt_") || qobject_cast<const QComboBox*>(w->parentWidget()) != nullptr ||
                   qobject_cast<const QAbstractSpinBox*>(w->parentWidget()) != nullptr ||
                   (w->parentWidget() != nullptr && w->parentWidget()->inherits("QComboBoxPrivateContainer"));
        };
        const auto walk = [&](const QString& where) {
            QCoreApplication::processEvents();
            QSet<QWidget*> met;
            QWidget* at = window_.get();
            do { // the way Tab goes
                at = at->nextInFocusChain();
                met << at;
            } while (at != window_.get() && met.size() < 20000);
            for (QWidget* w : window_->findChildren<QWidget*>()) {
                if (!w->isVisible() || w->window() != window_.get() || (w->focusPolicy() & Qt::TabFocus) == 0 ||
                    isPart(w))
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
        for (const char* room : {"start", "chat", "tokens", "denoise"}) {
            window_->showRoom(QLatin1String(room));
            walk(QLatin1String(room));
            for (const RoomPlace& place : window_->currentRoom()->places()) {
                window_->currentRoom()->go(place.argument);
                QTest::qWait(20);
                walk(QLatin1String(room) + QLatin1Char(':') + place.argument);
            }
        }
        for (const char* view : {"overview", "matrix", "cell", "text", "residual", "positions", "model",
                                 "interventions", "tree", "activity", "log"}) {
            window_->showView(QLatin1String(view));
            walk(QLatin1String(view));
        }
        for (const QString& who : nameless + unreached) // a failure's own message is cut
            qWarning("%s %s", nameless.contains(who) ? "nameless" : "unreached", qPrintable(who));
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
        QVERIFY2(unreached.isEmpty(), qPrintable(unreached.join('\n')));
    }

private:
    std::unique_ptr<design::Theme> theme_;
    Language language_;
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<Settings> settings_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestShell)
#include "tst_shell.moc"
