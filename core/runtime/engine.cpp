// SPDX-License-Identifier: Apache-2.0
// The engine thread: takes one job after another, runs it, and tells the sink. Exceptions end here and become errors.

#include "core/runtime/engine.h"

#include "core/base/log.h"
#include "core/base/system_memory.h"
#include "core/runtime/generation.h"
#include "core/runtime/job_queue.h"
#include "core/runtime/prefix_cache.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

namespace vitral {

namespace {

using Clock = std::chrono::steady_clock;
/// Load progress is told at most so often: a step this large, or the end.
constexpr double kProgressStep = 0.01;

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

} // namespace

struct Engine::Impl {
    Impl(EngineSink& s, std::shared_ptr<Backend> b, const EngineOptions& options)
        : sink(s), backend(std::move(b)), device(options.device),
          freeBytes(options.freeBytes ? options.freeBytes : availableMemoryBytes), cache(options.keptKvBytes),
          thread([this] { loop(); }) {}
    ~Impl() { queue.close(); }

    void loop();
    void execute(QueuedJob& queued);
    struct Outcome {
        FinishReason reason = FinishReason::Done;
        Result<void> status;
        RunTimings timings;
        std::uint64_t seed = 0;
    };
    void perform(LoadModelJob& job, RunPort& port, Outcome& outcome);
    void perform(GenerateJob& job, RunPort& port, Outcome& outcome);
    void perform(Task& task, RunPort& port, Outcome& outcome);

    void emit(RunEvent event);
    void finishDropped(const std::vector<RunId>& dropped);
    void housekeeping();
    Result<std::shared_ptr<Backend>> gpu(int ordinal);
    std::shared_ptr<Backend> placeFor(std::uint64_t needBytes);
    std::shared_ptr<const Model> onCpu(const std::shared_ptr<const Model>& model, const Error& why, RunPort& port);
    DeviceOptions deviceOptions() const;
    Workspace& workspaceOf(const std::shared_ptr<Backend>& of);

    EngineSink& sink;
    std::shared_ptr<Backend> backend;
    JobQueue queue;
    mutable std::mutex reportMutex;
    PrefixCache::Report report;
    DeviceOptions device;                           ///< under reportMutex
    const std::function<std::uint64_t()> freeBytes; ///< of the computer's memory

    // Engine thread only.
    PrefixCache cache;
    struct Scratch {
        std::shared_ptr<Backend> backend;
        std::unique_ptr<Workspace> workspace;
    };
    std::vector<Scratch> scratch;                               ///< one per backend that models were loaded with
    std::vector<std::pair<int, std::shared_ptr<Backend>>> gpus; ///< made at their first use
    std::string gpuProblem;                                     ///< a device that failed is not used again
    struct Placed {
        std::weak_ptr<const Model> model;
        std::filesystem::path path;
        std::weak_ptr<const Model> onCpu; ///< what stands for it since its device failed
    };
    std::vector<Placed> onDevices;    ///< models on devices
    std::optional<Error> deviceError; ///< a device that failed stays failed: later runs are told the same

    std::jthread thread; // last: joined before anything it uses goes
};

void Engine::Impl::loop() {
    for (;;) {
        JobQueue::Work work = queue.waitForWork();
        finishDropped(work.dropped);
        if (work.job)
            execute(*work.job);
        if (work.closed) {
            finishDropped(queue.takeDropped());
            return;
        }
        work.job.reset(); // the job may hold the last handle of a model
        cache.purge();
        housekeeping();
    }
}

void Engine::Impl::execute(QueuedJob& queued) {
    RunPort port;
    port.run = queued.run;
    port.stop = queued.stop.get_token();
    port.emit = [this](RunEvent event) { emit(std::move(event)); };
    port.pulse = [this] { housekeeping(); };
    emit(RunStarted{port.run});
    Outcome outcome;
    try {
        if (deviceError)
            outcome.status = tl::unexpected(*deviceError);
        else
            std::visit([&](auto& job) { perform(job, port, outcome); }, queued.job);
    } catch (const std::bad_alloc&) {
        outcome.status = fail(ErrorCode::OutOfMemory, "There is not enough memory for this.");
    } catch (const std::exception& error) {
        outcome.status = fail(ErrorCode::Bug, fmt::format("A bug of ours stopped this run ({}).", error.what()));
    } catch (...) {
        outcome.status = fail(ErrorCode::Bug, "A bug of ours stopped this run.");
    }
    if (!outcome.status) {
        const Error& error = outcome.status.error();
        if (error.code == ErrorCode::Device) {
            if (gpus.empty())
                deviceError = error;
            else
                gpuProblem = error.message; // the CPU goes on
        }
        outcome.reason = FinishReason::Failed;
        if (error.code == ErrorCode::Cancelled) {
            outcome.reason = FinishReason::Cancelled;
            outcome.status = {};
        }
    }
    housekeeping(); // the cache report is true when the end is heard
    emit(RunFinished{port.run, outcome.reason, std::move(outcome.status), outcome.timings, outcome.seed});
}

void Engine::Impl::perform(LoadModelJob& job, RunPort& port, Outcome& outcome) {
    const Clock::time_point begin = Clock::now();
    LoadOptions options;
    options.backend = backend;
    options.stop = port.stop;
    double told = -1.0;
    options.progress = [&](double fraction) {
        housekeeping();
        if (fraction < told + kProgressStep && fraction < 1.0)
            return;
        told = fraction;
        emit(LoadProgress{port.run, fraction, job.path.filename().string()});
    };
    Placement placement;
    const DeviceOptions wished = deviceOptions();
    const auto file = GgufFile::open(job.path); // what is wrong with it, loadModel says
    if (file && wished.choice != DeviceChoice::Cpu) {
        GpuFindings found = findGpus();
        if (!gpuProblem.empty())
            found = {GpuAbsence::Failed, gpuProblem, {}};
        placement = planPlacement(**file, found, wished);
        auto placed = placedBackend(placement, backend, [this](int ordinal) { return gpu(ordinal); });
        if (!placed) {
            placement = planPlacement(**file, {GpuAbsence::Failed, placed.error().message, {}}, wished);
        } else {
            options.backend = std::move(*placed);
        }
    }
    if (wished.choice == DeviceChoice::Cuda && placement.allOnCpu() && !placement.note.empty()) {
        outcome.status = fail(ErrorCode::Device, placement.note + " Choose the CPU to go on without it.");
        return;
    }
    if (file && !job.evenIfTooLarge) {
        const Placement plan = placement.parts.empty() ? planPlacement(**file, {}, wished) : placement;
        const MemoryNeed need = memoryNeed(**file, plan, wished, freeBytes());
        if (need.tooLarge()) {
            emit(ModelTooLarge{port.run, need});
            outcome.status = fail(ErrorCode::OutOfMemory, need.sentence(job.path.filename().string()));
            return;
        }
    }
    auto model = loadModel(job.path, options);
    if (!model && options.backend != backend &&
        (model.error().code == ErrorCode::OutOfMemory || model.error().code == ErrorCode::Device)) {
        const std::string why = model.error().message;
        logMessage(LogLevel::Warning, "engine", fmt::format("{} The model is loaded on the CPU instead.", why));
        placement = {};
        if (file)
            placement = planPlacement(**file, {GpuAbsence::Failed, why, {}}, wished);
        options.backend = backend;
        told = -1.0;
        model = loadModel(job.path, options);
    }
    if (!placement.note.empty())
        logMessage(LogLevel::Info, "engine", placement.note);
    outcome.timings.loadSeconds = secondsSince(begin);
    if (!model) {
        outcome.status = tl::unexpected(std::move(model).error());
        return;
    }
    if (options.backend != backend)
        onDevices.push_back({*model, job.path, {}});
    emit(ModelLoaded{port.run, std::move(*model), outcome.timings.loadSeconds, std::move(placement)});
}

void Engine::Impl::perform(GenerateJob& job, RunPort& port, Outcome& outcome) {
    std::erase_if(onDevices, [](const Placed& p) { return p.model.expired(); });
    for (const Placed& p : onDevices)
        if (p.model.lock() == job.model)
            if (auto other = p.onCpu.lock())
                job.model = std::move(other);
    bool answered = false;
    RunPort watched = port;
    watched.emit = [&](RunEvent event) {
        answered = answered || std::holds_alternative<TokenProduced>(event);
        port.emit(std::move(event));
    };
    const auto attempt = [&] {
        const std::shared_ptr<Backend> on = job.model && job.model->backend() ? job.model->backend() : backend;
        Generation generation(job, cache, workspaceOf(on), on, watched);
        const Result<FinishReason> reason = generation.run();
        outcome.timings = generation.timings();
        outcome.seed = generation.seed();
        outcome.status = {};
        if (reason)
            outcome.reason = *reason;
        else
            outcome.status = tl::unexpected(reason.error());
        return on != backend;
    };
    if (!attempt() || outcome.status)
        return;
    const Error why = outcome.status.error();
    if (answered || (why.code != ErrorCode::Device && why.code != ErrorCode::OutOfMemory))
        return;
    // Nothing of the answer was shown yet: the CPU begins it again.
    if (deviceOptions().choice == DeviceChoice::Cuda) {
        outcome.status = fail(why.code, why.message + " Choose the CPU to go on without it.");
        return;
    }
    if (auto other = onCpu(job.model, why, port)) {
        job.model = std::move(other);
        (void)attempt();
    }
}

/// The model again, on the CPU; null where that cannot be.
std::shared_ptr<const Model> Engine::Impl::onCpu(const std::shared_ptr<const Model>& model, const Error& why,
                                                 RunPort& port) {
    const auto known =
        std::find_if(onDevices.begin(), onDevices.end(), [&](const Placed& p) { return p.model.lock() == model; });
    if (known == onDevices.end())
        return nullptr;
    if (why.code == ErrorCode::Device)
        gpuProblem = why.message;
    logMessage(LogLevel::Warning, "engine", fmt::format("{} The model is loaded on the CPU instead.", why.message));
    const Clock::time_point begin = Clock::now();
    LoadOptions options;
    options.backend = backend;
    options.stop = port.stop;
    auto loaded = loadModel(known->path, options);
    if (!loaded)
        return nullptr;
    Placement placement;
    if (const auto file = GgufFile::open(known->path))
        placement = planPlacement(**file, {GpuAbsence::Failed, why.message, {}}, deviceOptions());
    known->onCpu = *loaded;
    emit(ModelLoaded{port.run, *loaded, secondsSince(begin), std::move(placement), model});
    return *loaded;
}

void Engine::Impl::perform(Task& task, RunPort& port, Outcome& outcome) {
    if (!task) {
        outcome.status = fail(ErrorCode::InvalidArgument, "There is nothing to do in this task.");
        return;
    }
    TaskContext context{port.stop,
                        [&](double fraction, std::string what) {
                            emit(TaskProgress{port.run, fraction, std::move(what)});
                            housekeeping();
                        },
                        *backend, backend, [this](std::uint64_t needBytes) { return placeFor(needBytes); }};
    outcome.status = task(context);
}

DeviceOptions Engine::Impl::deviceOptions() const {
    const std::lock_guard lock(reportMutex);
    return device;
}

Result<std::shared_ptr<Backend>> Engine::Impl::gpu(int ordinal) {
    for (const auto& [known, made] : gpus)
        if (known == ordinal)
            return made;
    VITRAL_TRY_ASSIGN(auto made, makeGpuBackend(ordinal));
    gpus.emplace_back(ordinal, made);
    return made;
}

std::shared_ptr<Backend> Engine::Impl::placeFor(std::uint64_t needBytes) {
    const DeviceOptions wished = deviceOptions();
    if (wished.choice == DeviceChoice::Cpu || wished.gpuLayers == 0 || !gpuProblem.empty())
        return backend;
    for (const GpuDevice& found : findGpus().devices)
        if (found.freeBytes >= needBytes)
            if (auto made = gpu(found.ordinal))
                return *made;
    return backend;
}

/// A sink that throws loses that event and nothing more.
void Engine::Impl::emit(RunEvent event) {
    try {
        sink.onEvent(std::move(event));
    } catch (...) {
        logMessage(LogLevel::Error, "engine", "a sink threw; its event is lost");
    }
}

void Engine::Impl::finishDropped(const std::vector<RunId>& dropped) {
    for (const RunId run : dropped)
        emit(RunFinished{run, FinishReason::Cancelled, {}, {}, 0});
}

/// Between tokens, chunks and tensors: runs that were cancelled in the queue hear of it while another one works.
void Engine::Impl::housekeeping() {
    finishDropped(queue.takeDropped());
    const PrefixCache::Report now = cache.report();
    const std::lock_guard lock(reportMutex);
    report = now;
}

Workspace& Engine::Impl::workspaceOf(const std::shared_ptr<Backend>& of) {
    for (Scratch& s : scratch)
        if (s.backend == of)
            return *s.workspace;
    scratch.push_back({of, std::make_unique<Workspace>(*of)});
    return *scratch.back().workspace;
}

Result<std::unique_ptr<Engine>> Engine::create(const EngineOptions& options, EngineSink& sink) {
    std::shared_ptr<Backend> backend = options.backend;
    if (!backend) {
        VITRAL_TRY_ASSIGN(backend, makeCpuBackend(options.cpu));
    }
    return std::unique_ptr<Engine>(new Engine(std::make_unique<Impl>(sink, std::move(backend), options)));
}

void Engine::setDevice(const DeviceOptions& device) {
    const std::lock_guard lock(impl_->reportMutex);
    impl_->device = device;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

RunId Engine::submit(LoadModelJob job) {
    return impl_->queue.push({}, std::move(job));
}
RunId Engine::submit(GenerateJob job) {
    return impl_->queue.push({}, std::move(job));
}
RunId Engine::submit(Task task) {
    return impl_->queue.push({}, std::move(task));
}
RunId Engine::submitLatest(std::string tag, GenerateJob job) {
    return impl_->queue.push(std::move(tag), std::move(job));
}
RunId Engine::submitLatest(std::string tag, Task task) {
    return impl_->queue.push(std::move(tag), std::move(task));
}
void Engine::cancel(RunId run) {
    impl_->queue.cancel(run);
}

Engine::CacheReport Engine::cacheReport() const {
    const std::lock_guard lock(impl_->reportMutex);
    return {impl_->report.usedBytes, impl_->report.reservedBytes, impl_->report.nTokens, impl_->report.nSequences};
}

BackendInfo Engine::backendInfo() const {
    return impl_->backend->info();
}

} // namespace vitral
