// SPDX-License-Identifier: Apache-2.0
// Ways of working: the first page and its questions, how much a depth shows, the preferences, two languages, and what
// Ctrl+Z and Enter do wherever the focus is.

#include "app/main_window.h"
#include "app/preferences_dialog.h"
#include "app/shell.h"
#include "app/start_room.h"
#include "core/chat/context_assembly.h"
#include "tests/support/program.h"
#include "widgets/denoise/denoise_recipe.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/context_gauge.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/undo_list.h"
#include "widgets/shell/ways.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

namespace {

/// The button of this kind, or with these words.
QPushButton* buttonOf(QWidget* page, const char* kind, const QString& words = {}) {
    for (QPushButton* button : page->findChildren<QPushButton*>())
        if (button->property("kind") == kind && (words.isEmpty() || button->toolTip() == words))
            return button;
    return nullptr;
}

} // namespace

class TestWays : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        program_ = std::make_unique<Program>(*theme_);
    }
    void cleanupTestCase() { program_.reset(); }
    void cleanup() {
        program_->language.use("en");
        UndoList::shared().stack()->clear();
    }

    void aFirstPageLeftWithoutAnAnswerActsAsItMarks() {
        MainWindow& window = *program_->window;
        window.shell().begin();
        auto* start = qobject_cast<StartRoom*>(window.currentRoom());
        QVERIFY(start != nullptr && start->asking());
        QString marked;
        for (const QRadioButton* button : start->findChildren<QRadioButton*>())
            if (button->isChecked())
                marked = button->text(); // the second question's
        QCOMPARE(marked, QStringLiteral("User"));
        window.showRoom("chat");
        QVERIFY(window.findChild<QDockWidget*>("settings")->isHidden());
        QVERIFY(!window.findChild<QDockWidget*>("conversations")->isHidden());
        QVERIFY(!window.findChild<ContextGauge*>()->offered());
        for (const QToolButton* button : window.chatPanel()->findChildren<QToolButton*>())
            if (button->defaultAction() != nullptr && (button->defaultAction()->text().startsWith("T&ree") ||
                                                       button->defaultAction()->text().startsWith("Side by")))
                QVERIFY(button->isHidden());
    }

    void enterBeginsAndLeavesNothingToUndo() {
        MainWindow& window = *program_->window;
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.shell().begin();
        auto* start = qobject_cast<StartRoom*>(window.currentRoom());
        QVERIFY(start != nullptr && start->asking());
        for (QRadioButton* button : start->findChildren<QRadioButton*>())
            if (button->text() == "Developer")
                button->click();
        QCOMPARE(Ways::shared().depth(), Depth::Developer);
        QPushButton* go = buttonOf(start, "primary");
        QVERIFY(go != nullptr);
        go->setFocus();
        QTest::keyClick(go, Qt::Key_Return);
        QVERIFY(!start->asking());
        QVERIFY(QApplication::focusWidget() != nullptr);
        QCOMPARE(QApplication::focusWidget()->property("kind").toString(), QStringLiteral("suggestion"));
        QVERIFY(!UndoList::shared().stack()->canUndo()); // answers are no changes
        QCOMPARE(program_->settings.bytes("shell/depth"), QByteArray("developer"));
        QCOMPARE(program_->settings.language(), QStringLiteral("en")); // marked and not touched: kept as well
        // As if it had never been asked, for what follows.
        window.shell().preferences().apply("depth", "user");
        program_->settings.setFlag("shell/welcomed", false);
    }

    // What was drawn is read from the disk on a thread of its own, after the page is there.
    void recentDrawingsComeWithoutTheirRoom() {
        QTemporaryDir data;
        {
            Settings settings(data.path());
            settings.setFlag("shell/welcomed", true);
            settings.setBytes("window/room", "start");
        }
        DenoiseRecipe recipe;
        recipe.model = "m";
        recipe.settings.prompt = "a blue cat";
        recipe.settings.seed = 5;
        QJsonObject json{{"id", 1}, {"made", "2026-01-01T00:00:00.000"}, {"seconds", 1.0}};
        json["recipe"] = QString::fromUtf8(recipeToJson(recipe, coreDenoiseFunctions()));
        QVERIFY(QDir(data.path()).mkpath("denoise/runs"));
        QFile file(data.filePath("denoise/runs/000001.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(json).toJson());
        file.close();
        Program again(*theme_, false, data.path());
        auto* start = qobject_cast<StartRoom*>(again.window->currentRoom());
        QVERIFY(start != nullptr);
        const auto drawing = [start] { return buttonOf(start, "link", QStringLiteral("a blue cat \u00B7 seed 5")); };
        QTRY_VERIFY(drawing() != nullptr && drawing()->isVisible());
        drawing()->setFocus();
        QWidget* focus = QApplication::focusWidget();
        emit again.services->library->changed(); // nothing new: the focus stays where it is
        QCoreApplication::processEvents();
        QCOMPARE(QApplication::focusWidget(), focus);
        drawing()->click();
        QCOMPARE(again.window->currentRoom()->name(), QStringLiteral("denoise"));
        QTRY_VERIFY_WITH_TIMEOUT(again.idle(), 20000);
        again.window->close();
        again.window.reset();
        program_->window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(program_->window.get()));
    }

    void anEmptyOrUnofferedGaugeIsNotSeen() {
        ContextGauge gauge;
        auto context = std::make_shared<AssembledContext>();
        context->ids = {1, 2, 3};
        gauge.setContext(context, 100, 0, {});
        QVERIFY(!gauge.isHidden());
        gauge.setOffered(false);
        QVERIFY(gauge.isHidden());
        gauge.setContext(context, 100, 1, {}); // an answer grows
        QVERIFY(gauge.isHidden());
        gauge.setOffered(true);
        QVERIFY(!gauge.isHidden());
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
        // What docs/design.md says, and nothing more.
        const auto shown = [&](const char* depth, const char* title) {
            preferences.choose("depth", depth);
            for (const Section* section : panel->findChildren<Section*>())
                if (section->title() == QLatin1String(title))
                    return !section->isHidden();
            return false;
        };
        for (const auto& [title, from] :
             {std::pair("Sampling", 0), std::pair("Model", 0), std::pair("Repetition", 1),
              std::pair("Form of the answer", 2), std::pair("Computing", 2), std::pair("What the samplers do", 3)}) {
            int at = 0;
            for (const char* depth : {"user", "power", "developer", "researcher"})
                QVERIFY2(shown(depth, title) == (at++ >= from), title);
        }
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
        dialog->search()->setText("pterodactyl");
        QCOMPARE(dialog->shown().size(), 0);
        dialog->search()->setText("escuro"); // the other language's word
        QCOMPARE(dialog->shown(), QStringList{"theme"});
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

    void undoIsThePrograms_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"QLineEdit", "QPlainTextEdit", "QTextEdit", "QSpinBox", "QComboBox"})
            QTest::newRow(kind) << kind;
    }
    // Where a field has nothing of its own to take back; else it is the field's.
    void undoIsThePrograms() {
        QFETCH(QString, kind);
        MainWindow& window = *program_->window;
        window.showRoom("chat");
        QVERIFY(QTest::qWaitForWindowActive(&window));
        std::unique_ptr<QWidget> field;
        if (kind == "QLineEdit")
            field = std::make_unique<QLineEdit>(&window);
        else if (kind == "QPlainTextEdit")
            field = std::make_unique<QPlainTextEdit>(&window);
        else if (kind == "QTextEdit")
            field = std::make_unique<QTextEdit>(&window);
        else if (kind == "QSpinBox")
            field = std::make_unique<QSpinBox>(&window);
        else
            field = std::make_unique<QComboBox>(&window);
        if (auto* box = qobject_cast<QComboBox*>(field.get()))
            box->setEditable(true);
        field->show();
        field->setFocus();
        QVERIFY(field->hasFocus());
        int value = 1;
        const auto set = [&value](int to) {
            UndoList::shared().push(
                "Value", [&value, before = value] { value = before; }, [&value, to] { value = to; });
            value = to;
        };
        set(2);
        QTest::keyClick(field.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(value, 1);
        QTest::keyClick(field.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(value, 2);
        QTest::keyClick(field.get(), Qt::Key_4);
        QTest::keyClick(field.get(), Qt::Key_Z, Qt::ControlModifier); // the letter goes
        QCOMPARE(value, 2);
        QTest::keyClick(field.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(value, 1);
    }

    void whatCanDoNothingCostsNoKeyPress() {
        UndoList& list = UndoList::shared();
        int value = 0;
        list.push("First", [&value] { value = 1; }, {});
        const quint64 step = list.push("Second", [&value] { value = 2; }, {});
        auto owner = std::make_unique<QObject>();
        list.push(
            "Third", [&value] { value = 3; }, {}, {}, owner.get());
        owner.reset();
        list.forget(step); // undone by its own button
        QCOMPARE(list.stack()->undoText(), QStringLiteral("First"));
        list.stack()->undo();
        QCOMPARE(value, 1);
        QVERIFY(!list.stack()->canUndo());
    }

    void aDeletedConversationThatWasOpenIsOpenAgain() {
        MainWindow& window = *program_->window;
        ChatController& chat = *program_->services->chat;
        ConversationLibrary& library = *program_->services->library;
        window.showRoom("chat");
        QFile file(program_->dir.filePath("talk.md"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("# A talk\n\n## User\n\nHello\n\n## Assistant\n\nGood day\n");
        file.close();
        library.importFrom(file.fileName());
        QTRY_VERIFY(chat.info().id != 0 && chat.count() > 0);
        const ConversationId id = chat.info().id;
        QTRY_VERIFY(library.find(id) != nullptr);
        library.remove(id);
        QTRY_COMPARE(chat.info().id, ConversationId(0));
        UndoList::shared().stack()->undo();
        QTRY_COMPARE(chat.info().id, id);
        QTRY_VERIFY(chat.count() > 0);
        library.remove(id);
        QTRY_COMPARE(chat.info().id, ConversationId(0));
        window.chatPanel()->composer()->setText("something new"); // is not to be lost
        UndoList::shared().stack()->undo();
        QTRY_VERIFY(library.find(id) != nullptr);
        QCOMPARE(chat.info().id, ConversationId(0));
        QCOMPARE(window.chatPanel()->composer()->text(), QStringLiteral("something new"));
        window.chatPanel()->composer()->clear();
    }

    void numbersAreWrittenAsTheLanguageWritesThem() {
        program_->language.use("pt_BR");
        int n = 0;
        for (QDoubleSpinBox* box : program_->window->findChildren<QDoubleSpinBox*>()) {
            QCOMPARE(box->locale().decimalPoint(), QStringLiteral(","));
            QVERIFY2(!box->text().contains('.'), qPrintable(box->text()));
            n += box->text().contains(',') ? 1 : 0;
            if (box->decimals() == 0 || box->minimum() > 0.5 || box->maximum() < 0.5)
                continue;
            for (const char* typed : {"0,5", "0.5"}) { // either mark, typed
                QString text = QLatin1String(typed);
                int at = 3;
                QCOMPARE(box->validate(text, at), QValidator::Acceptable);
                QCOMPARE(text, QStringLiteral("0,5"));
            }
        }
        QVERIFY2(n >= 12, qPrintable(QString::number(n)));
        QCOMPARE(QCoreApplication::translate("vitral::SamplerStagesView", "%Ln left", nullptr, 3072),
                 QStringLiteral("restam 3.072"));
        program_->language.use("en");
        for (const QDoubleSpinBox* box : program_->window->findChildren<QDoubleSpinBox*>())
            QVERIFY2(!box->text().contains(','), qPrintable(box->text()));
    }

    void namesOfWhatIsOverFollowTheLanguage() {
        TaskList& tasks = TaskList::shared();
        tasks.clearFinished();
        tasks.begin([] { return QCoreApplication::translate("vitral::app::Shell", "Answering"); }).finish();
        program_->window->showView("activity");
        program_->language.use("pt_BR");
        QCoreApplication::processEvents();
        QStringList words;
        for (const QLabel* label : program_->window->shell().activity()->findChildren<QLabel*>())
            words << label->text() << label->toolTip();
        QVERIFY2(words.contains("Respondendo"), qPrintable(words.join(", ")));
        tasks.clearFinished();
    }

    void theLogStaysInFrontWhenItWasThere() {
        program_->window->showView("log");
        Program again(*theme_, false, program_->settings.dataDir());
        QVERIFY(again.window->shell().activity()->showsLog());
        again.window.reset();
        program_->window->shell().activity()->showTasks();
        program_->window->activateWindow();
    }

    void noMenuSaysTheSameTwice() {
        for (const char* language : {"en", "pt_BR"}) {
            program_->language.use(QLatin1String(language));
            for (const QMenu* menu : program_->window->menuBar()->findChildren<QMenu*>()) {
                QStringList words;
                for (const QAction* action : menu->actions())
                    if (!action->isSeparator()) {
                        const QString text = action->text().remove('&');
                        QVERIFY2(!words.contains(text), qPrintable(text));
                        words << text;
                    }
            }
        }
    }

private:
    std::unique_ptr<design::Theme> theme_;
    std::unique_ptr<Program> program_;
};

QTEST_MAIN(TestWays)
#include "tst_ways.moc"
