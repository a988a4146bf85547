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

struct TraceRequest {
    /// Rotated Q (F16), K as the cache gives it back (F16) and the log-sum-exp (F32) of every layer and head: enough
    /// to compute any attention weight exactly (docs/architecture.md, "Attention without giving up speed").
    bool attention = false;
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
