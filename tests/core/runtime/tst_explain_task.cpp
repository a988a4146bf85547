// SPDX-License-Identifier: Apache-2.0
// Explanations as tasks of the engine: the value arrives, progress is told, a cancel reaches them, errors end the task.

#include "core/runtime/explain_task.h"
#include "core/trace/ablation.h"
#include "core/trace/logit_lens.h"
#include "tests/core/model/model_test_support.h"
#include "tests/support/recording_sink.h"

#include <atomic>

using namespace vitral;
using namespace vitral::test;

class TestExplainTask : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const Model> model_;

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        model_ = *model;
    }

    void aValueArrives() {
        RecordingSink sink;
        LogitLens got;
        {
            const auto engine = Engine::create({{}, 0, backend_}, sink);
            QVERIFY_RESULT(engine);
            const ExplainedRun run{{5, 9, 2, 77}, nullptr, DType::F32, 0};
            const RunId id = (*engine)->submitLatest(
                "lens",
                explainTask<LogitLens>(
                    model_, "lens", [run](const Model& m, const ExplainContext& c) { return logitLens(m, c, run, {}); },
                    [&got](LogitLens lens) { got = std::move(lens); }));
            QVERIFY(sink.waitFinished(id));
            const auto end = sink.of<RunFinished>(id).front();
            QVERIFY_RESULT(end.status);
            QVERIFY(end.reason == FinishReason::Done);
            QCOMPARE(sink.of<TaskProgress>(id).back().what, std::string("lens"));
        }
        QCOMPARE(got.cells.size(), std::size_t(4 * 4));
    }

    void aCancelReachesIt() {
        RecordingSink sink;
        int nDone = 0;
        const auto engine = Engine::create({{}, 0, backend_}, sink);
        QVERIFY_RESULT(engine);
        ExplainedRun run{{}, nullptr, DType::F32, 0};
        for (TokenId id = 0; id < 128; ++id)
            run.tokens.push_back(id);
        std::atomic<bool> first{false};
        const RunId id = (*engine)->submit(explainTask<AblationSweep>(
            model_, "sweep",
            [&](const Model& m, const ExplainContext& c) -> Result<AblationSweep> {
                for (;;) // until it is told to stop
                    VITRAL_TRY(ablationSweep(m, c, run, {}, [&](const AblationEffect&) { first = true; }));
            },
            [&](AblationSweep) { ++nDone; }));
        QTRY_VERIFY(first);
        (*engine)->cancel(id);
        QVERIFY(sink.waitFinished(id));
        QVERIFY(sink.of<RunFinished>(id).front().reason == FinishReason::Cancelled);
        QCOMPARE(nDone, 0);
    }

    void anErrorEndsIt() {
        RecordingSink sink;
        const auto engine = Engine::create({{}, 0, backend_}, sink);
        QVERIFY_RESULT(engine);
        const RunId id = (*engine)->submit(explainTask<LogitLens>(
            model_, "lens", [](const Model& m, const ExplainContext& c) { return logitLens(m, c, ExplainedRun{}, {}); },
            [](LogitLens) { QFAIL("there is no value"); }));
        QVERIFY(sink.waitFinished(id));
        const auto end = sink.of<RunFinished>(id).front();
        QVERIFY(end.reason == FinishReason::Failed);
        QVERIFY_ERROR(end.status, ErrorCode::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(TestExplainTask)
#include "tst_explain_task.moc"
