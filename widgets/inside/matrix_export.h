// SPDX-License-Identifier: Apache-2.0
#pragma once
// A head's numbers as files: an .npy array [n, n], or a CSV with the tokens as names. Thread: any.

#include "core/base/result.h"
#include "core/trace/attention_map.h"
#include "core/trace/text_alignment.h"

#include <QString>

#include <memory>

namespace vitral {

struct MatrixNumbers {
    std::shared_ptr<const AttentionRecord> record;
    std::shared_ptr<const AttentionRecord> minus; ///< null: no difference
    std::shared_ptr<const TextAlignment> pairs;   ///< of the two; cells without a partner are NaN, in CSV empty
    std::int32_t iHead = 0;
    MapValue value = MapValue::Weight;
    const Recording* recording = nullptr; ///< for the tokens' names
};

inline constexpr std::int64_t kMostNpyTokens = 8192, kMostCsvTokens = 2048;

/// f32 [n, n]; cells that cannot be seen are 0 (weights) or -infinity (scores). Errors: Io; TooLarge as InvalidArgument
/// with how many tokens are possible.
Result<void> writeMatrixNpy(const MatrixNumbers& numbers, const QString& path);
Result<void> writeMatrixCsv(const MatrixNumbers& numbers, const QString& path);

} // namespace vitral
