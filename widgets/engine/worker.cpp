// SPDX-License-Identifier: Apache-2.0
#include "widgets/engine/worker.h"

#include <algorithm>

namespace vitral {

Worker::Worker() : thread_([this] { loop(); }) {}

Worker::~Worker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Worker::post(std::function<void()> job) {
    postLatest({}, std::move(job));
}

void Worker::postLatest(const std::string& tag, std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (!tag.empty())
            std::erase_if(queue_, [&tag](const Job& waiting) { return waiting.tag == tag; });
        queue_.push_back({tag, std::move(job)});
    }
    wake_.notify_one();
}

void Worker::clear() {
    const std::lock_guard lock(mutex_);
    queue_.clear();
}

void Worker::loop() {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        job.run();
    }
}

} // namespace vitral
