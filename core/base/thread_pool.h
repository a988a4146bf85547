// SPDX-License-Identifier: Apache-2.0
#pragma once
// The worker pool of the CPU backend: the caller and nThread - 1 helpers run the same function on ranges of one loop.
// Joined at every operation; no lock in the hot path (helpers spin briefly, then sleep). Works on 1 core as on 64.
// Thread: one caller at a time (the engine thread).

#include <cstdint>
#include <memory>

namespace vitral {

class ThreadPool {
public:
    /// nThread counts the caller; 0 means one per available core (sched affinity, container limits respected).
    explicit ThreadPool(int nThread = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] int nThread() const;

    /// Calls body(iThread, nThread) once on every thread and returns when all are done. `body` must not throw.
    template <class Body>
    void run(const Body& body) {
        runErased(&body, [](const void* ctx, int iThread, int nThread) {
            (*static_cast<const Body*>(ctx))(iThread, nThread);
        });
    }

    /// body(begin, end) on ranges that cover [0, n), handed out in pieces of `grain` as threads become free.
    template <class Body>
    void parallelFor(std::int64_t n, std::int64_t grain, const Body& body) {
        forErased(n, grain, &body, [](const void* ctx, std::int64_t begin, std::int64_t end) {
            (*static_cast<const Body*>(ctx))(begin, end);
        });
    }

private:
    using RunFn = void (*)(const void*, int, int);
    using ForFn = void (*)(const void*, std::int64_t, std::int64_t);
    void runErased(const void* ctx, RunFn fn);
    void forErased(std::int64_t n, std::int64_t grain, const void* ctx, ForFn fn);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Cores this process may use (affinity mask and cgroup quota), at least 1.
int availableCores();

} // namespace vitral
