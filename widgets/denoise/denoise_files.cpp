// SPDX-License-Identifier: Apache-2.0
// Runs as files: pictures that carry their recipe, recorded runs, and whatever is dropped on the window.
#include "widgets/denoise/denoise_controller.h"

#include <QFileInfo>
#include <QLocale>

#include <utility>

namespace vitral {

using namespace diffusion;

namespace {

constexpr double kEnlargeStrength = 0.3; ///< as vitral-cli denoise --upscale

std::filesystem::path filePath(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

} // namespace

DenoiseRecipe DenoiseController::recipeOf(const DenoiseRun& run) const {
    DenoiseRecipe recipe;
    recipe.model = run.model;
    if (run.recording)
        recipe.architecture = QString::fromStdString(run.recording->model.architecture);
    recipe.settings = run.settings;
    recipe.branchStep = run.branchStep;
    if (const DenoiseRun* parent = find(run.parent))
        recipe.parent = std::make_shared<const DenoiseRecipe>(recipeOf(*parent));
    else
        recipe.parent = run.parentRecipe;
    return recipe;
}

void DenoiseController::exportPng(qint64 id, const QString& path) {
    const DenoiseRun* run = find(id);
    if (run == nullptr || !run->recording || !run->recording->result) {
        emit problem(tr("The run has no finished picture yet."));
        return;
    }
    const QImage image = imageFromPixels(*run->recording->result);
    pool_.ask(
        this, "export-png",
        [image, path, recipe = recipeOf(*run), functions = functions_](const std::stop_token&) {
            return writeRecipePng(path, image, recipe, functions);
        },
        [this, path](const Result<void>& done) {
            if (done)
                emit saved(path);
            else
                tell(done.error());
        });
}

qint64 DenoiseController::enqueueRecipe(const DenoiseRecipe& recipe) {
    qint64 parent = 0;
    if (recipe.parent) {
        // The same run may be in the list already.
        const QByteArray wanted = recipeToJson(*recipe.parent, functions_);
        for (const DenoiseRun& run : runs_)
            if (run.recording && run.state == RunState::Done && recipeToJson(recipeOf(run), functions_) == wanted)
                parent = run.id;
        if (parent == 0)
            parent = enqueueRecipe(*recipe.parent);
    }
    const qint64 id = addRun(recipe.settings, parent, recipe.branchStep);
    Waiting job;
    job.id = id;
    job.job = {model_, recipe.settings, request(), nullptr, recipe.branchStep};
    job.branchFrom = parent;
    waiting_.push_back(std::move(job));
    startNext();
    setCurrent(id);
    return id;
}

bool DenoiseController::restore(DenoiseRecipe recipe, bool runIt) {
    if (model_ && QString::fromStdString(model_->info.name) == recipe.model) {
        adoptSettings(recipe.settings);
        if (runIt)
            enqueueRecipe(recipe);
        return true;
    }
    settings_ = recipe.settings;
    settingsModel_ = recipe.model; // its own are not fitted when it comes
    saveState();
    emit settingsChanged();
    if (runIt)
        wantedRecipe_ = std::move(recipe);
    return false;
}

void DenoiseController::restoreFromPng(const QString& path) {
    pool_.ask(
        this, "restore-png",
        [path, functions = functions_](const std::stop_token&) { return readRecipePng(path, functions); },
        [this](Result<DenoiseRecipe> recipe) {
            if (!recipe)
                return tell(recipe.error());
            if (restore(std::move(*recipe), true))
                return;
            for (const FoundDiffusionModel& model : found_)
                if (model.name == wantedRecipe_->model || model.title == wantedRecipe_->model)
                    return loadModel(model.path);
            emit notice(tr("The settings of the picture are taken over. It was made with the model \"%1\": choose "
                           "that model to make it again.")
                            .arg(wantedRecipe_->model));
        });
}

void DenoiseController::openRunFile(const QString& path) {
    if (!functions_.open)
        return;
    store_.worker().ask(
        this,
        [open = functions_.open, path = filePath(path)] {
            auto read = open(path);
            return std::pair(read ? thumbOf(**read) : QImage(), std::move(read));
        },
        [this, path](std::pair<QImage, Result<DenoiseRecordingPtr>> answer) {
            auto& [thumb, read] = answer;
            if (!read)
                return tell(read.error());
            const qint64 id = addRun((*read)->settings, 0, (*read)->branchStep);
            DenoiseRun* run = own(id);
            run->model = QString::fromStdString((*read)->model.name);
            run->recording = std::move(*read);
            run->state = RunState::Done;
            run->seconds = run->recording->totalSeconds;
            run->thumb = std::move(thumb);
            emit runsChanged();
            setCurrent(id);
            emit notice(tr("%1 is open; it needs no model.").arg(QFileInfo(path).fileName()));
        });
}

void DenoiseController::saveRunFile(qint64 id, const QString& path) {
    const DenoiseRun* run = find(id);
    if (run == nullptr || !run->recording || !functions_.save)
        return;
    store_.worker().ask(
        this,
        [save = functions_.save, recording = run->recording, path = filePath(path)] { return save(*recording, path); },
        [this, path](const Result<void>& done) {
            if (done)
                emit saved(path);
            else
                tell(done.error());
        });
}

void DenoiseController::enlarge(qint64 id, double factor, const QString& path) {
    const DenoiseRun* run = find(id);
    if (run == nullptr || !run->recording || !run->recording->result) {
        emit problem(tr("The run has no finished picture yet."));
        return;
    }
    if (!model_ || QString::fromStdString(model_->info.name) != run->model) {
        emit problem(tr("This run was made with %1; load that model to enlarge its picture.").arg(run->model));
        return;
    }
    if (enlargeRun_ != 0)
        return;
    UpscaleJob job;
    job.base.model = model_;
    job.base.settings = run->settings;
    job.base.settings.init = run->recording->result;
    job.base.settings.mask.reset();
    job.base.settings.strength = kEnlargeStrength;
    job.base.request.steps = false;
    job.base.request.preview = PreviewKind::None;
    job.factor = factor;
    auto slot = std::make_shared<QImage>();
    enlargeRun_ =
        engine_.task([slot, job = std::move(job), compute = functions_.upscale](TaskContext& context) -> Result<void> {
            VITRAL_TRY_ASSIGN(const Picture large, compute(job, context.stop, [&](double fraction, const Picture&) {
                                  if (context.progress)
                                      context.progress(fraction, {});
                              }));
            *slot = imageFromPixels(large);
            return {};
        });
    const auto done = [this, slot, path](const Result<void>& status) {
        enlargeRun_ = 0;
        progress_ = -1;
        emit busyChanged();
        if (!status)
            return tell(status.error());
        pool_.ask(
            this, "enlarged", [image = *slot, path](const std::stop_token&) { return image.save(path, "PNG"); },
            [this, path](bool written) {
                if (written)
                    emit saved(path);
                else
                    emit problem(tr("The picture could not be written to %1.").arg(path));
            });
    };
    watch(enlargeRun_, {done, [this](double fraction, const QString&) {
                            progress_ = fraction;
                            emit busyChanged();
                        }});
    emit busyChanged();
}

void DenoiseController::openAny(const QString& path) {
    const QString ending = QFileInfo(path).suffix().toLower();
    if (QFileInfo(path).isDir() || ending == QLatin1String("gguf"))
        return loadModel(path);
    if (ending == QLatin1String("safetensors")) {
        pool_.ask(
            this, "open-any",
            [path, looks = functions_.looksLike](const std::stop_token&) { return looks(filePath(path)); },
            [this, path](bool model) { model ? loadModel(path) : openRunFile(path); });
        return;
    }
    pool_.ask(
        this, "open-any",
        [path, functions = functions_](const std::stop_token&) {
            auto recipe = readRecipePng(path, functions);
            auto image = recipe ? Result<QImage>(QImage()) : readAnyPicture(path);
            // A picture with a damaged recipe is worth a sentence; one without, or of another format, is just a
            // picture.
            const bool png = path.endsWith(QLatin1String(".png"), Qt::CaseInsensitive);
            if (!recipe && png && image && recipe.error().code != ErrorCode::NotFound)
                image = tl::unexpected(recipe.error());
            return std::pair(recipe.has_value(), std::move(image));
        },
        [this, path](const std::pair<bool, Result<QImage>>& found) {
            if (found.first)
                return restoreFromPng(path);
            if (!found.second)
                return tell(found.second.error());
            setForward(*found.second, QFileInfo(path).fileName());
            if (forward_)
                emit notice(tr("%1 is now the picture of the forward process. To start a run from it, choose it under "
                               "Start picture.")
                                .arg(QFileInfo(path).fileName()));
        });
}

} // namespace vitral
