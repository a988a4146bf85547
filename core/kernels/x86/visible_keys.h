// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which keys of a block of attention cells a query sees. Internal linkage on purpose (STYLE 5.8).

#include "core/base/always_inline.h"
#include "core/kernels/kernel_table.h"

namespace vitral::kernels {
namespace {

/// Bits of the panel's keys that query r sees.
ALWAYS_INLINE std::uint32_t visible(const MapJob& job, std::int64_t r) {
    if (!job.first)
        return job.shown;
    const std::int32_t from = job.first[r] < 0 ? 0 : job.first[r] > 32 ? 32 : job.first[r];
    const std::int32_t to = job.end[r] < 0 ? 0 : job.end[r] > 32 ? 32 : job.end[r];
    return static_cast<std::uint32_t>(((1ULL << to) - 1) & ~((1ULL << from) - 1)) & job.shown;
}

} // namespace
} // namespace vitral::kernels
