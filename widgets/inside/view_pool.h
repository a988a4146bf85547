// SPDX-License-Identifier: Apache-2.0
#pragma once
// Threads for what views compute out of a recording: maps, scores, thumbnails. Apart from the engine, so that a picture
// never waits for an answer that is being written, nor the other way round. A job with a tag replaces the one with the
// same tag: one that waits never starts, one that runs is asked to stop, and its result is dropped.
// Thread: ask and cancel on the GUI thread (ask from any thread without a tag is fine too); jobs on the pool.

#include <QCoreApplication>
#include <QObject>
#include <QPointer>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace vitral {

class ViewPool {
public:
    /// 0: as many as the machine has processors less one, at least one, at most four.
    explicit ViewPool(int nThread = 0);
    ~ViewPool(); ///< asks what runs to stop, drops what waits, joins
    ViewPool(const ViewPool&) = delete;
    ViewPool& operator=(const ViewPool&) = delete;

    [[nodiscard]] int nThread() const { return static_cast<int>(threads_.size()); }

    /// job(std::stop_token) -> R on the pool, then then(R) on the GUI thread unless the receiver is gone or a newer job
    /// with the same tag was asked for meanwhile. Tags belong to a receiver. `urgent` goes before what waits.
    template <class Job, class Then>
    void ask(QObject* receiver, const std::string& tag, Job job, Then then, bool urgent = false) {
        std::stop_source stop;
        const QPointer<QObject> alive(receiver);
        auto shared = std::make_shared<std::pair<Job, Then>>(std::move(job), std::move(then));
        post(
            receiver, tag, stop,
            [alive, shared, token = stop.get_token()] {
                using R = decltype(shared->first(token));
                auto result = std::make_shared<R>(shared->first(token));
                if (token.stop_requested())
                    return;
                QMetaObject::invokeMethod(
                    QCoreApplication::instance(),
                    [alive, shared, result, token] {
                        if (alive && !token.stop_requested())
                            shared->second(std::move(*result));
                    },
                    Qt::QueuedConnection);
            },
            urgent);
    }
    /// Work without an answer.
    void run(std::function<void(std::stop_token)> job, bool urgent = false) {
        std::stop_source stop;
        post(
            nullptr, {}, stop, [job = std::move(job), token = stop.get_token()] { job(token); }, urgent);
    }
    /// Nobody needs it any more; its `then` is not called.
    void cancel(const QObject* receiver, const std::string& tag);
    /// All of a receiver's jobs: for its destructor, where a job holds a reference to something of the receiver's.
    void cancelAll(const QObject* receiver);
    [[nodiscard]] bool idle() const; ///< nothing waits and nothing runs (tests)

private:
    struct Job {
        const QObject* receiver = nullptr;
        std::string tag;
        std::stop_source stop{std::nostopstate};
        std::function<void()> run;
    };
    void post(const QObject* receiver, const std::string& tag, const std::stop_source& stop, std::function<void()> run,
              bool urgent);
    void dropLocked(const QObject* receiver, const std::string* tag);
    void loop(std::size_t iThread);

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;     ///< guarded by mutex_
    std::vector<Job> running_;  ///< guarded by mutex_; [nThread], run empty: idle
    std::vector<Job> answered_; ///< guarded by mutex_; newest job of each tag, so that a late answer can be dropped
    bool stopping_ = false;     ///< guarded by mutex_
    std::vector<std::thread> threads_;
};

} // namespace vitral
