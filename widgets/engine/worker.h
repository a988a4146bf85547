// SPDX-License-Identifier: Apache-2.0
#pragma once
// One thread with a queue, for work that must not hitch typing but is not the engine's: SQLite, reading file headers,
// assembling a context. Jobs run in order; answers come back to the GUI thread, and are dropped when their receiver is
// gone. Thread: post/ask on the GUI thread; jobs on the worker.

#include <QCoreApplication>
#include <QObject>
#include <QPointer>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace vitral {

class Worker {
public:
    Worker();
    ~Worker(); ///< runs what is queued, then joins (a queued save must not be lost)
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(std::function<void()> job);
    /// A newer job with the same tag replaces the one that still waits.
    void postLatest(const std::string& tag, std::function<void()> job);
    /// Throws away what waits (not what runs). For scans that nobody needs any more.
    void clear();

    /// Runs job() on the worker and then(result) on the GUI thread, if `receiver` still lives.
    template <class Job, class Then>
    void ask(QObject* receiver, Job job, Then then, const std::string& tag = {}) {
        auto back = Reply(receiver);
        auto run = [back, job = std::move(job), then = std::move(then)]() mutable {
            auto result = std::make_shared<decltype(job())>(job());
            back.deliver([then = std::move(then), result]() mutable { then(std::move(*result)); });
        };
        // std::function needs something copyable.
        auto shared = std::make_shared<decltype(run)>(std::move(run));
        if (tag.empty())
            post([shared] { (*shared)(); });
        else
            postLatest(tag, [shared] { (*shared)(); });
    }

private:
    /// Carries a closure to the GUI thread. The receiver is looked at on the GUI thread only.
    class Reply {
    public:
        explicit Reply(QObject* receiver) : receiver_(receiver) {}
        void deliver(std::function<void()> call) const {
            QMetaObject::invokeMethod(
                QCoreApplication::instance(),
                [receiver = receiver_, call = std::move(call)] {
                    if (receiver)
                        call();
                },
                Qt::QueuedConnection);
        }

    private:
        QPointer<QObject> receiver_;
    };

    struct Job {
        std::string tag;
        std::function<void()> run;
    };
    void loop();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_; ///< guarded by mutex_
    bool stopping_ = false; ///< guarded by mutex_
    std::thread thread_;    ///< last: started when all the rest is there
};

} // namespace vitral
