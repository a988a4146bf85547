// SPDX-License-Identifier: Apache-2.0
// The loop of a run.

#include "core/diffusion/denoise.h"

#include "core/backend/recording_backend.h"
#include "core/diffusion/guidance.h"
#include "core/diffusion/noise.h"
#include "core/diffusion/pixels.h"
#include "core/diffusion/run_setup.h"
#include "core/diffusion/step_recorder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace vitral::diffusion {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

tl::unexpected<Error> cancelled() {
    return fail(ErrorCode::Cancelled, "The picture was stopped.");
}

tl::unexpected<Error> noSuchStep(const DenoiseJob& job) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("The run cannot be branched at step {}: it has recorded {} steps.", job.branchStep,
                            job.branchFrom->steps.size()));
}

/// Whether the network's inputs can be filled. Some read a mask and the masked picture beside x.
Result<void> checkInputs(const DiffusionModel& model, const DenoiseSettings& settings) {
    const NetworkInfo& net = model.denoiser->info();
    if (net.inChannels == net.outChannels)
        return {};
    if (net.inChannels != 2 * net.outChannels + 1)
        return fail(
            ErrorCode::Unsupported,
            fmt::format("This network reads {} channels and writes {}: a kind of model that cannot be run here.",
                        net.inChannels, net.outChannels));
    if (!settings.init || !settings.mask)
        return fail(ErrorCode::InvalidArgument, "This network paints into pictures: give it a picture and a mask.");
    return {};
}

/// What a mask needs in every step.
struct Inpainting {
    Picture clean;            ///< the picture as the network works on it
    std::vector<float> keep;  ///< [H * W]: 1 where the picture stays
    std::vector<float> extra; ///< mask and masked picture, for networks with inputs for them; else empty
};

class Run {
public:
    Run(const DenoiseJob& job, std::stop_token stop, const std::function<void(const DenoiseProgress&)>& progress)
        : job_(job), model_(*job.model), settings_(job.settings), stop_(std::move(stop)), progress_(progress),
          workspace_(*job.model->backend),
          recorder_(*job.model->backend, job.request), context_{*job.model->backend, workspace_, stop_, nullptr} {}

    Result<DenoiseRecordingPtr> run() {
        const Clock::time_point begin = Clock::now();
        VITRAL_TRY(setUp());
        const auto n = static_cast<std::int32_t>(recording_.times.size()) - 1;
        const std::int32_t most = job_.request.mostSteps;
        const std::int32_t end = most > 0 && most < n - first_ ? first_ + most : n;
        for (std::int32_t i = first_; i < end; ++i) {
            if (stop_.stop_requested())
                return cancelled();
            VITRAL_TRY(step(i, n));
            recording_.totalSeconds = since(begin);
            tell((i + 1.0) / (n + 1.0), fmt::format("step {} of {}", i + 1, n));
        }
        if (recorder_.nLeftOut() > 0)
            recording_.notes.push_back(fmt::format("{} attention and feature maps did not fit into the {} MB allowed "
                                                   "for them and were left out.",
                                                   recorder_.nLeftOut(), job_.request.byteBudget >> 20U));
        if (most == 0)
            VITRAL_TRY(finish(n));
        recording_.totalSeconds = since(begin);
        auto result = std::make_shared<const DenoiseRecording>(std::move(recording_));
        if (progress_)
            progress_({1, "", result});
        return result;
    }

private:
    void tell(double fraction, std::string what) {
        if (progress_)
            progress_({fraction, std::move(what), std::make_shared<const DenoiseRecording>(recording_)});
    }

    Result<void> setUp() {
        VITRAL_TRY(checkSettings(settings_));
        VITRAL_TRY(checkInputs(model_, settings_));
        if (!settings_.skipScales.empty() && settings_.skipScales.size() != model_.denoiser->info().skips.size())
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("This network has {} skip connections, not {}.",
                                    model_.denoiser->info().skips.size(), settings_.skipScales.size()));
        VITRAL_TRY_ASSIGN(shape_, runShape(model_, settings_));
        VITRAL_TRY_ASSIGN(schedule_, NoiseSchedule::make(model_.schedule));
        recording_.settings = settings_;
        recording_.model = model_.info;
        recording_.schedule = model_.schedule;
        tell(0, "text");
        VITRAL_TRY_ASSIGN(RunConditioning conditioning, runConditioning(model_, settings_, context_));
        conditional_ = std::move(conditioning.conditional);
        unconditional_ = std::move(conditioning.unconditional);
        if (conditional_)
            recording_.conditioning = *conditional_;
        if (unconditional_)
            recording_.negative = *unconditional_;
        recording_.notes = std::move(conditioning.notes);
        std::string note;
        preview_ = previewFor(model_, job_.request.preview, shape_, &note);
        if (!note.empty())
            recording_.notes.push_back(std::move(note));
        noise_ = initialNoise(settings_, shape_.size());
        if (settings_.mask)
            VITRAL_TRY(setUpMask());
        return job_.branchFrom ? branch() : start();
    }

    Result<void> start() {
        VITRAL_TRY_ASSIGN(recording_.times, runTimes(*schedule_, settings_));
        VITRAL_TRY_ASSIGN(solver_, makeSolver(settings_, *schedule_, recording_.times));
        const StepTime& t = recording_.times.front();
        x_ = noise_;
        if (settings_.init && settings_.strength < 1) {
            VITRAL_TRY_ASSIGN(const Picture clean, inpainting_
                                                       ? Result<Picture>(inpainting_->clean)
                                                       : encodePicture(model_, shape_, *settings_.init, context_));
            for (std::size_t i = 0; i < x_.size(); ++i)
                x_[i] = noised(clean.values[i], noise_[i], t);
        } else if (const double scale = initialNoiseScale(*schedule_, settings_, t); scale != 1) {
            for (float& v : x_)
                v = static_cast<float>(scale * static_cast<double>(v));
        }
        return {};
    }

    /// Steps before the branch are the parent's own; times stay, so that x lies where the parent left it.
    Result<void> branch() {
        const DenoiseRecording& parent = *job_.branchFrom;
        const auto k = static_cast<std::size_t>(std::max(0, job_.branchStep));
        if (job_.branchStep < 0 || k >= parent.steps.size() || parent.steps[k]->x == nullptr)
            return noSuchStep(job_);
        const Picture& x = *parent.steps[k]->x;
        if (x.channels != shape_.channels || x.height != shape_.height || x.width != shape_.width)
            return fail(ErrorCode::InvalidArgument,
                        "The branch must have the size of the run it leaves, and a model that works on the same.");
        recording_.times = parent.times;
        recording_.parent = job_.branchFrom;
        recording_.branchStep = job_.branchStep;
        recording_.steps.assign(parent.steps.begin(), parent.steps.begin() + static_cast<std::ptrdiff_t>(k));
        if (settings_.spacing != parent.settings.spacing)
            recording_.notes.emplace_back(
                "A branch keeps the times of the run it leaves; the other spacing was left out.");
        x_ = x.values;
        first_ = job_.branchStep;
        for (const DenoiseStepPtr& step : recording_.steps)
            for (const auto& map : step->cross)
                recorder_.charge(map->weights.size() * 2);
        const bool sameSolver = settings_.solver == parent.settings.solver && settings_.eta == parent.settings.eta;
        if (sameSolver && parent.steps[k]->solverBefore) {
            solver_ = parent.steps[k]->solverBefore->clone();
            return {};
        }
        VITRAL_TRY_ASSIGN(solver_, makeSolver(settings_, *schedule_, recording_.times));
        return sameSolver ? replay(parent) : Result<void>{};
    }

    /// The history of a multi-step solver, from the predictions a file has kept: every solver with a history asks for
    /// one prediction a step.
    Result<void> replay(const DenoiseRecording& parent) {
        for (std::int32_t i = 0; i < first_; ++i) {
            const DenoiseStep& step = *parent.steps[static_cast<std::size_t>(i)];
            if (!step.x || !step.x0 || !step.eps || step.x->size() != x_.size() || step.x0->size() != x_.size() ||
                step.eps->size() != x_.size())
                return {}; // without history the solver begins anew
            std::vector<float> x = step.x->values;
            const PredictFunction recorded = [&](std::span<const float>, const StepTime&) -> Result<Predicted> {
                return Predicted{step.x0->values, step.eps->values};
            };
            VITRAL_TRY(solver_->step(i, x, recorded, noiseFunction()));
        }
        return {};
    }

    Result<void> setUpMask() {
        Inpainting in;
        VITRAL_TRY_ASSIGN(in.clean, encodePicture(model_, shape_, *settings_.init, context_));
        const Picture mask = latentMask(*settings_.mask, shape_.height, shape_.width);
        for (const float m : mask.values)
            in.keep.push_back(m > 0 ? 0.0F : 1.0F);
        const NetworkInfo& net = model_.denoiser->info();
        if (net.inChannels == 2 * net.outChannels + 1) {
            // Stable Diffusion inpainting: x, the mask, and the picture with what is painted anew set to grey.
            Picture masked = resized(*settings_.init, shape_.pixelHeight, shape_.pixelWidth);
            const Picture pixelMask = latentMask(*settings_.mask, shape_.pixelHeight, shape_.pixelWidth);
            for (std::int32_t c = 0; c < masked.channels; ++c)
                for (std::size_t i = 0; i < pixelMask.values.size(); ++i)
                    if (pixelMask.values[i] > 0)
                        masked.channel(c)[i] = 0;
            VITRAL_TRY_ASSIGN(const Picture latent, encodePicture(model_, shape_, masked, context_));
            in.extra = mask.values;
            in.extra.insert(in.extra.end(), latent.values.begin(), latent.values.end());
        }
        inpainting_ = std::move(in);
        return {};
    }

    static float noised(float clean, float noise, const StepTime& t) {
        return static_cast<float>(t.alpha * static_cast<double>(clean) + t.sigma * static_cast<double>(noise));
    }

    NoiseFunction noiseFunction() const {
        return [seed = settings_.seed](std::int32_t iStep, std::int32_t iDraw, std::span<float> out) {
            normalNoise(seed, stepNoiseStream(iStep, iDraw), out);
        };
    }

    [[nodiscard]] PicturePtr picture(std::span<const float> values) const {
        auto p = std::make_shared<Picture>();
        p->channels = shape_.channels;
        p->height = shape_.height;
        p->width = shape_.width;
        p->values.assign(values.begin(), values.end());
        return p;
    }

    Result<void> step(std::int32_t i, std::int32_t n) {
        const Clock::time_point begin = Clock::now();
        auto step = std::make_shared<DenoiseStep>();
        step->index = i;
        step->from = recording_.times[static_cast<std::size_t>(i)];
        step->to = recording_.times[static_cast<std::size_t>(i) + 1];
        const bool guided = unconditional_ && guides(model_, settings_, i, n);
        step->guidance = guided ? settings_.guidance : 1;
        double recordSeconds = 0;
        const auto record = [&](auto&& work) {
            const Clock::time_point t = Clock::now();
            work();
            recordSeconds += since(t);
        };
        record([&] {
            step->solverBefore = solver_->clone();
            if (job_.request.steps)
                step->x = i > 0 && !recording_.steps.empty() ? recording_.steps.back()->next : picture(x_);
        });
        bool firstEvaluation = true;
        const PredictFunction predict = [&](std::span<const float> x, const StepTime& t) -> Result<Predicted> {
            VITRAL_TRY(evaluate(x, t, guided));
            const std::span<const float> all(outputs_);
            const std::size_t size = shape_.size();
            const std::span<const float> conditional = all.subspan(guided ? size : 0, size);
            std::vector<float> combined(conditional.begin(), conditional.end());
            if (guided)
                guide(conditional, all.first(size), settings_.guidance, settings_.guidanceRescale, combined);
            Predicted p = predicted(model_.schedule.prediction, x, combined, t);
            if (std::exchange(firstEvaluation, false))
                record([&] {
                    step->cross = recorder_.takeCross();
                    step->features = recorder_.takeFeatures();
                    if (!job_.request.steps)
                        return;
                    step->conditional = picture(conditional);
                    if (guided)
                        step->unconditional = picture(all.first(size));
                    step->x0 = picture(p.x0);
                    step->eps = picture(p.eps);
                });
            return p;
        };
        observing_ = recorder_.wanted();
        VITRAL_TRY(solver_->step(i, x_, predict, noiseFunction()));
        if (std::any_of(x_.begin(), x_.end(), [](float v) { return !std::isfinite(v); }))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("In step {} numbers grew beyond what a picture can hold; try more steps, less "
                                    "guidance or another solver.",
                                    i + 1));
        if (inpainting_)
            keepRegion(step->to);
        recordSeconds += recorder_.seconds();
        record([&] {
            if (job_.request.steps)
                step->next = picture(x_);
        });
        const Clock::time_point previewBegin = Clock::now();
        VITRAL_TRY(preview(*step));
        step->previewSeconds = since(previewBegin);
        step->recordSeconds = recordSeconds;
        step->seconds = since(begin);
        recording_.steps.push_back(std::move(step));
        return {};
    }

    /// One evaluation at (x, t): outputs_ gets [unconditional,] conditional.
    Result<void> evaluate(std::span<const float> x, const StepTime& t, bool guided) {
        const std::size_t size = shape_.size(), extra = inpainting_ ? inpainting_->extra.size() : 0;
        const std::int32_t nImage = guided ? 2 : 1;
        inputs_.clear();
        for (std::int32_t i = 0; i < nImage; ++i) {
            inputs_.insert(inputs_.end(), x.begin(), x.end());
            if (extra > 0)
                inputs_.insert(inputs_.end(), inpainting_->extra.begin(), inpainting_->extra.end());
        }
        outputs_.resize(size * static_cast<std::size_t>(nImage));
        const Conditioning* conditional = conditional_ ? &*conditional_ : nullptr;
        const std::array<const Conditioning*, 2> both = {guided ? &*unconditional_ : conditional, conditional};
        recorder_.begin(nImage - 1, nImage);
        context_.observer = std::exchange(observing_, false) ? &recorder_ : nullptr;
        NetworkInput input;
        input.x = inputs_;
        input.nImage = nImage;
        input.height = shape_.height;
        input.width = shape_.width;
        input.timestep = t.timestep;
        input.conditioning = std::span(both).first(static_cast<std::size_t>(nImage));
        input.skipScales = settings_.skipScales;
        const bool listing = job_.request.operations && !recording_.operations;
        const Result<void> result = listing ? listed(input) : model_.denoiser->predict(context_, input, outputs_);
        context_.observer = nullptr;
        return result;
    }

    /// The same evaluation through a backend that notes every operation: the same bits.
    Result<void> listed(const NetworkInput& input) {
        RecordingBackend noting(*model_.backend);
        NetworkContext context{noting, workspace_, stop_, context_.observer};
        const Clock::time_point begin = Clock::now();
        VITRAL_TRY(model_.denoiser->predict(context, input, outputs_));
        auto list = std::make_shared<OperationList>(noting.take());
        list->nRow = static_cast<std::int64_t>(input.nImage) * input.height * input.width;
        list->backend = model_.backend->info().name;
        list->wallNs = static_cast<std::int64_t>(since(begin) * 1e9);
        recording_.operations = std::move(list);
        return {};
    }

    /// diffusers' inpainting pipeline for networks without inputs for a mask: what stays is the picture with the first
    /// noise, at the level x has now.
    void keepRegion(const StepTime& t) {
        if (!inpainting_->extra.empty())
            return;
        const std::size_t n = inpainting_->keep.size();
        for (std::size_t i = 0; i < x_.size(); ++i)
            if (inpainting_->keep[i % n] > 0)
                x_[i] = noised(inpainting_->clean.values[i], noise_[i], t);
    }

    Result<void> preview(DenoiseStep& step) {
        if (!step.x0)
            return {};
        switch (preview_) {
        case PreviewKind::None:
            break;
        case PreviewKind::Pixels:
            if (model_.info.pixelScale == 1 && model_.info.pixelOffset == 0)
                step.preview = step.x0;
            else
                step.preview = std::make_shared<const Picture>(pixelsOf(model_.info, *step.x0));
            break;
        case PreviewKind::TinyDecoder:
            return decodeWith(*model_.tinyDecoder, *step.x0, step.preview);
        case PreviewKind::Decoder:
            return decodeWith(*model_.autoencoder, *step.x0, step.preview);
        case PreviewKind::Projection:
            step.preview = std::make_shared<const Picture>(projectLatent(model_.info, *step.x0));
            break;
        }
        return {};
    }

    Result<void> decodeWith(const Autoencoder& autoencoder, const Picture& latent, PicturePtr& out,
                            const std::function<void(double)>& progress = {}) {
        VITRAL_TRY_ASSIGN(Picture pixels, autoencoder.decode(context_, latent, progress));
        out = std::make_shared<const Picture>(std::move(pixels));
        return {};
    }

    Result<void> finish(std::int32_t n) {
        const PicturePtr latent = picture(x_);
        if (!model_.autoencoder) {
            recording_.result = std::make_shared<const Picture>(pixelsOf(model_.info, *latent));
            return {};
        }
        tell(n / (n + 1.0), "decoding");
        return decodeWith(*model_.autoencoder, *latent, recording_.result, [&](double part) {
            if (progress_)
                progress_({(n + part) / (n + 1.0), "decoding", nullptr});
        });
    }

    const DenoiseJob& job_;
    const DiffusionModel& model_;
    const DenoiseSettings& settings_;
    std::stop_token stop_;
    const std::function<void(const DenoiseProgress&)>& progress_;
    Workspace workspace_;
    StepRecorder recorder_;
    NetworkContext context_;
    RunShape shape_;
    std::optional<NoiseSchedule> schedule_;
    std::unique_ptr<Solver> solver_;
    std::optional<Conditioning> conditional_, unconditional_;
    std::optional<Inpainting> inpainting_;
    std::vector<float> noise_, x_, inputs_, outputs_;
    std::int32_t first_ = 0;
    PreviewKind preview_ = PreviewKind::None;
    bool observing_ = false; ///< the next evaluation is the first of its step
    DenoiseRecording recording_;
};

} // namespace

Result<DenoisePlan> planDenoise(const DenoiseJob& job) {
    if (!job.model || !job.model->denoiser)
        return fail(ErrorCode::InvalidArgument, "Load a model first.");
    const DiffusionModel& model = *job.model;
    VITRAL_TRY(checkSettings(job.settings));
    VITRAL_TRY(checkInputs(model, job.settings));
    VITRAL_TRY_ASSIGN(const RunShape shape, runShape(model, job.settings));
    VITRAL_TRY_ASSIGN(const NoiseSchedule schedule, NoiseSchedule::make(model.schedule));
    std::vector<StepTime> times;
    if (job.branchFrom) {
        if (job.branchStep < 0 || static_cast<std::size_t>(job.branchStep) >= job.branchFrom->steps.size())
            return noSuchStep(job);
        times = job.branchFrom->times;
    } else {
        VITRAL_TRY_ASSIGN(times, runTimes(schedule, job.settings));
    }
    VITRAL_TRY_ASSIGN(const std::unique_ptr<Solver> solver, makeSolver(job.settings, schedule, times));

    DenoisePlan plan;
    const auto n = static_cast<std::int32_t>(times.size()) - 1;
    const std::size_t pictureBytes = shape.size() * sizeof(float);
    const PreviewKind preview = previewFor(model, job.request.preview, shape);
    bool anyGuided = false;
    for (std::int32_t i = job.branchFrom ? job.branchStep : 0; i < n; ++i) {
        const bool guided = guides(model, job.settings, i, n);
        anyGuided = anyGuided || guided;
        plan.evaluations += solver->evaluations(i) * (guided ? 2 : 1);
        if (job.request.steps) // x of the next step is what came out of this one
            plan.recordBytes += pictureBytes * (guided ? 5 : 4);
        switch (preview) {
        case PreviewKind::None:
            break;
        case PreviewKind::Pixels:
            plan.recordBytes += model.info.pixelScale == 1 && model.info.pixelOffset == 0 ? 0 : pictureBytes;
            break;
        case PreviewKind::Projection:
            plan.recordBytes += pictureBytes / static_cast<std::size_t>(shape.channels) * 3;
            break;
        case PreviewKind::TinyDecoder:
        case PreviewKind::Decoder:
            plan.recordBytes += std::size_t{3} * sizeof(float) * static_cast<std::size_t>(shape.pixelHeight) *
                                static_cast<std::size_t>(shape.pixelWidth);
            break;
        }
    }
    plan.scratchBytes = model.denoiser->scratchBytes(anyGuided ? 2 : 1, shape.height, shape.width);
    if (model.autoencoder)
        plan.decodeBytes = model.autoencoder->scratchBytes(shape.pixelHeight, shape.pixelWidth);
    if (!job.request.cross.empty() || !job.request.features.empty()) {
        plan.recordBytes += job.request.byteBudget;
        plan.notes.push_back(fmt::format("Attention and feature maps take at most {} MB; those of later steps are left "
                                         "out when that is full.",
                                         job.request.byteBudget >> 20U));
    }
    return plan;
}

Result<DenoiseRecordingPtr> denoise(const DenoiseJob& job, std::stop_token stop,
                                    const std::function<void(const DenoiseProgress&)>& progress) {
    if (!job.model || !job.model->denoiser || !job.model->backend)
        return fail(ErrorCode::InvalidArgument, "Load a model first.");
    return Run(job, std::move(stop), progress).run();
}

} // namespace vitral::diffusion
