// SPDX-License-Identifier: Apache-2.0
// The second half of a run: one token of every living branch at a time, one pass over the weights for all of them.

#include "core/runtime/generation.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace vitral {

namespace {
using Seconds = std::chrono::duration<double>;
} // namespace

Generation::Generation(const GenerateJob& job, PrefixCache& cache, Workspace& workspace,
                       const std::shared_ptr<Backend>& backend, RunPort& port)
    : job_(job), cache_(cache), workspace_(workspace), backend_(backend), port_(port) {}

Generation::~Generation() {
    for (BranchState& branch : branches_) {
        if (branch.seq < 0)
            continue;
        if (edits()) {
            pool_->cache->release(branch.seq); // made with changed values: no other run may go on from it
            continue;
        }
        const auto n = static_cast<std::size_t>(pool_->cache->length(branch.seq));
        branch.tokens.resize(std::min(n, branch.tokens.size()));
        branch.scores.resize(branch.tokens.size());
        try {
            cache_.keep(*pool_, branch.seq, std::move(branch.tokens), std::move(branch.scores), branch.recording);
        } catch (const std::bad_alloc&) {
            pool_->cache->release(branch.seq); // no memory to remember it: only speed is lost
        }
    }
}

std::uint64_t Generation::seed() const {
    return branches_.empty() || !branches_[0].sampler ? 0 : branches_[0].sampler->seed();
}

Result<FinishReason> Generation::run() {
    VITRAL_TRY(prepare());
    Result<void> prefilled = prefill();
    const Clock::time_point decodeStart = Clock::now();
    timings_.prefillSeconds = Seconds(decodeStart - start_).count();
    for (std::size_t i = 0; i < branches_.size() && !prefilled; ++i)
        announceRecording(i, true);
    VITRAL_TRY(prefilled);
    decoding_ = true;
    Result<void> decoded = decode();
    timings_.decodeSeconds = Seconds(Clock::now() - decodeStart).count();
    const bool stopped = !decoded && decoded.error().code == ErrorCode::Cancelled;
    for (std::size_t i = 0; i < branches_.size(); ++i)
        if (branches_[i].alive)
            finishBranch(i, stopped ? FinishReason::Cancelled : FinishReason::Failed);
    VITRAL_TRY(decoded);
    return branches_[0].reason;
}

Result<void> Generation::decode() {
    if (job_.maxTokens == 0) {
        for (std::size_t i = 0; i < branches_.size(); ++i)
            finishBranch(i, FinishReason::MaxTokens);
        return {};
    }
    for (;;) {
        bool anyAlive = false;
        for (std::size_t i = 0; i < branches_.size(); ++i) {
            if (!branches_[i].alive)
                continue;
            if (cancelled())
                return fail(ErrorCode::Cancelled, "");
            VITRAL_TRY(produce(i));
            anyAlive = anyAlive || branches_[i].alive;
        }
        if (!anyAlive)
            return {};
        port_.pulse();
        VITRAL_TRY(feed());
        announceRecordings();
    }
}

/// Samples the next token of a branch from its logits, tells of it, and ends the branch where that was the last one.
Result<void> Generation::produce(std::size_t iBranch) {
    BranchState& branch = branches_[iBranch];
    const std::shared_ptr<const Tokenizer>& tokenizer = job_.model->tokenizer();
    std::shared_ptr<SamplerTrace> trace = job_.traceSampler ? std::make_shared<SamplerTrace>() : nullptr;
    const bool summed = branch.summary.known;
    const std::span<const float> logits =
        summed ? bestLogits_.of(branch.summary, branch.logits.size()) : std::span<const float>(branch.logits);
    VITRAL_TRY_ASSIGN(const TokenId id, branch.sampler->sample(logits, trace.get()));

    auto score = std::make_shared<const TokenScore>(summed ? scoreToken(branch.summary, id, job_.nTop)
                                                           : scoreToken(logits, id, job_.nTop));
    branch.tokens.push_back(id);
    branch.scores.push_back(score);
    ++branch.nGenerated;
    ++timings_.nGenerated;
    if (timings_.nGenerated == 1)
        timings_.firstTokenSeconds = Seconds(Clock::now() - start_).count();

    TokenProduced event{port_.run, static_cast<std::int32_t>(iBranch), *score, {}, {}, std::move(trace)};
    event.isEnd = !job_.ignoreEnd && tokenizer && tokenizer->isEndOfGeneration(id);
    bool stopped = false;
    if (tokenizer && !event.isEnd) {
        event.bytes = tokenizer->decodeToken(id);
        StopFilter::Step step = branch.stops.push(branch.decoder->push(id));
        event.text = std::move(step.text);
        stopped = step.stopped;
    }
    const bool isEnd = event.isEnd;
    port_.emit(std::move(event));

    if (isEnd)
        finishBranch(iBranch, FinishReason::EndOfText);
    else if (stopped)
        finishBranch(iBranch, FinishReason::StopString);
    else if (branch.sampler->grammarDone())
        finishBranch(iBranch, FinishReason::GrammarDone);
    else if (job_.maxTokens >= 0 && branch.nGenerated >= job_.maxTokens)
        finishBranch(iBranch, FinishReason::MaxTokens);
    else if (!job_.contextShift && pool_->cache->length(branch.seq) >= job_.nCtx)
        finishBranch(iBranch, FinishReason::ContextFull);
    return {};
}

/// Computes the newest token of every living branch in one batch.
Result<void> Generation::feed() {
    std::vector<Segment> now;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        BranchState& branch = branches_[i];
        if (!branch.alive)
            continue;
        if (pool_->cache->length(branch.seq) >= job_.nCtx) {
            VITRAL_TRY(shiftContext(i));
            continue;
        }
        const auto n = static_cast<std::int64_t>(branch.tokens.size());
        now.push_back({i, n - 1, n});
    }
    return now.empty() ? Result<void>{} : pass(now, false);
}

/// Keeps the first nKeep tokens, drops the older half of the rest and computes what is left at its new positions.
Result<void> Generation::shiftContext(std::size_t iBranch) {
    BranchState& branch = branches_[iBranch];
    const auto nToken = static_cast<std::int64_t>(branch.tokens.size());
    const std::int64_t nKeep = std::min<std::int64_t>(job_.nKeep, nToken - 2);
    const std::int64_t nDrop = std::max<std::int64_t>((nToken - nKeep) / 2, 1);
    Result<SeqId> fresh = nKeep > 0 ? pool_->cache->fork(branch.seq, nKeep) : pool_->cache->newSequence();
    if (!fresh)
        return tl::unexpected(std::move(fresh).error());
    pool_->cache->release(branch.seq);
    branch.seq = *fresh;
    branch.tokens.erase(branch.tokens.begin() + nKeep, branch.tokens.begin() + nKeep + nDrop);
    branch.scores.erase(branch.scores.begin() + nKeep, branch.scores.begin() + nKeep + nDrop);
    // The scores that stay were made with the tokens that went: they would mislead a later prompt's view.
    std::fill(branch.scores.begin() + nKeep, branch.scores.end(), nullptr);
    branch.nShifted += static_cast<std::int32_t>(nDrop);
    if (branch.nPrompt > nKeep)
        branch.nPrompt = static_cast<std::int32_t>(std::max<std::int64_t>(nKeep, branch.nPrompt - nDrop));
    branch.pieces.resize(std::min(branch.pieces.size(), static_cast<std::size_t>(nKeep)));
    if (recorder_)
        recorder_->truncate(iBranch, nKeep);
    port_.emit(ContextShifted{port_.run, static_cast<std::int32_t>(iBranch), static_cast<std::int32_t>(nDrop)});
    return prefillSegments({{iBranch, nKeep, static_cast<std::int64_t>(branch.tokens.size())}});
}

void Generation::finishBranch(std::size_t iBranch, FinishReason reason) {
    BranchState& branch = branches_[iBranch];
    branch.alive = false;
    branch.reason = reason;
    announceRecording(iBranch, true);
    std::string text;
    if (reason != FinishReason::StopString) {
        if (branch.decoder) {
            StopFilter::Step step = branch.stops.push(branch.decoder->finish());
            text = std::move(step.text);
        }
        text += branch.stops.finish();
    }
    port_.emit(BranchFinished{port_.run, static_cast<std::int32_t>(iBranch), reason, std::move(text), branch.nGenerated,
                              branch.sampler->seed()});
}

} // namespace vitral
