// SPDX-License-Identifier: Apache-2.0
#pragma once
// Jobs on their way to the engine thread. Every run has its own stop source, made when it is submitted, so that a
// cancel that comes late can reach no other run. Thread: any; nothing here blocks but waitForWork(), which the engine
// thread alone calls.

#include "core/runtime/engine.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace vitral {

using Job = std::variant<LoadModelJob, GenerateJob, Task>;

struct QueuedJob {
    RunId run = 0;
    std::string tag; ///< empty: none
    Job job;
    std::stop_source stop;
};

class JobQueue {
public:
    RunId push(std::string tag, Job job);
    void cancel(RunId run);
    /// No more work: cancels what waits and what runs, and lets waitForWork() return.
    void close();

    struct Work {
        std::vector<RunId> dropped;   ///< cancelled or replaced before they began; each is owed its last event
        std::optional<QueuedJob> job; ///< to be run now
        bool closed = false;
    };
    /// Sleeps until there is a job, a dropped run or close(). The job counts as running until the next call.
    Work waitForWork();
    /// Runs dropped since the last call; never sleeps.
    std::vector<RunId> takeDropped();

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<QueuedJob> waiting_;
    std::vector<RunId> dropped_;
    RunId running_ = 0; ///< 0: none
    std::string runningTag_;
    std::stop_source runningStop_;
    RunId nextRun_ = 1;
    bool closed_ = false;
};

} // namespace vitral
