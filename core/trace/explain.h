// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every explanation of a run needs: where to compute, whether to stop, and which run is meant. All of them run the
// model's own forward pass again on the run's tokens (with what was changed in it), read what they need in f32, and
// give their result by value; nothing of the size [layers, tokens, vocabulary] is ever in memory. Thread: engine
// (inside a Task: core/runtime/explain_task.h).

#include "core/model/model.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace vitral {

struct InterventionSet;

/// Asked between chunks, layers and rows; an explanation that is stopped ends with ErrorCode::Cancelled.
struct ExplainContext {
    Backend& backend;
    std::stop_token stop;
    std::function<void(double fraction)> progress; ///< may be empty
};

/// The run that is meant: its whole context (prompt and answer) and what was changed while it ran.
struct ExplainedRun {
    std::vector<TokenId> tokens;
    std::shared_ptr<const InterventionSet> interventions; ///< null: nothing
    DType kvType = DType::F16; ///< of the cache the run had: its rounding is in the numbers
    std::int64_t nCtx = 0;     ///< its context size, by which LongRoPE picks its factors; 0: as long as the tokens
};

/// Whether any intervention is on.
[[nodiscard]] bool hasChanges(const ExplainedRun& run);
/// Errors: InvalidArgument (no token, an id out of range, more than the model can read).
Result<void> checkRun(const Model& model, const ExplainedRun& run);
/// `position` counted from the end where negative. Errors: InvalidArgument.
Result<std::int64_t> checkPosition(const ExplainedRun& run, std::int64_t position);

} // namespace vitral
