// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vitral {

/// Bytes that a model may take of the computer's memory now: what the system calls available, and no more than a
/// container's own limit. 0 where the system does not say. Thread: any.
[[nodiscard]] std::uint64_t availableMemoryBytes();

} // namespace vitral
