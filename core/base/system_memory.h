// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vitral {

/// Bytes that a model may take of the computer's memory now: what the system calls available, and no more than is
/// left of a container's own limit. 0 where the system does not say. VITRAL_FREE_MEMORY
/// (bytes) stands for it: for tests, and to try what a smaller computer would say. Thread: any.
[[nodiscard]] std::uint64_t availableMemoryBytes();

} // namespace vitral
