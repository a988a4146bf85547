// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/prefix_cache.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace vitral {

namespace {

/// A pool's own tables (block lists) stay small even for models with hardly any keys.
constexpr std::size_t kMaxPoolTokens = std::size_t{1} << 20U;

std::int64_t commonPrefix(std::span<const TokenId> a, std::span<const TokenId> b) {
    const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return end.first - a.begin();
}

/// How many rows may be reused so that the scores of tokens [1, n] are all known.
std::int64_t scoredPrefix(const PrefixCache::Kept& kept, std::int64_t nCommon, std::int32_t nTop) {
    std::int64_t n = 0;
    while (n + 1 < nCommon) {
        const ScorePtr& score = kept.scores[static_cast<std::size_t>(n + 1)];
        if (!score || std::cmp_less(score->top.size(), nTop))
            break;
        ++n;
    }
    return n;
}

} // namespace

Result<PrefixCache::Pool*> PrefixCache::pool(const std::shared_ptr<const Model>& model,
                                             const std::shared_ptr<Backend>& backend, DType kvType, std::int64_t nCtx,
                                             std::int64_t nSequence) {
    purge();
    const std::int64_t nCtxShort = model->config().nCtxShort;
    const bool longContext = nCtxShort > 0 && nCtx > nCtxShort;
    const auto found = std::find_if(pools_.begin(), pools_.end(), [&](const std::unique_ptr<Pool>& pool) {
        return pool->kvType == kvType && pool->longContext == longContext && pool->model.lock() == model;
    });
    // Whole blocks, and two more for every sequence: a tail that a fork copies, and one it grows into.
    const std::int64_t wanted = (nCtx / kKvBlockTokens + 2) * kKvBlockTokens * nSequence;
    if (found != pools_.end() && (*found)->cache->spec().nCtxTokens >= wanted)
        return found->get();
    auto fresh = std::make_unique<Pool>();
    fresh->backend = backend;
    fresh->model = model;
    fresh->kvType = kvType;
    fresh->longContext = longContext;
    if (found != pools_.end()) {
        fresh->prefillTokensPerSecond = (*found)->prefillTokensPerSecond;
        pools_.erase(found);
    }
    // Memory is touched only as blocks are used, so the pool may span the whole budget from the start.
    const std::size_t bytesPerToken = std::max<std::size_t>(model->kvSpec(kKvBlockTokens, kvType).bytesPerToken(), 1);
    const auto byBudget = static_cast<std::int64_t>(std::min<std::size_t>(keptBytes_ / bytesPerToken, kMaxPoolTokens));
    for (const std::int64_t nTokens : {std::max(wanted, byBudget / kKvBlockTokens * kKvBlockTokens), wanted}) {
        KvSpec spec = model->kvSpec(nTokens, kvType);
        spec.nCtxSequence = nCtx;
        auto cache = KvCache::create(*backend, spec);
        if (!cache && nTokens > wanted)
            continue; // as much as the budget was not to be had
        if (!cache)
            return tl::unexpected(std::move(cache).error());
        fresh->cache = std::move(*cache);
        break;
    }
    pools_.push_back(std::move(fresh));
    return pools_.back().get();
}

PrefixCache::Match PrefixCache::find(const Pool& pool, std::span<const TokenId> tokens, std::int64_t limit,
                                     std::int32_t nTopScores, const std::function<std::int64_t(const Kept&)>& covers) {
    Match best;
    for (const Kept& kept : pool.kept) {
        std::int64_t n = commonPrefix(tokens, kept.tokens);
        if (nTopScores > 0)
            n = scoredPrefix(kept, n, nTopScores);
        n = std::min(n, limit);
        if (covers && n > best.nTokens)
            n = std::min(n, covers(kept));
        if (n > best.nTokens)
            best = {&kept, n};
    }
    return best;
}

Result<SeqId> PrefixCache::begin(Pool& pool, const Match& match) {
    if (match.kept == nullptr)
        return pool.cache->newSequence();
    const SeqId source = match.kept->seq;
    for (Kept& kept : pool.kept)
        if (kept.seq == source)
            kept.lastUse = ++clock_;
    auto seq = pool.cache->fork(source, match.nTokens);
    if (!seq && seq.error().code == ErrorCode::ContextFull)
        return pool.cache->newSequence(); // no block for the copied tail: compute it anew
    return seq;
}

Result<void> PrefixCache::reserve(Pool& pool, SeqId seq, std::int64_t nTokens) {
    for (;;) {
        Result<void> result = pool.cache->reserve(seq, nTokens);
        if (result || result.error().code != ErrorCode::ContextFull || !dropOldest(pool))
            return result;
    }
}

void PrefixCache::keep(Pool& pool, SeqId seq, std::vector<TokenId> tokens, std::vector<ScorePtr> scores,
                       const RecordingPtr& recording) {
    std::weak_ptr<const Recording> known = recording;
    if (tokens.empty()) {
        pool.cache->release(seq);
        return;
    }
    scores.resize(tokens.size());
    std::erase_if(pool.kept, [&](const Kept& kept) {
        const std::int64_t n = commonPrefix(tokens, kept.tokens);
        if (std::cmp_less(n, kept.tokens.size()))
            return false;
        for (std::size_t i = 1; i < kept.tokens.size(); ++i)
            if (!scores[i])
                scores[i] = kept.scores[i];
        if (!recording && !kept.recording.expired())
            known = kept.recording;
        pool.cache->release(kept.seq);
        return true;
    });
    pool.kept.push_back({seq, std::move(tokens), std::move(scores), ++clock_, std::move(known)});
    if (pool.kept.size() > kMaxKept)
        dropOldest(pool);
    enforceBudget();
}

bool PrefixCache::dropOldest(Pool& pool) {
    const auto oldest = std::min_element(pool.kept.begin(), pool.kept.end(),
                                         [](const Kept& a, const Kept& b) { return a.lastUse < b.lastUse; });
    if (oldest == pool.kept.end())
        return false;
    pool.cache->release(oldest->seq);
    pool.kept.erase(oldest);
    return true;
}

void PrefixCache::enforceBudget() {
    while (usedBytes() > keptBytes_) {
        Pool* oldestPool = nullptr;
        std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
        for (const auto& pool : pools_)
            for (const Kept& kept : pool->kept)
                if (kept.lastUse < oldest) {
                    oldest = kept.lastUse;
                    oldestPool = pool.get();
                }
        // What was handed over last stays even when it alone is beyond the budget: the conversation goes on with it.
        if (oldestPool == nullptr || oldest == clock_)
            return;
        dropOldest(*oldestPool);
    }
}

void PrefixCache::purge() {
    std::erase_if(pools_, [](const std::unique_ptr<Pool>& pool) { return pool->model.expired(); });
}

std::size_t PrefixCache::usedBytes() const {
    std::size_t bytes = 0;
    for (const auto& pool : pools_)
        bytes += pool->cache->usedBytes();
    return bytes;
}

PrefixCache::Report PrefixCache::report() const {
    Report report;
    report.usedBytes = usedBytes();
    for (const auto& pool : pools_) {
        const KvSpec& spec = pool->cache->spec();
        report.reservedBytes += spec.bytesPerToken() * static_cast<std::size_t>(spec.nCtxTokens);
        report.nSequences += static_cast<std::int64_t>(pool->kept.size());
        for (const Kept& kept : pool->kept)
            report.nTokens += static_cast<std::int64_t>(kept.tokens.size());
    }
    return report;
}

} // namespace vitral
