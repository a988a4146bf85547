// SPDX-License-Identifier: Apache-2.0
// A lesson as it is read: keys, the edge of the panel, tables and formulas that fit, the spotlight, pages of an export.

#include "tests/widgets/lesson/test_host.h"
#include "widgets/design/enter_key.h"
#include "widgets/engine/worker.h"
#include "widgets/lesson/ask_card.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_text.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/page_cuts.h"
#include "widgets/shell/ways.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::test;

class TestLessonPanel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        work_ = std::make_unique<QTemporaryDir>();
        host_ = TestHost();
        player_ = std::make_unique<LessonPlayer>(host_, worker_, work_->path());
        player_->openCourse(kSampleCourse);
        QTRY_VERIFY(player_->course() != nullptr);
    }
    void cleanup() { player_.reset(); }

    void theKeyboardWalksThePageAsItIsRead() {
        player_->setDepth(LessonDepth::User);
        player_->openUnit("cats");
        QWidget window;
        auto* column = new QVBoxLayout(&window);
        auto* panel = new LessonPanel(*player_, host_, &window, &window);
        column->addWidget(panel);
        window.resize(340, 700);
        window.show();
        qApp->installEventFilter(&enter_);
        QTRY_VERIFY(!player_->working());
        panel->takeFocus();
        QVERIFY(panel->card()->isAncestorOf(QApplication::focusWidget()));
        auto* check = panel->card()->findChild<QPushButton*>();
        QVERIFY(!check->isEnabled()); // nothing is chosen yet
        QVERIFY(!check->toolTip().isEmpty());
        const auto buttons = [panel](const QString& text) {
            for (auto* button : panel->findChildren<QPushButton*>())
                if (button->text() == text)
                    return button;
            return static_cast<QPushButton*>(nullptr);
        };
        QVERIFY(buttons("Skip") != nullptr);
        QVERIFY(buttons("Skip")->property("kind").toString() != "primary");
        // Every stop of the keyboard is one the eye finds: no words without a link, no frames.
        QStringList stops;
        QWidget* const first = panel->findChild<QScrollArea*>();
        for (QWidget* at = first->nextInFocusChain(); at != first; at = at->nextInFocusChain()) {
            if ((at->focusPolicy() & Qt::TabFocus) && at->isEnabled() && at->isVisibleTo(&window) &&
                panel->isAncestorOf(at)) {
                if (auto* label = qobject_cast<QLabel*>(at))
                    QVERIFY2(label->text().contains("<a "), qPrintable(label->text()));
                if (auto* button = qobject_cast<QAbstractButton*>(at))
                    stops << (button->text().isEmpty() ? button->accessibleName() : button->text());
                if (qobject_cast<QLineEdit*>(at) != nullptr)
                    stops << "line";
            }
        }
        QCOMPARE(stops, QStringList({"line", "Skip", "More of this lesson", "Close the lesson"}));
        panel->card()->write("4");
        QVERIFY(check->isEnabled());
        QVERIFY(buttons("Skip") == nullptr); // what was written is not thrown away by going on
        panel->toNextStop();
        QVERIFY(player_->answer("cut/1") != nullptr && !player_->answer("cut/1")->skipped);
        QCOMPARE(player_->current(), 0);
        player_->forgetAnswers();
        panel->card()->write("4");
        check = panel->card()->findChild<QPushButton*>();
        check->setFocus();
        QTest::keyClick(check, Qt::Key_Return);
        QVERIFY(player_->answer("cut/1") != nullptr);
        QVERIFY(buttons("Next") != nullptr);
        QCOMPARE(buttons("Next")->property("kind").toString(), QString("primary"));
        QTest::keyClick(buttons("Next"), Qt::Key_Enter);
        QCOMPARE(player_->current(), 1);
    }

    void aQuestionBelowTheEdgeIsReadBeforeItIsLeftOut() {
        player_->setDepth(LessonDepth::User);
        player_->openUnit("cats");
        QWidget window;
        auto* column = new QVBoxLayout(&window);
        column->setContentsMargins(0, 0, 0, 0);
        auto* panel = new LessonPanel(*player_, host_, &window, &window);
        column->addWidget(panel);
        window.resize(300, 260);
        window.show();
        QTRY_VERIFY(!player_->working());
        auto* bar = panel->findChild<QScrollArea*>()->verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 0);
        QTest::qWait(50);
        QCOMPARE(bar->value(), 0); // a page is opened at its beginning
        panel->toNextStop();
        QVERIFY2(player_->waiting(), qPrintable(QString::number(bar->maximum()))); // only shown
        QVERIFY(bar->value() > 0);
        panel->card()->write("4");
        panel->card()->submit();
        QTRY_VERIFY(!panel->card()->resultText().isEmpty());
        QTest::qWait(50);
        const int top = panel->card()->y() + panel->card()->resultTop();
        QVERIFY2(top >= bar->value() && top < bar->value() + panel->findChild<QScrollArea*>()->viewport()->height(),
                 qPrintable(QString("%1 in %2").arg(top).arg(bar->value())));
    }

    void everyPageOfTheCourseFitsTheNarrowestPanel_data() {
        QTest::addColumn<QString>("language");
        QTest::newRow("en") << "en";
        QTest::newRow("pt_BR") << "pt_BR";
    }

    void everyPageOfTheCourseFitsTheNarrowestPanel() {
        QFETCH(QString, language);
        player_->setDepth(LessonDepth::Researcher);
        player_->setLanguage(language);
        player_->openCourse(QStringLiteral(VITRAL_SOURCE_DIR "/assets/lessons/vitral"));
        QTRY_VERIFY(player_->course() != nullptr && player_->course()->units.size() > 10);
        QWidget window;
        auto* column = new QVBoxLayout(&window);
        column->setContentsMargins(0, 0, 0, 0);
        auto* panel = new LessonPanel(*player_, host_, &window, &window);
        column->addWidget(panel);
        window.resize(300, 600);
        window.show();
        QStringList wide;
        for (const auto& unit : player_->course()->units) {
            player_->openUnit(QString::fromStdString(unit.folder));
            int lastPage = -1;
            for (int stop = player_->count() - 1; stop >= 0; --stop) {
                if (player_->stops()[std::size_t(stop)].page == lastPage)
                    continue; // the last stop of a page shows the whole page
                lastPage = player_->stops()[std::size_t(stop)].page;
                player_->go(stop);
                QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
                QCoreApplication::processEvents();
                auto* area = panel->findChild<QScrollArea*>();
                if (area->widget()->width() > area->viewport()->width())
                    wide << QString("%1 %2: the page").arg(QString::fromStdString(unit.folder)).arg(stop);
                for (auto* text : area->widget()->findChildren<QLabel*>()) {
                    QTextDocument document;
                    document.setDefaultFont(text->font());
                    document.setDocumentMargin(0);
                    document.setHtml(text->text());
                    document.setTextWidth(text->width());
                    if (text->isVisible() && document.size().width() > text->width() + 1)
                        wide << QString("%1 %2: %3 in %4 px: %5")
                                    .arg(QString::fromStdString(unit.folder))
                                    .arg(stop)
                                    .arg(document.size().width())
                                    .arg(text->width())
                                    .arg(document.toPlainText().left(60));
                }
                for (auto* button : area->widget()->findChildren<QPushButton*>())
                    if (button->isVisible() && button->sizeHint().width() > button->width())
                        wide << QString("%1 %2: %3")
                                    .arg(QString::fromStdString(unit.folder))
                                    .arg(stop)
                                    .arg(button->text());
            }
        }
        QVERIFY2(wide.isEmpty(), qPrintable(wide.join('\n')));
    }

    void tablesFitANarrowPanel() {
        QWidget window;
        player_->openUnit("cats", 0);
        window.resize(270, 400);
        LessonText text(*player_,
                        "| comportamento | melhor cabeça | atenção | acaso |\n|---|---|---|---|\n"
                        "| vizinhança (menos de 8 tokens) | 3.7 | 97,1 % | 18,1 % |\n",
                        &window);
        text.setGeometry(0, 0, 268, 300);
        window.show();
        QTextDocument document;
        document.setDefaultFont(text.font());
        document.setDocumentMargin(0);
        QTextOption option; // as the label's own
        option.setWrapMode(QTextOption::WordWrap);
        document.setDefaultTextOption(option);
        document.setHtml(text.text());
        document.setTextWidth(268);
        QVERIFY(document.documentLayout()->documentSize().isValid()); // lays it out
        double right = 0;                                             // of the last column's words
        for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
            for (int i = 0; i < block.layout()->lineCount(); ++i)
                right = std::max(right, document.documentLayout()->blockBoundingRect(block).left() +
                                            block.layout()->lineAt(i).naturalTextWidth());
        QVERIFY2(right > 180 && right <= 268, qPrintable(QString::number(right)));
    }

    void formulasAreLegible() {
        QWidget window;
        player_->openUnit("cats", 0);
        const QString words = lessonPlain(
            "$\\mathrm{softmax}\\left(\\frac{QK^\\top}{\\sqrt{d}}\\right)V$ costs $5 and $6, `$x_1$`", *player_);
        QVERIFY2(words.contains("softmax") && words.contains(QChar(0x221A)) && !words.contains("\\frac"),
                 qPrintable(words));
        QVERIFY2(words.contains("costs $5 and $6"), qPrintable(words));
        QVERIFY2(words.contains("$x_1$"), qPrintable(words)); // code stays code
    }

    void pagesAreCutBetweenRowsAndLines() {
        QString html = "<p>text</p><table border=1 cellpadding=4 cellspacing=0><tr><th>a</th><th>b</th></tr>";
        for (int r = 0; r < 40; ++r)
            html += QStringLiteral("<tr><td>row %1</td><td>%2</td></tr>")
                        .arg(r)
                        .arg(QString("many words ").repeated(1 + r % 7 * 8));
        html += "</table><h2>Heading</h2><p>" + QString("and so on ").repeated(400) + "</p>";
        QTextDocument document;
        document.setHtml(html);
        document.setTextWidth(400);
        constexpr double kPage = 300;
        const std::vector<double> cuts = pageCuts(document, kPage);
        QVERIFY(cuts.size() > 8);
        QCOMPARE(cuts.back(), document.documentLayout()->documentSize().height());
        for (std::size_t i = 1; i < cuts.size(); ++i)
            QVERIFY(cuts[i] > cuts[i - 1] && cuts[i] - cuts[i - 1] <= kPage);
        const auto through = [&cuts](double top, double bottom) {
            return std::any_of(cuts.begin(), cuts.end(),
                               [=](double cut) { return cut > top + 0.1 && cut < bottom - 0.1; });
        };
        int rows = 0, lines = 0;
        for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
            const QRectF place = document.documentLayout()->blockBoundingRect(block);
            if (qobject_cast<QTextTable*>(document.frameAt(block.position())) != nullptr) {
                QVERIFY2(!through(place.top(), place.bottom()), qPrintable(block.text().left(40)));
                ++rows;
                continue;
            }
            for (int l = 0; l < block.layout()->lineCount(); ++l, ++lines) {
                const QRectF line = block.layout()->lineAt(l).rect().translated(place.topLeft());
                QVERIFY(!through(line.top(), line.bottom()));
            }
            if (block.blockFormat().headingLevel() > 0)
                QVERIFY(!through(place.top(), document.documentLayout()->blockBoundingRect(block.next()).top() + 5));
        }
        QVERIFY(rows > 80 && lines > 40);
        // A row that is taller than a page is cut between its lines.
        document.setHtml("<table><tr><td>" + QString("word ").repeated(2000) + "</td></tr></table>");
        document.setTextWidth(400);
        const std::vector<double> tall = pageCuts(document, kPage);
        QVERIFY(tall.size() > 3);
        for (std::size_t i = 1; i < tall.size(); ++i)
            QVERIFY(tall[i] - tall[i - 1] <= kPage);
    }

    void theSpotlightPointsAtTheElement() {
        QWidget window;
        window.resize(600, 400);
        QLabel target("x", &window);
        target.setGeometry(20, 30, 100, 40);
        host_.widget = &target;
        LessonPanel panel(*player_, host_, &window, &window);
        panel.setGeometry(300, 0, 300, 400);
        window.show();
        player_->openUnit("cats", 0);
        QTRY_COMPARE(panel.spotlight()->element(), &target);
        QTRY_VERIFY(panel.spotlight()->isVisible());
        const QImage picture = window.grab().toImage();
        QVERIFY(picture.pixelColor(5, 300) != picture.pixelColor(70, 60)); // darker around
        QVERIFY(panel.spotlight()->testAttribute(Qt::WA_TransparentForMouseEvents));
        player_->close();
        QTRY_VERIFY(!panel.spotlight()->isVisible());
    }

private:
    Worker worker_;
    design::EnterKey enter_;
    TestHost host_;
    std::unique_ptr<QTemporaryDir> work_;
    std::unique_ptr<LessonPlayer> player_;
};

QTEST_MAIN(TestLessonPanel)
#include "tst_lesson_panel.moc"
