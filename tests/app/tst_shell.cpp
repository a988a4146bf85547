// SPDX-License-Identifier: Apache-2.0
// What surrounds the rooms: commands by name in two languages, tasks, undo, the log.

#include "app/main_window.h"
#include "app/shell.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/fuzzy.h"
#include "widgets/shell/undo_list.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;

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
