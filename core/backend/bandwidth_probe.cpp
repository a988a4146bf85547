// SPDX-License-Identifier: Apache-2.0
#include "core/backend/bandwidth_probe.h"

#include "core/backend/cpu_memory.h"
#include "core/base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace vitral {

double readBandwidth(int nThread) {
    constexpr std::size_t kBytes = std::size_t{256} << 20;
    const auto buffer = allocateHost(kBytes, PageHint::Huge);
    if (!buffer)
        return 0;
    using Vector = std::uint64_t __attribute__((vector_size(16)));
    auto* data = static_cast<std::byte*>((*buffer)->data());
    std::memset(data, 1, kBytes);
    ThreadPool pool(nThread);
    std::atomic<std::uint64_t> total{0}; // so that no read can be left out
    double best = 0;
    for (int round = 0; round < 4; ++round) {
        const auto start = std::chrono::steady_clock::now();
        pool.run([&](int iThread, int n) {
            const std::size_t share = kBytes / static_cast<std::size_t>(n) / 128 * 128;
            const auto* p = reinterpret_cast<const Vector*>(data + share * static_cast<std::size_t>(iThread));
            Vector sum[4] = {};
            for (std::size_t i = 0; i + 8 <= share / sizeof(Vector); i += 8) {
                __builtin_prefetch(p + i + 256);
                __builtin_prefetch(p + i + 260);
                for (std::size_t j = 0; j < 8; ++j)
                    sum[j % 4] += p[i + j];
            }
            const Vector all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
            total += all[0] + all[1];
        });
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        best = std::max(best, static_cast<double>(kBytes) / seconds / 1e9);
    }
    return total.load() ? best : 0;
}

} // namespace vitral
