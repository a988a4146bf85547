// SPDX-License-Identifier: Apache-2.0
// The walk through every room: letters stand out from what they stand on, nothing moves where that is wished, and every
// control has a name and is reached by Tab.

#include "app/main_window.h"
#include "app/preferences_dialog.h"
#include "app/shell.h"
#include "app/view_picture.h"
#include "tests/support/program.h"
#include "widgets/design/palette.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/room.h"
#include "widgets/shell/activity_panel.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/presenter_notes.h"
#include "widgets/shell/ways.h"

#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::app;
using vitral::test::Program;

class TestAccessibility : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        theme_ = std::make_unique<design::Theme>(*qApp);
        program_ = std::make_unique<Program>(*theme_);
    }
    void cleanupTestCase() { program_.reset(); }

    // A theme or a size that was switched to looks as one the program began with.
    void switchingLooksAndBackIsTheSamePicture() {
        MainWindow& window = *program_->window;
        window.resize(1280, 800);
        const int flash = QApplication::cursorFlashTime();
        QApplication::setCursorFlashTime(0); // a blinking mark would be in one of two pictures
        const auto picture = [&] {
            QImage last;
            for (int i = 0; i < 40; ++i) { // until what answers to a new style, or is drawn by workers, has come
                QTest::qWait(50);
                const QImage now = viewPicture(&window);
                if (now == last && program_->idle())
                    break;
                last = now;
            }
            return last;
        };
        // Not the library: what it lists depends on the disk and comes when that answers.
        for (const char* room : {"start", "chat", "tokens", "denoise", "learn"}) {
            window.showRoom(room);
            QTRY_VERIFY_WITH_TIMEOUT(program_->idle(), 20000);
            picture(); // it has come to rest
            theme_->setFontScale(1.25);
            const QImage large = picture();
            theme_->setFontScale(1);
            const QImage first = picture();
            theme_->setChoice(design::ThemeChoice::Dark);
            const QImage dark = picture();
            QVERIFY(dark != first && large != first);
            theme_->setFontScale(1.25);
            theme_->setChoice(design::ThemeChoice::Light);
            QVERIFY2(picture() == large, room);
            theme_->setFontScale(1);
            QVERIFY2(picture() == first, room);
        }
        theme_->setChoice(design::ThemeChoice::System);
        QApplication::setCursorFlashTime(flash);
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

    // What a screen reader is told, part by part: rooms, views, menus, dialogs and windows of their own.
    void everyPartOfTheTreeHasAName() {
        MainWindow& window = *program_->window;
        QStringList nameless;
        int nPart = 0;
        const auto mustSpeak = [](QAccessible::Role role) {
            switch (role) {
            case QAccessible::PushButton:
            case QAccessible::CheckBox:
            case QAccessible::RadioButton:
            case QAccessible::ComboBox:
            case QAccessible::EditableText:
            case QAccessible::SpinBox:
            case QAccessible::Slider:
            case QAccessible::ProgressBar:
            case QAccessible::List:
            case QAccessible::Tree:
            case QAccessible::Table:
            case QAccessible::PageTab:
            case QAccessible::MenuItem:
            case QAccessible::ListItem:
            case QAccessible::TreeItem:
            case QAccessible::Dialog:
            case QAccessible::Window:
            case QAccessible::Graphic:
            case QAccessible::Canvas:
            case QAccessible::Link:
                return true;
            default:
                return false;
            }
        };
        const std::function<void(QAccessibleInterface*, const QString&, int)> walk =
            [&](QAccessibleInterface* face, const QString& where, int depth) {
                if (face == nullptr || !face->isValid() || face->state().invisible || depth > 40)
                    return;
                const QObject* object = face->object();
                // Parts of a control that has the name.
                const QObject* parent = object != nullptr ? object->parent() : nullptr;
                const bool part = object != nullptr && (object->objectName().startsWith("qt_") ||
                                                        qobject_cast<const QComboBox*>(parent) != nullptr ||
                                                        qobject_cast<const QAbstractSpinBox*>(parent) != nullptr ||
                                                        object->inherits("QComboBoxPrivateContainer") ||
                                                        object->inherits("QLineEditIconButton")); // a decoration
                if (part)
                    return;
                ++nPart;
                if (mustSpeak(face->role()) && face->text(QAccessible::Name).trimmed().isEmpty())
                    nameless << QStringLiteral("%1: role %2, %3 %4 in %5")
                                    .arg(where)
                                    .arg(int(face->role()))
                                    .arg(QLatin1String(object != nullptr ? object->metaObject()->className() : "-"),
                                         object != nullptr ? object->objectName() : QString(),
                                         QLatin1String(parent != nullptr ? parent->metaObject()->className() : "-"));
                for (int i = 0; i < std::min(face->childCount(), 200); ++i)
                    walk(face->child(i), where, depth + 1);
            };
        const auto look = [&](QWidget* top, const QString& where) {
            QVERIFY2(top != nullptr, qPrintable(where));
            QCoreApplication::processEvents();
            walk(QAccessible::queryAccessibleInterface(top), where, 0);
        };
        for (const char* room : {"start", "chat", "tokens", "denoise", "learn", "library"}) {
            window.showRoom(QLatin1String(room));
            look(&window, QLatin1String(room));
            for (const RoomPlace& place : window.currentRoom()->places()) {
                if (QLatin1String(room) == QLatin1String("learn"))
                    break;
                window.currentRoom()->go(place.argument);
                look(&window, QLatin1String(room) + QLatin1Char(':') + place.argument);
            }
        }
        for (const char* view : {"overview", "matrix", "cell", "text", "residual", "positions", "model",
                                 "interventions", "tree", "activity", "log"}) {
            window.showView(QLatin1String(view));
            look(&window, QLatin1String(view));
        }
        window.showView("inside:off");
        for (QMenu* menu : window.menuBar()->findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                if (!action->isSeparator() && action->text().trimmed().isEmpty())
                    nameless << QStringLiteral("menu %1").arg(menu->title());
        window.shell().showPreferences();
        look(window.findChild<PreferencesDialog*>(), "preferences");
        window.findChild<PreferencesDialog*>()->close();
        window.shell().showView("notes");
        look(window.findChild<PresenterNotes*>(), "notes");
        window.findChild<PresenterNotes*>()->hide();
        window.shell().showView("palette");
        look(window.shell().palette(), "palette");
        window.shell().palette()->hide();
        window.shell().showView("glossary");
        for (QWidget* top : QApplication::topLevelWidgets())
            if (top->isVisible() && top != &window)
                look(top, QLatin1String(top->metaObject()->className()));
        window.showView("compare");
        for (QWidget* top : QApplication::topLevelWidgets())
            if (top->isVisible() && top != &window) {
                look(top, QLatin1String(top->metaObject()->className()));
                top->close();
            }
        QTimer::singleShot(200, &window, [&] { // the picker waits for an answer
            if (QWidget* picker = QApplication::activeModalWidget(); picker != nullptr) {
                look(picker, "picker");
                picker->close();
            }
        });
        for (QAction* action : window.findChildren<QAction*>())
            if (action->shortcut() == QKeySequence(Qt::CTRL | Qt::Key_M))
                action->trigger();
        QTest::qWait(400);
        window.showRoom("chat");
        for (const QString& who : nameless)
            qWarning("nameless %s", qPrintable(who));
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
        QVERIFY2(nPart > 1500, qPrintable(QString::number(nPart)));
    }

    // The key itself, not the chain it should follow: from anywhere in a room it comes to everything that can be seen.
    void tabComesToEverything() {
        MainWindow& window = *program_->window;
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.resize(1280, 800);
        QStringList left;
        for (const char* room : {"start", "chat", "learn", "library"}) {
            window.showRoom(QLatin1String(room));
            QTRY_VERIFY_WITH_TIMEOUT(program_->idle(), 20000);
            QSet<QWidget*> met;
            window.activateWindow();
            QTRY_VERIFY(QApplication::focusWidget() != nullptr);
            QString last;
            for (int i = 0; i < 400; ++i) {
                QWidget* at = QApplication::focusWidget();
                QVERIFY2(at != nullptr, qPrintable(QLatin1String(room) + QLatin1Char(' ') + last));
                last = QLatin1String(at->metaObject()->className()) + QLatin1Char(' ') + at->accessibleName();
                met << at;
                QTest::keyClick(at, Qt::Key_Tab);
            }
            for (QWidget* w : window.findChildren<QWidget*>()) {
                if (!w->isVisible() || !w->isEnabled() || w->window() != &window || w->focusProxy() != nullptr ||
                    (w->focusPolicy() & Qt::TabFocus) == 0 || w->objectName().startsWith("qt_") || met.contains(w))
                    continue;
                // Of a group of radio buttons Tab comes to one; arrows walk the others.
                if (qobject_cast<QRadioButton*>(w) != nullptr)
                    continue;
                left << QStringLiteral("%1: %2 %3 %4")
                            .arg(QLatin1String(room), QLatin1String(w->metaObject()->className()), w->objectName(),
                                 w->accessibleName());
            }
        }
        window.showRoom("chat");
        QVERIFY2(left.isEmpty(), qPrintable(left.join('\n')));
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

QTEST_MAIN(TestAccessibility)
#include "tst_accessibility.moc"
