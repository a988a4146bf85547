// SPDX-License-Identifier: Apache-2.0
#pragma once
// What of a recorded head cannot be shown: rows that hold infinities or no numbers, from a run that overflowed or a
// file that was made so. Thread: any; a pure function of a snapshot.

#include "core/trace/recording.h"

#include <cstdint>
#include <stop_token>

namespace vitral {

struct NotNumbers {
    std::int64_t nQuery = 0; ///< queries (or their log-sum-exp) with a value that is not finite: their rows are blank
    std::int64_t nKey = 0;   ///< keys: their columns are
    [[nodiscard]] bool any() const { return nQuery > 0 || nKey > 0; }
};

/// Reads the head's queries and keys once: some 2 ms for 4,096 positions of 64. iHead is one of the record's.
[[nodiscard]] NotNumbers notNumbers(const AttentionRecord& record, std::int32_t iHead, std::stop_token stop);

} // namespace vitral
