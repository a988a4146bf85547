// SPDX-License-Identifier: Apache-2.0
// Diffusion as tasks of the engine: loading, a run that grows, a cancel in its middle, errors.

#include "core/runtime/denoise_task.h"
#include "tests/core/diffusion/fake_diffusion.h"
#include "tests/support/recording_sink.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <atomic>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;

class TestDenoiseTask : public QObject {
    Q_OBJECT
    RecordingSink sink_;
    std::unique_ptr<Engine> engine_;

    static DenoiseJob jobOf(const DiffusionModelPtr& model) {
        DenoiseJob job;
        job.model = model;
        job.settings.steps = 6;
        job.settings.classId = 1;
        return job;
    }

private slots:
    void initTestCase() {
        auto engine = Engine::create({}, sink_);
        QVERIFY_RESULT(engine);
        engine_ = std::move(*engine);
    }

    void aRunGrowsAndEnds() {
        std::atomic<int> nGrown = 0;
        DenoiseRecordingPtr end;
        const RunId run = engine_->submit(denoiseTask(
            jobOf(fakeModel()), [&](const DenoiseProgress& p) { nGrown += p.recording ? 1 : 0; },
            [&](DenoiseRecordingPtr r) { end = std::move(r); }));
        QVERIFY(sink_.waitFinished(run));
        QVERIFY_RESULT(sink_.finished(run).status);
        QVERIFY(end && end->steps.size() == 6 && end->result);
        QVERIFY(nGrown >= 6);
        const auto told = sink_.of<TaskProgress>(run);
        QVERIFY(told.size() >= 6);
        QCOMPARE(told.back().fraction, 1.0);
    }

    void aCancelEndsItBetweenStepsOrInOne() {
        const auto model = fakeModel();
        auto slow = std::make_shared<FakeDenoiser>(model->schedule, 1, 8);
        slow->sleepMs = 60'000;
        model->denoiser = slow;
        bool ended = false;
        const RunId run = engine_->submit(denoiseTask(jobOf(model), {}, [&](DenoiseRecordingPtr) { ended = true; }));
        while (slow->nEvaluation == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        engine_->cancel(run);
        QVERIFY(sink_.waitFinished(run));
        QVERIFY(sink_.finished(run).reason == FinishReason::Cancelled);
        QVERIFY(!ended);
    }

    void modelsAreLoadedOnTheEnginesBackend() {
        const RunId none = engine_->submit(loadDiffusionTask("nowhere.safetensors", {}, [](DiffusionModelPtr) {}));
        QVERIFY(sink_.waitFinished(none));
        QVERIFY_ERROR(sink_.finished(none).status, ErrorCode::NotFound);

        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/diffusion-mnist-flow/MNIST/DiffusionViT.safetensors");
        VITRAL_NEED_FILE(path);
        DiffusionModelPtr model;
        const RunId load = engine_->submit(
            loadDiffusionTask(path.toStdString(), {}, [&](DiffusionModelPtr m) { model = std::move(m); }));
        QVERIFY(sink_.waitFinished(load));
        QVERIFY_RESULT(sink_.finished(load).status);
        QVERIFY(model && model->backend);
        DenoiseJob job = jobOf(model);
        job.settings.solver = SolverKind::FlowEuler;
        DenoiseRecordingPtr end;
        const RunId run = engine_->submit(denoiseTask(job, {}, [&](DenoiseRecordingPtr r) { end = std::move(r); }));
        QVERIFY(sink_.waitFinished(run));
        QVERIFY_RESULT(sink_.finished(run).status);
        QVERIFY(end && end->result->width == 28);
    }
};

QTEST_GUILESS_MAIN(TestDenoiseTask)
#include "tst_denoise_task.moc"
