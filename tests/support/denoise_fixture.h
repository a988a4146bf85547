// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Denoise" without an engine: tasks are carried out when told to, the network is a closed form, recordings
// are "files" in memory. Test classes inherit from it.

#include "core/backend/backend.h"
#include "core/diffusion/pixels.h"
#include "tests/support/fake_port.h"
#include "tests/support/gauss_denoise.h"
#include "widgets/denoise/denoise_room.h"

#include <QTemporaryDir>
#include <QtTest>

#include <map>

namespace vitral::test {

/// Runs are closed forms; recordings are "files" in memory.
inline DenoiseFunctions gaussFunctions(bool cross = true) {
    using namespace diffusion;
    DenoiseFunctions f = coreDenoiseFunctions();
    static std::map<std::string, DenoiseRecordingPtr> files;
    f.looksLike = [](const std::filesystem::path& path) { return path.filename() == "gauss.gguf"; };
    f.load = [](const std::filesystem::path& path, const DiffusionLoadOptions&) -> Result<DiffusionModelPtr> {
        if (path.filename() != "gauss.gguf")
            return fail(ErrorCode::InvalidFile, "This is no diffusion model.");
        return gaussModel();
    };
    f.plan = [](const DenoiseJob& job) -> Result<DenoisePlan> {
        VITRAL_TRY(checkSettings(job.settings));
        DenoisePlan plan;
        plan.evaluations = job.settings.steps * (job.settings.guidance == 1 ? 1 : 2);
        plan.recordBytes = 1000;
        return plan;
    };
    f.run = [cross](const DenoiseJob& job, const std::stop_token& stop,
                    const std::function<void(const DenoiseProgress&)>& progress) -> Result<DenoiseRecordingPtr> {
        GaussRun run;
        run.settings = job.settings;
        run.cross = cross && !job.request.cross.empty();
        run.parent = job.branchFrom;
        run.branchStep = job.branchStep;
        for (std::int32_t n = job.branchStep + 1; n <= job.settings.steps; ++n) {
            if (stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled");
            run.nSteps = n;
            progress({double(n) / job.settings.steps, "step", gaussRecording(run)});
        }
        auto done = gaussRecording(run);
        if (!job.request.steps)
            done->steps.clear();
        return done;
    };
    f.upscale = [](const UpscaleJob& job, const std::stop_token&,
                   const std::function<void(double, const Picture&)>&) -> Result<Picture> {
        const Picture& small = *job.base.settings.init;
        return resized(small, int(small.height * job.factor), int(small.width * job.factor));
    };
    f.save = [](const DenoiseRecording& r, const std::filesystem::path& path) -> Result<void> {
        files[path.string()] = std::make_shared<const DenoiseRecording>(r);
        QFile file(QString::fromStdString(path.string()));
        if (!file.open(QIODevice::WriteOnly))
            return fail(ErrorCode::Io, "not written");
        file.write("run");
        return {};
    };
    f.open = [](const std::filesystem::path& path) -> Result<DenoiseRecordingPtr> {
        const auto found = files.find(path.string());
        if (found == files.end())
            return fail(ErrorCode::NotFound, "There is no such run.");
        return found->second;
    };
    return f;
}

class DenoiseFixture : public QObject {
protected:
    void make(const DenoiseFunctions& functions = gaussFunctions()) {
        controller_ = std::make_unique<DenoiseController>(*port_, *bridge_, dir_->path(), functions);
        connect(controller_.get(), &DenoiseController::problem, this,
                [this](const QString& sentence) { problems_ << sentence; });
    }
    void loadGauss() {
        controller_->loadModel(QStringLiteral("gauss.gguf"));
        work();
        QVERIFY(controller_->model() != nullptr);
        diffusion::DenoiseSettings s = controller_->settings();
        s.steps = 8;
        s.guidance = 3;
        s.classId = 1;
        s.seed = 5;
        controller_->setSettings(s);
    }
    /// Carries out what the engine was asked for, up to and with the newest task.
    void work(bool cancelled = false) {
        while (nDone_ < port_->tasks.size()) {
            const RunId run = firstRun_ + nDone_;
            std::stop_source stop;
            int nStep = 0;
            TaskContext context{stop.get_token(),
                                [&](double fraction, const std::string& what) {
                                    port_->say(TaskProgress{run, fraction, what});
                                    if (cancelled && ++nStep == 3)
                                        stop.request_stop();
                                },
                                *backend_, backend_};
            const Result<void> done = port_->tasks[nDone_](context);
            ++nDone_;
            const bool stopped = !done && done.error().code == ErrorCode::Cancelled;
            port_->finish(run,
                          done      ? FinishReason::Done
                          : stopped ? FinishReason::Cancelled
                                    : FinishReason::Failed,
                          stopped ? Result<void>() : done);
            QTest::qWait(20);
            QCoreApplication::processEvents();
        }
    }
    qint64 runNow() {
        const qint64 id = controller_->run();
        work();
        return id;
    }
    static bool same(const diffusion::DenoiseRecordingPtr& a, const diffusion::DenoiseRecordingPtr& b) {
        return a && b && a->result && b->result && a->result->values == b->result->values;
    }
    void begin() {
        problems_.clear();
        dir_ = std::make_unique<QTemporaryDir>();
        bridge_ = std::make_unique<EngineBridge>();
        port_ = std::make_unique<FakePort>(*bridge_);
        if (!backend_)
            backend_ = *makeCpuBackend({});
        nDone_ = 0;
        firstRun_ = 1;
        make();
    }
    void end() {
        room_.reset();
        controller_.reset();
        port_.reset();
        bridge_.reset();
    }

    static double rmsDistance0(const diffusion::Picture& a, const diffusion::Picture& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += std::pow(double(a.values[i]) - b.values[i], 2);
        return std::sqrt(sum / double(a.size()));
    }
    void openRoom(QSize size) {
        room_ = std::make_unique<DenoiseRoom>(*controller_, std::vector<DenoiseController::Place>());
        room_->resize(size);
        room_->show();
        room_->activated();
        QVERIFY(QTest::qWaitForWindowExposed(room_.get()));
    }

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<EngineBridge> bridge_;
    std::unique_ptr<FakePort> port_;
    std::shared_ptr<Backend> backend_;
    std::unique_ptr<DenoiseController> controller_;
    std::unique_ptr<DenoiseRoom> room_;
    QStringList problems_;
    std::size_t nDone_ = 0;
    RunId firstRun_ = 1;
};

} // namespace vitral::test
