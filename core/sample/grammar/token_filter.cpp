// SPDX-License-Identifier: Apache-2.0
#include "core/sample/grammar/token_filter.h"

#include <algorithm>

namespace vitral {

namespace {

constexpr std::size_t kFewCandidates = 256; ///< below this each candidate is tried alone
constexpr std::size_t kCachedMasks = 32;

} // namespace

TokenFilter::TokenFilter(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const Tokenizer> tokenizer)
    : tokenizer_(std::move(tokenizer)), matcher_(std::move(grammar)) {}

Result<std::unique_ptr<TokenFilter>> TokenFilter::create(std::shared_ptr<const Grammar> grammar,
                                                         std::shared_ptr<const Tokenizer> tokenizer) {
    std::unique_ptr<TokenFilter> filter(new TokenFilter(std::move(grammar), std::move(tokenizer)));
    VITRAL_TRY_ASSIGN(filter->state_, filter->matcher_.start());
    if (filter->matcher_.isFinal(filter->state_) && !filter->matcher_.accepts(filter->state_))
        return fail(ErrorCode::InvalidArgument, "The grammar matches no text at all.");
    const std::int32_t nVocab = filter->tokenizer_->nVocab();
    filter->ends_.resize(static_cast<std::size_t>(nVocab), false);
    for (const TokenId id : filter->tokenizer_->special().endOfGeneration)
        if (id >= 0 && id < nVocab)
            filter->ends_[static_cast<std::size_t>(id)] = true;
    filter->bytes_.resize(static_cast<std::size_t>(nVocab));
    for (TokenId id = 0; id < nVocab; ++id) {
        const TokenType type = filter->tokenizer_->type(id);
        if (type == TokenType::Control || type == TokenType::Unknown || type == TokenType::Unused || filter->ends(id))
            continue;
        std::string bytes = filter->tokenizer_->decodeToken(id);
        if (bytes.empty())
            continue;
        filter->bytes_[static_cast<std::size_t>(id)] = bytes;
        filter->entries_.push_back({std::move(bytes), id, 0});
    }
    std::sort(filter->entries_.begin(), filter->entries_.end(),
              [](const Entry& a, const Entry& b) { return a.bytes < b.bytes; });
    for (std::size_t i = 1; i < filter->entries_.size(); ++i) {
        const std::string& a = filter->entries_[i - 1].bytes;
        const std::string& b = filter->entries_[i].bytes;
        const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
        filter->entries_[i].common = static_cast<std::uint32_t>(differ.first - a.begin());
    }
    return filter;
}

Result<bool> TokenFilter::continues(const std::string& bytes) {
    GrammarMatcher::StateId state = state_;
    for (const char c : bytes) {
        VITRAL_TRY_ASSIGN(state, matcher_.next(state, static_cast<std::uint8_t>(c)));
        if (state == GrammarMatcher::kDead)
            return false;
    }
    return !bytes.empty();
}

Result<const std::vector<bool>*> TokenFilter::allowedHere() {
    for (auto it = cache_.begin(); it != cache_.end(); ++it)
        if (it->state == state_) {
            cache_.splice(cache_.begin(), cache_, it);
            return &cache_.front().allowed;
        }
    Cached fresh{state_, std::vector<bool>(bytes_.size(), false)};
    // The entries are sorted, so neighbours share their beginnings: path[n] is the state after n bytes of the last
    // entry that got that far. A beginning that died is skipped with all that begins with it.
    std::vector<GrammarMatcher::StateId> path{state_};
    for (const Entry& entry : entries_) {
        // path holds the living states of the previous entry; it is at most its length + 1 long.
        path.resize(std::min<std::size_t>(path.size(), entry.common + 1U));
        if (path.size() < entry.common + 1U)
            continue; // the shared beginning is already dead
        bool alive = true;
        while (alive && path.size() <= entry.bytes.size()) {
            const auto byte = static_cast<std::uint8_t>(entry.bytes[path.size() - 1]);
            VITRAL_TRY_ASSIGN(const GrammarMatcher::StateId to, matcher_.next(path.back(), byte));
            alive = to != GrammarMatcher::kDead;
            if (alive)
                path.push_back(to);
        }
        if (alive)
            fresh.allowed[static_cast<std::size_t>(entry.id)] = true;
    }
    cache_.push_front(std::move(fresh));
    if (cache_.size() > kCachedMasks)
        cache_.pop_back();
    return &cache_.front().allowed;
}

Result<void> TokenFilter::apply(Candidates& candidates) {
    const bool complete = ended_ || matcher_.accepts(state_);
    matcher_.beginToken();
    if (candidates.size() > kFewCandidates) {
        VITRAL_TRY_ASSIGN(const std::vector<bool>* allowed, allowedHere());
        candidates.keepIf([&](std::size_t, const Candidate& c) {
            if (ends(c.id))
                return complete;
            const auto i = static_cast<std::size_t>(c.id);
            return i < allowed->size() && (*allowed)[i];
        });
        return {};
    }
    std::vector<bool> keep(candidates.size(), false);
    for (std::size_t k = 0; k < candidates.size(); ++k) {
        const auto i = static_cast<std::size_t>(candidates[k].id);
        if (ends(candidates[k].id)) {
            keep[k] = complete;
        } else if (i < bytes_.size()) {
            VITRAL_TRY_ASSIGN(const bool fits, continues(bytes_[i]));
            keep[k] = fits;
        }
    }
    candidates.keepIf([&](std::size_t k, const Candidate&) { return keep[k]; });
    return {};
}

Result<void> TokenFilter::accept(TokenId id) {
    if (ends(id)) {
        if (!matcher_.accepts(state_))
            return fail(ErrorCode::InvalidArgument, "The answer ended before the grammar was satisfied.");
        ended_ = true;
        return {};
    }
    GrammarMatcher::StateId state = state_;
    const std::string bytes =
        id >= 0 && static_cast<std::size_t>(id) < bytes_.size() ? bytes_[static_cast<std::size_t>(id)] : std::string();
    for (const char c : bytes) {
        VITRAL_TRY_ASSIGN(state, matcher_.next(state, static_cast<std::uint8_t>(c)));
    }
    if (bytes.empty() || state == GrammarMatcher::kDead)
        return fail(ErrorCode::InvalidArgument, "This token does not fit the grammar.");
    state_ = state;
    if (matcher_.isFull()) {
        state_ = matcher_.forgetAllBut(state_);
        cache_.clear();
    }
    return {};
}

} // namespace vitral
