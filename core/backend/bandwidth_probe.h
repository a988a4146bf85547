// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vitral {

/// Gigabytes per second that nThread threads read from memory: the best of a few passes over a buffer far larger than
/// any cache. Takes about a quarter of a second. Thread: any.
double readBandwidth(int nThread);

} // namespace vitral
