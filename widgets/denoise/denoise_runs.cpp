// SPDX-License-Identifier: Apache-2.0
// Runs: asked for, computed one at a time on the engine thread, followed, branched, batched.
#include "widgets/denoise/denoise_controller.h"

#include "widgets/chat/error_text.h"
#include <QFileInfo>
#include <QLocale>

#include <algorithm>
#include <utility>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kThumbEdge = 96;

} // namespace

QImage DenoiseController::thumbOf(const DenoiseRecording& recording) {
    QImage image;
    if (recording.result)
        image = imageFromPixels(*recording.result);
    if (image.isNull() && !recording.steps.empty() && recording.steps.back()) {
        const DenoiseStep& last = *recording.steps.back();
        if (last.preview)
            image = imageFromPixels(*last.preview);
        if (image.isNull() && last.next)
            image = DenoiseController::showOf(recording, *last.next, false, LatentLook::Colours).image;
    }
    if (image.width() > kThumbEdge || image.height() > kThumbEdge)
        image = image.scaled(kThumbEdge, kThumbEdge, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return image;
}

// The list.

DenoiseRun* DenoiseController::own(qint64 id) {
    const auto at = std::find_if(runs_.begin(), runs_.end(), [id](const DenoiseRun& r) { return r.id == id; });
    return at == runs_.end() ? nullptr : &*at;
}

const DenoiseRun* DenoiseController::find(qint64 id) const {
    const auto at = std::find_if(runs_.begin(), runs_.end(), [id](const DenoiseRun& r) { return r.id == id; });
    return at == runs_.end() ? nullptr : &*at;
}

DenoiseRecordingPtr DenoiseController::recording() const {
    const DenoiseRun* run = currentRun();
    return run != nullptr ? run->recording : nullptr;
}

DenoiseRecordingPtr DenoiseController::other() const {
    const DenoiseRun* run = find(otherId_);
    return run != nullptr ? run->recording : nullptr;
}

QString DenoiseController::runTitle(const DenoiseRun& run, const DiffusionInfo* info) {
    const DenoiseSettings& s = run.settings;
    const DiffusionInfo* known = info != nullptr ? info : run.recording ? &run.recording->model : nullptr;
    QString what = QString::fromStdString(s.prompt).simplified();
    if (what.isEmpty() && s.classId >= 0)
        what = known != nullptr && std::size_t(s.classId) < known->classNames.size()
                   ? QString::fromStdString(known->classNames[std::size_t(s.classId)])
                   : tr("class %1").arg(s.classId);
    if (what.isEmpty())
        what = tr("no prompt");
    return QStringLiteral("%1 \u00B7 %2").arg(what, tr("seed %1").arg(s.seed));
}

int DenoiseController::momentCount(const DenoiseRecording& recording) {
    return std::max<int>(1, recording.times.empty() ? int(recording.steps.size()) + 1 : int(recording.times.size()));
}

DenoiseStepPtr DenoiseController::stepAt(const DenoiseRecordingPtr& recording, int moment) {
    if (!recording || recording->steps.empty())
        return nullptr;
    const int n = int(recording->steps.size());
    const int last = momentCount(*recording) - 1;
    if (moment >= last) // the end shows the last step's outcome
        return n >= last ? recording->steps.back() : nullptr;
    return moment >= 0 && moment < n ? recording->steps[std::size_t(moment)] : nullptr;
}

void DenoiseController::setCurrent(qint64 id) {
    if (id == currentId_ || find(id) == nullptr)
        return;
    const DenoiseRecordingPtr before = recording();
    const bool atEnd = before && moment_ >= momentCount(*before) - 1;
    currentId_ = id;
    following_ = id == runningId();
    fetchRecording(id);
    if (const DenoiseRecordingPtr now = recording()) {
        const int end = momentCount(*now) - 1;
        moment_ = !before || atEnd ? end : std::min(moment_, end);
        if (following_)
            moment_ = std::max(0, int(now->steps.size()) - 1);
    }
    emit currentChanged(false);
    emit momentChanged(moment_);
}

void DenoiseController::setOther(qint64 id) {
    if (id == otherId_)
        return;
    otherId_ = find(id) != nullptr ? id : 0;
    fetchRecording(otherId_);
    emit otherChanged();
}

void DenoiseController::setMoment(int moment) {
    const DenoiseRecordingPtr r = recording();
    moment = std::clamp(moment, 0, r ? momentCount(*r) - 1 : 0);
    following_ = r && currentId_ == runningId() && moment >= int(r->steps.size()) - 1;
    if (moment == moment_)
        return;
    moment_ = moment;
    emit momentChanged(moment);
}

void DenoiseController::fetchRecording(qint64 id) {
    const DenoiseRun* run = find(id);
    if (run == nullptr || run->recording || !run->hasFile || !fetching_.insert(id).second)
        return;
    store_.readRecording(id, this, [this, id](Result<DenoiseRecordingPtr> read) {
        fetching_.erase(id);
        DenoiseRun* found = own(id);
        if (found == nullptr)
            return;
        if (!read) {
            found->hasFile = false;
            tell(read.error());
            return;
        }
        found->recording = std::move(*read);
        if (id == currentId_) {
            moment_ = momentCount(*found->recording) - 1;
            emit currentChanged(false);
            emit momentChanged(moment_);
        }
        if (id == otherId_)
            emit otherChanged();
    });
}

void DenoiseController::removeRun(qint64 id) {
    const DenoiseRun* run = find(id);
    if (run == nullptr)
        return;
    if (id == runningId())
        cancel();
    // Branches keep the way they came.
    const auto recipe = std::make_shared<const DenoiseRecipe>(recipeOf(*run));
    for (DenoiseRun& child : runs_)
        if (child.parent == id) {
            child.parent = 0;
            child.parentRecipe = recipe;
        }
    const qint64 next = run->parent;
    store_.removeRun(id);
    runs_.erase(std::remove_if(runs_.begin(), runs_.end(), [id](const DenoiseRun& r) { return r.id == id; }),
                runs_.end());
    if (otherId_ == id)
        setOther(0);
    emit runsChanged();
    if (currentId_ == id) {
        currentId_ = 0;
        if (find(next) != nullptr)
            setCurrent(next);
        else if (!runs_.empty())
            setCurrent(runs_.back().id);
        else
            emit currentChanged(false);
    }
}

qint64 DenoiseController::addRun(DenoiseSettings settings, qint64 parent, int branchStep,
                                 std::shared_ptr<const DenoiseRecipe> parentRecipe) {
    DenoiseRun run;
    run.id = store_.takeId(nextId_);
    nextId_ = run.id + 1;
    run.parent = parent;
    run.branchStep = branchStep;
    run.model = model_ ? QString::fromStdString(model_->info.name) : QString();
    run.settings = std::move(settings);
    run.parentRecipe = std::move(parentRecipe);
    run.made = QDateTime::currentDateTime();
    runs_.push_back(std::move(run));
    saveState();
    emit runsChanged();
    return runs_.back().id;
}

// Asking for runs.

qint64 DenoiseController::run() {
    if (!model_) {
        if (modelState_ == ModelState::Loading)
            runWhenLoaded_ = true; // asked for before the model was there: not lost, and no error
        else
            emit problem(tr("There is no model yet: choose one first."));
        return 0;
    }
    if (const Result<void> fits = functions_.check(settings_); !fits) {
        tell(fits.error());
        return 0;
    }
    const qint64 id = addRun(settings_, 0, 0);
    Waiting job;
    job.id = id;
    job.job = {model_, settings_, request(), nullptr, 0};
    waiting_.push_back(std::move(job));
    startNext();
    setCurrent(id);
    return id;
}

qint64 DenoiseController::branch(qint64 from, int step) {
    const DenoiseRun* parent = find(from);
    if (!model_ || parent == nullptr)
        return 0;
    if (QString::fromStdString(model_->info.name) != parent->model) {
        emit problem(tr("This run was made with %1; a branch needs the same model.").arg(parent->model));
        return 0;
    }
    if (parent->recording && step >= int(parent->recording->steps.size())) {
        emit problem(tr("The run has no step %1 to branch at.").arg(step + 1));
        return 0;
    }
    DenoiseSettings settings = settings_;
    settings.steps = parent->settings.steps; // its length and its size stay
    settings.width = parent->settings.width;
    settings.height = parent->settings.height;
    settings.init = parent->settings.init;
    settings.mask = parent->settings.mask;
    settings.strength = parent->settings.strength;
    if (const Result<void> fits = functions_.check(settings); !fits) {
        tell(fits.error());
        return 0;
    }
    const qint64 id = addRun(settings, from, step);
    Waiting job;
    job.id = id;
    job.job = {model_, settings, request(), nullptr, step};
    job.branchFrom = from;
    waiting_.push_back(std::move(job));
    startNext();
    setOther(from);
    setCurrent(id);
    return id;
}

void DenoiseController::runBatch(QObject* receiver, std::vector<BatchItem> items) {
    if (!model_) {
        emit problem(tr("There is no model yet: choose one first."));
        return;
    }
    for (BatchItem& item : items) {
        Waiting job;
        job.job = {model_, std::move(item.settings), {}, nullptr, 0};
        job.job.request.steps = false;
        job.job.request.preview = PreviewKind::None;
        job.receiver = receiver;
        job.batch = true;
        job.then = std::move(item.then);
        waiting_.push_back(std::move(job));
    }
    startNext();
    emit busyChanged();
}

void DenoiseController::cancel() {
    for (Waiting& job : std::exchange(waiting_, {})) {
        if (DenoiseRun* run = own(job.id))
            run->state = RunState::Cancelled;
        if (job.batch && job.receiver && job.then)
            job.then(fail(ErrorCode::Cancelled, {}));
    }
    if (running_)
        engine_.cancel(running_->engineRun);
    if (enlargeRun_ != 0)
        engine_.cancel(enlargeRun_);
    emit busyChanged();
    emit runsChanged();
}

void DenoiseController::startNext() {
    while (!running_ && !waiting_.empty()) {
        Running job;
        static_cast<Waiting&>(job) = std::move(waiting_.front());
        waiting_.pop_front();
        if (job.batch && !job.receiver)
            continue;
        if (job.branchFrom != 0) {
            const DenoiseRun* parent = find(job.branchFrom);
            job.job.branchFrom = parent != nullptr ? parent->recording : nullptr;
            DenoiseRun* self = own(job.id);
            if (!job.job.branchFrom || job.job.branchFrom->steps.size() <= std::size_t(job.job.branchStep)) {
                if (self != nullptr) {
                    self->state = RunState::Failed;
                    self->problem = tr("The run it was to be branched off has no such step.");
                    emit problem(self->problem);
                }
                continue;
            }
        }
        job.slot = std::make_shared<Slot>();
        if (DenoiseRun* run = own(job.id))
            run->state = RunState::Running;
        Task task = [what = job.job, slot = job.slot, compute = functions_.run,
                     batch = job.batch](TaskContext& context) -> Result<void> {
            auto done = compute(what, context.stop, [&](const DenoiseProgress& progress) {
                {
                    const std::lock_guard lock(slot->mutex);
                    slot->latest = progress.recording;
                }
                if (context.progress)
                    context.progress(progress.fraction, progress.what);
            });
            const std::lock_guard lock(slot->mutex);
            if (const DenoiseRecordingPtr shown = done ? *done : slot->latest; shown && !batch)
                slot->thumb = thumbOf(*shown);
            slot->done = std::move(done);
            if (!*slot->done)
                return tl::unexpected(slot->done->error());
            return {};
        };
        progress_ = -1;
        progressText_.clear();
        job.engineRun = engine_.task(std::move(task));
        watch(job.engineRun, {[this](const Result<void>& status) { finished(status); },
                              [this](double fraction, const QString& what) {
                                  progress_ = fraction;
                                  progressText_ = what;
                                  takeProgress();
                                  emit busyChanged();
                              }});
        following_ = following_ || job.id == currentId_;
        running_ = std::move(job);
    }
    emit busyChanged();
    emit runsChanged();
}

// Following them.

RunId DenoiseController::watch(RunId run, Watched watched) {
    watched_.insert_or_assign(run, std::move(watched));
    return run;
}

void DenoiseController::onEvents(const std::vector<RunEvent>& events) {
    for (const RunEvent& event : events) {
        if (const auto* p = std::get_if<TaskProgress>(&event)) {
            const auto at = watched_.find(p->run);
            if (at != watched_.end() && at->second.progress)
                at->second.progress(p->fraction, QString::fromStdString(p->what));
        } else if (const auto* f = std::get_if<RunFinished>(&event)) {
            const auto at = watched_.find(f->run);
            if (at == watched_.end())
                continue;
            const Watched watched = std::move(at->second);
            watched_.erase(at);
            Result<void> status = f->status;
            if (status && f->reason == FinishReason::Cancelled)
                status = fail(ErrorCode::Cancelled, {});
            if (watched.done)
                watched.done(status);
        }
    }
}

// What there is so far of the run on the engine.
void DenoiseController::takeProgress() {
    if (!running_ || running_->batch)
        return;
    DenoiseRecordingPtr latest;
    {
        const std::lock_guard lock(running_->slot->mutex);
        latest = running_->slot->latest;
    }
    DenoiseRun* run = own(running_->id);
    if (run == nullptr || !latest || latest == run->recording)
        return;
    const bool first = run->recording == nullptr;
    run->recording = std::move(latest);
    if (run->id == currentId_) {
        emit currentChanged(!first);
        if (following_)
            if (const int newest = std::max(0, int(run->recording->steps.size()) - 1); newest != moment_) {
                moment_ = newest;
                emit momentChanged(moment_);
            }
    }
    if (run->id == otherId_)
        emit otherChanged();
}

void DenoiseController::finished(const Result<void>& status) {
    if (!running_)
        return;
    takeProgress();
    const Running job = std::move(*running_);
    running_.reset();
    progress_ = -1;
    progressText_.clear();
    std::optional<Result<DenoiseRecordingPtr>> done;
    QImage thumb;
    {
        const std::lock_guard lock(job.slot->mutex);
        done = std::move(job.slot->done);
        thumb = std::move(job.slot->thumb);
    }
    if (!done)
        done = tl::unexpected(status ? Error{ErrorCode::Cancelled, {}} : status.error());
    if (job.batch) {
        if (!*done && done->error().code != ErrorCode::Cancelled)
            tell(done->error());
        if (job.receiver && job.then)
            job.then(std::move(*done));
        return startNext();
    }
    if (DenoiseRun* run = own(job.id)) {
        const bool whole = done->has_value();
        if (whole)
            run->recording = std::move(**done);
        const bool cancelled = !whole && done->error().code == ErrorCode::Cancelled;
        run->state = whole ? RunState::Done : cancelled ? RunState::Cancelled : RunState::Failed;
        if (!whole && !cancelled) {
            run->problem = knownText(done->error());
            emit problem(run->problem);
        }
        if (run->recording) {
            run->seconds = run->recording->totalSeconds;
            run->thumb = std::move(thumb);
        }
        // What failed has nothing to show; what was cancelled keeps the steps it has.
        if (whole || (cancelled && run->recording && !run->recording->steps.empty())) {
            run->onDisk = run->hasFile = !store_.folder().isEmpty();
            store_.saveRun(*run, recipeOf(*run));
        } else {
            store_.releaseId(run->id);
        }
        if (run->id == currentId_) {
            emit currentChanged(true);
            if (following_ && run->recording) {
                moment_ = whole ? momentCount(*run->recording) - 1 : std::max(0, int(run->recording->steps.size()) - 1);
                emit momentChanged(moment_);
            }
            following_ = false;
        }
        if (run->id == otherId_)
            emit otherChanged();
    }
    startNext();
}

} // namespace vitral
