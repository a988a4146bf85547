// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/view_pool.h"

#include "core/base/log.h"

#include <algorithm>
#include <exception>

namespace vitral {
namespace {
constexpr int kMostThreads = 4;
}

ViewPool::ViewPool(int nThread) {
    if (nThread <= 0)
        nThread = std::clamp(static_cast<int>(std::thread::hardware_concurrency()) - 1, 1, kMostThreads);
    running_.resize(static_cast<std::size_t>(nThread));
    for (std::size_t i = 0; i < running_.size(); ++i)
        threads_.emplace_back([this, i] { loop(i); });
}

ViewPool::~ViewPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        queue_.clear();
        for (Job& job : running_)
            job.stop.request_stop();
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void ViewPool::post(const QObject* receiver, const std::string& tag, const std::stop_source& stop,
                    std::function<void()> run, bool urgent) {
    {
        const std::lock_guard lock(mutex_);
        if (!tag.empty()) {
            dropLocked(receiver, &tag);
            answered_.push_back({receiver, tag, stop, {}});
        }
        Job job{receiver, tag, stop, std::move(run)};
        if (urgent)
            queue_.push_front(std::move(job));
        else
            queue_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void ViewPool::dropLocked(const QObject* receiver, const std::string* tag) {
    const auto same = [&](const Job& job) { return job.receiver == receiver && (tag == nullptr || job.tag == *tag); };
    std::erase_if(queue_, same);
    for (Job& job : running_)
        if (job.run && same(job))
            job.stop.request_stop();
    std::erase_if(answered_, [&](Job& job) {
        if (!same(job))
            return false;
        job.stop.request_stop();
        return true;
    });
}

void ViewPool::cancel(const QObject* receiver, const std::string& tag) {
    const std::lock_guard lock(mutex_);
    dropLocked(receiver, &tag);
}

void ViewPool::cancelAll(const QObject* receiver) {
    const std::lock_guard lock(mutex_);
    dropLocked(receiver, nullptr);
}

bool ViewPool::idle() const {
    const std::lock_guard lock(mutex_);
    return queue_.empty() && std::none_of(running_.begin(), running_.end(), [](const Job& job) { return !!job.run; });
}

void ViewPool::loop(std::size_t iThread) {
    for (;;) {
        std::function<void()> run;
        {
            std::unique_lock lock(mutex_);
            running_[iThread] = {};
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_)
                return;
            running_[iThread] = std::move(queue_.front());
            queue_.pop_front();
            run = running_[iThread].run;
        }
        try {
            run();
        } catch (const std::exception& e) { // a picture that does not fit in memory is no reason to end the program
            logMessage(LogLevel::Warning, "inside", std::string("a view's computation failed: ") + e.what());
        }
    }
}

} // namespace vitral
