// SPDX-License-Identifier: Apache-2.0
#include "core/trace/map_workers.h"

#include "core/base/thread_pool.h"

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace vitral {

/// The queue: tasks newest first. `version` counts wake-ups, so that none between a look and a wait is lost.
struct MapWorkers::State {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<std::weak_ptr<MapTask>> tasks; ///< newest last
    std::uint64_t version = 0;
    std::vector<std::jthread> threads;

    void wake(const MapTask* task) {
        {
            const std::lock_guard lock(mutex);
            ++version;
            const auto it = std::find_if(tasks.begin(), tasks.end(),
                                         [&](const std::weak_ptr<MapTask>& t) { return t.lock().get() == task; });
            if (it != tasks.end())
                std::rotate(it, it + 1, tasks.end());
        }
        changed.notify_all();
    }
    void run(std::stop_token stop);
};

struct MapTask::Link {
    std::mutex mutex;
    std::weak_ptr<MapWorkers::State> state;
};

MapTask::MapTask() : link_(std::make_shared<Link>()) {}

MapTask::~MapTask() {
    stop_.request_stop();
}

void MapTask::close() {
    stop_.request_stop();
    const std::lock_guard lock(reporting_);
    closed_ = true;
}

void MapTask::wake() {
    std::shared_ptr<MapWorkers::State> state;
    {
        const std::lock_guard lock(link_->mutex);
        state = link_->state.lock();
    }
    if (state != nullptr)
        state->wake(this);
}

void MapTask::report(const std::function<void()>& callback) {
    const std::lock_guard lock(reporting_);
    if (!closed_ && !stop_.stop_requested())
        callback();
}

void MapWorkers::State::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        std::vector<std::weak_ptr<MapTask>> order;
        std::uint64_t seen = 0;
        {
            const std::lock_guard lock(mutex);
            std::erase_if(tasks, [](const std::weak_ptr<MapTask>& t) { return t.expired(); });
            order.assign(tasks.rbegin(), tasks.rend());
            seen = version;
        }
        bool did = false;
        for (const std::weak_ptr<MapTask>& weak : order) {
            const std::shared_ptr<MapTask> task = weak.lock();
            if (task == nullptr || task->stop_.stop_requested())
                continue;
            did = task->work(task->stop_.get_token());
            if (did)
                break; // look again from the newest
        }
        if (did)
            continue;
        std::unique_lock lock(mutex);
        changed.wait(lock, stop, [&] { return version != seen; });
    }
}

MapWorkers::MapWorkers(int nThread) : state_(std::make_shared<State>()) {
    const int n = nThread > 0 ? nThread : availableCores();
    for (int i = 0; i < n; ++i)
        state_->threads.emplace_back([state = state_.get()](std::stop_token stop) { state->run(stop); });
}

MapWorkers::~MapWorkers() {
    std::vector<std::weak_ptr<MapTask>> tasks;
    {
        const std::lock_guard lock(state_->mutex);
        tasks = state_->tasks;
    }
    for (std::jthread& thread : state_->threads)
        thread.request_stop();
    for (const std::weak_ptr<MapTask>& weak : tasks)
        if (const std::shared_ptr<MapTask> task = weak.lock())
            task->stop_.request_stop(); // ends the piece under way
    state_->threads.clear();            // joins
}

void MapWorkers::attach(const std::shared_ptr<MapTask>& task) {
    {
        const std::lock_guard lock(task->link_->mutex);
        task->link_->state = state_;
    }
    {
        const std::lock_guard lock(state_->mutex);
        state_->tasks.push_back(task);
    }
    state_->wake(task.get());
}

} // namespace vitral
