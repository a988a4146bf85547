// SPDX-License-Identifier: Apache-2.0
#pragma once
// Processor time of this thread: what a piece of work costs, whatever else the machine does meanwhile.

#include <ctime>

namespace vitral::test {

class CpuClock {
public:
    CpuClock() { restart(); }
    void restart() { start_ = now(); }
    [[nodiscard]] double milliseconds() const { return now() - start_; }

private:
    static double now() {
        timespec t{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
    }
    double start_ = 0;
};

} // namespace vitral::test
