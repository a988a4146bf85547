// SPDX-License-Identifier: Apache-2.0
// What surrounds the rooms: commands by name in two languages, tasks, undo, the log, the start page, preferences,
// layouts, and what is left by a crash.

#include "app/main_window.h"
#include "app/preferences_dialog.h"
#include "app/session.h"
#include "app/shell.h"
#include "app/start_room.h"
#include "tests/support/program.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/fuzzy.h"
#include "widgets/shell/undo_list.h"
#include "widgets/shell/ways.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

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

    void everyActionIsFoundInBothLanguages_data() {
        QTest::addColumn<QString>("spoken");
        QTest::newRow("en") << "en";
        QTest::newRow("pt_BR") << "pt_BR";
    }
    void everyActionIsFoundInBothLanguages() {
        QFETCH(QString, spoken);
        program_->language.use(spoken);
        const CommandList& list = program_->window->shell().commands();
        const auto other = [this](const std::function<QString()>& words) { return program_->language.inOther(words); };
        QSet<QString> ids;
        for (const Command& command : list.commands()) {
            QVERIFY2(!ids.contains(command.id), qPrintable(command.id));
            ids << command.id;
            const QString name = command.name();
            QVERIFY2(!name.isEmpty(), qPrintable(command.id));
            // Its own name finds it, and so does the one in the other language.
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

    // With its menu's name before it, in the language that is not spoken.
    void aMenuAndANameFindInBothLanguages() {
        const auto other = [this](const std::function<QString()>& words) { return program_->language.inOther(words); };
        for (const auto& [language, typed] : {std::pair("en", "tema escuro"), std::pair("pt_BR", "theme dark")}) {
            program_->language.use(QLatin1String(language));
            const auto found =
                findCommands(program_->window->shell().commands().commands(), QLatin1String(typed), {}, other);
            QVERIFY(!found.empty());
            QCOMPARE(found.front().command.id, QString("theme.themeDark"));
        }
    }

    void otherWordsFindToo() {
        const auto other = [this](const std::function<QString()>& words) { return program_->language.inOther(words); };
        const auto commands = program_->window->shell().commands().commands();
        for (const auto& [typed, id] :
             {std::pair("lingua", "language.pt"), std::pair("configuracoes", "edit.preferences"),
              std::pair("zoom", "view.larger"), std::pair("sair", "file.quit"), std::pair("trabalho", "lesson.handIn"),
              std::pair("lesson pdf", "lesson.pdf")}) {
            const auto found = findCommands(commands, QLatin1String(typed), {}, other);
            QVERIFY2(std::any_of(found.begin(), found.end(),
                                 [id = id](const FoundCommand& f) { return f.command.id == QLatin1String(id); }),
                     typed);
        }
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
            RunningTask a = tasks.begin([] { return QString("Download"); }, [&] { stopped = true; });
            RunningTask b = tasks.begin([] { return QString("Training"); });
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
            // The button of the status bar says what runs, whether the panel is opened before or after.
            QStringList buttons;
            for (const QToolButton* button : program_->window->statusBar()->findChildren<QToolButton*>())
                buttons << button->text();
            QVERIFY2(buttons.contains("1 running"), qPrintable(buttons.join(", ")));
        }
        QCOMPARE(tasks.nRunning(), 0);
        QCOMPARE(tasks.items().size(), std::size_t(2));
        QVERIFY(!tasks.items()[0].failed && tasks.items()[1].failed); // newest first
        // The log tells how everything ended.
        const QString log = LogList::shared().lines().join('\n');
        QVERIFY(log.contains("Download: stopped") && log.contains("There is no room on the disk."));
        RunningTask elsewhere = tasks.begin([] { return QString("Answer"); });
        elsewhere.stop(); // by a key, not from the panel
        QVERIFY(tasks.items()[0].cancelled && !tasks.items()[0].failed);
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
        undo.stack()->undo(); // of one that is gone nothing is left: the step before it
        QCOMPARE(value, 1);
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
            QVERIFY(!other.takeCrashed());
            // What was written in a second window that is gone comes with it, and its file is gone.
            QCOMPARE((*crashed)["others"].toArray().size(), 1);
            QCOMPARE((*crashed)["others"].toArray()[0].toObject()["text"].toString(), QStringLiteral("older"));
            QVERIFY(!QFile::exists(lost));
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

private:
    std::unique_ptr<design::Theme> theme_;
    std::unique_ptr<Program> program_;
};

QTEST_MAIN(TestShell)
#include "tst_shell.moc"
