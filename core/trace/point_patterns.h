// SPDX-License-Identifier: Apache-2.0
#pragma once
// What to record, as a person writes it: names of points with * for any characters, and the word "attention".
// Thread: any.

#include "core/trace/request.h"
#include "core/trace/trace_shape.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// What stands before the first `separator`; both leave the text.
[[nodiscard]] std::string_view takeUntil(std::string_view& text, char separator);
/// Whether the name has the pattern; * stands for any characters, dots too.
[[nodiscard]] bool matchesPattern(std::string_view name, std::string_view pattern);

/// "0-3,7" -> {0, 1, 2, 3, 7}. Errors: InvalidArgument.
Result<std::vector<std::int32_t>> parseNumbers(std::string_view text);

/// Adds to the request the points of the model that one of the patterns (separated by commas) names, of the layers
/// given (empty: all). "attention" stands for what the attention maps need. Errors: InvalidArgument where no pattern is
/// given, one names nothing this model has, or a layer does not exist.
Result<void> requestPoints(TraceRequest& request, const TraceShape& shape, std::string_view patterns,
                           std::span<const std::int32_t> layers);

} // namespace vitral
