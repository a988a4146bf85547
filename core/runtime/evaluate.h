// SPDX-License-Identifier: Apache-2.0
#pragma once
// Raw logits of a given text, without sampling: for the commands logits and perplexity, and for tests. A fresh KV
// cache, no prefix cache. Thread: engine (inside a Task).

#include "core/model/model.h"
#include "core/runtime/engine.h"

#include <functional>
#include <span>

namespace vitral {

enum class Positions : std::uint8_t { Last, All };

/// Runs `tokens` through the model from an empty context and hands over the logits f32 [V] after each position
/// (0-based, ascending), or after the last one only. `take` may return an error to stop. Memory beyond the KV cache: at
/// most 32 MB of logits at a time (or one row). Errors: InvalidArgument (no tokens, an id out of range), Cancelled,
/// those of Model::forward and of `take`. With `interventions` (may be null) values are changed on the way; errors also
/// those of checkInterventions.
Result<void> evaluateTokens(const Model& model, TaskContext& context, DType kvType, std::span<const TokenId> tokens,
                            Positions positions,
                            const std::function<Result<void>(std::int64_t iPos, std::span<const float> logits)>& take,
                            const InterventionSet* interventions = nullptr);

} // namespace vitral
