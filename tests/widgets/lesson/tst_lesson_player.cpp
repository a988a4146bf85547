// SPDX-License-Identifier: Apache-2.0
// A lesson taken on a window that is none: stops, answers, progress that survives, work handed in, hot reload.

#include "widgets/design/enter_key.h"
#include "widgets/engine/worker.h"
#include "widgets/lesson/ask_card.h"
#include "widgets/lesson/glossary_tips.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_room.h"
#include "widgets/lesson/lesson_text.h"
#include "widgets/lesson/problem_text.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/page_cuts.h"
#include "widgets/shell/poll.h"
#include "widgets/shell/ways.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;

namespace {

const QString kSample = QStringLiteral(VITRAL_SOURCE_DIR "/tests/core/lesson/sample");

class TestHost : public LessonHost {
public:
    QStringList carried, hidden;
    QString folder, problem;
    QHash<QString, QString> values;
    QWidget* widget = nullptr;

    void carryOut(const QStringList& commands, const QString& where, const QStringList&,
                  std::function<void(const QString&)> done) override {
        carried = commands;
        folder = where;
        QTimer::singleShot(0, qApp, [done, this] { done(problem); });
    }
    QWidget* element(const QString& name) const override { return name == "tokens.view" ? widget : nullptr; }
    QString state(const QString& name) const override { return values[name]; }
    void hideElements(const QStringList& names) override { hidden = names; }
    QByteArray stateFile() const override { return R"({"vitral_state":1})"; }
    QImage picture() const override {
        QImage image(40, 20, QImage::Format_RGB32);
        image.fill(Qt::red);
        return image;
    }
};

} // namespace

class TestLessonPlayer : public QObject {
    Q_OBJECT
private slots:
    void init() {
        work_ = std::make_unique<QTemporaryDir>();
        host_ = TestHost();
        player_ = std::make_unique<LessonPlayer>(host_, worker_, work_->path());
        player_->openCourse(kSample);
        QTRY_VERIFY(player_->course() != nullptr);
    }
    void cleanup() { player_.reset(); }

    void aPageIsWalkedStopByStop() {
        player_->setDepth(LessonDepth::User);
        player_->openUnit("cats");
        QVERIFY(player_->lesson() != nullptr);
        QCOMPARE(player_->count(), 3); // two steps of the first page, the quiz; the developers' page is not for users
        QCOMPARE(host_.carried, QStringList({"tokens:text=The cat sat on the mat, again.", "tokens:cut:ids"}));
        QVERIFY(host_.folder.endsWith("/cats"));
        QVERIFY(player_->waiting());
        player_->next(); // leaves the question out
        QVERIFY(!player_->waiting());
        QCOMPARE(player_->current(), 0);
        QVERIFY(player_->answer("cut/1")->skipped);
        player_->next();
        QCOMPARE(player_->current(), 1);
        QCOMPARE(host_.hidden, QStringList{"tokens.rail"});
        player_->setDepth(LessonDepth::Developer);
        QCOMPARE(player_->count(), 4);
        QCOMPARE(player_->title(2), QString("For developers"));
        player_->close();
        QVERIFY(host_.hidden.isEmpty());
        QVERIFY(player_->lesson() == nullptr);
    }

    void anotherLanguageSetsTheStepUpAgain() {
        player_->openUnit("cats", 0);
        host_.carried.clear();
        player_->setLanguage("pt_BR");
        QVERIFY(!host_.carried.isEmpty());
        QCOMPARE(player_->current(), 0);
        QVERIFY(player_->waiting());
        player_->reveal(); // before a class
        QVERIFY(!player_->waiting());
        QVERIFY(player_->answer("cut/1")->skipped);
        player_->setLanguage("en");
    }

    void whatIsToBeDoneIsSeen() {
        player_->setDepth(LessonDepth::Developer);
        player_->openUnit("cats", 2);
        const LessonAsk& ask = *player_->step(2)->ask;
        QVERIFY(!player_->done(ask));
        QWidget window;
        LessonPanel panel(*player_, host_, &window, &window);
        window.show();
        QVERIFY(panel.card() != nullptr);
        host_.values["room"] = "tokens";
        QTRY_VERIFY(player_->answer("developers/0") != nullptr);
        QCOMPARE(panel.card()->resultText(), QString("Done."));
    }

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

    void aStopOfWordsStandsBesideWhatTheStepBeforeShows() {
        player_->setDepth(LessonDepth::User);
        host_.carried.clear();
        player_->openUnit("cats", 2); // the quiz, opened directly
        QVERIFY(!host_.carried.isEmpty());
        host_.carried.clear();
        player_->go(2); // it is there already
        QVERIFY(host_.carried.isEmpty());
    }

    void finishWithoutAnswersIsAskedOnce() {
        player_->setDepth(LessonDepth::User);
        player_->openUnit("cats", 2);
        QWidget window;
        LessonPanel panel(*player_, host_, &window, &window);
        QSignalSpy finished(&panel, &LessonPanel::finishAsked);
        QCOMPARE(player_->openQuestions().size(), std::size_t(2));
        panel.toNextStop();
        QCOMPARE(finished.size(), 0);
        QVERIFY2(panel.notice()->sentence().contains("2 question"), qPrintable(panel.notice()->sentence()));
        panel.toNextStop();
        QCOMPARE(finished.size(), 1);
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

    void answersAndDraftsSurvive() {
        player_->openUnit("cats", 0);
        {
            QWidget window;
            LessonPanel panel(*player_, host_, &window, &window);
            panel.card()->write("4");
            QVERIFY(panel.card()->submit());
            QVERIFY2(panel.card()->resultText().contains("You predicted: 4"), qPrintable(panel.card()->resultText()));
            player_->go(2);
            const QList<AskCard*> cards = panel.cards();
            QCOMPARE(cards.size(), 2);
            QVERIFY(!cards[0]->submit()); // nothing is chosen yet
            cards[1]->write("half a thought");
            cards[0]->choose(1);
            QVERIFY(cards[0]->submit()); // builds the page anew
            QCOMPARE(player_->draft("quiz/0/2"), QString("half a thought"));
            QCOMPARE(panel.cards()[0]->resultText(), QString("Right."));
        }
        LessonPlayer again(host_, worker_, work_->path());
        again.openCourse(kSample);
        QTRY_VERIFY(again.course() != nullptr);
        QCOMPARE(again.progress("cats").nStop, 3);
        again.openUnit("cats");
        QCOMPARE(again.current(), 2); // where the student was
        QCOMPARE(again.answer("cut/1")->text, QString("4"));
        QCOMPARE(*again.answer("cut/1")->right, false);
        QCOMPARE(*again.answer("quiz/0/1")->right, true);
        QCOMPARE(again.answer("quiz/0/1")->option, 1);
    }

    void workIsHandedInAndOpened() {
        player_->openUnit("cats", 0);
        LessonAnswer answer;
        answer.text = "3";
        answer.right = true;
        player_->giveAnswer("cut/1", answer);
        const QString path = work_->filePath("ana.vitral-work");
        QCOMPARE(player_->saveWork(path, "Ana"), QString());
        QVERIFY(player_->saveWork("/nowhere/at/all/x", "Ana").contains("could not be written"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject work = QJsonDocument::fromJson(file.readAll()).object();
        QCOMPARE(work["student"].toString(), QString("Ana"));
        QCOMPARE(work["state"].toObject()["vitral_state"].toInt(), 1);
        const QByteArray png = QByteArray::fromBase64(work["pictures"].toObject()["cut/1"].toString().toLatin1());
        QCOMPARE(QImage::fromData(png).size(), QSize(40, 20));

        QTemporaryDir teacher;
        LessonPlayer other(host_, worker_, teacher.path());
        other.openCourse(kSample);
        QTRY_VERIFY(other.course() != nullptr);
        QCOMPARE(other.openWork(path), QString());
        QCOMPARE(other.workOf(), QString("Ana"));
        QCOMPARE(other.answer("cut/1")->text, QString("3"));
        // The state and the pictures are there as well, and can be opened.
        QCOMPARE(other.workPicture("cut/1").size(), QSize(40, 20));
        QVERIFY(other.workState().contains("vitral_state"));
        QWidget window;
        LessonPanel panel(other, host_, &window, &window);
        window.show();
        panel.show();
        QSignalSpy asked(&panel, &LessonPanel::stateAsked);
        for (QPushButton* button : panel.findChildren<QPushButton*>())
            if (button->text() == "Show the program as it was then" && !button->isHidden())
                button->click();
        QCOMPARE(asked.size(), 1);
        const QList<QToolButton*> pictures = panel.findChildren<QToolButton*>();
        QVERIFY(std::any_of(pictures.begin(), pictures.end(), [](const QToolButton* button) {
            return button->accessibleName() == "The screen when this was answered" && !button->icon().isNull();
        }));
        QVERIFY(QDir(teacher.path()).isEmpty()); // somebody else's work is not kept as one's own
        QVERIFY(other.openWork(kSample + "/course.yaml").contains("is not the work"));
    }

    void whatWasNotAnsweredIsReadOnlyInAHandIn() {
        player_->openUnit("cats", 0);
        LessonAnswer answer;
        answer.text = "4";
        answer.right = false;
        player_->giveAnswer("cut/1", answer);
        player_->go(2); // the quiz: nothing given, one thought begun
        player_->setDraft("quiz/0/2", "half a thought");
        const QString path = work_->filePath("ana.vitral-work");
        QCOMPARE(player_->saveWork(path, "Ana"), QString());

        QTemporaryDir teacher;
        LessonPlayer other(host_, worker_, teacher.path());
        other.openCourse(kSample);
        QTRY_VERIFY(other.course() != nullptr);
        QCOMPARE(other.openWork(path), QString());
        QCOMPARE(other.current(), 2); // where Ana stood, not the beginning
        QCOMPARE(other.workCount().answered, 1);
        QCOMPARE(other.workCount().right, 0);
        QWidget window;
        LessonPanel panel(other, host_, &window, &window);
        window.show();
        const QList<AskCard*> cards = panel.cards();
        QCOMPARE(cards.size(), 2);
        QVERIFY2(cards[0]->resultText().startsWith("Not answered. The answer: "), qPrintable(cards[0]->resultText()));
        QCOMPARE(cards[1]->resultText(), QString("Begun, but not answered."));
        QCOMPARE(cards[1]->findChild<QPlainTextEdit*>()->toPlainText(), QString("half a thought"));
        QVERIFY(cards[1]->findChild<QPlainTextEdit*>()->isReadOnly());
        for (const AskCard* card : cards) {
            for (const QAbstractButton* button : card->findChildren<QAbstractButton*>())
                QVERIFY(button->isHidden() || !button->isEnabled());
        }
        // Neither going on nor the menu changes what was handed in.
        other.go(1);
        QVERIFY(!other.waiting());
        other.giveAnswer("cut/3", answer);
        other.forgetAnswers();
        QVERIFY(other.answer("cut/3") == nullptr);
        QCOMPARE(other.answer("cut/1")->text, QString("4"));
    }

    void aDamagedOrMendedHandInIsSeenThrough() {
        const QString path = work_->filePath("odd.vitral-work");
        const auto opened = [&](const QByteArray& text) {
            QFile file(path);
            if (!file.open(QIODevice::WriteOnly))
                return QString("?");
            file.write(text);
            file.close();
            return player_->openWork(path);
        };
        QVERIFY(opened("{\"vitral_work\":1,\"unit\":\"cats\",\"ans").contains("is damaged (at byte"));
        QVERIFY(opened("{\"vitral_work\":2,\"unit\":\"cats\"}").contains("newer version"));
        QVERIFY(opened("{\"vitral_work\":1,\"unit\":\"cats\",\"answers\":[1,2]}").contains("cannot be read"));
        QVERIFY(opened("{\"vitral_work\":1,\"unit\":\"cats\",\"stop\":\"a\"}").contains("cannot be read"));
        // "right" of the file is not believed, and a name is no mark-up.
        QCOMPARE(opened("{\"vitral_work\":1,\"unit\":\"cats\",\"stop\":2,\"student\":\"<b>Ana</b>\",\"answers\":{"
                        "\"cut/1\":{\"text\":\"7\",\"right\":true},"
                        "\"quiz/0/1\":{\"text\":\"Letters\",\"option\":1,\"right\":true}}}"),
                 QString());
        QCOMPARE(*player_->answer("cut/1")->right, false);
        QCOMPARE(*player_->answer("quiz/0/1")->right, false);
        QWidget window;
        LessonPanel panel(*player_, host_, &window, &window);
        window.show();
        const QList<QLabel*> labels = panel.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->text().startsWith("The work of <b>Ana</b>: 2 of ") && label->textFormat() == Qt::PlainText;
        }));
    }

    void aClassIsAskedWithoutOptionsAsWell() {
        player_->openUnit("cats", 0);
        const PresentPoll asked = player_->poll(0); // a number is to be typed
        QVERIFY(!asked.empty() && asked.options.isEmpty());
        QCOMPARE(asked.answer, QString("3"));
        Poll poll;
        poll.set({"Which?", {"this", "that"}, -1, {}, {}});
        poll.reveal(true);
        QVERIFY(!poll.revealed()); // there is nothing to reveal
        for (const int hand : {0, 1, 1, 7, -1})
            poll.addHand(hand); // the last two are no option
        poll.setCount(0, -5);
        QCOMPARE(poll.count(0), 0);
        poll.setCount(0, 123456);
        QCOMPARE(poll.count(0), 9999);
        poll.takeBack();
        QCOMPARE(poll.count(1), 1);
        poll.set({"Qual?", {"isto", "aquilo"}, 1, {}, {}}, true); // the same in other words
        QCOMPARE(poll.count(1), 1);
        poll.set({"Another?", {"this", "that"}, 1, {}, {}});
        QCOMPARE(poll.total(), 0);
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

    void whatIsWrongIsSaidInTheWindowsLanguage() {
        // A lesson as it is written in a hurry, from its first mistake to its last.
        QTemporaryDir dir;
        QDir(dir.path()).mkpath("u");
        const auto write = [&](const QString& name, const QByteArray& text) {
            QFile file(dir.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        write("course.yaml", "id: c\ntitle: C\nlanguages: [en, pt_BR]\nunits: [u, u, nowhere]\nmore: 1\n");
        write("u/lesson.pt_BR.md", "---\r\nid: u\r\ntitle: A: b\r\n---\r\n## Um {#um}\r\n");
        write("u/lesson.en.md",
              "---\nid: U x\ntitle: A\nsummary: S\nminutes: five\ndepth: expert\nneeds: {model: gpt}\nauthor: me\n---\n"
              "## One {#one}\n![](big.png) ![x](../secret.png) <b>bold</b> [[nothing]] [n](lesson:zz) [m](#zz) "
              "[f](file:x)\n"
              "```step\ndo: [no-such-word, 'tokens:text']\npoint: tokens.vieww\nhide: [nowhere]\n"
              "ask:\n  kind: guess\n  question: Q\n```\n"
              "```step\nask:\n  kind: choose\n  question: Q\n  options: [a, a]\n  answer: 7\n```\n"
              "```step\n\tdo: x\n```\n```step\nsay: &a b\n```\n```step\n{}\n```\n"
              "```quiz\n- kind: long\n  question: Q\n```\n## One {#one depth=all}\n##\n```step\nsay: x\n");
        player_->openCourse(dir.path());
        QTRY_COMPARE(player_->course() ? player_->course()->id : std::string(), std::string("c"));
        QVERIFY2(player_->problems().size() > 15, qPrintable(QString::number(player_->problems().size())));
        const LessonProblems& all = player_->problems();
        QVERIFY(std::any_of(all.begin(), all.end(), [](const LessonProblem& problem) {
            return problem.sentence.rfind("A tab stands at the beginning", 0) == 0 && problem.line > 20;
        }));
        for (const LessonProblem& problem : player_->problems()) {
            QVERIFY2(knowsProblem(problem), problem.sentence.c_str());
            QCOMPARE(problemText(problem), QString::fromStdString(problemLine(problem))); // no translator is installed
        }
    }

    void theFilesAreReadAgain() {
        QTemporaryDir dir;
        QDir(dir.path()).mkpath("u");
        const auto write = [&](const QString& name, const QByteArray& text) {
            QFile file(dir.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        const QByteArray head = "---\nid: u\ntitle: U\nsummary: S\nminutes: 5\n---\n";
        write("course.yaml", "id: c\ntitle: C\nlanguages: [en]\nunits: [u]\n");
        write("u/lesson.en.md", head + "## One {#one}\ntext\n");
        player_->openCourse(dir.path());
        QTRY_COMPARE(player_->course() ? player_->course()->id : std::string(), std::string("c"));
        player_->openUnit("u");
        QCOMPARE(player_->title(0), QString("One"));
        player_->setHotReload(true);
        write("u/lesson.en.md", head + "## Another {#one}\ntext\n```step\ndo: [no-such-word]\n```\n");
        QTRY_COMPARE(player_->title(0), QString("Another"));
        QCOMPARE(player_->problems().size(), std::size_t(1));
        QCOMPARE(player_->problems()[0].line, 10);
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

    void theRoomListsWhatTheDepthOffers() {
        Ways::shared().setDepth(Depth::User);
        LessonRoom room(*player_);
        QCOMPARE(room.unitCount(), 1);
        Ways::shared().setDepth(Depth::Power);
        QCOMPARE(room.unitCount(), 2);
        QCOMPARE(int(room.places().size()), 2);
        room.go("noise:1");
        QCOMPARE(player_->unit(), QString("noise"));
        room.go("answer:8");
        QCOMPARE(*player_->answer("start/1")->right, true);
        player_->setLanguage("pt_BR");
        QCOMPARE(room.places()[0].title, QString("Como um gato vira tokens"));
        Ways::shared().setDepth(Depth::User);
    }

    void termsAreExplainedWhereverTheyStand() {
        GlossaryTips tips;
        tips.setGlossary(player_->course(), "pt_BR");
        QVERIFY(tips.find("&Vocabulário:") != nullptr);
        QCOMPARE(tips.find("Vocabulário do modelo")->term, std::string("vocabulário"));
        QCOMPARE(tips.find("tokens")->term, std::string("token"));
        QVERIFY(tips.find("Salvar") == nullptr);
        QVERIFY(tips.find("um texto longo que diz o que um token é e por quê") == nullptr);
    }

private:
    Worker worker_;
    design::EnterKey enter_;
    TestHost host_;
    std::unique_ptr<QTemporaryDir> work_;
    std::unique_ptr<LessonPlayer> player_;
};

QTEST_MAIN(TestLessonPlayer)
#include "tst_lesson_player.moc"
