// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the room "Denoise" works with: one loaded diffusion model, the settings of the next run, every run so far with
// its branches, the one on the screen and its step, a second one to compare with, and a picture for the forward
// process. Runs go to the engine one at a time, in the order they were asked for. Owns no widget and never waits.
// Thread: GUI.

#include "widgets/denoise/denoise_store.h"
#include "widgets/denoise/picture_image.h"
#include "widgets/denoise/step_pictures.h"
#include "widgets/engine/engine_bridge.h"
#include "widgets/engine/engine_port.h"
#include "widgets/inside/view_pool.h"

#include <QObject>
#include <QPointer>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace vitral {

struct FoundDiffusionModel {
    QString path, name;
    bool bundled = false;
    QString title; ///< the name it gives itself, as recipes say it; of bundled ones only
};

/// What the person may choose beside DenoiseSettings.
struct DenoiseRecord {
    bool cross = true; ///< attention of words, where the model has any
    bool features = false;
    std::size_t byteBudget = std::size_t{512} << 20U;
    diffusion::PreviewKind preview = diffusion::PreviewKind::Projection;
    bool operator==(const DenoiseRecord&) const = default;
};

class DenoiseController : public QObject {
    Q_OBJECT
public:
    enum class ModelState : std::uint8_t { None, Loading, Ready, Failed };

    /// `folder`: where runs are kept; empty: nowhere. `modelPlaces`: folders that are searched for models, the ones
    /// that came with the program first.
    DenoiseController(EnginePort& engine, EngineBridge& bridge, const QString& folder, DenoiseFunctions functions,
                      QObject* parent = nullptr);
    ~DenoiseController() override;

    // The model.
    void loadModel(const QString& path);
    [[nodiscard]] ModelState modelState() const { return modelState_; }
    [[nodiscard]] const diffusion::DiffusionModelPtr& model() const { return model_; }
    [[nodiscard]] QString modelPath() const { return modelPath_; }
    [[nodiscard]] QString modelError() const { return modelError_; }
    struct Place {
        QString folder;
        bool bundled = false;
    };
    void findModels(std::vector<Place> places);
    [[nodiscard]] const std::vector<FoundDiffusionModel>& foundModels() const { return found_; }
    [[nodiscard]] bool looksLikeModel(const QString& path) const;

    // What the next run will be.
    [[nodiscard]] const diffusion::DenoiseSettings& settings() const { return settings_; }
    void setSettings(diffusion::DenoiseSettings settings);
    [[nodiscard]] const DenoiseRecord& record() const { return record_; }
    void setRecord(DenoiseRecord record);
    /// Of the settings as they are, with the model; null: not computed yet, or planProblem() says why not.
    [[nodiscard]] const std::optional<diffusion::DenoisePlan>& plan() const { return plan_; }
    [[nodiscard]] QString planProblem() const { return planProblem_; }
    /// The moments a run with these settings would visit. Empty: the settings do not fit the model.
    [[nodiscard]] std::vector<diffusion::StepTime> plannedTimes(diffusion::StepSpacing spacing) const;

    // Runs.
    [[nodiscard]] const std::vector<DenoiseRun>& runs() const { return runs_; }
    [[nodiscard]] const DenoiseRun* find(qint64 id) const;
    [[nodiscard]] qint64 currentId() const { return currentId_; }
    [[nodiscard]] const DenoiseRun* currentRun() const { return find(currentId_); }
    /// Its recording, or null: nothing is chosen, or it is still read.
    [[nodiscard]] diffusion::DenoiseRecordingPtr recording() const;
    void setCurrent(qint64 id);
    [[nodiscard]] qint64 otherId() const { return otherId_; }
    [[nodiscard]] diffusion::DenoiseRecordingPtr other() const;
    void setOther(qint64 id); ///< 0: none
    /// 0 .. number of steps; the last one is the end of the run.
    [[nodiscard]] int moment() const { return moment_; }
    void setMoment(int moment);
    [[nodiscard]] static int momentCount(const diffusion::DenoiseRecording& recording);
    /// The step that begins at a moment (the last step, for the end); null: not there yet.
    [[nodiscard]] static diffusion::DenoiseStepPtr stepAt(const diffusion::DenoiseRecordingPtr& recording, int moment);

    /// Waits behind what runs. Returns the id of the new run; 0: problem() has said why not.
    qint64 run();
    qint64 branch(qint64 from, int step);
    /// Many runs, without a record of their steps and without a place in the list; `then` gets each as it is finished
    /// (null: it failed or was cancelled).
    struct BatchItem {
        diffusion::DenoiseSettings settings;
        std::function<void(Result<diffusion::DenoiseRecordingPtr>)> then;
    };
    void runBatch(QObject* receiver, std::vector<BatchItem> items);
    void cancel(); ///< what runs and all that waits
    [[nodiscard]] bool busy() const { return running_.has_value() || !waiting_.empty() || enlargeRun_ != 0; }
    [[nodiscard]] int nWaiting() const { return static_cast<int>(waiting_.size()); }
    [[nodiscard]] qint64 runningId() const { return running_ ? running_->id : 0; }
    [[nodiscard]] double progress() const { return progress_; } ///< of what runs; < 0: unknown
    [[nodiscard]] QString progressText() const { return progressText_; }
    void removeRun(qint64 id); ///< with its files; the person has been asked

    // Files.
    [[nodiscard]] DenoiseRecipe recipeOf(const DenoiseRun& run) const;
    void exportPng(qint64 id, const QString& path);
    /// Loads the settings of a picture's recipe, and runs it (with what it was branched off) when the model is there.
    void restoreFromPng(const QString& path);
    /// Takes the settings of a recipe, and with `runIt` runs it with what it was branched off. False: its model is not
    /// the loaded one; it is run as soon as that is loaded.
    bool restore(DenoiseRecipe recipe, bool runIt);
    void openRunFile(const QString& path);
    void saveRunFile(qint64 id, const QString& path);
    /// The end of a run `factor` times as large, drawn anew tile by tile with the run's own settings; as PNG.
    void enlarge(qint64 id, double factor, const QString& path);
    /// Takes the settings of a run for the next one.
    void adoptSettings(const diffusion::DenoiseSettings& settings);
    void setInit(const QImage& image); ///< null: none; fitted to the size of the run
    /// What a dropped file is, by its content: model, recorded run, picture with a recipe, picture.
    void openAny(const QString& path);

    // Looking into the model, beside the runs.
    /// Work with the loaded model on the engine thread; newer work of the same tag takes the place of what waits, and
    /// stops what goes on. `then` is left out where the receiver is gone.
    using ModelWork = std::function<Result<void>(const diffusion::DiffusionModel&, diffusion::NetworkContext&)>;
    void askModel(QObject* receiver, const std::string& tag, ModelWork work,
                  std::function<void(const Result<void>&)> then);
    /// One step of a run once more, with these factors on its skips, and with all feature maps and the list of
    /// operations: the last step of the recording that comes. Nothing of it is kept.
    void lookInto(QObject* receiver, const std::string& tag, qint64 run, int step, std::vector<float> skipScales,
                  std::function<void(Result<diffusion::DenoiseRecordingPtr>)> then);
    [[nodiscard]] bool looking() const { return nLook_ > 0; }

    // The forward process.
    void setForward(const QImage& image, const QString& name);
    void setForwardRun(qint64 id); ///< the end of that run
    void clearForward();
    [[nodiscard]] const std::optional<ForwardPicture>& forward() const { return forward_; }
    [[nodiscard]] QString forwardNote() const { return forwardNote_; } ///< why there is none
    void setForwardSeed(quint64 seed);
    [[nodiscard]] diffusion::PicturePtr forwardAt(const diffusion::StepTime& time) const;

    [[nodiscard]] ViewPool& pool() { return pool_; }
    [[nodiscard]] const DenoiseFunctions& functions() const { return functions_; }
    [[nodiscard]] DenoiseStore& store() { return store_; }
    /// Colours for latents of the recorded model; empty: it works on pixels, or none are known.
    [[nodiscard]] static PictureLook lookOf(const diffusion::DenoiseRecording& recording, bool isSigned,
                                            LatentLook latent);
    /// x, x_0 or what comes out, in the colours they are meant in: some networks work on pixels of another range.
    [[nodiscard]] static ShownPicture showOf(const diffusion::DenoiseRecording& recording,
                                             const diffusion::Picture& picture, bool isSigned, LatentLook latent);
    /// Latents have channels of their own; pixels one or three.
    [[nodiscard]] static bool isLatent(const diffusion::DenoiseRecording& recording);
    /// Anything the room wants remembered with the settings.
    void setExtra(const QString& key, const QJsonValue& value);
    [[nodiscard]] QJsonValue extra(const QString& key) const { return extra_[key]; }
    [[nodiscard]] static QString runTitle(const DenoiseRun& run, const diffusion::DiffusionInfo* info = nullptr);

    /// Whether what was kept the last time has been read.
    [[nodiscard]] bool ready() const { return ready_; }

signals:
    void stateRead(); ///< ready(); once
    void modelChanged();
    void modelsFound();
    void settingsChanged();
    void planChanged();
    void runsChanged();
    void currentChanged(bool grew); ///< another recording; grew: the same run, longer
    void otherChanged();
    void momentChanged(int moment);
    void forwardChanged();
    void busyChanged();
    void problem(const QString& sentence);
    void notice(const QString& sentence);
    void saved(const QString& path);

private:
    /// What the engine thread leaves for the GUI.
    struct Slot {
        std::mutex mutex;
        diffusion::DenoiseRecordingPtr latest; ///< guarded by mutex
        std::optional<Result<diffusion::DenoiseRecordingPtr>> done;
        QImage thumb; ///< of what there is when it ends
    };
    struct Waiting {
        qint64 id = 0; ///< 0: of a batch
        diffusion::DenoiseJob job;
        qint64 branchFrom = 0; ///< its recording is taken when the job starts
        QPointer<QObject> receiver;
        bool batch = false;
        std::function<void(Result<diffusion::DenoiseRecordingPtr>)> then;
    };
    struct Running : Waiting {
        RunId engineRun = 0;
        std::shared_ptr<Slot> slot;
    };
    struct Watched {
        std::function<void(const Result<void>&)> done;
        std::function<void(double, const QString&)> progress;
    };
    void onEvents(const std::vector<RunEvent>& events);
    RunId watch(RunId run, Watched watched);
    void startNext();
    void takeProgress();
    void finished(const Result<void>& status);
    qint64 addRun(diffusion::DenoiseSettings settings, qint64 parent, int branchStep,
                  std::shared_ptr<const DenoiseRecipe> parentRecipe = {});
    [[nodiscard]] DenoiseRun* own(qint64 id);
    [[nodiscard]] static QImage thumbOf(const diffusion::DenoiseRecording& recording);
    [[nodiscard]] diffusion::DenoiseRequest request() const;
    void fetchRecording(qint64 id);
    void updatePlan();
    void saveState();
    void takeState(StoredState stored);
    void modelLoaded(diffusion::DiffusionModelPtr model, const QString& path);
    void fitToModel();
    qint64 enqueueRecipe(const DenoiseRecipe& recipe);
    void tell(const Error& error);

    EnginePort& engine_;
    DenoiseFunctions functions_;
    DenoiseStore store_;
    ModelState modelState_ = ModelState::None;
    diffusion::DiffusionModelPtr model_;
    QString modelPath_, modelError_, settingsModel_;
    RunId loadRun_ = 0, enlargeRun_ = 0;
    bool runWhenLoaded_ = false; ///< a run was asked for while the model was on its way
    std::vector<FoundDiffusionModel> found_;
    diffusion::DenoiseSettings settings_;
    DenoiseRecord record_;
    std::optional<diffusion::DenoisePlan> plan_;
    QString planProblem_;
    std::vector<DenoiseRun> runs_;
    qint64 nextId_ = 1, currentId_ = 0, otherId_ = 0;
    std::set<qint64> fetching_;
    int moment_ = 0;
    bool following_ = true; ///< the newest step of the run that is computed
    std::deque<Waiting> waiting_;
    std::optional<Running> running_;
    double progress_ = -1;
    QString progressText_;
    std::map<RunId, Watched> watched_;
    int nLook_ = 0;
    std::optional<ForwardPicture> forward_;
    QString forwardNote_;
    std::optional<DenoiseRecipe> wantedRecipe_; ///< to be run when its model is loaded
    QJsonObject extra_;
    bool ready_ = false, unsaved_ = false; ///< until ready_ nothing is saved
    bool settingsTouched_ = false, recordTouched_ = false;
    ViewPool pool_; ///< last: joined first
};

/// Where diffusion models may lie: what came with the program, the person's own folders, caches of other programs.
[[nodiscard]] std::vector<DenoiseController::Place> diffusionPlaces(const QStringList& ownFolders);

} // namespace vitral
