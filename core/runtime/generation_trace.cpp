// SPDX-License-Identifier: Apache-2.0
// What of a run is recorded or changed on the way (core/trace), and the events that tell of it.

#include "core/runtime/generation.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

namespace {
using Seconds = std::chrono::duration<double>;
constexpr double kRecordSeconds = 0.05;
/// A snapshot copies lists that grow with the context: telling takes at most this share of a run.
constexpr double kMostOfRun = 0.01;
} // namespace

Result<void> Generation::prepareTrace() {
    const bool records = job_.trace && !job_.trace->empty();
    if (!records && !edits())
        return {};
    VITRAL_TRY_ASSIGN(traceShape_, traceShape(*job_.model));
    if (records) {
        std::int64_t nLongest = 0;
        for (const BranchState& branch : branches_)
            nLongest = std::max(nLongest, static_cast<std::int64_t>(branch.tokens.size()));
        nLongest = job_.maxTokens < 0 ? job_.nCtx : std::min(job_.nCtx, nLongest + job_.maxTokens);
        VITRAL_TRY_ASSIGN(TracePlan plan, planTrace(*job_.trace, traceShape_, nLongest,
                                                    static_cast<std::int64_t>(branches_.size()), job_.kvType));
        recorder_ = std::make_unique<Recorder>(std::move(plan), traceShape_, *backend_, job_.kvType, branches_.size());
        const ModelConfig& c = job_.model->config();
        const BackendInfo on = backend_->info();
        recorded_ = {c.name,    c.architecture, c.quantisation, fmt::format("{} ({})", on.name, on.detail),
                     c.nLayer,  c.nEmbd,        c.nVocab,       c.nHead,
                     c.nKvHead, c.headDim,      c.nFf,          c.nParameter};
        createdUnixSeconds_ =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
    }
    if (edits()) {
        intervener_ = std::make_unique<Intervener>(traceShape_, *backend_, recorder_.get());
        VITRAL_TRY(intervener_->add(*job_.interventions));
    }
    return {};
}

ForwardObserver* Generation::observer() {
    return intervener_ ? static_cast<ForwardObserver*>(intervener_.get()) : recorder_.get();
}

/// Tells the recorder which rows of the next pass are whose.
void Generation::observePass(std::span<const Segment> segments) {
    if (intervener_)
        intervener_->beginPass(rows_, wanted_);
    if (!recorder_)
        return;
    runs_.clear();
    std::int64_t iRow = 0;
    for (const Segment& segment : segments) {
        const std::int64_t n = segment.to - segment.from;
        runs_.push_back({segment.iBranch, branches_[segment.iBranch].seq, iRow, n, segment.from});
        iRow += n;
    }
    recorder_->beginPass(*pool_->cache, runs_, wanted_);
}

/// TraceRecorded for the branches of a prefill chunk, at once.
void Generation::announceRecordings(std::span<const Segment> segments) {
    if (!recorder_)
        return;
    for (const Segment& segment : segments)
        announceRecording(segment.iBranch, false);
    lastRecorded_ = Clock::now();
}

/// The same for every living branch while tokens come, but not too often.
void Generation::announceRecordings() {
    if (!recorder_)
        return;
    const Clock::time_point begin = Clock::now();
    if (Seconds(begin - lastRecorded_).count() < std::max(kRecordSeconds, recordSeconds_ / kMostOfRun))
        return;
    for (std::size_t i = 0; i < branches_.size(); ++i)
        if (branches_[i].alive)
            announceRecording(i, false);
    lastRecorded_ = Clock::now();
    recordSeconds_ = Seconds(lastRecorded_ - begin).count();
}

void Generation::announceRecording(std::size_t iBranch, bool complete) {
    if (!recorder_)
        return;
    BranchState& branch = branches_[iBranch];
    auto recording = std::make_shared<Recording>();
    recording->model = recorded_;
    recording->tokens = branch.tokens;
    const std::shared_ptr<const Tokenizer>& tokenizer = job_.model->tokenizer();
    while (branch.pieces.size() < branch.tokens.size()) {
        const TokenId id = branch.tokens[branch.pieces.size()];
        branch.pieces.push_back(tokenizer ? tokenizer->decodeToken(id, true) : std::string());
    }
    recording->pieces = branch.pieces;
    recording->nPrompt = branch.nPrompt;
    recording->scores = branch.scores;
    recorder_->snapshot(iBranch, *recording);
    if (edits())
        for (const Intervention& item : job_.interventions->items)
            if (item.enabled)
                recording->interventions.push_back(item.label.empty() ? describe(item) : item.label);
    recording->notes = recorder_->plan().notes;
    if (branch.nShifted > 0)
        recording->notes.push_back(
            fmt::format("The context was full and moved on: {} earlier tokens are not in here.", branch.nShifted));
    recording->seed = branch.sampler ? branch.sampler->seed() : 0;
    recording->createdUnixSeconds = createdUnixSeconds_;
    recording->complete = complete;
    branch.recording = recording;
    port_.emit(TraceRecorded{port_.run, static_cast<std::int32_t>(iBranch), std::move(recording)});
}

/// The longest kept beginning that this run may use: all of it where nothing is recorded, what a kept recording covers
/// where something is, nothing where values are changed on the way.
PrefixCache::Match Generation::findKept(const BranchState& branch, std::int64_t limit, std::int32_t nTopScores,
                                        RecordingPtr& recording) {
    if (edits())
        return {};
    if (!recorder_)
        return PrefixCache::find(*pool_, branch.tokens, limit, nTopScores);
    PrefixCache::Match match =
        PrefixCache::find(*pool_, branch.tokens, limit, nTopScores, [this](const PrefixCache::Kept& kept) {
            const RecordingPtr of = kept.recording.lock();
            return of ? recorder_->covers(*of) : 0;
        });
    if (match.kept != nullptr)
        recording = match.kept->recording.lock();
    return recording ? match : PrefixCache::Match{}; // whoever showed it may have let it go just now
}

} // namespace vitral
