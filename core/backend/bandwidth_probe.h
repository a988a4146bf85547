// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

namespace vitral {

/// Gigabytes per second that nThread threads read from memory: the best of a few passes over a buffer far larger than
/// any cache. Takes about a quarter of a second, less when asked to stop (then the number means nothing). Thread: any.
double readBandwidth(int nThread, const std::stop_token& stop = {});

} // namespace vitral
