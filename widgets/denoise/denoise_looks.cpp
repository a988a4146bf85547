// SPDX-License-Identifier: Apache-2.0
// Looking into the loaded model beside the runs: one step again, a picture there and back.
#include "widgets/denoise/denoise_controller.h"

#include <utility>

namespace vitral {

using namespace diffusion;

void DenoiseController::askModel(QObject* receiver, const std::string& tag, ModelWork work,
                                 std::function<void(const Result<void>&)> then) {
    if (!model_) {
        then(fail(ErrorCode::InvalidArgument, tr("There is no model yet: choose one first.").toStdString()));
        return;
    }
    const RunId run =
        engine_.taskLatest("denoise-" + tag, [model = model_, work = std::move(work)](TaskContext& context) {
            Backend& backend = model->backend ? *model->backend : context.backend;
            Workspace workspace(backend);
            NetworkContext inside{backend, workspace, context.stop, nullptr};
            return work(*model, inside);
        });
    ++nLook_;
    watch(run, {[this, guard = QPointer<QObject>(receiver), then = std::move(then)](const Result<void>& status) {
                    --nLook_;
                    if (guard)
                        then(status);
                },
                {}});
}

void DenoiseController::lookInto(QObject* receiver, const std::string& tag, qint64 run, int step,
                                 std::vector<float> skipScales, std::function<void(Result<DenoiseRecordingPtr>)> then) {
    const DenoiseRun* of = find(run);
    if (of == nullptr || !of->recording || !model_)
        return then(fail(ErrorCode::InvalidArgument, tr("There is no model yet: choose one first.").toStdString()));
    if (QString::fromStdString(model_->info.name) != of->model)
        return then(fail(
            ErrorCode::InvalidArgument,
            tr("This run was made with %1; load that model to look into its network.").arg(of->model).toStdString()));
    DenoiseJob job;
    job.model = model_;
    job.settings = of->settings;
    job.settings.skipScales = std::move(skipScales);
    job.request.cross.clear();
    job.request.features = {"*"};
    job.request.byteBudget = record_.byteBudget;
    job.request.preview = model_->autoencoder ? record_.preview : PreviewKind::Pixels;
    job.request.mostSteps = 1;
    job.request.operations = true;
    job.branchFrom = of->recording;
    job.branchStep = step;
    auto slot = std::make_shared<std::optional<Result<DenoiseRecordingPtr>>>();
    const RunId asked = engine_.taskLatest(
        "denoise-" + tag, [slot, job = std::move(job), compute = functions_.run](TaskContext& context) -> Result<void> {
            slot->emplace(compute(job, context.stop, {}));
            if (!**slot)
                return tl::unexpected((*slot)->error());
            return {};
        });
    ++nLook_;
    watch(asked,
          {[this, slot, guard = QPointer<QObject>(receiver), then = std::move(then)](const Result<void>& status) {
               --nLook_;
               if (!guard)
                   return;
               if (slot->has_value())
                   then(std::move(**slot));
               else
                   then(tl::unexpected(status ? Error{ErrorCode::Cancelled, {}} : status.error()));
           },
           {}});
}

} // namespace vitral
