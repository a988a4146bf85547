// SPDX-License-Identifier: Apache-2.0
// A lesson taken on a window that is none: stops, answers, progress that survives, work handed in, hot reload.

#include "tests/widgets/lesson/test_host.h"
#include "widgets/engine/worker.h"
#include "widgets/lesson/ask_card.h"
#include "widgets/lesson/glossary_tips.h"
#include "widgets/lesson/lesson_panel.h"
#include "widgets/lesson/lesson_room.h"
#include "widgets/lesson/lesson_text.h"
#include "widgets/lesson/problem_text.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/poll.h"
#include "widgets/shell/ways.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;

using namespace vitral::test;

class TestLessonPlayer : public QObject {
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
        again.openCourse(kSampleCourse);
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
        other.openCourse(kSampleCourse);
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
        QVERIFY(other.openWork(kSampleCourse + "/course.yaml").contains("is not the work"));
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
        other.openCourse(kSampleCourse);
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

    void whatIsWrongIsSaidInTheWindowsLanguage() {
        // A lesson as it is written in a hurry, from its first mistake to its last.
        QTemporaryDir dir;
        QDir(dir.path()).mkpath("u");
        const auto write = [&](const QString& name, const QByteArray& text) {
            QVERIFY(writeLessonFile(QDir(dir.path()), name, text));
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
            QVERIFY(writeLessonFile(QDir(dir.path()), name, text));
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
    TestHost host_;
    std::unique_ptr<QTemporaryDir> work_;
    std::unique_ptr<LessonPlayer> player_;
};

QTEST_MAIN(TestLessonPlayer)
#include "tst_lesson_player.moc"
