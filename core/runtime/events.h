// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the engine thread tells the outside. Every event is a value; what it points to is immutable and may be kept.

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/sample/sampler.h"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace vitral {

using RunId = std::uint64_t;

struct RunStarted { RunId run; };
struct LoadProgress { RunId run; double fraction; std::string what; };
struct ModelLoaded { RunId run; std::shared_ptr<const Model> model; double seconds; };
struct PrefillProgress { RunId run; std::int32_t done, total, fromCache; double savedSeconds; };
/// Scores of prompt tokens [first, first + scores.size()), when asked for. The first prompt token has no score.
struct PromptScored { RunId run; std::int32_t first; std::vector<TokenScore> scores; };
struct TokenProduced {
    RunId run;
    std::int32_t iBranch;      ///< 0 unless several branches decode as one batch
    TokenScore score;
    std::string bytes;         ///< the token's own bytes
    std::string text;          ///< complete UTF-8 this token made available
    std::shared_ptr<const SamplerTrace> sampler; ///< when asked for
};
enum class FinishReason : std::uint8_t { EndOfText, MaxTokens, StopString, ContextFull, Cancelled, GrammarDone, Failed };
struct RunTimings {
    std::int32_t nPrompt = 0, nCached = 0, nGenerated = 0;
    double prefillSeconds = 0, decodeSeconds = 0, loadSeconds = 0, firstTokenSeconds = 0;
};
struct RunFinished { RunId run; FinishReason reason; Result<void> status; RunTimings timings; std::uint64_t seed; };
/// Result of a generic task (submitTask) on its way back.
struct TaskProgress { RunId run; double fraction; std::string what; };

using RunEvent = std::variant<RunStarted, LoadProgress, ModelLoaded, PrefillProgress, PromptScored, TokenProduced,
                              TaskProgress, RunFinished>;

} // namespace vitral
