// SPDX-License-Identifier: Apache-2.0
// What the room looks at: recorded while it is open and not otherwise, re-read, compared; and how context positions and
// the tokens of messages belong together. Against a fake engine.

#include "tests/support/chat_fixture.h"
#include "tests/support/inside_recording.h"
#include "widgets/inside/inside_controller.h"

#include <QSignalSpy>
#include <QtTest>

using namespace vitral;
using namespace vitral::test;

class TestInsideController : public QObject, protected ChatFixture {
    Q_OBJECT
private slots:
    void init() {
        setUpChat();
        inside_ = std::make_unique<InsideController>(*port_, *bridge_, *chat_, *model_);
        model_->load(QStringLiteral("still.gguf"));
        port_->loadModel(port_->last);
        QTRY_VERIFY(model_->model() != nullptr);
    }
    void cleanup() {
        inside_.reset();
        tearDownChat();
    }

    void asksForNothingWhileTheRoomIsClosed() {
        ask("Hello");
        QVERIFY(port_->jobs.back().trace == nullptr);
    }

    void recordsTheChatWhileTheRoomIsOpen() {
        inside_->setActive(true);
        ask("Hello");
        const auto trace = port_->jobs.back().trace;
        QVERIFY(trace && trace->attention);
        QCOMPARE(trace->byteBudget, inside_->byteBudget());
        QSignalSpy changed(inside_.get(), &InsideController::recordingChanged);
        const auto whole = insideRecording({});
        port_->say(TraceRecorded{port_->last, 0, firstTokens(*whole, 10)});
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toBool(), false);
        port_->say(TraceRecorded{port_->last, 0, whole});
        QTRY_COMPARE(changed.size(), 2);
        QCOMPARE(changed[1][0].toBool(), true); // the same run, longer
        QCOMPARE(inside_->recording()->nPosition(), whole->nPosition());
        inside_->setActive(false);
        port_->finish(port_->last, FinishReason::EndOfText);
        QTRY_VERIFY(!chat_->busy());
        ask("Again");
        QVERIFY(port_->jobs.back().trace == nullptr);
    }

    void asksForThePointsOfTheViewOnShow() {
        inside_->setActive(true);
        {
            QObject view;
            inside_->want(&view, {TracePoint{Point::ResidPost, {}, {}}});
            QCOMPARE(inside_->request().points.size(), std::size_t{1});
            QObject other;
            inside_->want(&other, {TracePoint{Point::ResidPost, {}, {}}, TracePoint{Point::Z, {}, {}}});
            QCOMPARE(inside_->request().points.size(), std::size_t{2}); // once each
            inside_->want(&view, {});
        }
        QVERIFY(inside_->request().points.empty()); // a view that is gone wants nothing
    }

    void readsAConversationAgain() {
        answer("Hello", {"Hi ", "there"});
        const std::size_t before = port_->jobs.size();
        inside_->lookInside();
        QTRY_COMPARE(port_->jobs.size(), before + 1);
        const GenerateJob& job = port_->jobs.back();
        QCOMPARE(job.maxTokens, 0);
        QVERIFY(job.trace && job.trace->attention);
        // The answer's own two tokens stand at the end of what is read.
        const std::vector<TokenId>& ids = job.branches[0].prompt;
        QCOMPARE(ids[ids.size() - 2], static_cast<TokenId>('H'));
        QCOMPARE(ids.back(), static_cast<TokenId>('t'));
        InsideShape shape;
        shape.nPosition = static_cast<std::int64_t>(ids.size());
        shape.nPrompt = static_cast<std::int32_t>(ids.size());
        port_->say(TraceRecorded{port_->last, 0, insideRecording(shape)});
        QVERIFY(inside_->recording() == nullptr); // not before it is whole
        port_->finish(port_->last, FinishReason::MaxTokens);
        QTRY_VERIFY(inside_->recording() != nullptr);
        QCOMPARE(inside_->origin(), RecordingOrigin::Reread);
        QCOMPARE(inside_->recording()->nPrompt, static_cast<std::int32_t>(ids.size()) - 2);
    }

    void aFullContextCanBeLookedInto() {
        answer("Hello", {"Hi ", "there"});
        inside_->lookInside();
        QTRY_VERIFY(port_->jobs.back().maxTokens == 0);
        const std::size_t n = port_->jobs.back().branches[0].prompt.size();
        port_->finish(port_->last, FinishReason::Cancelled);
        GenerationSettings settings = chat_->settings();
        settings.nCtx = static_cast<std::int32_t>(n) - 1; // the last token was chosen, and had no room to be read
        chat_->setSettings(settings);
        const std::size_t before = port_->jobs.size();
        inside_->lookInside();
        QTRY_COMPARE(port_->jobs.size(), before + 1);
        QCOMPARE(port_->jobs.back().branches[0].prompt.size(), n - 1);
    }

    void tokensAndPositionsBelongTogether() {
        inside_->setActive(true);
        ask("Hello");
        const auto nContext = static_cast<std::int64_t>(port_->jobs.back().branches[0].prompt.size());
        const RunId run = port_->last;
        port_->token(run, "Hi ");
        port_->token(run, "there");
        InsideShape shape;
        shape.nPosition = nContext + 2;
        shape.nPrompt = static_cast<std::int32_t>(nContext);
        port_->say(TraceRecorded{run, 0, insideRecording(shape)});
        port_->finish(run, FinishReason::EndOfText);
        QTRY_VERIFY(inside_->recording() != nullptr && !chat_->busy());
        const MessageId answerId = chat_->message(1).id;
        QCOMPARE(inside_->positionOf(answerId, 0), nContext);
        QCOMPARE(inside_->positionOf(answerId, 1), nContext + 1);
        QCOMPARE(inside_->positionOf(answerId, 2), std::int64_t{-1});
        const auto place = inside_->placeOf(nContext + 1);
        QCOMPARE(place.message, answerId);
        QCOMPARE(place.token, 1);
        // A position of the question belongs to it, though it has no tokens of its own.
        bool found = false;
        for (std::int64_t i = 0; i < nContext; ++i)
            found = found || inside_->placeOf(i).message == chat_->message(0).id;
        QVERIFY(found);
        QCOMPARE(inside_->placeOf(nContext + 2).message, kNoMessage);
    }

    void refusesToCompareOtherShapes() {
        inside_->show(insideRecording({}), RecordingOrigin::File);
        InsideShape other;
        other.nLayer = 5;
        QVERIFY(!inside_->compareWith(insideRecording(other), QStringLiteral("b")).isEmpty());
        QVERIFY(inside_->other() == nullptr);
        QVERIFY(inside_->compareWith(insideRecording({}), QStringLiteral("b")).isEmpty());
        QVERIFY(inside_->other() != nullptr);
        // Another run of another shape ends the comparison.
        inside_->show(insideRecording(other), RecordingOrigin::File);
        QVERIFY(inside_->other() == nullptr);
    }

    void aShorterRunDropsASelectionBeyondItsEnd() {
        inside_->show(insideRecording({}), RecordingOrigin::File);
        inside_->selection().setCell(39, 20);
        inside_->show(firstTokens(*insideRecording({}), 30), RecordingOrigin::File);
        QCOMPARE(inside_->selection().current().position, std::int64_t{-1});
        QCOMPARE(inside_->selection().current().key, std::int64_t{20});
    }

    void choosesATellingHeadUntilSomebodyDoes() {
        // Head 2 of layer 1 looks at the token before, always.
        auto recording = std::make_shared<Recording>(*insideRecording({}));
        auto layer = std::make_shared<AttentionRecord>(*recording->attention[1]);
        RowsWriter q{Rows(DType::F32, layer->q.nCol())};
        std::vector<float> row(static_cast<std::size_t>(layer->q.nCol()));
        std::vector<float> key(16);
        for (std::int64_t i = 0; i < layer->nPosition(); ++i) {
            layer->q.read(i, 0, row);
            layer->k.read(std::max<std::int64_t>(0, i - 1), 16, key); // its key head is the second
            for (std::size_t d = 0; d < 16; ++d)
                row[32 + d] = 8 * key[d];
            q.append(row.data(), 1, layer->q.nCol());
        }
        layer->q = q.snapshot();
        RowsWriter lse{Rows(DType::F32, 4)};
        std::vector<float> sums(4);
        for (std::int64_t i = 0; i < layer->nPosition(); ++i) {
            for (std::int32_t h = 0; h < 4; ++h)
                sums[static_cast<std::size_t>(h)] = static_cast<float>(trueLogSumExp(*layer, h, i));
            lse.append(sums.data(), 1, 4);
        }
        layer->lse = lse.snapshot();
        recording->attention[1] = layer;
        inside_->show(recording, RecordingOrigin::File);
        QTRY_COMPARE(inside_->selection().current().layer, 1);
        QCOMPARE(inside_->selection().current().head, 2);
        inside_->selection().setHead(0, 3);
        inside_->show(recording, RecordingOrigin::File);
        QTRY_VERIFY(inside_->pool().idle());
        QCoreApplication::processEvents();
        QCOMPARE(inside_->selection().current().head, 3);
    }

    void taskOnTheEngineComesBack() {
        CpuOptions cpu;
        cpu.nThread = 1;
        QObject receiver;
        int got = 0;
        inside_->askEngine(
            &receiver, "", [](TaskContext&) -> Result<int> { return 42; }, [&](Result<int> r) { got = r ? *r : -1; });
        QCOMPARE(port_->tasks.size(), std::size_t{1});
        const auto backend = makeCpuBackend(cpu);
        QVERIFY(backend.has_value());
        TaskContext context{{}, [](double, std::string) {}, **backend};
        QVERIFY(port_->tasks[0](context).has_value());
        port_->finish(port_->last, FinishReason::Done);
        QTRY_COMPARE(got, 42);
        // One that was replaced before it began says so.
        ErrorCode code = ErrorCode::Bug;
        inside_->askEngine(
            &receiver, "x", [](TaskContext&) -> Result<int> { return 1; },
            [&](Result<int> r) { code = r ? ErrorCode::Bug : r.error().code; });
        port_->finish(port_->last, FinishReason::Cancelled);
        QTRY_COMPARE(code, ErrorCode::Cancelled);
    }

    void poolKeepsTheNewestOfATag() {
        ViewPool pool(1);
        QObject receiver;
        std::vector<int> got;
        for (int i = 0; i < 20; ++i)
            pool.ask(
                &receiver, "row", [i](std::stop_token) { return i; }, [&](int v) { got.push_back(v); });
        QTRY_VERIFY(!got.empty());
        QCOMPARE(got, std::vector<int>{19}); // those before were dropped, or their answers
        auto gone = std::make_unique<QObject>();
        bool called = false;
        pool.ask(
            gone.get(), "", [](std::stop_token) { return 0; }, [&](int) { called = true; });
        gone.reset();
        QTRY_VERIFY(pool.idle());
        QCoreApplication::processEvents();
        QVERIFY(!called);
    }

private:
    void ask(const QString& text) {
        const std::size_t before = port_->jobs.size();
        chat_->send(text);
        QTRY_COMPARE(port_->jobs.size(), before + 1);
    }
    void answer(const QString& text, const QStringList& tokens) {
        ask(text);
        for (const QString& token : tokens)
            port_->token(port_->last, token.toStdString());
        port_->finish(port_->last, FinishReason::EndOfText);
        QTRY_VERIFY(!chat_->busy());
    }

    std::unique_ptr<InsideController> inside_;
};

QTEST_MAIN(TestInsideController)
#include "tst_inside_controller.moc"
