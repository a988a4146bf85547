// SPDX-License-Identifier: Apache-2.0
// The model, the settings of the next run, what is remembered, and the forward process. Runs are in denoise_runs.cpp.
#include "widgets/denoise/denoise_controller.h"

#include "core/diffusion/pixels.h"
#include "core/diffusion/summary.h"
#include "core/runtime/bundled_model.h"
#include "core/runtime/denoise_task.h"
#include "widgets/chat/error_text.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonObject>

#include <algorithm>
#include <utility>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kMostFolders = 400, kMostFound = 200, kScanDepth = 4;

std::filesystem::path filePath(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

QString titleOf(const QString& path) {
    const auto summary = summarizeDiffusion(filePath(path));
    return summary ? QString::fromStdString(summary->info.name) : QString();
}

// Folders first: a diffusers model is one, and its inside is not looked at again.
void scan(const DenoiseFunctions& functions, const QString& folder, bool bundled, int depth, int& nFolder,
          std::vector<FoundDiffusionModel>& found) {
    if (depth > kScanDepth || ++nFolder > kMostFolders || found.size() >= kMostFound)
        return;
    const QDir dir(folder);
    for (const QFileInfo& entry :
         dir.entryInfoList(QDir::Dirs | QDir::Files | QDir::NoDotAndDotDot, QDir::Name | QDir::DirsFirst)) {
        if (found.size() >= kMostFound)
            return;
        const QString path = entry.absoluteFilePath();
        if (entry.isDir()) {
            if (functions.looksLike(filePath(path)))
                found.push_back({path, entry.fileName(), bundled, {}});
            else
                scan(functions, path, bundled, depth + 1, nFolder, found);
        } else if (entry.suffix().compare(QLatin1String("safetensors"), Qt::CaseInsensitive) == 0 ||
                   entry.suffix().compare(QLatin1String("gguf"), Qt::CaseInsensitive) == 0) {
            if (functions.looksLike(filePath(path)))
                found.push_back({path, entry.completeBaseName(), bundled, bundled ? titleOf(path) : QString()});
        }
    }
}

} // namespace

DenoiseController::DenoiseController(EnginePort& engine, EngineBridge& bridge, const QString& folder,
                                     DenoiseFunctions functions, QObject* parent)
    : QObject(parent), engine_(engine), functions_(std::move(functions)), store_(folder, functions_), pool_(1) {
    connect(&bridge, &EngineBridge::eventsArrived, this, &DenoiseController::onEvents, Qt::DirectConnection);
    connect(&store_, &DenoiseStore::problem, this, &DenoiseController::problem);
    store_.readState(this, [this](StoredState stored) { takeState(std::move(stored)); });
    store_.readRuns(this, [this](std::vector<DenoiseRun> runs) {
        for (DenoiseRun& run : runs) {
            nextId_ = std::max(nextId_, run.id + 1);
            if (run.parent != 0 && find(run.parent) == nullptr &&
                std::none_of(runs.begin(), runs.end(), [&](const DenoiseRun& r) { return r.id == run.parent; }))
                run.parent = 0;
        }
        // What was begun meanwhile stands behind what was there before; takeId() has kept their numbers apart.
        runs_.insert(runs_.begin(), std::make_move_iterator(runs.begin()), std::make_move_iterator(runs.end()));
        emit runsChanged();
        if (currentId_ == 0 && !runs_.empty())
            setCurrent(runs_.back().id);
    });
}

DenoiseController::~DenoiseController() {
    cancel();
    for (const DenoiseRun& run : runs_)
        if (!run.onDisk)
            store_.releaseId(run.id);
    pool_.cancelAll(this);
}

void DenoiseController::tell(const Error& error) {
    if (error.code != ErrorCode::Cancelled)
        emit problem(knownText(error));
}

// What is remembered.

void DenoiseController::takeState(StoredState stored) {
    const QJsonObject& state = stored.json;
    const QJsonObject was = state[QStringLiteral("extra")].toObject();
    for (auto at = was.begin(); at != was.end(); ++at)
        if (!extra_.contains(at.key())) // what was done meanwhile stays
            extra_[at.key()] = at.value();
    nextId_ = std::max(nextId_, state[QStringLiteral("nextRun")].toInteger());
    if (modelPath_.isEmpty())
        modelPath_ = state[QStringLiteral("model")].toString();
    if (stored.recipe && !settingsTouched_) {
        settings_ = std::move(stored.recipe->settings);
        settingsModel_ = stored.recipe->model;
        if (model_)
            fitToModel();
    }
    if (!recordTouched_) {
        const QJsonObject record = state[QStringLiteral("record")].toObject();
        record_.cross = record[QStringLiteral("cross")].toBool(true);
        record_.features = record[QStringLiteral("features")].toBool(false);
        const double budget = record[QStringLiteral("budgetMiB")].toDouble();
        if (budget >= 1 && budget <= 65536)
            record_.byteBudget = std::size_t(budget) << 20U;
        const int preview = record[QStringLiteral("preview")].toInt(int(PreviewKind::Projection));
        if (preview >= 0 && preview <= int(PreviewKind::Pixels))
            record_.preview = PreviewKind(preview);
    }
    ready_ = true;
    if (std::exchange(unsaved_, false))
        saveState();
    emit settingsChanged();
    emit stateRead();
    updatePlan();
}

void DenoiseController::saveState() {
    if (!ready_) { // not before what was kept is known
        unsaved_ = true;
        return;
    }
    QJsonObject state, record;
    state[QStringLiteral("extra")] = extra_;
    state[QStringLiteral("nextRun")] = nextId_;
    state[QStringLiteral("model")] = modelPath_;
    DenoiseRecipe recipe;
    recipe.model = settingsModel_;
    recipe.settings = settings_;
    record[QStringLiteral("cross")] = record_.cross;
    record[QStringLiteral("features")] = record_.features;
    record[QStringLiteral("budgetMiB")] = double(record_.byteBudget >> 20U);
    record[QStringLiteral("preview")] = int(record_.preview);
    state[QStringLiteral("record")] = record;
    store_.saveState(state, std::move(recipe));
}

void DenoiseController::setExtra(const QString& key, const QJsonValue& value) {
    if (extra_[key] == value)
        return;
    extra_[key] = value;
    saveState();
}

// The model.

void DenoiseController::loadModel(const QString& path) {
    if (loadRun_ != 0)
        engine_.cancel(loadRun_);
    cancel();
    modelState_ = ModelState::Loading;
    modelError_.clear();
    progress_ = -1;
    progressText_ = tr("Loading %1").arg(QFileInfo(path).fileName());
    auto slot = std::make_shared<std::optional<DiffusionModelPtr>>();
    Task task = [slot, path = filePath(path), load = functions_.load](TaskContext& context) -> Result<void> {
        DiffusionLoadOptions options;
        options.backend = context.backendFor(pictureModelBytes(path));
        options.stop = context.stop;
        if (context.progress)
            options.progress = [&context](double fraction) { context.progress(fraction, {}); };
        VITRAL_TRY_ASSIGN(DiffusionModelPtr model, load(path, options));
        slot->emplace(std::move(model));
        return {};
    };
    const RunId run = engine_.task(std::move(task));
    loadRun_ = run;
    watch(run, {[this, slot, run, path](const Result<void>& status) {
                    if (run != loadRun_)
                        return; // another one is wanted by now
                    loadRun_ = 0;
                    progressText_.clear();
                    if (slot->has_value())
                        return modelLoaded(std::move(**slot), path);
                    modelState_ = model_ ? ModelState::Ready : ModelState::Failed;
                    runWhenLoaded_ = false;
                    wantedRecipe_.reset();
                    if (!status && status.error().code != ErrorCode::Cancelled) {
                        modelError_ = errorText(status.error(), Doing::LoadModel);
                        emit problem(modelError_);
                    }
                    emit modelChanged();
                    emit busyChanged();
                },
                [this](double fraction, const QString&) {
                    progress_ = fraction;
                    emit busyChanged();
                }});
    emit modelChanged();
    emit busyChanged();
}

void DenoiseController::modelLoaded(DiffusionModelPtr model, const QString& path) {
    model_ = std::move(model);
    modelPath_ = path;
    modelState_ = ModelState::Ready;
    fitToModel();
    saveState();
    emit modelChanged();
    emit settingsChanged();
    emit busyChanged();
    updatePlan();
    const bool wanted = std::exchange(runWhenLoaded_, false);
    // Another model may come first: the room's own of the last time.
    if (wantedRecipe_ && wantedRecipe_->model == QString::fromStdString(model_->info.name)) {
        const DenoiseRecipe recipe = *std::exchange(wantedRecipe_, std::nullopt);
        adoptSettings(recipe.settings);
        enqueueRecipe(recipe);
    } else if (wanted) {
        run();
    }
}

// What another model was set to is kept where it has a meaning here.
void DenoiseController::fitToModel() {
    const DiffusionInfo& info = model_->info;
    const QString name = QString::fromStdString(info.name);
    if (settingsModel_ == name)
        return;
    settingsModel_ = name;
    settings_.steps = info.defaultSteps;
    settings_.solver = info.defaultSolver;
    settings_.spacing = DenoiseSettings().spacing;
    settings_.guidance = info.defaultGuidance;
    settings_.guidanceRescale = 0;
    settings_.guidanceBegin = 0;
    settings_.guidanceEnd = 1;
    settings_.width = settings_.height = 0;
    settings_.skipScales.clear();
    settings_.init.reset();
    settings_.mask.reset();
    settings_.classId =
        info.classNames.empty() ? -1 : std::clamp(settings_.classId, 0, int(info.classNames.size()) - 1);
}

bool DenoiseController::looksLikeModel(const QString& path) const {
    return functions_.looksLike(filePath(path));
}

std::vector<DenoiseController::Place> diffusionPlaces(const QStringList& ownFolders) {
    std::vector<DenoiseController::Place> places;
    const auto add = [&](const QString& folder, bool bundled) {
        if (!folder.isEmpty() && QFileInfo(folder).isDir())
            places.push_back({QFileInfo(folder).absoluteFilePath(), bundled});
    };
    for (const std::filesystem::path& folder : bundledModelFolders())
        add(QString::fromStdU16String(folder.u16string()), true);
    for (const QString& folder : ownFolders)
        add(folder, false);
    QString cache = qEnvironmentVariable("HF_HUB_CACHE");
    if (cache.isEmpty())
        cache = qEnvironmentVariable("HF_HOME", QDir::homePath() + QStringLiteral("/.cache/huggingface")) +
                QStringLiteral("/hub");
    add(cache, false);
    return places;
}

void DenoiseController::findModels(std::vector<Place> places) {
    pool_.ask(
        this, "models",
        [places = std::move(places), functions = functions_](const std::stop_token& stop) {
            std::vector<FoundDiffusionModel> found;
            for (const Place& place : places) {
                int nFolder = 0;
                if (!stop.stop_requested() && QFileInfo::exists(place.folder))
                    scan(functions, place.folder, place.bundled, 0, nFolder, found);
            }
            return found;
        },
        [this](std::vector<FoundDiffusionModel> found) {
            found_ = std::move(found);
            emit modelsFound();
        });
}

// Settings.

void DenoiseController::setSettings(DenoiseSettings settings) {
    settings_ = std::move(settings);
    settingsTouched_ = true;
    saveState();
    emit settingsChanged();
    updatePlan();
}

void DenoiseController::adoptSettings(const DenoiseSettings& settings) {
    setSettings(settings);
}

void DenoiseController::setRecord(DenoiseRecord record) {
    if (record == record_)
        return;
    record_ = record;
    recordTouched_ = true;
    saveState();
    emit settingsChanged();
    updatePlan();
}

DenoiseRequest DenoiseController::request() const {
    DenoiseRequest request;
    request.byteBudget = record_.byteBudget;
    request.preview = record_.preview;
    const bool words = !model_ || !model_->denoiser->info().crossBlocks.empty();
    const bool maps = !model_ || !model_->denoiser->info().featureBlocks.empty();
    if (record_.cross && words)
        request.cross = {"*"};
    if (record_.features && maps)
        request.features = {"*"};
    if (model_ && !model_->autoencoder)
        request.preview = PreviewKind::Pixels;
    return request;
}

void DenoiseController::updatePlan() {
    if (!model_)
        return;
    DenoiseJob job;
    job.model = model_;
    job.settings = settings_;
    job.request = request();
    pool_.ask(
        this, "plan", [job, plan = functions_.plan](const std::stop_token&) { return plan(job); },
        [this](Result<DenoisePlan> plan) {
            plan_.reset();
            planProblem_.clear();
            if (plan)
                plan_ = std::move(*plan);
            else
                planProblem_ = knownText(plan.error());
            emit planChanged();
        });
}

std::vector<StepTime> DenoiseController::plannedTimes(StepSpacing spacing) const {
    if (!model_)
        return {};
    auto times = functions_.times(model_->schedule, settings_.steps, spacing, settings_.solver);
    return times ? std::move(*times) : std::vector<StepTime>();
}

// Pictures.

bool DenoiseController::isLatent(const DenoiseRecording& recording) {
    for (const DenoiseStepPtr& step : recording.steps)
        if (step && step->x)
            return step->x->channels != 1 && step->x->channels != 3;
    return false;
}

PictureLook DenoiseController::lookOf(const DenoiseRecording& recording, bool isSigned, LatentLook latent) {
    PictureLook look;
    const bool latents = isLatent(recording);
    look.sort = isSigned ? PictureSort::Signed : latents ? PictureSort::Latent : PictureSort::Pixels;
    look.latent = latent;
    look.projection = recording.model.previewProjection;
    return look;
}

ShownPicture DenoiseController::showOf(const DenoiseRecording& recording, const Picture& picture, bool isSigned,
                                       LatentLook latent) {
    const PictureLook look = lookOf(recording, isSigned, latent);
    return look.sort == PictureSort::Pixels ? showPicture(pixelsOf(recording.model, picture), look)
                                            : showPicture(picture, look);
}

void DenoiseController::setInit(const QImage& image) {
    DenoiseSettings settings = settings_;
    settings.init.reset();
    settings.mask.reset();
    if (!image.isNull() && model_) {
        const NetworkInfo& network = model_->denoiser->info();
        const int factor = model_->autoencoder ? model_->autoencoder->factor() : 1;
        const int width = settings.width > 0 ? settings.width : network.defaultWidth * factor;
        const int height = settings.height > 0 ? settings.height : network.defaultHeight * factor;
        const int channels = !model_->autoencoder && network.inChannels == 1 ? 1 : 3;
        Picture picture = pictureFromImage(image, channels, width, height);
        if (!picture.empty())
            settings.init = std::make_shared<const Picture>(std::move(picture));
        if (settings.strength >= 1)
            settings.strength = 0.6;
    }
    setSettings(std::move(settings));
}

void DenoiseController::setForward(const QImage& image, const QString& name) {
    forwardNote_.clear();
    if (!model_) {
        forwardNote_ = tr("Choose a model first: noise is added in the form it works on.");
        emit problem(forwardNote_);
        return;
    }
    const NetworkInfo& network = model_->denoiser->info();
    const int factor = model_->autoencoder ? model_->autoencoder->factor() : 1;
    const int width = settings_.width > 0 ? settings_.width : network.defaultWidth * factor;
    const int height = settings_.height > 0 ? settings_.height : network.defaultHeight * factor;
    const int channels = !model_->autoencoder && network.inChannels == 1 ? 1 : 3;
    auto pixels = std::make_shared<const Picture>(pictureFromImage(image, channels, width, height));
    if (pixels->empty()) {
        emit problem(tr("The picture cannot be used: it is empty or too large."));
        return;
    }
    const quint64 seed = forward_ ? forward_->seed : 0;
    if (!model_->autoencoder) {
        forward_ = ForwardPicture{std::make_shared<const Picture>(fromPixels(model_->info, *pixels)), name, seed};
        emit forwardChanged();
        return;
    }
    if (!model_->autoencoder->canEncode()) {
        forwardNote_ = tr("The autoencoder of this model has no encoder, so a picture cannot become a latent.");
        emit problem(forwardNote_);
        return;
    }
    auto slot = std::make_shared<PicturePtr>();
    const RunId run =
        engine_.taskLatest("denoise-forward", [slot, pixels, model = model_](TaskContext& context) -> Result<void> {
            Backend& backend = model->backend ? *model->backend : context.backend;
            Workspace workspace(backend);
            NetworkContext inside{backend, workspace, context.stop, nullptr};
            VITRAL_TRY_ASSIGN(Picture latent, model->autoencoder->encode(inside, *pixels));
            *slot = std::make_shared<const Picture>(std::move(latent));
            return {};
        });
    watch(run, {[this, slot, name, seed](const Result<void>& status) {
                    if (*slot) {
                        forward_ = ForwardPicture{*slot, name, seed};
                        emit forwardChanged();
                    } else if (!status) {
                        tell(status.error());
                    }
                },
                {}});
}

void DenoiseController::setForwardRun(qint64 id) {
    const DenoiseRun* run = find(id);
    if (run == nullptr || !run->recording || run->recording->steps.empty() || !run->recording->steps.back()->next)
        return;
    forwardNote_.clear();
    forward_ = ForwardPicture{run->recording->steps.back()->next, runTitle(*run), forward_ ? forward_->seed : 0};
    emit forwardChanged();
}

void DenoiseController::clearForward() {
    forward_.reset();
    forwardNote_.clear();
    emit forwardChanged();
}

void DenoiseController::setForwardSeed(quint64 seed) {
    if (forward_) {
        forward_->seed = seed;
        emit forwardChanged();
    }
}

PicturePtr DenoiseController::forwardAt(const StepTime& time) const {
    return forward_ ? std::make_shared<const Picture>(functions_.addNoise(*forward_->clean, time, forward_->seed))
                    : nullptr;
}

} // namespace vitral
