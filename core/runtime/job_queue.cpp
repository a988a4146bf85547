// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/job_queue.h"

#include <algorithm>
#include <utility>

namespace vitral {

RunId JobQueue::push(std::string tag, Job job) {
    RunId run = 0;
    std::optional<std::stop_source> superseded;
    {
        const std::lock_guard lock(mutex_);
        run = nextRun_++;
        if (!tag.empty()) {
            const auto sameTag = [&](const QueuedJob& queued) { return queued.tag == tag; };
            for (auto it = waiting_.begin(); (it = std::find_if(it, waiting_.end(), sameTag)) != waiting_.end();) {
                dropped_.push_back(it->run);
                it = waiting_.erase(it);
            }
            if (running_ != 0 && runningTag_ == tag)
                superseded = runningStop_;
        }
        if (closed_)
            dropped_.push_back(run);
        else
            waiting_.push_back({run, std::move(tag), std::move(job), std::stop_source{}});
    }
    if (superseded)
        superseded->request_stop();
    wake_.notify_one();
    return run;
}

void JobQueue::cancel(RunId run) {
    std::optional<std::stop_source> stop;
    {
        const std::lock_guard lock(mutex_);
        const auto it =
            std::find_if(waiting_.begin(), waiting_.end(), [&](const QueuedJob& queued) { return queued.run == run; });
        if (it != waiting_.end()) {
            dropped_.push_back(run);
            waiting_.erase(it);
        } else if (run != 0 && running_ == run) {
            stop = runningStop_;
        }
    }
    if (stop)
        stop->request_stop();
    wake_.notify_one();
}

void JobQueue::close() {
    std::optional<std::stop_source> stop;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        for (const QueuedJob& queued : waiting_)
            dropped_.push_back(queued.run);
        waiting_.clear();
        if (running_ != 0)
            stop = runningStop_;
    }
    if (stop)
        stop->request_stop();
    wake_.notify_one();
}

JobQueue::Work JobQueue::waitForWork() {
    std::unique_lock lock(mutex_);
    running_ = 0;
    runningTag_.clear();
    wake_.wait(lock, [&] { return closed_ || !waiting_.empty() || !dropped_.empty(); });
    Work work;
    work.dropped = std::exchange(dropped_, {});
    work.closed = closed_;
    if (!waiting_.empty()) {
        work.job = std::move(waiting_.front());
        waiting_.pop_front();
        running_ = work.job->run;
        runningTag_ = work.job->tag;
        runningStop_ = work.job->stop;
    }
    return work;
}

std::vector<RunId> JobQueue::takeDropped() {
    const std::lock_guard lock(mutex_);
    return std::exchange(dropped_, {});
}

} // namespace vitral
