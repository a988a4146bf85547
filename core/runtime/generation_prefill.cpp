// SPDX-License-Identifier: Apache-2.0
// The first half of a run: from prompts to the logits after each prompt's last token. Branches share the computation of
// their common beginning, and everything the prefix cache still holds is taken from there.

#include "core/backend/device_backend.h"
#include "core/runtime/generation.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>

namespace vitral {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::int64_t kMinChunk = 64;
constexpr std::int64_t kMaxChunk = 512;
/// A cancel is noticed between layers: no layer of a chunk should take longer than this, nor a whole chunk than the
/// next.
constexpr double kLayerSeconds = 0.1;
constexpr double kChunkSeconds = 0.5;
/// Scoring a prompt needs the logits of every row at once; their memory is bounded by this.
constexpr std::int64_t kScoreBytes = std::int64_t{32} << 20U;
/// Shorter passes say little about the speed of a prefill.
constexpr std::int64_t kMinMeasuredRows = 16;

std::int64_t commonPrefixOfAll(const GenerateJob& job, std::span<const TokenId> first) {
    std::size_t n = first.size();
    for (std::size_t i = 1; i < job.branches.size(); ++i) {
        const auto& other = job.branches[i].prompt;
        n = std::min<std::size_t>(
            n, static_cast<std::size_t>(std::mismatch(first.begin(), first.end(), other.begin(), other.end()).first -
                                        first.begin()));
    }
    return static_cast<std::int64_t>(n);
}

} // namespace

Result<void> Generation::prepare() {
    if (!job_.model)
        return fail(ErrorCode::InvalidArgument, "There is no model to generate with.");
    if (job_.branches.empty())
        return fail(ErrorCode::InvalidArgument, "There is no prompt to go on from.");
    if (job_.nCtx < 2)
        return fail(ErrorCode::InvalidArgument, fmt::format("A context of {} tokens is too small.", job_.nCtx));
    if (job_.contextShift && (job_.nKeep < 0 || job_.nKeep > job_.nCtx / 2))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("Of a context of {} tokens at most half can be kept when it moves on, not {}.",
                                job_.nCtx, job_.nKeep));
    nVocab_ = job_.model->config().nVocab;
    const std::shared_ptr<const Tokenizer>& tokenizer = job_.model->tokenizer();
    for (const Branch& branch : job_.branches) {
        BranchState& state = branches_.emplace_back();
        state.tokens = branch.prompt;
        if (state.tokens.empty() && tokenizer && tokenizer->special().bos)
            state.tokens.push_back(*tokenizer->special().bos);
        if (state.tokens.empty())
            return fail(ErrorCode::InvalidArgument, "The prompt is empty, and this model has no token to begin with.");
        for (const TokenId id : state.tokens)
            if (id < 0 || id >= nVocab_)
                return fail(ErrorCode::InvalidArgument,
                            fmt::format("Token id {} does not exist; this model has {} tokens.", id, nVocab_));
        if (std::cmp_greater(state.tokens.size(), job_.nCtx))
            return fail(ErrorCode::ContextFull, fmt::format("The prompt has {} tokens, but the context holds only {}.",
                                                            state.tokens.size(), job_.nCtx));
        state.scores.resize(state.tokens.size());
        state.nPrompt = static_cast<std::int32_t>(state.tokens.size());
        VITRAL_TRY_ASSIGN(state.sampler, Sampler::create(branch.sampler, tokenizer));
        state.sampler->acceptPrompt(state.tokens);
        state.stops = StopFilter(job_.stopStrings);
        if (tokenizer) {
            // The decoder hears the last prompt token, so that half a character at the prompt's end goes on.
            state.decoder = std::make_unique<StreamDecoder>(tokenizer);
            state.decoder->push(state.tokens.back());
        }
        state.logits.resize(static_cast<std::size_t>(nVocab_));
    }
    VITRAL_TRY_ASSIGN(
        pool_, cache_.pool(job_.model, backend_, job_.kvType, job_.nCtx, static_cast<std::int64_t>(branches_.size())));
    return prepareTrace();
}

Result<void> Generation::prefill() {
    const std::size_t nBranch = branches_.size();
    std::int64_t nCommon = 0;
    if (nBranch > 1) {
        nCommon = commonPrefixOfAll(job_, branches_[0].tokens);
        for (const BranchState& branch : branches_)
            nCommon = std::min(nCommon, static_cast<std::int64_t>(branch.tokens.size()) - 1);
        if (job_.scorePrompt)
            nCommon = std::max<std::int64_t>(nCommon - 1, 0); // the last shared row scores a token that may differ
    }
    std::vector<std::int64_t> nHave(nBranch, 0);
    VITRAL_TRY(reusePrefixes(nCommon, nHave));
    const bool shared = std::any_of(nHave.begin() + 1, nHave.end(), [&](std::int64_t n) { return n < nCommon; });

    nPrefillTotal_ = 0;
    nFromCache_ = 0;
    for (std::size_t i = 0; i < nBranch; ++i) {
        const bool follows = i > 0 && nHave[i] < nCommon;
        nFromCache_ += static_cast<std::int32_t>(follows ? 0 : nHave[i]);
        nPrefillTotal_ +=
            static_cast<std::int32_t>(static_cast<std::int64_t>(branches_[i].tokens.size()) - (follows ? nCommon : 0));
    }
    nPrefillDone_ = nFromCache_;
    timings_.nPrompt = nPrefillTotal_;
    timings_.nCached = nFromCache_;
    announcePrefill();
    for (std::size_t i = 0; i < nBranch; ++i)
        announceScores(i, 1, nHave[i] + 1);

    if (shared && nHave[0] < nCommon) {
        VITRAL_TRY(prefillSegments({{0, nHave[0], nCommon}}));
        nHave[0] = nCommon;
    }
    std::vector<Segment> tails;
    for (std::size_t i = 0; i < nBranch; ++i) {
        BranchState& branch = branches_[i];
        if (i > 0 && nHave[i] < nCommon) {
            pool_->cache->release(branch.seq);
            branch.seq = -1;
            VITRAL_TRY_ASSIGN(branch.seq, pool_->cache->fork(branches_[0].seq, nCommon));
            if (recorder_)
                recorder_->startFrom(i, 0, nCommon);
            std::copy_n(branches_[0].scores.begin(), nCommon + (job_.scorePrompt ? 1 : 0), branch.scores.begin());
            announceScores(i, nHave[i] + 1, nCommon + 1);
            nHave[i] = nCommon;
        }
        tails.push_back({i, nHave[i], static_cast<std::int64_t>(branch.tokens.size())});
    }
    return prefillSegments(std::move(tails));
}

/// Starts every branch from what the prefix cache holds of its prompt; nHave[i] tokens need not be computed.
Result<void> Generation::reusePrefixes(std::int64_t nCommon, std::vector<std::int64_t>& nHave) {
    const std::int32_t nTopScores =
        job_.scorePrompt ? std::clamp<std::int32_t>(job_.nTop, 1, static_cast<std::int32_t>(nVocab_)) : 0;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        BranchState& branch = branches_[i];
        const auto limit = static_cast<std::int64_t>(branch.tokens.size()) - 1;
        RecordingPtr recording;
        PrefixCache::Match match = findKept(branch, limit, nTopScores, recording);
        if (i > 0 && match.nTokens <= nCommon)
            match = {}; // branch 0 will have it
        if (match.kept != nullptr) {
            const std::int64_t nScores = std::min(match.nTokens + (job_.scorePrompt ? 1 : 0),
                                                  static_cast<std::int64_t>(match.kept->scores.size()));
            std::copy_n(match.kept->scores.begin(), nScores, branch.scores.begin());
        }
        VITRAL_TRY_ASSIGN(branch.seq, cache_.begin(*pool_, match));
        nHave[i] = pool_->cache->length(branch.seq);
        if (recording && nHave[i] > 0)
            recorder_->startFrom(i, *recording, nHave[i]);
    }
    return {};
}

/// Computes the segments in passes of at most chunkRows() rows, several segments to a pass where they fit.
Result<void> Generation::prefillSegments(std::vector<Segment> todo) {
    std::size_t iNext = 0;
    while (iNext < todo.size()) {
        if (cancelled())
            return fail(ErrorCode::Cancelled, "");
        std::vector<Segment> now;
        std::int64_t room = chunkRows();
        std::int64_t nRow = 0;
        while (iNext < todo.size() && room > 0) {
            Segment& next = todo[iNext];
            const std::int64_t n = std::min(room, next.to - next.from);
            if (n > 0)
                now.push_back({next.iBranch, next.from, next.from + n});
            next.from += n;
            room -= n;
            nRow += n;
            if (next.from == next.to)
                ++iNext;
        }
        if (now.empty())
            break;
        const Clock::time_point begin = Clock::now();
        VITRAL_TRY(pass(now, job_.scorePrompt && !decoding_));
        const double seconds = Seconds(Clock::now() - begin).count();
        if (nRow >= kMinMeasuredRows && seconds > 0.0) {
            const double speed = static_cast<double>(nRow) / seconds;
            double& known = pool_->prefillTokensPerSecond;
            known = known > 0.0 ? 0.7 * known + 0.3 * speed : speed;
        }
        nPrefillDone_ += static_cast<std::int32_t>(nRow);
        if (!decoding_)
            announcePrefill();
        announceRecordings(now);
        port_.pulse();
    }
    return {};
}

std::int64_t Generation::chunkRows() const {
    std::int64_t rows = kMinChunk;
    if (const double speed = pool_->prefillTokensPerSecond; speed > 0.0) {
        const auto nLayer = static_cast<double>(std::max<std::int64_t>(job_.model->config().nLayer, 1));
        const double bySpeed = speed * std::min(kChunkSeconds, kLayerSeconds * nLayer);
        rows = static_cast<std::int64_t>(std::min(bySpeed, static_cast<double>(kMaxChunk)));
        rows = std::clamp(rows / 32 * 32, kMinChunk, kMaxChunk);
    }
    if ((job_.scorePrompt && !decoding_) || (recorder_ && recorder_->wants(Point::Logits, 0)))
        rows = std::clamp<std::int64_t>(kScoreBytes / (4 * std::max<std::int64_t>(nVocab_, 1)), 1, rows);
    return rows;
}

Result<void> Generation::pass(std::span<const Segment> segments, bool scoreAll) {
    rowTokens_.clear();
    rows_.clear();
    wanted_.clear();
    for (const Segment& segment : segments) {
        const BranchState& branch = branches_[segment.iBranch];
        Result<void> reserved = cache_.reserve(*pool_, branch.seq, segment.to - segment.from);
        if (!reserved) {
            giveBack(segments);
            return reserved;
        }
        for (std::int64_t i = segment.from; i < segment.to; ++i) {
            const bool last = i + 1 == static_cast<std::int64_t>(branch.tokens.size());
            if (scoreAll || last || (recorder_ && recorder_->wantsLogits(i)))
                wanted_.push_back(static_cast<std::int32_t>(rows_.size()));
            rowTokens_.push_back(branch.tokens[static_cast<std::size_t>(i)]);
            rows_.push_back({branch.seq, static_cast<std::int32_t>(i)});
        }
    }
    const std::size_t nVocab = static_cast<std::size_t>(nVocab_);
    logits_.resize(wanted_.size() * nVocab);
    const std::int32_t nBest = scoreAll ? 0 : bestWanted(segments);
    summaries_.assign(nBest > 0 ? wanted_.size() : 0, {});
    const SummaryRequest request(*backend_, nBest, summaries_);
    workspace_.reset();
    observePass(segments);
    ForwardContext context{*backend_, *pool_->cache, workspace_, observer(), port_.stop};
    Result<void> result = job_.model->forward(context, {rowTokens_, rows_, wanted_}, logits_);
    if (!result) {
        giveBack(segments);
        return result;
    }
    std::size_t iWanted = 0;
    std::int64_t iRow = 0;
    for (const Segment& segment : segments) {
        BranchState& branch = branches_[segment.iBranch];
        pool_->cache->advance(branch.seq, segment.to - segment.from);
        const bool reachesEnd = segment.to == static_cast<std::int64_t>(branch.tokens.size());
        iRow += segment.to - segment.from;
        std::size_t nWanted = 0; // ascending: those of this segment come first
        while (iWanted + nWanted < wanted_.size() && wanted_[iWanted + nWanted] < iRow)
            ++nWanted;
        const std::span<const float> own = std::span(logits_).subspan(iWanted * nVocab, nWanted * nVocab);
        if (reachesEnd) {
            branch.summary = summaries_.empty() ? LogitSummary{} : std::move(summaries_[iWanted + nWanted - 1]);
            if (!branch.summary.known)
                std::copy(own.end() - static_cast<std::ptrdiff_t>(nVocab), own.end(), branch.logits.begin());
        }
        if (scoreAll) {
            takeScores(segment, own);
            announceScores(segment.iBranch, segment.from + 1, segment.to + 1);
        }
        iWanted += nWanted;
    }
    return {};
}

std::int32_t Generation::bestWanted(std::span<const Segment> segments) const {
    if (job_.traceSampler || job_.nTop > DeviceBackend::kMostBest || DeviceBackend::of(*backend_) == nullptr)
        return 0;
    std::int32_t most = std::max(job_.nTop, 1);
    for (const Segment& segment : segments) {
        const std::int32_t enough = enoughBest(job_.branches[segment.iBranch].sampler);
        if (enough < 1 || enough > DeviceBackend::kMostBest)
            return 0;
        most = std::max(most, enough);
    }
    return most;
}

/// After a pass that failed: what was reserved for it goes back.
void Generation::giveBack(std::span<const Segment> segments) {
    for (const Segment& segment : segments) {
        pool_->cache->truncate(branches_[segment.iBranch].seq, segment.from);
        if (recorder_)
            recorder_->truncate(segment.iBranch, segment.from);
    }
}

/// Row i of `logits` ([to - from, V]) scores the token after position from + i.
void Generation::takeScores(const Segment& segment, std::span<const float> logits) {
    BranchState& branch = branches_[segment.iBranch];
    const auto nVocab = static_cast<std::size_t>(nVocab_);
    for (std::int64_t i = segment.from; i < segment.to && !cancelled(); ++i) {
        const auto next = static_cast<std::size_t>(i + 1);
        if (next >= branch.tokens.size())
            break;
        const auto row = logits.subspan(static_cast<std::size_t>(i - segment.from) * nVocab, nVocab);
        branch.scores[next] = std::make_shared<const TokenScore>(scoreToken(row, branch.tokens[next], job_.nTop));
    }
}

/// PromptScored for the known scores of tokens [from, to), if they were asked for.
void Generation::announceScores(std::size_t iBranch, std::int64_t from, std::int64_t to) {
    if (!job_.scorePrompt || decoding_)
        return;
    const BranchState& branch = branches_[iBranch];
    from = std::max<std::int64_t>(from, 1);
    to = std::min(to, static_cast<std::int64_t>(branch.tokens.size()));
    PromptScored event{port_.run, static_cast<std::int32_t>(from), {}, static_cast<std::int32_t>(iBranch)};
    for (std::int64_t i = from; i < to && branch.scores[static_cast<std::size_t>(i)]; ++i)
        event.scores.push_back(*branch.scores[static_cast<std::size_t>(i)]);
    if (!event.scores.empty())
        port_.emit(std::move(event));
}

void Generation::announcePrefill() {
    const double speed = pool_->prefillTokensPerSecond;
    const double saved = speed > 0.0 ? nFromCache_ / speed : 0.0;
    port_.emit(PrefillProgress{port_.run, nPrefillDone_, nPrefillTotal_, nFromCache_, saved});
}

} // namespace vitral
