// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the engine thread tells the outside. Every event is a value; what it points to is immutable and may be kept.

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/placement.h"
#include "core/sample/sampler.h"
#include "core/trace/recording.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vitral {

using RunId = std::uint64_t;

/// A run that is cancelled while it still waits in the queue never starts: its only event is RunFinished.
struct RunStarted {
    RunId run;
};
struct LoadProgress {
    RunId run;
    double fraction;
    std::string what;
};
struct ModelLoaded {
    RunId run;
    std::shared_ptr<const Model> model;
    double seconds;
    Placement placement = {}; ///< what is computed where, and why
    /// Not null in a run of an answer: its device failed, and from now on `model` stands for this one.
    std::shared_ptr<const Model> replaces = nullptr;
};
/// Comes before the RunFinished (OutOfMemory) of a load that was refused: nothing was read but the header.
struct ModelTooLarge {
    RunId run;
    MemoryNeed need;
};
/// `total` counts distinct prompt tokens (a prefix that branches share counts once); `done` includes `fromCache`.
/// savedSeconds is an estimate: fromCache over the prefill speed measured with this model so far (0: not measured yet).
struct PrefillProgress {
    RunId run;
    std::int32_t done, total, fromCache;
    double savedSeconds;
};
/// Scores of prompt tokens [first, first + scores.size()) of a branch, when asked for. The first prompt token has none.
struct PromptScored {
    RunId run;
    std::int32_t first;
    std::vector<TokenScore> scores;
    std::int32_t iBranch = 0;
};
struct TokenProduced {
    RunId run;
    std::int32_t iBranch; ///< 0 unless several branches decode as one batch
    TokenScore score;
    std::string bytes; ///< the token's own bytes; empty for control tokens
    /// Complete UTF-8 this token made available: what to append to the answer. May be empty (half a character, the
    /// possible start of a stop string) or hold text of earlier tokens.
    std::string text;
    std::shared_ptr<const SamplerTrace> sampler; ///< when asked for
    bool isEnd = false; ///< the model's own end-of-generation token: shown in a token view, never part of the text
};
enum class FinishReason : std::uint8_t {
    EndOfText,
    MaxTokens,
    StopString,
    ContextFull,
    Cancelled,
    GrammarDone,
    Failed,
    Done ///< a load or a task came to its end
};
/// The context was full and moved on (only when the job asked for it): `nDropped` tokens after its nKeep went.
struct ContextShifted {
    RunId run;
    std::int32_t iBranch;
    std::int32_t nDropped;
};
/// One branch is over; the others go on. Comes before RunFinished for every branch that began to decode.
struct BranchFinished {
    RunId run;
    std::int32_t iBranch;
    FinishReason reason;
    std::string text; ///< text held back until now (a false start of a stop string): append it to the answer
    std::int32_t nGenerated = 0;
    std::uint64_t seed = 0; ///< the seed in use, also when a fresh one was asked for
};
struct RunTimings {
    std::int32_t nPrompt = 0, nCached = 0, nGenerated = 0;
    double prefillSeconds = 0, decodeSeconds = 0, loadSeconds = 0;
    double firstTokenSeconds = 0; ///< from the start of the run (not of its wait in the queue) to the first token
};
/// Always the last event of a run, and never left out. reason and seed are those of branch 0.
struct RunFinished {
    RunId run;
    FinishReason reason;
    Result<void> status; ///< an error only where reason is Failed
    RunTimings timings;
    std::uint64_t seed;
};
/// What was recorded so far, when asked for: after every prefill chunk, then at most every 50 ms, and once more, whole,
/// before BranchFinished. Each is a snapshot that shares memory with the ones before.
struct TraceRecorded {
    RunId run;
    std::int32_t iBranch;
    RecordingPtr recording;
};
/// Progress of a generic task.
struct TaskProgress {
    RunId run;
    double fraction;
    std::string what;
};

using RunEvent = std::variant<RunStarted, LoadProgress, ModelLoaded, ModelTooLarge, PrefillProgress, PromptScored,
                              TokenProduced, ContextShifted, BranchFinished, TaskProgress, TraceRecorded, RunFinished>;

[[nodiscard]] std::string_view finishReasonName(FinishReason reason); ///< "end of text", "token limit", ...

} // namespace vitral
