// SPDX-License-Identifier: Apache-2.0
// What the prefix cache and the batching of branches must never do: change a number. Every case compares with runs that
// shared nothing.

#include "tests/support/fake_model.h"
#include "tests/support/recording_sink.h"
#include "tests/support/result_test.h"

using namespace vitral;
using namespace vitral::test;

namespace {

/// One engine with its own sink.
struct Bench {
    explicit Bench(const std::shared_ptr<Backend>& backend, std::size_t keptKvBytes = 64U << 20U) {
        EngineOptions options;
        options.backend = backend;
        options.keptKvBytes = keptKvBytes;
        engine = std::move(*Engine::create(options, sink));
    }
    RunId run(GenerateJob job) {
        const RunId id = engine->submit(std::move(job));
        sink.waitFinished(id);
        return id;
    }
    RecordingSink sink;
    std::unique_ptr<Engine> engine;
};

} // namespace

class TestPrefixCache : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    std::shared_ptr<FakeModel> model_;

    std::vector<TokenId> ids(std::string_view text) { return *model_->tokenizer()->encode(text, {}, nullptr); }
    GenerateJob job(std::vector<TokenId> prompt, std::int32_t maxTokens = 6) {
        GenerateJob job;
        job.model = model_;
        job.branches.push_back({std::move(prompt), {}});
        job.branches[0].sampler.temperature = 0.0F;
        job.maxTokens = maxTokens;
        return job;
    }
    std::vector<TokenScore> alone(GenerateJob job) {
        Bench bench(backend_);
        const RunId id = bench.run(std::move(job));
        return bench.sink.scores(id);
    }
    /// What was said, as the beginning of the next turn.
    static std::vector<TokenId> after(std::vector<TokenId> prompt, const std::vector<TokenScore>& answer,
                                      std::string_view next) {
        for (const TokenScore& score : answer)
            prompt.push_back(score.id);
        for (const char c : next)
            prompt.push_back(static_cast<unsigned char>(c));
        return prompt;
    }

private slots:
    void init() {
        auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        model_ = std::make_shared<FakeModel>(backend_);
    }

    void secondTurnComputesOnlyWhatIsNew() {
        Bench bench(backend_);
        const std::vector<TokenId> first = ids("The first question of some length, longer than one block.");
        const RunId a = bench.run(job(first));
        const auto next = after(first, bench.sink.scores(a), " And then?");
        const std::int64_t before = model_->nRows;
        const RunId b = bench.run(job(next));
        // The answer's last token was never computed; it is new, too.
        QCOMPARE(bench.sink.finished(b).timings.nCached, std::int32_t(first.size() + 5));
        QCOMPARE(model_->nRows - before, std::int64_t(1 + 10 + 5));
        QVERIFY(sameScores(bench.sink.scores(b), alone(job(next))));
    }
    void conversationsInterleave() {
        Bench bench(backend_);
        std::vector<std::vector<TokenId>> talks{ids("Alpha: hello there, how are you this fine day?"),
                                                ids("Beta: completely different words from the first."),
                                                ids("Alpha: hello there, but then it goes on otherwise")};
        for (int turn = 0; turn < 4; ++turn)
            for (auto& talk : talks) {
                const RunId id = bench.run(job(talk));
                const auto scores = bench.sink.scores(id);
                QVERIFY(sameScores(scores, alone(job(talk))));
                if (turn > 0)
                    QVERIFY(bench.sink.finished(id).timings.nCached > std::int32_t(talk.size()) - 12);
                talk = after(talk, scores, " next");
            }
        const auto report = bench.engine->cacheReport();
        QCOMPARE(report.nSequences, std::int64_t(3));
        QVERIFY(report.usedBytes > 0 && report.usedBytes <= report.reservedBytes && report.nTokens > 0);
    }
    void regenerateComputesOneRow() {
        Bench bench(backend_);
        GenerateJob j = job(ids("Tell me a story about a lighthouse."), 4);
        bench.run(j);
        j.branches[0].sampler.temperature = 1.5F;
        j.branches[0].sampler.seed = 3;
        const std::int64_t before = model_->nRows;
        const RunId id = bench.run(j);
        QCOMPARE(model_->nRows - before, std::int64_t(1 + 3));
        QVERIFY(sameScores(bench.sink.scores(id), alone(j)));
        const auto progress = bench.sink.of<PrefillProgress>(id);
        QCOMPARE(progress.back().done, progress.back().total);
        QCOMPARE(progress.back().fromCache, progress.back().total - 1);
        QVERIFY(progress.back().savedSeconds > 0.0);
    }
    void forksFromAnyToken() {
        Bench bench(backend_);
        const auto prompt = ids("Where the road divides, one goes left and one goes right, and neither comes back.");
        bench.run(job(prompt, 40));
        for (const std::size_t at : {1, 5, 31, 32, 33, 63, 64, 65, 80}) {
            std::vector<TokenId> fork(prompt.begin(), prompt.begin() + std::ptrdiff_t(at));
            fork.push_back('~');
            const RunId id = bench.run(job(fork));
            QCOMPARE(bench.sink.finished(id).timings.nCached, std::int32_t(at));
            QVERIFY(sameScores(bench.sink.scores(id), alone(job(fork))));
        }
    }
    void branchesEqualSingleRuns_data() {
        QTest::addColumn<QStringList>("prompts");
        QTest::newRow("the same prompt") << QStringList{"one question", "one question", "one question"};
        QTest::newRow("another last token")
            << QStringList{QString(70, 'q') + "a", QString(70, 'q') + "b", QString(70, 'q') + "c"};
        QTest::newRow("nothing in common") << QStringList{"first", "second", "third"};
        QTest::newRow("one is the beginning of the other") << QStringList{"long prompt here", "long", "long prompt"};
        QTest::newRow("two pairs") << QStringList{QString(40, 'x') + "1", QString(40, 'x') + "2", "y1", "y2"};
    }
    void branchesEqualSingleRuns() {
        QFETCH(QStringList, prompts);
        Bench bench(backend_);
        GenerateJob all = job({}, 12);
        all.branches.clear();
        std::vector<GenerateJob> singles;
        for (qsizetype i = 0; i < prompts.size(); ++i) {
            GenerateJob one = job(ids(prompts[i].toStdString()), 12);
            one.branches[0].sampler.temperature = 1.0F;
            one.branches[0].sampler.seed = std::uint64_t(100 + i);
            all.branches.push_back(one.branches[0]);
            singles.push_back(std::move(one));
        }
        for (int round = 0; round < 2; ++round) { // the second time from the cache
            const RunId id = bench.run(all);
            QVERIFY_RESULT(bench.sink.finished(id).status);
            for (std::size_t i = 0; i < singles.size(); ++i)
                QVERIFY2(sameScores(bench.sink.scores(id, std::int32_t(i)), alone(singles[i])),
                         qPrintable(QString("branch %1 round %2").arg(i).arg(round)));
            QCOMPARE(bench.sink.of<BranchFinished>(id).size(), singles.size());
            const auto progress = bench.sink.of<PrefillProgress>(id);
            QCOMPARE(progress.back().done, progress.back().total);
        }
    }
    void branchesDecodeAsOneBatch() {
        Bench bench(backend_);
        GenerateJob j = job(ids(std::string(100, 'z')), 10);
        for (int i = 0; i < 3; ++i)
            j.branches.push_back(j.branches[0]);
        bench.run(j);
        // 100 tokens in two chunks, the four last tokens together, then nine passes of four rows.
        QCOMPARE(model_->nRows.load(), std::int64_t(100 + 4 + 9 * 4));
        QVERIFY2(model_->nPasses <= 2 + 1 + 9, qPrintable(QString::number(model_->nPasses)));
    }
    void promptScoresComeFromTheCacheToo() {
        Bench bench(backend_);
        const auto first = ids("Score every word of this, please, and do it once.");
        GenerateJob j = job(first);
        j.scorePrompt = true;
        const RunId a = bench.run(j);
        std::vector<TokenScore> scored;
        for (const PromptScored& event : bench.sink.of<PromptScored>(a)) {
            QCOMPARE(std::size_t(event.first), scored.size() + 1);
            scored.insert(scored.end(), event.scores.begin(), event.scores.end());
        }
        QCOMPARE(scored.size(), first.size() - 1);
        for (std::size_t i = 0; i < scored.size(); ++i)
            QCOMPARE(scored[i].id, first[i + 1]);

        j.branches[0].prompt = after(first, bench.sink.scores(a), " More.");
        const std::int64_t before = model_->nRows;
        const RunId b = bench.run(j);
        std::vector<TokenScore> again;
        for (const PromptScored& event : bench.sink.of<PromptScored>(b))
            again.insert(again.end(), event.scores.begin(), event.scores.end());
        QCOMPARE(again.size(), j.branches[0].prompt.size() - 1);
        QVERIFY2(model_->nRows - before <= 6 + 2 + 5, qPrintable(QString::number(model_->nRows - before)));
        Bench fresh(backend_);
        const RunId c = fresh.run(j);
        std::vector<TokenScore> expected;
        for (const PromptScored& event : fresh.sink.of<PromptScored>(c))
            expected.insert(expected.end(), event.scores.begin(), event.scores.end());
        QVERIFY(sameScores(again, expected));
    }
    void branchesAreScoredEach() {
        Bench bench(backend_);
        GenerateJob j = job(ids("common beginning A and more"), 2);
        j.branches.push_back({ids("common beginning B"), j.branches[0].sampler});
        j.scorePrompt = true;
        const RunId id = bench.run(j);
        for (std::int32_t i = 0; i < 2; ++i) {
            GenerateJob one = job(j.branches[std::size_t(i)].prompt, 2);
            one.scorePrompt = true;
            Bench fresh(backend_);
            const RunId single = fresh.run(one);
            std::vector<TokenScore> expected;
            for (const PromptScored& event : fresh.sink.of<PromptScored>(single))
                expected.insert(expected.end(), event.scores.begin(), event.scores.end());
            std::vector<TokenScore> got;
            for (const PromptScored& event : bench.sink.of<PromptScored>(id))
                if (event.iBranch == i)
                    got.insert(got.end(), event.scores.begin(), event.scores.end());
            QVERIFY(sameScores(got, expected));
        }
    }
    void budgetIsKept() {
        const std::size_t bytesPerToken = model_->kvSpec(32, DType::F16).bytesPerToken();
        const std::size_t budget = 40 * 32 * bytesPerToken; // forty blocks
        Bench bench(backend_, budget);
        for (int i = 0; i < 30; ++i) {
            GenerateJob j = job(ids(std::to_string(i) + std::string(std::size_t(60 + i * 7), char('a' + i % 26))), 3);
            j.nCtx = 512;
            const RunId id = bench.run(j);
            QVERIFY_RESULT(bench.sink.finished(id).status);
            QVERIFY(sameScores(bench.sink.scores(id), alone(j)));
        }
        const auto report = bench.engine->cacheReport();
        QVERIFY2(report.usedBytes <= budget, qPrintable(QString::number(report.usedBytes)));
        QVERIFY(report.nSequences >= 2);
    }
    void fullPoolGivesUpTheOldest() {
        Bench bench(backend_, 1); // nothing may be kept but the last
        for (int i = 0; i < 8; ++i) {
            GenerateJob j = job(ids(std::string(200, char('a' + i))), 100);
            j.nCtx = 320;
            const RunId id = bench.run(j);
            QVERIFY_RESULT(bench.sink.finished(id).status);
            QCOMPARE(bench.sink.finished(id).reason, FinishReason::MaxTokens);
        }
        QCOMPARE(bench.engine->cacheReport().nSequences, std::int64_t(1));
    }
    void modelsDoNotMix() {
        Bench bench(backend_);
        auto other = std::make_shared<FakeModel>(backend_);
        other->script = "other";
        GenerateJob j = job(ids("which model am I?"));
        const RunId a = bench.run(j);
        GenerateJob k = j;
        k.model = other;
        const RunId b = bench.run(k);
        QCOMPARE(bench.sink.finished(b).timings.nCached, 0);
        QVERIFY(!sameScores(bench.sink.scores(a), bench.sink.scores(b)));
        k.model.reset();
        other.reset();
        bench.run(j);
        // The other model is gone with its keys and values as soon as the engine looks again.
        const RunId c = bench.run(j);
        QVERIFY(bench.sink.finished(c).timings.nCached > 0);
        QCOMPARE(bench.engine->cacheReport().nSequences, std::int64_t(1));
    }
    void chunksGrowWithTheSpeed() {
        Bench bench(backend_);
        GenerateJob j = job(ids(std::string(1500, 'c')), 1);
        j.nCtx = 2000;
        const RunId id = bench.run(j);
        QVERIFY(model_->maxRows > 64); // fast: larger after the first
        const auto progress = bench.sink.of<PrefillProgress>(id);
        QVERIFY(progress.size() >= 3);
        QVERIFY(std::is_sorted(progress.begin(), progress.end(),
                               [](const auto& x, const auto& y) { return x.done < y.done; }));
    }
};

QTEST_GUILESS_MAIN(TestPrefixCache)
#include "tst_prefix_cache.moc"
