// SPDX-License-Identifier: Apache-2.0
// Recording a real run: what the events bring while the engine works, read on another thread; several chunks, several
// branches, what the prefix cache may give a run that is recorded.

#include "core/trace/attention_map.h"
#include "tests/core/model/model_test_support.h"
#include "tests/support/recording_sink.h"

#include <cmath>
#include <numeric>

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
};

QTEST_GUILESS_MAIN(TestEngineTrace)
#include "tst_engine_trace.moc"
