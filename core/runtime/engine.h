// SPDX-License-Identifier: Apache-2.0
#pragma once
// The engine: one thread that owns models' scratch memory, KV caches and runs. Jobs go in and never block; events come
// out through one sink. Thread: submit, submitLatest and cancel from any thread; the sink is called on the engine
// thread.

#include "core/runtime/events.h"
#include "core/runtime/placement.h"
#include "core/sample/params.h"
#include "core/trace/intervention.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct EngineOptions {
    CpuOptions cpu;
    /// Memory that finished runs' keys and values may keep for reuse, over all models. What a run needs comes on top.
    std::size_t keptKvBytes = std::size_t{512} << 20U;
    /// Null: makeCpuBackend(cpu). For tests.
    std::shared_ptr<Backend> backend;
    DeviceOptions device = {DeviceChoice::Cpu, -1, 4096, DType::F16}; ///< see setDevice
    /// The computer's free memory. Null: availableMemoryBytes(). For tests.
    std::function<std::uint64_t()> freeBytes = {};
};

/// A model that needs more of the computer's memory than is free is not loaded: ModelTooLarge says how much, and the
/// run ends with OutOfMemory.
struct LoadModelJob {
    std::filesystem::path path;
    bool evenIfTooLarge = false; ///< somebody who was told wants it all the same
};

struct Branch {
    std::vector<TokenId> prompt;
    SamplerParams sampler;
};

struct GenerateJob {
    std::shared_ptr<const Model> model;
    std::vector<Branch> branches; ///< usually one; several decode as one batch and share their common prefix
    std::int32_t maxTokens = -1;  ///< -1: until the end or the context is full
    std::int64_t nCtx = 4096;     ///< tokens of one branch, prompt and answer together
    DType kvType = DType::F16;
    /// When full: keep the first `nKeep` tokens, drop the older half of the rest and compute what is left anew (exact,
    /// and as slow as a prefill of half the context). Only if the user asks; otherwise the run ends with ContextFull.
    bool contextShift = false;
    std::int32_t nKeep = 0;
    std::vector<std::string> stopStrings; ///< end a branch; not part of its text
    std::int32_t nTop = 8;                ///< alternatives kept with each token
    bool scorePrompt = false;             ///< PromptScored for every prompt token but the first of each branch
    bool traceSampler = false;
    std::shared_ptr<const TraceRequest> trace;            ///< null: nothing is recorded
    std::shared_ptr<const InterventionSet> interventions; ///< of every branch; null: none
    bool ignoreEnd = false;                               ///< go on after end-of-generation tokens (benchmarks)
};

struct TaskContext {
    std::stop_token stop;
    std::function<void(double fraction, std::string what)> progress;
    Backend& backend;
    std::shared_ptr<Backend> sharedBackend =
        nullptr; ///< the same, for what lives longer than the task (a loaded model)
    /// A device with room for so many bytes if the engine may use one, else sharedBackend. May be empty (tests).
    std::function<std::shared_ptr<Backend>(std::uint64_t needBytes)> place = {};
    [[nodiscard]] std::shared_ptr<Backend> backendFor(std::uint64_t needBytes) const {
        return place ? place(needBytes) : sharedBackend;
    }
};
/// Work of any kind on the engine thread. Long ones ask `stop` often enough to answer a cancel within 300 ms.
using Task = std::function<Result<void>(TaskContext&)>;

class EngineSink {
public:
    virtual ~EngineSink() = default;
    /// Thread: engine. Must return quickly and must not call back into the engine except to submit or cancel.
    virtual void onEvent(RunEvent event) = 0;
};

class Engine {
public:
    /// The sink must outlive the engine.
    static Result<std::unique_ptr<Engine>> create(const EngineOptions& options, EngineSink& sink);
    ~Engine(); ///< cancels everything and joins

    // Events of a run may reach the sink before its submit has returned.
    RunId submit(LoadModelJob job);
    RunId submit(GenerateJob job);
    RunId submit(Task task);
    /// A newer job with the same tag replaces the queued one (never the one that runs; that one is cancelled).
    RunId submitLatest(std::string tag, GenerateJob job);
    RunId submitLatest(std::string tag, Task task);
    // The engine keeps keys and values of a model for reuse until its last handle is gone, and then until the next job
    // of any kind: submit an empty Task to free them at once.
    /// Cancels that run and no other, queued or running. A run that has ended is not an error.
    void cancel(RunId run);

    /// Where models that are loaded from now on are computed. Where a device has too little memory or fails while a
    /// model is loaded, or before a run shows its first token, the CPU takes over and ModelLoaded says so.
    void setDevice(const DeviceOptions& device);

    struct CacheReport {
        std::size_t usedBytes, reservedBytes;
        std::int64_t nTokens, nSequences;
    };
    [[nodiscard]] CacheReport cacheReport() const; ///< Thread: any; a snapshot
    [[nodiscard]] BackendInfo backendInfo() const;

private:
    struct Impl;
    explicit Engine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral
