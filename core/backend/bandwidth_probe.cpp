// SPDX-License-Identifier: Apache-2.0
#include "core/backend/bandwidth_probe.h"

#include "core/backend/cpu_memory.h"
#include "core/base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace vitral {

double readBandwidth(int nThread, const std::stop_token& stop) {
    constexpr std::size_t kBytes = std::size_t{128} << 20;
    const auto buffer = allocateHost(kBytes, PageHint::Huge);
    if (!buffer)
        return 0;
    using Vector = std::uint64_t __attribute__((vector_size(16)));
    auto* data = static_cast<std::byte*>((*buffer)->data());
    std::memset(data, 1, kBytes);
    ThreadPool pool(nThread);
    std::atomic<std::uint64_t> total{0};
    double best = 0;
    for (int round = 0; round < 4 && !stop.stop_requested(); ++round) {
        const auto start = std::chrono::steady_clock::now();
        pool.run([&](int iThread, int n) {
            const std::size_t share = kBytes / static_cast<std::size_t>(n) / 128 * 128;
            const auto* p = reinterpret_cast<const Vector*>(data + share * static_cast<std::size_t>(iThread));
            Vector a = {}, b = {}, c = {}, d = {};
            for (std::size_t k = 0; k + 8 <= share / sizeof(Vector); k += 8) {
                __builtin_prefetch(p + k + 256);
                __builtin_prefetch(p + k + 260);
                a += p[k] ^ p[k + 4];
                b += p[k + 1] ^ p[k + 5];
                c += p[k + 2] ^ p[k + 6];
                d += p[k + 3] ^ p[k + 7];
            }
            const Vector all = (a + b) + (c + d);
            total += all[0] + all[1];
        });
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        best = std::max(best, static_cast<double>(kBytes) / seconds / 1e9);
    }
    return best + (total.load() == 1 ? 1e-9 : 0); // used, so that no read can be left out
}

} // namespace vitral
