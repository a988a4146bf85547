// SPDX-License-Identifier: Apache-2.0
// Recording a real run: what the events bring while the engine works, read on another thread; several chunks, several
// branches, what the prefix cache may give a run that is recorded.

#include "core/trace/attention_map.h"
#include "core/trace/trace_shape.h"
#include "tests/core/model/model_test_support.h"
#include "tests/support/recording_sink.h"

#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

using namespace vitral;
using namespace vitral::test;

class TestEngineTrace : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const Model> model_;
    std::unique_ptr<RecordingSink> sink_;
    std::unique_ptr<Engine> engine_;

    GenerateJob job(std::size_t nPrompt, std::int32_t maxTokens = 8) const {
        GenerateJob job;
        job.model = model_;
        Branch branch;
        for (std::size_t i = 0; i < nPrompt; ++i)
            branch.prompt.push_back(TokenId(3 + (i * 7) % 20));
        branch.sampler.temperature = 0.0F;
        job.branches.push_back(std::move(branch));
        job.maxTokens = maxTokens;
        job.ignoreEnd = true;
        return job;
    }
    static std::shared_ptr<const TraceRequest> attentionOnly() {
        auto request = std::make_shared<TraceRequest>();
        request->attention = true;
        return request;
    }
    std::vector<TraceRecorded> run(GenerateJob job, RunFinished* end = nullptr) {
        const RunId run = engine_->submit(std::move(job));
        if (!sink_->waitFinished(run))
            return {};
        if (end != nullptr)
            *end = sink_->finished(run);
        return sink_->of<TraceRecorded>(run);
    }
    static double worstRowSum(const Recording& recording) {
        double worst = 0;
        for (const auto& layer : recording.attention)
            for (std::int32_t head = 0; layer != nullptr && head < layer->geometry.nHead; ++head)
                for (std::int64_t i = 0; i < layer->nPosition(); i += 5) {
                    std::vector<float> row(std::size_t(i + 1));
                    attentionRow(*layer, head, i, MapValue::Weight, row);
                    worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0));
                }
        return worst;
    }

private slots:
    void init() {
        auto backend = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        model_ = *model;
        sink_ = std::make_unique<RecordingSink>();
        EngineOptions options;
        options.backend = backend_;
        auto engine = Engine::create(options, *sink_);
        QVERIFY_RESULT(engine);
        engine_ = std::move(*engine);
    }
    void cleanup() { engine_.reset(); }

    void nothingAskedNothingTold() { QVERIFY(run(job(10)).empty()); }

    void recordsWhatWasComputed() {
        GenerateJob j = job(200, 12);
        j.trace = attentionOnly();
        const std::vector<TraceRecorded> told = run(j);
        QVERIFY(told.size() >= 3); // several chunks and the end
        const Recording& whole = *told.back().recording;
        QVERIFY(whole.complete);
        QVERIFY(!told.front().recording->complete);
        QCOMPARE(whole.nPosition(), 212);
        QCOMPARE(whole.nPrompt, 200);
        QCOMPARE(whole.pieces.size(), whole.tokens.size());
        QCOMPARE(whole.scores.size(), whole.tokens.size());
        QVERIFY(whole.scores.back() != nullptr);
        QCOMPARE(whole.attention.size(), std::size_t(model_->config().nLayer));
        for (const auto& layer : whole.attention) {
            QVERIFY(layer != nullptr);
            QCOMPARE(layer->nPosition(), 211); // the last token was sampled and never computed
        }
        QVERIFY2(worstRowSum(whole) < 2e-3, qPrintable(QString::number(worstRowSum(whole))));
        // Earlier snapshots stay what they were and share memory.
        const auto& first = *told.front().recording;
        QVERIFY(first.attention[0]->nPosition() < 200);
        QVERIFY(first.attention[0]->q.row(0) == whole.attention[0]->q.row(0));
    }

    /// The next turn takes keys and rows from the last one while somebody still holds that recording.
    void keptKeysComeWithTheirRecording() {
        GenerateJob first = job(150, 10);
        first.trace = attentionOnly();
        const auto before = run(first);
        QVERIFY(!before.empty());
        const RecordingPtr held = before.back().recording;
        GenerateJob second = job(150, 4);
        second.branches[0].prompt = held->tokens;
        for (TokenId id = 30; id < 50; ++id)
            second.branches[0].prompt.push_back(id);
        second.trace = first.trace;
        RunFinished end;
        const auto after = run(second, &end);
        QVERIFY_RESULT(end.status);
        QCOMPARE(end.timings.nCached, 159); // all but the token that was never computed
        const Recording& whole = *after.back().recording;
        QCOMPARE(whole.attention[1]->nPosition(), 183);
        QVERIFY(whole.attention[1]->k.row(64) == held->attention[1]->k.row(64));
        QVERIFY2(worstRowSum(whole) < 2e-3, qPrintable(QString::number(worstRowSum(whole))));

        // Something else is asked for: what is not recorded must be computed.
        auto more = std::make_shared<TraceRequest>(*first.trace);
        more->points = {{Point::ResidPost, {1}, {}}};
        second.trace = more;
        const auto other = run(second, &end);
        QCOMPARE(end.timings.nCached, 0);
        QCOMPARE(other.back().recording->find(Point::ResidPost, 1)->rows.nRow(), 183);
        second.trace = nullptr; // nothing recorded: everything kept is good
        run(second, &end);
        QVERIFY(end.timings.nCached > 150);
    }
    void recordingsNobodyHoldsAreForgotten() {
        GenerateJob j = job(150, 4);
        j.trace = attentionOnly();
        const RunId id = engine_->submit(j);
        QVERIFY(sink_->waitFinished(id));
        sink_->forget();
        RunFinished end;
        const auto told = run(j, &end);
        QCOMPARE(end.timings.nCached, 0);
        QCOMPARE(told.back().recording->attention[0]->nPosition(), 153);
    }
    void branchesShareTheirBeginning() {
        GenerateJob j = job(100, 6);
        j.branches.push_back(j.branches[0]);
        j.branches[1].prompt.back() = 99;
        j.trace = attentionOnly();
        const auto told = run(j);
        std::map<int, RecordingPtr> last;
        for (const TraceRecorded& event : told)
            last[event.iBranch] = event.recording;
        QCOMPARE(last.size(), std::size_t(2));
        for (const auto& [branch, recording] : last) {
            QVERIFY(recording->complete);
            QCOMPARE(recording->attention[0]->nPosition(), 105);
            QVERIFY(worstRowSum(*recording) < 2e-3);
        }
        QVERIFY(last[0]->attention[0]->q.row(10) == last[1]->attention[0]->q.row(10));
        QVERIFY(last[0]->attention[0]->q.row(99) != last[1]->attention[0]->q.row(99));
        QCOMPARE(last[1]->tokens[99], 99);
    }
    void budgetLeavesOutHighLayers() {
        GenerateJob j = job(40, 4);
        const auto shape = traceShape(*model_);
        QVERIFY_RESULT(shape);
        auto request = std::make_shared<TraceRequest>();
        request->attention = true;
        request->queries = QueryPrecision::Half;
        const std::size_t all = traceBytes(*request, *shape, 44);
        request->byteBudget = all - 1;
        j.trace = request;
        const RecordingPtr two = run(j).back().recording;
        QVERIFY(two->attention[1] != nullptr && two->attention[2] == nullptr);
        QVERIFY(two->bytes() <= request->byteBudget);
        bool said = false;
        for (const std::string& note : two->notes)
            said = said || note.find("layers from 2 on") != std::string::npos;
        QVERIFY(said);
        request = std::make_shared<TraceRequest>(*request);
        request->byteBudget = all;
        j.trace = request;
        const RecordingPtr three = run(j).back().recording;
        QCOMPARE(three->bytes(), all); // what was said is what is needed
    }
    void pointsByPositionAndHead() {
        GenerateJob j = job(90, 5);
        auto request = std::make_shared<TraceRequest>();
        request->points = {{Point::Z, {1}, {0, 3}}, {Point::Logits, {}, {}}, {Point::MoeGate, {}, {}}};
        request->firstPosition = 80;
        request->endPosition = 93;
        j.trace = request;
        const Recording& r = *run(j).back().recording;
        const TensorRecord* z = r.find(Point::Z, 1);
        QCOMPARE(z->firstPosition, 80);
        QCOMPARE(z->rows.nRow(), 13);
        QCOMPARE(z->rows.nCol(), 2 * model_->config().headDim);
        const TensorRecord* logits = r.find(Point::Logits, 0);
        QCOMPARE(logits->rows.nRow(), 13);
        // Row 89 chose token 90.
        std::vector<float> row(std::size_t(model_->config().nVocab));
        logits->rows.read(9, 0, row);
        const TokenScore score = scoreToken(row, r.tokens[90], 1);
        QCOMPARE(score.logProbability, r.scores[90]->logProbability);
        QVERIFY(!r.notes.empty()); // there is no router
    }
    void refusesWhatCannotBe() {
        GenerateJob j = job(5);
        auto request = std::make_shared<TraceRequest>();
        request->points = {{Point::Z, {17}, {}}};
        j.trace = request;
        RunFinished end;
        run(j, &end);
        QVERIFY(!end.status);
        QCOMPARE(end.status.error().code, ErrorCode::InvalidArgument);
    }
    void contextThatMovesOn() {
        GenerateJob j = job(60, 40);
        j.nCtx = 80;
        j.contextShift = true;
        j.nKeep = 8;
        j.trace = attentionOnly();
        const Recording& r = *run(j).back().recording;
        QVERIFY(r.nPosition() <= 81);
        QCOMPARE(r.attention[0]->nPosition(), r.nPosition() - 1);
        QCOMPARE(r.pieces.size(), r.tokens.size());
        QVERIFY(worstRowSum(r) < 2e-3);
        QVERIFY(r.notes.back().find("moved on") != std::string::npos);
    }
    void cancelledRunsKeepWhatThereIs() {
        GenerateJob j = job(2000, 400);
        j.trace = attentionOnly();
        const RunId id = engine_->submit(j);
        QVERIFY(sink_->waitFor<TraceRecorded>(id));
        engine_->cancel(id);
        QVERIFY(sink_->waitFinished(id));
        const auto told = sink_->of<TraceRecorded>(id);
        const Recording& r = *told.back().recording;
        QVERIFY(r.complete);
        QVERIFY(r.attention[0]->nPosition() >= 64);
        QVERIFY(worstRowSum(*told.front().recording) < 2e-3);
    }
    void changedRuns() {
        GenerateJob j = job(80, 6);
        RunFinished end;
        run(j, &end);
        const RunId plain = end.run;
        auto set = std::make_shared<InterventionSet>();
        Intervention item;
        item.point = Point::ResidPost;
        item.iLayer = 1;
        item.edit = EditKind::Scale;
        item.factor = -1.0F;
        set->items = {item};
        j.interventions = set;
        j.trace = attentionOnly();
        const auto told = run(j, &end);
        QVERIFY_RESULT(end.status);
        QCOMPARE(end.timings.nCached, 0);
        const RunId changed = end.run;
        QVERIFY(!sameScores(sink_->scores(plain), sink_->scores(changed)));
        QCOMPARE(told.back().recording->interventions.size(), std::size_t(1));
        // Nor does anyone go on from it.
        j.interventions = nullptr;
        j.trace = nullptr;
        run(j, &end);
        QVERIFY(sameScores(sink_->scores(plain), sink_->scores(end.run)));
        QCOMPARE(end.timings.nCached, 79);
        set->items[0].iLayer = 9;
        j.interventions = set;
        run(j, &end);
        QVERIFY(!end.status);
    }
    /// What the window does: reads snapshots on its own thread while the next rows are written behind them.
    void snapshotsAreReadWhileTheRunGoesOn() {
        std::mutex mutex;
        RecordingPtr latest;
        std::atomic<bool> over{false};
        sink_->onEngineThread = [&](const RunEvent& event) {
            if (const auto* told = std::get_if<TraceRecorded>(&event)) {
                const std::lock_guard lock(mutex);
                latest = told->recording;
            }
        };
        double worst = 0;
        int nRead = 0;
        std::jthread reader([&] {
            for (bool last = false; !last;) { // once more after the end: a busy machine may not let us in before
                last = over;
                RecordingPtr now;
                {
                    const std::lock_guard lock(mutex);
                    now = latest;
                }
                if (!now)
                    continue;
                const auto& layer = *now->attention[std::size_t(nRead) % now->attention.size()];
                const std::int64_t i = layer.nPosition() - 1;
                std::vector<float> row(std::size_t(i + 1));
                attentionRow(layer, nRead % 4, i, MapValue::Weight, row);
                worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0));
                ++nRead;
            }
        });
        GenerateJob j = job(300, 150);
        j.trace = attentionOnly();
        run(j);
        over = true;
        reader.join();
        sink_->onEngineThread = nullptr;
        QVERIFY(nRead > 0);
        QVERIFY2(worst < 2e-3, qPrintable(QString::number(worst)));
    }
};

QTEST_GUILESS_MAIN(TestEngineTrace)
#include "tst_engine_trace.moc"
