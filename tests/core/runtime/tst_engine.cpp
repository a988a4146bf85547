// SPDX-License-Identifier: Apache-2.0
// The engine thread: order of events, cancelling, queue, ends of a run, errors. With a model that needs no file.

#include "tests/support/fake_model.h"
#include "tests/support/recording_sink.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <map>
#include <random>
#include <set>

using namespace vitral;
using namespace vitral::test;
using namespace std::chrono_literals;

class TestEngine : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    std::shared_ptr<FakeModel> model_;
    std::unique_ptr<RecordingSink> sink_;
    std::unique_ptr<Engine> engine_;

    void restart() {
        engine_.reset();
        sink_ = std::make_unique<RecordingSink>();
        EngineOptions options;
        options.backend = backend_;
        auto engine = Engine::create(options, *sink_);
        QVERIFY_RESULT(engine);
        engine_ = std::move(*engine);
    }
    GenerateJob job(std::string_view prompt, std::int32_t maxTokens = 8) {
        GenerateJob job;
        job.model = model_;
        job.branches.push_back({*model_->tokenizer()->encode(prompt, {}, nullptr), {}});
        job.branches[0].sampler.temperature = 0.0F;
        job.maxTokens = maxTokens;
        return job;
    }
    void scriptFor(const GenerateJob& job, std::string text) {
        model_->script = std::move(text);
        model_->scriptAfter = std::int64_t(job.branches[0].prompt.size());
    }
    RunFinished run(GenerateJob job, RunId* id = nullptr) {
        const RunId run = engine_->submit(std::move(job));
        if (id != nullptr)
            *id = run;
        return sink_->waitFinished(run)
                   ? sink_->finished(run)
                   : RunFinished{run, FinishReason::Failed, fail(ErrorCode::Bug, "it never ended"), {}, 0};
    }

private slots:
    void init() {
        auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        model_ = std::make_shared<FakeModel>(backend_);
        restart();
    }
    void cleanup() { engine_.reset(); }

    void eventsComeInOrder() {
        RunId id = 0;
        const RunFinished end = run(job("hello", 5), &id);
        QVERIFY_RESULT(end.status);
        QCOMPARE(end.reason, FinishReason::MaxTokens);
        QCOMPARE(end.timings.nPrompt, 6);
        QCOMPARE(end.timings.nGenerated, 5);
        QVERIFY(end.seed != 0);
        std::string kinds;
        for (const RunEvent& event : sink_->events())
            kinds += "SlLMpPtXCBTF"[event.index()]; // one letter a kind, in the variant's order
        const std::size_t firstToken = kinds.find('t');
        QCOMPARE(kinds.front(), 'S');
        QVERIFY(kinds.find_first_not_of("Sp") == firstToken);
        QCOMPARE(kinds.size(), firstToken + 5 + 2);
    }
    void sameSeedSameAnswer() {
        GenerateJob first = job("abc", 40);
        first.branches[0].sampler.temperature = 1.0F;
        first.branches[0].sampler.seed = 11;
        RunId a = 0;
        RunId b = 0;
        run(first, &a);
        run(first, &b);
        QVERIFY(sameScores(sink_->scores(a), sink_->scores(b)));
        QCOMPARE(sink_->finished(a).seed, std::uint64_t(11));
    }
    void scoresAreTheModelsOwn() {
        RunId id = 0;
        GenerateJob j = job("score", 3);
        j.nTop = 4;
        run(j, &id);
        for (const TokenScore& score : sink_->scores(id)) {
            QCOMPARE(score.rank, 0); // greedy
            QCOMPARE(score.top.size(), std::size_t(4));
            QCOMPARE(score.top[0].id, score.id);
            QVERIFY(score.logProbability < 0.0F && score.entropy > 0.0F);
        }
    }

    // --- ends of a run ---
    void endTokenEnds() {
        GenerateJob j = job("x", 100);
        scriptFor(j, "done");
        RunId id = 0;
        QCOMPARE(run(j, &id).reason, FinishReason::EndOfText);
        QCOMPARE(sink_->text(id), std::string("done"));
        const auto tokens = sink_->of<TokenProduced>(id);
        QCOMPARE(tokens.size(), std::size_t(5));
        QVERIFY(tokens.back().isEnd && tokens.back().text.empty() && tokens.back().bytes.empty());
    }
    void endTokenCanBeIgnored() {
        GenerateJob j = job("x", 10);
        j.ignoreEnd = true;
        scriptFor(j, "done");
        QCOMPARE(run(j).reason, FinishReason::MaxTokens);
    }
    void stopString_data() {
        QTest::addColumn<QStringList>("stops");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("stopped");
        QTest::newRow("across tokens") << QStringList{"END"} << "hello " << true;
        QTest::newRow("false starts are shown") << QStringList{"ENX", "hellp"} << "hello END world" << false;
        QTest::newRow("first in the text counts") << QStringList{"world", "ND"} << "hello E" << true;
        QTest::newRow("at the beginning") << QStringList{"he"} << "" << true;
        QTest::newRow("held back at the end") << QStringList{"world!"} << "hello END world" << false;
        QTest::newRow("empty ones do nothing") << QStringList{""} << "hello END world" << false;
    }
    void stopString() {
        QFETCH(QStringList, stops);
        QFETCH(QString, text);
        QFETCH(bool, stopped);
        GenerateJob j = job("x", 100);
        for (const QString& stop : stops)
            j.stopStrings.push_back(stop.toStdString());
        scriptFor(j, "hello END world");
        RunId id = 0;
        QCOMPARE(run(j, &id).reason, stopped ? FinishReason::StopString : FinishReason::EndOfText);
        QCOMPARE(QString::fromStdString(sink_->text(id)), text);
    }
    void charactersComeWhole() {
        GenerateJob j = job("x", 100);
        scriptFor(j, "ol\xc3\xa1 \xe2\x98\x95!");
        RunId id = 0;
        run(j, &id);
        for (const TokenProduced& token : sink_->of<TokenProduced>(id))
            QVERIFY(QString::fromStdString(token.text).toStdString() == token.text); // valid UTF-8 on its own
        QCOMPARE(sink_->text(id), std::string("ol\xc3\xa1 \xe2\x98\x95!"));
    }
    void halfACharacterAtTheEndIsReplaced() {
        GenerateJob j = job("x", 100);
        scriptFor(j, "a\xe2\x98");
        RunId id = 0;
        run(j, &id);
        QVERIFY(sink_->text(id).starts_with("a\xef\xbf\xbd")); // U+FFFD for what never became a character
    }
    void contextFullStopsAndSaysSo() {
        GenerateJob j = job("0123456", -1); // 8 tokens with the first
        j.nCtx = 20;
        RunId id = 0;
        const RunFinished end = run(j, &id);
        QVERIFY_RESULT(end.status);
        QCOMPARE(end.reason, FinishReason::ContextFull);
        QCOMPARE(end.timings.nGenerated, 13); // 12 fit, and one more that is never computed
    }
    void promptTooLongIsASentence() {
        GenerateJob j = job("0123456789");
        j.nCtx = 8;
        const RunFinished end = run(j);
        QCOMPARE(end.reason, FinishReason::Failed);
        QVERIFY_ERROR(end.status, ErrorCode::ContextFull);
        QVERIFY(end.status.error().message.find("11 tokens") != std::string::npos);
    }
    void contextShiftGoesOnExactly() {
        GenerateJob j = job("0123456789", 40);
        j.nCtx = 24;
        j.contextShift = true;
        j.nKeep = 4;
        RunId id = 0;
        const RunFinished end = run(j, &id);
        QVERIFY_RESULT(end.status);
        QCOMPARE(end.reason, FinishReason::MaxTokens);
        const auto shifts = sink_->of<ContextShifted>(id);
        QVERIFY(shifts.size() >= 2);
        QCOMPARE(shifts[0].nDropped, 10); // of 25 tokens 4 stay, and half of 21 goes
        // After the first shift the model sees the 4 kept tokens and the newer half: ask for the same from scratch.
        std::vector<TokenId> seen = j.branches[0].prompt;
        const auto scores = sink_->scores(id);
        for (std::size_t i = 0; i < 14; ++i)
            seen.push_back(scores[i].id);
        seen.erase(seen.begin() + 4, seen.begin() + 14);
        GenerateJob fresh = job("", 1);
        fresh.branches[0].prompt = seen;
        restart();
        RunId again = 0;
        run(fresh, &again);
        QVERIFY(sameScores(sink_->scores(again), {scores[14]}));
    }
    void tooMuchToKeepIsASentence() {
        GenerateJob j = job("abc");
        j.nCtx = 16;
        j.contextShift = true;
        j.nKeep = 12;
        QVERIFY_ERROR(run(j).status, ErrorCode::InvalidArgument);
    }
    void nothingToGenerateOnlyPrefills() {
        RunId id = 0;
        QCOMPARE(run(job("warm", 0), &id).reason, FinishReason::MaxTokens);
        QVERIFY(sink_->of<TokenProduced>(id).empty());
        QCOMPARE(model_->nRows.load(), std::int64_t(5));
    }
    void badInputIsASentence() {
        GenerateJob j = job("abc");
        j.branches[0].prompt.push_back(9999);
        QVERIFY_ERROR(run(j).status, ErrorCode::InvalidArgument);
        j.branches[0].prompt = {-1};
        QVERIFY_ERROR(run(j).status, ErrorCode::InvalidArgument);
        j.branches.clear();
        QVERIFY_ERROR(run(j).status, ErrorCode::InvalidArgument);
        j = job("abc");
        j.branches[0].sampler.topP = -1.0F;
        QVERIFY_ERROR(run(j).status, ErrorCode::InvalidArgument);
        j = job("abc");
        j.model = nullptr;
        QVERIFY_ERROR(run(j).status, ErrorCode::InvalidArgument);
    }
    void emptyPromptBeginsWithBos() {
        GenerateJob j = job("", 1);
        j.branches[0].prompt.clear();
        const RunFinished end = run(j);
        QVERIFY_RESULT(end.status);
        QCOMPARE(end.timings.nPrompt, 1);
    }

    // --- cancelling ---
    void cancelInPrefillIsQuick() {
        model_->perRow = 2ms;
        const RunId id = engine_->submit(job(std::string(2000, 'a')));
        QVERIFY(sink_->waitFor<PrefillProgress>(id));
        QElapsedTimer timer;
        timer.start();
        engine_->cancel(id);
        QVERIFY(sink_->waitFinished(id));
        QVERIFY2(timer.elapsed() < 300, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(sink_->finished(id).reason, FinishReason::Cancelled);
        QVERIFY_RESULT(sink_->finished(id).status);
    }
    void cancelInDecodeIsQuickAndKeepsText() {
        model_->perRow = 5ms;
        const RunId id = engine_->submit(job("abc", -1));
        QVERIFY(sink_->waitFor<TokenProduced>(id));
        QElapsedTimer timer;
        timer.start();
        engine_->cancel(id);
        QVERIFY(sink_->waitFinished(id));
        QVERIFY2(timer.elapsed() < 300, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(sink_->finished(id).reason, FinishReason::Cancelled);
        QCOMPARE(sink_->of<BranchFinished>(id).size(), std::size_t(1));
        QVERIFY(sink_->finished(id).timings.nGenerated >= 1);
    }
    void cancelledPrefillIsGoneOnWith() {
        model_->perRow = 1ms;
        GenerateJob j = job(std::string(400, 'b'), 1);
        const RunId id = engine_->submit(j);
        QVERIFY(sink_->waitUntil([&](const auto& all) {
            for (const RunEvent& event : all)
                if (const auto* p = std::get_if<PrefillProgress>(&event); p && p->done > 0)
                    return true;
            return false;
        }));
        engine_->cancel(id);
        QVERIFY(sink_->waitFinished(id));
        model_->perRow = 0ms;
        const RunFinished end = run(j);
        QVERIFY2(end.timings.nCached >= 64, qPrintable(QString::number(end.timings.nCached)));
    }
    void cancelInTheQueueIsHeardWhileAnotherRuns() {
        model_->perRow = 2ms;
        const RunId busy = engine_->submit(job("busy", -1));
        const RunId waiting = engine_->submit(job("waiting"));
        QVERIFY(sink_->waitFor<TokenProduced>(busy));
        engine_->cancel(waiting);
        QVERIFY(sink_->waitFinished(waiting));
        QVERIFY(sink_->of<RunFinished>(busy).empty());
        QVERIFY(sink_->of<RunStarted>(waiting).empty());
        QCOMPARE(sink_->finished(waiting).reason, FinishReason::Cancelled);
        engine_->cancel(busy);
        QVERIFY(sink_->waitFinished(busy));
    }
    void lateCancelHitsNoOther() {
        for (int round = 0; round < 100; ++round) {
            const RunId first = engine_->submit(job("a", 1));
            const RunId second = engine_->submit(job("b", 3));
            QVERIFY(sink_->waitFinished(first));
            engine_->cancel(first);
            engine_->cancel(first + 1000);
            engine_->cancel(0);
            QVERIFY(sink_->waitFinished(second));
            QCOMPARE(sink_->finished(second).reason, FinishReason::MaxTokens);
        }
    }
    void newestOfATagWins() {
        model_->perRow = 2ms;
        const RunId busy = engine_->submit(job("busy", -1));
        QVERIFY(sink_->waitFor<TokenProduced>(busy));
        const RunId a = engine_->submitLatest("hover", job("a", 1));
        const RunId other = engine_->submitLatest("other", job("o", 1));
        const RunId b = engine_->submitLatest("hover", job("b", 1));
        const RunId c = engine_->submitLatest("hover", job("c", 1));
        QVERIFY(sink_->waitFinished(a) && sink_->waitFinished(b));
        QCOMPARE(sink_->finished(a).reason, FinishReason::Cancelled);
        QCOMPARE(sink_->finished(b).reason, FinishReason::Cancelled);
        engine_->cancel(busy);
        QVERIFY(sink_->waitFinished(c) && sink_->waitFinished(other));
        QCOMPARE(sink_->finished(c).reason, FinishReason::MaxTokens);
        QCOMPARE(sink_->finished(other).reason, FinishReason::MaxTokens);
    }
    void newestOfATagStopsTheRunningOne() {
        model_->perRow = 2ms;
        const RunId a = engine_->submitLatest("hover", job("a", -1));
        QVERIFY(sink_->waitFor<TokenProduced>(a));
        const RunId b = engine_->submitLatest("hover", job("b", 1));
        QVERIFY(sink_->waitFinished(b));
        QCOMPARE(sink_->finished(a).reason, FinishReason::Cancelled);
        QCOMPARE(sink_->finished(b).reason, FinishReason::MaxTokens);
    }
    void destroyedWhileRunning() {
        model_->perRow = 2ms;
        std::vector<RunId> runs;
        for (int i = 0; i < 5; ++i)
            runs.push_back(engine_->submit(job("run", -1)));
        QVERIFY(sink_->waitFor<TokenProduced>(runs[0]));
        QElapsedTimer timer;
        timer.start();
        engine_.reset();
        QVERIFY(timer.elapsed() < 300);
        for (const RunId id : runs) {
            QCOMPARE(sink_->of<RunFinished>(id).size(), std::size_t(1));
            QCOMPARE(sink_->finished(id).reason, FinishReason::Cancelled);
        }
    }
    void everyRunEndsExactlyOnce() {
        constexpr int kThreads = 4;
        constexpr int kRuns = 60;
        std::mutex mutex;
        std::vector<RunId> all;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < kThreads; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(static_cast<unsigned>(t));
                    for (int i = 0; i < kRuns; ++i) {
                        const RunId id = random() % 3 == 0
                                             ? engine_->submitLatest("tag" + std::to_string(random() % 2), job("t", 2))
                                             : engine_->submit(job("u", 2));
                        {
                            const std::lock_guard lock(mutex);
                            all.push_back(id);
                        }
                        if (random() % 4 == 0)
                            engine_->cancel(id - random() % 3);
                        (void)engine_->cacheReport();
                    }
                });
        }
        for (const RunId id : all)
            QVERIFY(sink_->waitFinished(id));
        std::map<RunId, int> ends;
        std::set<RunId> over;
        for (const RunEvent& event : sink_->events())
            std::visit(
                [&](const auto& e) {
                    QVERIFY2(!over.contains(e.run), "an event after the end of its run");
                    if constexpr (std::is_same_v<std::decay_t<decltype(e)>, RunFinished>) {
                        ++ends[e.run];
                        over.insert(e.run);
                    }
                },
                event);
        QCOMPARE(ends.size(), std::size_t(kThreads * kRuns));
        for (const auto& [id, n] : ends)
            QCOMPARE(n, 1);
    }

    // --- errors and tasks ---
    void exceptionsBecomeErrors() {
        model_->onForward = [](const Batch&) -> Result<void> { throw std::bad_alloc(); };
        QVERIFY_ERROR(run(job("abc")).status, ErrorCode::OutOfMemory);
        model_->onForward = [](const Batch&) -> Result<void> { throw std::runtime_error("boom"); };
        QVERIFY_ERROR(run(job("abc")).status, ErrorCode::Bug);
        model_->onForward = [](const Batch&) -> Result<void> { throw 7; };
        QVERIFY_ERROR(run(job("abc")).status, ErrorCode::Bug);
        model_->onForward = nullptr;
        QVERIFY_RESULT(run(job("abc")).status);
    }
    void failureInDecodeKeepsWhatWasSaid() {
        model_->onForward = [n = 0](const Batch&) mutable -> Result<void> {
            return ++n == 4 ? Result<void>(fail(ErrorCode::OutOfMemory, "The memory is full.")) : Result<void>();
        };
        RunId id = 0;
        const RunFinished end = run(job("abc"), &id);
        QVERIFY_ERROR(end.status, ErrorCode::OutOfMemory);
        QCOMPARE(end.timings.nGenerated, 3);
        QCOMPARE(sink_->of<BranchFinished>(id).at(0).reason, FinishReason::Failed);
    }
    void failedDeviceRefusesFurtherRuns() {
        model_->onForward = [](const Batch&) -> Result<void> { return fail(ErrorCode::Device, "The device is lost."); };
        QVERIFY_ERROR(run(job("abc")).status, ErrorCode::Device);
        model_->onForward = nullptr;
        QVERIFY_ERROR(run(job("abc")).status, ErrorCode::Device);
    }
    void aSinkThatThrowsStopsNothing() {
        sink_->onEngineThread = [](const RunEvent&) { throw std::runtime_error("sink"); };
        QVERIFY_RESULT(run(job("abc")).status);
        sink_->onEngineThread = nullptr;
    }
    void sinkMaySubmitAndCancel() {
        std::atomic<RunId> follow{0};
        sink_->onEngineThread = [&](const RunEvent& event) {
            if (std::holds_alternative<TokenProduced>(event) && follow == 0) {
                follow = engine_->submit(Task([](TaskContext&) { return Result<void>(); }));
                engine_->cancel(std::get<TokenProduced>(event).run);
            }
        };
        QCOMPARE(run(job("abc", -1)).reason, FinishReason::Cancelled);
        QVERIFY(sink_->waitFinished(follow));
        sink_->onEngineThread = nullptr;
    }
    void tasksRunOnTheEngineThread() {
        const RunId id = engine_->submit(Task([&](TaskContext& context) -> Result<void> {
            context.progress(0.5, "half");
            return context.backend.info().name.empty() ? Result<void>(fail(ErrorCode::Bug, "no backend is there"))
                                                       : Result<void>();
        }));
        QVERIFY(sink_->waitFinished(id));
        QVERIFY_RESULT(sink_->finished(id).status);
        QCOMPARE(sink_->finished(id).reason, FinishReason::Done);
        QCOMPARE(sink_->of<TaskProgress>(id).at(0).what, std::string("half"));
    }
    void tasksCanBeCancelled() {
        const RunId id = engine_->submit(Task([](TaskContext& context) -> Result<void> {
            context.progress(0.0, "waiting");
            while (!context.stop.stop_requested())
                std::this_thread::sleep_for(1ms);
            return fail(ErrorCode::Cancelled, "");
        }));
        QVERIFY(sink_->waitFor<TaskProgress>(id));
        engine_->cancel(id);
        QVERIFY(sink_->waitFinished(id));
        QCOMPARE(sink_->finished(id).reason, FinishReason::Cancelled);
    }
    void missingFileIsASentence() {
        const RunId id = engine_->submit(LoadModelJob{"/nowhere/model.gguf"});
        QVERIFY(sink_->waitFinished(id));
        QVERIFY_ERROR(sink_->finished(id).status, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
