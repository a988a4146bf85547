// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every benchmark reads and says. Thread: any.

#include <chrono>
#include <vector>

namespace vitral::cli {

[[nodiscard]] double secondsSince(std::chrono::steady_clock::time_point start);
/// Of all threads of this process.
[[nodiscard]] double processorSeconds();
/// 0 for none.
[[nodiscard]] double median(std::vector<double> values);

} // namespace vitral::cli
