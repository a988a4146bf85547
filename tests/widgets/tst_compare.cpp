// SPDX-License-Identifier: Apache-2.0
// Side by side: one question, two answers as siblings, the chat put back as it was.

#include "tests/support/chat_fixture.h"
#include "tests/support/result_test.h"
#include "widgets/compare/answer_difference.h"
#include "widgets/compare/compare_window.h"
#include "widgets/compare/token_changes.h"
#include "widgets/panels/composer.h"
#include "widgets/transcript/transcript_view.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace vitral;
using namespace vitral::test;

class TestCompare : public QObject, ChatFixture {
    Q_OBJECT
private slots:
    void init() {
        setUpChat();
        model_->load("first.gguf");
        port_->loadModel(port_->last);
        QTRY_VERIFY(model_->model() != nullptr);
    }
    void cleanup() { tearDownChat(); }

    void otherSettingsGiveASibling() {
        CompareRun run(*chat_, *model_);
        QSignalSpy answering(&run, &CompareRun::answering);
        CompareSide second;
        second.settings = chat_->settings();
        second.settings.sampler.temperature = 0.0F;
        const GenerationSettings before = chat_->settings();
        run.askBoth("Hello", second);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        play({"one"});
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        QCOMPARE(port_->jobs[1].branches[0].sampler.temperature, 0.0F);
        QVERIFY(port_->jobs[1].branches[0].prompt == port_->jobs[0].branches[0].prompt);
        play({"two"});
        QTRY_VERIFY(!run.running());
        QCOMPARE(chat_->count(), 2);
        QCOMPARE(chat_->siblingCount(1), 2);
        QVERIFY(chat_->settings() == before);
        QVERIFY(answering.size() >= 2);
        QCOMPARE(answering.first().at(0).toInt(), 0);
        QCOMPARE(answering.last().at(0).toInt(), 1);
        QVERIFY(answering.first().at(1).toLongLong() != answering.last().at(1).toLongLong());
    }

    void anotherModelIsLoadedAndTheFirstComesBack() {
        CompareRun run(*chat_, *model_);
        CompareSide second;
        second.settings = chat_->settings();
        second.modelPath = "second.gguf";
        run.askBoth("Hello", second);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        play({"one"});
        QTRY_COMPARE(port_->loads.size(), std::size_t{2});
        QCOMPARE(port_->loads[1].string(), std::string("second.gguf"));
        port_->loadModel(port_->last);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        play({"two"});
        QTRY_COMPARE(port_->loads.size(), std::size_t{3});
        QCOMPARE(port_->loads[2].string(), std::string("first.gguf"));
        port_->loadModel(port_->last);
        QTRY_VERIFY(!run.running());
        QCOMPARE(model_->path(), QStringLiteral("first.gguf"));
    }

    void aModelThatDoesNotLoadIsTold() {
        CompareRun run(*chat_, *model_);
        QSignalSpy problem(&run, &CompareRun::problem);
        CompareSide second;
        second.settings = chat_->settings();
        second.modelPath = "broken.gguf";
        run.askBoth("Hello", second);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        play({"one"});
        QTRY_COMPARE(port_->loads.size(), std::size_t{2});
        port_->finish(port_->last, FinishReason::Failed, fail(ErrorCode::InvalidFile, "This is no model at all."));
        QTRY_COMPARE(problem.size(), 1);
        QVERIFY(problem.first().first().toString().contains("no model"));
        QTRY_VERIFY(!run.running());
    }

    void stoppingTheFirstAsksNoSecond() {
        CompareRun run(*chat_, *model_);
        CompareSide second;
        second.settings = chat_->settings();
        run.askBoth("Hello", second);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        run.stop();
        port_->finish(port_->last, FinishReason::Cancelled);
        QTRY_VERIFY(!run.running());
        QCOMPARE(port_->jobs.size(), std::size_t{1});
    }

    void anyModelCanAnswerOnTheRight() {
        const QString bundled = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        VITRAL_NEED_FILE(bundled);
        QTemporaryDir folder, elsewhere;
        const QString found = folder.filePath("found.gguf"), opened = elsewhere.filePath("opened.gguf");
        QVERIFY(QFile::copy(bundled, found) && QFile::copy(bundled, opened));
        QFile(folder.filePath("junk.gguf")).open(QIODevice::WriteOnly);
        CompareWindow window(*chat_, *model_, *helper_, [&] {
            ModelPicker::Known known;
            known.bundled = bundled;
            known.recent = QStringList{"other.gguf", "first.gguf"};
            known.folders = QStringList{folder.path()};
            return known;
        });
        window.show();
        auto* models = window.findChild<QComboBox*>();
        QVERIFY(models != nullptr);
        QCOMPARE(models->currentData().toString(), QString());
        QTRY_VERIFY(models->findData(found) >= 0);
        QVERIFY(models->findData(bundled) >= 0 && models->findData("other.gguf") >= 0);
        QVERIFY(models->findData("first.gguf") < 0); // the left side's own
        QVERIFY(models->findData(folder.filePath("junk.gguf")) < 0);
        QVERIFY(!models->itemData(models->count() - 1).isValid()); // "Open a file…"
        window.useModelFile(opened);
        QCOMPARE(models->currentData().toString(), opened);
        emit window.composer()->sent("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        play({"one"});
        QTRY_COMPARE(port_->loads.size(), std::size_t{2});
        QCOMPARE(QString::fromStdString(port_->loads[1].string()), opened);
        port_->loadModel(port_->last);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        play({"two"});
        QTRY_COMPARE(port_->loads.size(), std::size_t{3});
        port_->loadModel(port_->last);
        QTRY_VERIFY(!chat_->busy());
        QTRY_COMPARE(model_->path(), QStringLiteral("first.gguf"));
        QTRY_COMPARE(models->currentData().toString(), opened); // still chosen for the next question
    }

    void theWindowShowsBoth() {
        CompareWindow window(*chat_, *model_, *helper_, [] {
            ModelPicker::Known known;
            known.recent = QStringList{"other.gguf"};
            return known;
        });
        window.show();
        QVERIFY(!window.summary().isEmpty());
        QVERIFY(window.width() <= window.screen()->availableSize().width()); // 800 x 800 offscreen
        QVERIFY2(window.minimumSizeHint().width() <= 800,
                 qPrintable(QString::number(window.minimumSizeHint().width())));
        emit window.composer()->sent("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        play({"same ", "one"});
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        play({"same ", "two", "!"});
        QTRY_VERIFY(!chat_->busy());
        QTRY_VERIFY(window.shown(0) != kNoMessage && window.shown(1) != kNoMessage);
        QVERIFY(window.shown(0) != window.shown(1));
        QTRY_VERIFY2(window.summary().contains('1'), qPrintable(window.summary()));
        // 800 x 600 at 150 % leaves little: what does not fit is scrolled to, nothing is squeezed.
        window.resize(533, 400);
        QTest::qWait(20);
        QVERIFY2(window.height() <= 400, qPrintable(QString::number(window.height())));
        for (const auto* label : window.findChildren<QLabel*>())
            if (label->isVisibleTo(&window) && !label->wordWrap() && !label->text().isEmpty())
                QVERIFY2(label->height() >= label->sizeHint().height(), qPrintable(label->text()));
        for (const auto* view : window.findChildren<TranscriptView*>())
            QVERIFY(view->height() >= 180);
        QVERIFY(window.rect().contains(window.composer()->geometry()));
        auto* models = window.findChild<QComboBox*>();
        models->showPopup();
        QTRY_VERIFY(models->view()->isVisible());
        QTest::keyClick(models->view(), Qt::Key_Escape); // the list's, not the window's
        QTRY_VERIFY(!models->view()->isVisible());
        QVERIFY(window.isVisible());
        QTest::keyClick(window.composer()->editor(), Qt::Key_Escape); // this one is
        QVERIFY(!window.isVisible());
        window.show();
        // Opened again over a stored conversation, it finds both answers.
        const ConversationId id = chat_->info().id;
        chat_->startNew();
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        QTRY_VERIFY(window.shown(1) != kNoMessage);
        QTRY_VERIFY2(window.summary().contains("same"), qPrintable(window.summary()));
    }

    void differencesAreCounted() {
        const auto message = [](std::initializer_list<std::pair<const char*, float>> tokens) {
            Message m;
            for (const auto& [bytes, logProbability] : tokens) {
                MessageToken token;
                token.bytes = bytes;
                token.score.logProbability = logProbability;
                m.tokens.push_back(token);
            }
            return m;
        };
        const Message a = message({{"The", -0.1F}, {" cat", -0.5F}, {".", -0.3F}});
        const Message b = message({{"The", -0.2F}, {" dog", -1.0F}});
        const AnswerDifference d = compareAnswers(a, b);
        QCOMPARE(d.nCommonTokens, 1);
        QVERIFY(!d.same);
        QVERIFY(std::abs(d.meanProbability[0] - std::exp(-0.3)) < 1e-6);
        QVERIFY(std::abs(d.meanProbability[1] - std::exp(-0.6)) < 1e-6);
        QVERIFY(compareAnswers(a, a).same);
        QCOMPARE(compareAnswers({}, b).nCommonTokens, 0);
        // The table under them: the common beginning, and the change of its probability.
        TokenChanges changes;
        changes.setAnswers(&a, &b);
        QCOMPARE(changes.content().nCol, 3); // "The", then " cat" on the left and " dog" on the right
        QVERIFY(std::abs(changes.content().number(0, 0) - std::exp(-0.1)) < 1e-6);
        QVERIFY(std::abs(changes.content().number(2, 0) - (std::exp(-0.2) - std::exp(-0.1))) < 1e-6);
        changes.setAnswers(&a, nullptr);
        QVERIFY(changes.isHidden());
    }

private:
    /// The engine answers the newest job with these tokens.
    void play(const QStringList& tokens) {
        const RunId run = port_->last;
        port_->say(RunStarted{run});
        for (const QString& token : tokens)
            port_->token(run, token.toStdString());
        port_->finish(run, FinishReason::EndOfText);
        QTRY_VERIFY(!chat_->busy() || port_->last != run);
    }
};

QTEST_MAIN(TestCompare)
#include "tst_compare.moc"
