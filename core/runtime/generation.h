// SPDX-License-Identifier: Apache-2.0
#pragma once
// One GenerateJob from prompt to last token: prefill (what the prefix cache has is not computed again), then decode,
// all branches in one batch. Lives as long as the run. Thread: engine.

#include "core/backend/backend.h"
#include "core/runtime/engine.h"
#include "core/runtime/prefix_cache.h"
#include "core/runtime/stop_filter.h"
#include "core/sample/best.h"
#include "core/sample/sampler.h"
#include "core/trace/intervener.h"
#include "core/trace/recorder.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace vitral {

/// A run's way to the outside.
struct RunPort {
    RunId run = 0;
    std::stop_token stop;
    std::function<void(RunEvent)> emit;
    std::function<void()> pulse; ///< called between chunks and tokens: housekeeping of the engine thread
};

class Generation {
public:
    /// All references outlive the object.
    Generation(const GenerateJob& job, PrefixCache& cache, Workspace& workspace,
               const std::shared_ptr<Backend>& backend, RunPort& port);
    /// Hands every sequence over to the prefix cache, whatever happened.
    ~Generation();
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    /// Returns why branch 0 ended. Errors: InvalidArgument (an empty prompt, an id out of range, a sampler parameter),
    /// ContextFull (the prompt alone is too long), Cancelled, and those of Model::forward.
    Result<FinishReason> run();

    [[nodiscard]] const RunTimings& timings() const { return timings_; }
    [[nodiscard]] std::uint64_t seed() const;

private:
    using Clock = std::chrono::steady_clock;

    struct BranchState {
        std::vector<TokenId> tokens;  ///< prompt and answer; the cache holds the first length(seq) of them
        std::vector<ScorePtr> scores; ///< one per token; null where unknown, always for the first
        SeqId seq = -1;
        std::unique_ptr<Sampler> sampler;
        std::unique_ptr<StreamDecoder> decoder;
        StopFilter stops;
        std::vector<float> logits; ///< [V] after the last token in the cache, unless
        LogitSummary summary;      ///< is known: then it stands for them
        std::int32_t nGenerated = 0;
        std::int32_t nPrompt = 0, nShifted = 0; ///< of `tokens`; tokens that went when the context moved on
        std::vector<std::string> pieces;        ///< of the first tokens; only where something is recorded
        RecordingPtr recording;                 ///< the latest one told of
        bool alive = true;
        FinishReason reason = FinishReason::Cancelled;
    };
    /// Tokens [from, to) of a branch, to be computed in one pass.
    struct Segment {
        std::size_t iBranch;
        std::int64_t from, to;
    };

    // generation_prefill.cpp
    Result<void> prepare();
    Result<void> prefill();
    Result<void> reusePrefixes(std::int64_t nCommon, std::vector<std::int64_t>& nHave);
    Result<void> prefillSegments(std::vector<Segment> todo);
    [[nodiscard]] std::int64_t chunkRows() const;
    /// Runs the rows of all segments as one batch, stores logits and scores, and advances the cache.
    Result<void> pass(std::span<const Segment> segments, bool scoreAll);
    /// How many best logits a row will do for the next tokens of these branches; 0: all logits.
    [[nodiscard]] std::int32_t bestWanted(std::span<const Segment> segments) const;
    void giveBack(std::span<const Segment> segments);
    void takeScores(const Segment& segment, std::span<const float> logits);
    void announceScores(std::size_t iBranch, std::int64_t from, std::int64_t to);
    void announcePrefill();

    // generation_trace.cpp
    Result<void> prepareTrace();
    [[nodiscard]] bool edits() const { return job_.interventions && job_.interventions->active(); }
    ForwardObserver* observer();
    void observePass(std::span<const Segment> segments);
    void announceRecordings(std::span<const Segment> segments);
    void announceRecordings();
    void announceRecording(std::size_t iBranch, bool complete);
    PrefixCache::Match findKept(const BranchState& branch, std::int64_t limit, std::int32_t nTopScores,
                                RecordingPtr& recording);

    // generation.cpp
    Result<void> decode();
    Result<void> produce(std::size_t iBranch);
    Result<void> feed();
    Result<void> shiftContext(std::size_t iBranch);
    void finishBranch(std::size_t iBranch, FinishReason reason);
    [[nodiscard]] bool cancelled() const { return port_.stop.stop_requested(); }

    const GenerateJob& job_;
    PrefixCache& cache_;
    Workspace& workspace_;
    std::shared_ptr<Backend> backend_;
    RunPort& port_;
    PrefixCache::Pool* pool_ = nullptr;
    std::vector<BranchState> branches_;
    std::int64_t nVocab_ = 0;
    std::vector<float> logits_;      ///< [wanted rows, V] of the last pass
    std::vector<LogitSummary> summaries_;
    BestLogits bestLogits_;
    std::vector<TokenId> rowTokens_; ///< scratch of pass()
    std::vector<BatchRow> rows_;
    std::vector<std::int32_t> wanted_;
    std::int32_t nPrefillDone_ = 0, nPrefillTotal_ = 0, nFromCache_ = 0;
    bool decoding_ = false;
    TraceShape traceShape_;
    std::unique_ptr<Recorder> recorder_;     ///< null: nothing is recorded
    std::unique_ptr<Intervener> intervener_; ///< null: nothing is changed
    RecordedModel recorded_;
    std::int64_t createdUnixSeconds_ = 0;
    std::vector<PassRun> runs_;
    Clock::time_point lastRecorded_;
    double recordSeconds_ = 0; ///< what the last telling took
    Clock::time_point start_ = Clock::now();
    RunTimings timings_;
};

} // namespace vitral
