// SPDX-License-Identifier: Apache-2.0
#pragma once
// An engine for a command that does one thing after another: a job is handed in, its events come back on the calling
// thread, Ctrl-C cancels it. Thread: main.

#include "app/cli/common.h"
#include "app/cli/interrupt.h"
#include "core/runtime/engine.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace vitral::cli {

class Session : private EngineSink {
public:
    static Result<std::unique_ptr<Session>> open(const CommonOptions& common);
    ~Session() override;

    /// Loads a model ("" or "-": the bundled one), with progress on a terminal. Errors: those of loadModel; Cancelled.
    Result<std::shared_ptr<const Model>> load(const std::string& argument);

    /// An error from the handler cancels the run and is what run() returns.
    using Handler = std::function<Result<void>(const RunEvent&)>;
    /// Runs a job to its end. Errors: the run's own; Cancelled with a sentence after Ctrl-C, unless `keepGoing`, where
    /// an interrupted run is an ordinary end (an interactive chat goes on).
    Result<RunFinished> run(GenerateJob job, const Handler& handler, bool keepGoing = false);
    Result<void> run(Task task);

    [[nodiscard]] Engine& engine() { return *engine_; }

private:
    Session() = default;
    void onEvent(RunEvent event) override;
    Result<RunFinished> await(RunId run, const Handler& handler, bool keepGoing);

    InterruptWatch interrupt_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<RunEvent> inbox_;
    RunId current_ = 0;
    bool loadAnyway_ = false;
    bool wantsGpu_ = false;          ///< says why where there is no device
    std::unique_ptr<Engine> engine_; // last: its thread goes first
};

/// The context for a model when none is asked for: what it was trained with, at most 4,096 tokens.
std::int64_t contextFor(const CommonOptions& common, const Model& model);

} // namespace vitral::cli
