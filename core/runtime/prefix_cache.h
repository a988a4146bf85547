// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keys and values of runs that are over, kept so that the next run that begins with the same tokens need not compute
// them again: the next turn of a conversation, another answer to the same question, a fork from a token. One pool (a
// KvCache and its kept sequences) per model and cache type. Kept sequences share blocks with the runs that grew out of
// them, so keeping costs no copy. Least recently used ones go first, when the budget or the pool is full.
//
// The longest common prefix is found by comparing with each kept sequence in turn. There are at most kMaxKept of them
// and most differ within the first tokens, so this costs microseconds; a radix tree would not be noticed.
// Thread: engine.

#include "core/model/model.h"
#include "core/sample/params.h"
#include "core/trace/recording.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace vitral {

using ScorePtr = std::shared_ptr<const TokenScore>; ///< null: not known
inline constexpr std::size_t kMaxKept = 128;

class PrefixCache {
public:
    struct Kept {
        SeqId seq = 0;
        std::vector<TokenId> tokens;  ///< exactly the tokens in the cache
        std::vector<ScorePtr> scores; ///< of the same length; scores[0] is always null
        std::uint64_t lastUse = 0;
        /// What was recorded of these tokens. Not owned: once nobody shows it any more a traced run computes anew.
        std::weak_ptr<const Recording> recording;
    };
    struct Pool {
        std::shared_ptr<Backend> backend; ///< outlives the cache
        std::unique_ptr<KvCache> cache;
        std::weak_ptr<const Model> model;
        DType kvType = DType::F16;
        bool longContext = false; ///< beyond the model's nCtxShort: its keys are rotated otherwise
        std::vector<Kept> kept;
        double prefillTokensPerSecond = 0.0; ///< measured, smoothed; 0: not yet
    };
    struct Match {
        const Kept* kept = nullptr;
        std::int64_t nTokens = 0;
    };

    explicit PrefixCache(std::size_t keptBytes) : keptBytes_(keptBytes) {}

    /// The pool of a model for sequences of up to `nCtx` tokens, with room for `nSequence` of them when nothing is
    /// kept; a smaller one is replaced (and forgets). Good until the next call. Errors: those of KvCache::create.
    Result<Pool*> pool(const std::shared_ptr<const Model>& model, const std::shared_ptr<Backend>& backend, DType kvType,
                       std::int64_t nCtx, std::int64_t nSequence);

    /// The kept sequence with the longest common beginning with `tokens`, at most `limit` long. With `nTopScores` > 0
    /// only as far as every token after the first has a score with that many alternatives (fewer in small
    /// vocabularies). `covers`, where given, says how many tokens of a kept sequence are good for the caller.
    static Match find(const Pool& pool, std::span<const TokenId> tokens, std::int64_t limit, std::int32_t nTopScores,
                      const std::function<std::int64_t(const Kept&)>& covers = {});
    /// A sequence that starts with what was found (an empty one for no match).
    Result<SeqId> begin(Pool& pool, const Match& match);
    /// KvCache::reserve that gives up kept sequences, oldest first, while there is no room.
    Result<void> reserve(Pool& pool, SeqId seq, std::int64_t nTokens);
    /// Hands a run's sequence over. Kept ones that it extends are given up; then the budget is enforced.
    /// `recording` may be null: that of a kept sequence which this one extends then stays known.
    void keep(Pool& pool, SeqId seq, std::vector<TokenId> tokens, std::vector<ScorePtr> scores,
              const RecordingPtr& recording = nullptr);

    /// Gives up pools whose model is gone.
    void purge();

    struct Report {
        std::size_t usedBytes = 0, reservedBytes = 0;
        std::int64_t nTokens = 0, nSequences = 0;
    };
    [[nodiscard]] Report report() const;

private:
    static bool dropOldest(Pool& pool);
    void enforceBudget();
    [[nodiscard]] std::size_t usedBytes() const;

    std::size_t keptBytes_;
    std::uint64_t clock_ = 0;
    std::vector<std::unique_ptr<Pool>> pools_;
};

} // namespace vitral
