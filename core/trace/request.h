// SPDX-License-Identifier: Apache-2.0
#pragma once
// What to record of a run. Ask, then give: without a request nothing is copied or allocated. Thread: any (a value).

#include "core/model/observer.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitral {

/// One named tensor of some layers. `layers` empty: all. Heads of a point that has them (Q, K, V, Z, their rotated
/// twins) can be chosen; empty: all.
struct TracePoint {
    Point point = Point::ResidPost;
    std::vector<std::int32_t> layers;
    std::vector<std::int32_t> heads;
    bool operator==(const TracePoint&) const = default;
};

/// How rotated queries are kept. Rounding them to F16 moves a score by about its size times 2^-12: nothing to see where
/// scores are small, a tenth of a weight in models whose scores reach hundreds (Qwen 2). Keys are kept as the cache
/// rounds them, which the run itself computed with.
enum class QueryPrecision : std::uint8_t {
    Auto, ///< F32 where everything asked for then fits the budget, else F16, which a note says
    Half, ///< F16
    Full, ///< F32
};

struct TraceRequest {
    /// Rotated Q, K as the cache gives it back (F16) and the log-sum-exp (F32) of every layer and head: enough to
    /// compute any attention weight exactly (docs/architecture.md, "Attention without giving up speed").
    bool attention = false;
    QueryPrecision queries = QueryPrecision::Auto;
    std::vector<std::int32_t> attentionLayers;        ///< empty: all
    std::vector<TracePoint> points;                   ///< stored as F16, logits as F32
    std::int64_t firstPosition = 0, endPosition = -1; ///< of `points`; -1: to the end. Attention is always whole.
    /// Kept whatever happens. What does not fit is left out, highest layers first, decided before the run for its
    /// longest possible length, and said in Recording::notes.
    std::size_t byteBudget = std::size_t{1} << 30U;
    bool operator==(const TraceRequest&) const = default;
    [[nodiscard]] bool empty() const { return !attention && points.empty(); }
};

} // namespace vitral
