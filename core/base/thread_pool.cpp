// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <sched.h>
#include <thread>
#include <vector>

namespace vitral {

int availableCores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    int cores = 1;
    if (::sched_getaffinity(0, sizeof set, &set) == 0)
        cores = CPU_COUNT(&set);
    // A container may allow less time than cores: cgroup v2's "quota period" in microseconds.
    if (std::FILE* file = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {
        long long quota = 0;
        long long period = 0;
        if (std::fscanf(file, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0)
            cores = std::min<int>(cores, static_cast<int>((quota + period - 1) / period));
        std::fclose(file);
    }
    return std::max(cores, 1);
}

namespace {
inline void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}
// About 50 us of spinning covers the gap between two operations of a forward pass; longer waits sleep.
constexpr int kSpins = 2000;
} // namespace

struct ThreadPool::Impl {
    explicit Impl(int n) : nThread(n) {
        for (int i = 1; i < n; ++i)
            helpers.emplace_back([this, i](std::stop_token stop) { helperLoop(stop, i); });
    }
    ~Impl() {
        for (std::jthread& helper : helpers)
            helper.request_stop();
        {
            const std::lock_guard lock(mutex);
            generation.fetch_add(1, std::memory_order_release);
        }
        wake.notify_all();
    }

    void helperLoop(const std::stop_token& stop, int iThread) {
        std::uint64_t seen = 0;
        for (;;) {
            std::uint64_t now = generation.load(std::memory_order_acquire);
            for (int i = 0; now == seen && i < kSpins; ++i) {
                pause();
                now = generation.load(std::memory_order_acquire);
            }
            if (now == seen) {
                std::unique_lock lock(mutex);
                // Told before the last look: either the caller sees a sleeper, or the sleeper sees the new generation.
                sleepers.fetch_add(1, std::memory_order_seq_cst);
                wake.wait(lock, [&] { return generation.load(std::memory_order_seq_cst) != seen; });
                sleepers.fetch_sub(1, std::memory_order_relaxed);
                now = generation.load(std::memory_order_acquire);
            }
            seen = now;
            if (stop.stop_requested())
                return;
            fn(ctx, iThread, nThread);
            pending.fetch_sub(1, std::memory_order_release);
        }
    }

    void run(const void* newCtx, RunFn newFn) {
        if (nThread == 1) {
            newFn(newCtx, 0, 1);
            return;
        }
        ctx = newCtx;
        fn = newFn;
        pending.store(nThread - 1, std::memory_order_relaxed);
        generation.fetch_add(1, std::memory_order_seq_cst);
        if (sleepers.load(std::memory_order_seq_cst) != 0) { // no lock while everybody is awake
            { const std::lock_guard lock(mutex); }           // a sleeper between its last look and its sleep holds it
            wake.notify_all();
        }
        newFn(newCtx, 0, nThread);
        for (int spins = 0; pending.load(std::memory_order_acquire) != 0; ++spins) {
            pause();
            if (spins > kSpins)
                std::this_thread::yield();
        }
    }

    int nThread;
    const void* ctx = nullptr;
    RunFn fn = nullptr;
    std::atomic<std::uint64_t> generation{0};
    std::atomic<int> pending{0};
    std::atomic<int> sleepers{0};
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::jthread> helpers; // last: joined first
};

ThreadPool::ThreadPool(int nThread) : impl_(std::make_unique<Impl>(nThread > 0 ? nThread : availableCores())) {}
ThreadPool::~ThreadPool() = default;

int ThreadPool::nThread() const {
    return impl_->nThread;
}

void ThreadPool::runErased(const void* ctx, RunFn fn) {
    impl_->run(ctx, fn);
}

void ThreadPool::forErased(std::int64_t n, std::int64_t grain, const void* ctx, ForFn fn) {
    grain = std::max<std::int64_t>(grain, 1);
    if (n <= grain || impl_->nThread == 1) {
        if (n > 0)
            fn(ctx, 0, n);
        return;
    }
    std::atomic<std::int64_t> next{0};
    run([&](int, int) {
        for (;;) {
            const std::int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
            if (begin >= n)
                return;
            fn(ctx, begin, std::min(begin + grain, n));
        }
    });
}

} // namespace vitral
