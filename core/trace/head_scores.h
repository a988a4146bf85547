// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a head does, measured on a text: how much of its attention goes where a known kind of head would send it, and
// how much would go there by chance. Thread: any.

#include "core/base/result.h"
#include "core/trace/map_workers.h"
#include "core/trace/recording.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace vitral {

/// a(i, j) is the weight of key j for query i, t the tokens. A query counts where the named keys exist and are visible.
/// Its weights are divided by their sum (with a sink: by what it leaves), which removes most of what recorded queries
/// and keys lost by rounding.
enum class HeadBehaviour : std::uint8_t {
    PreviousToken,  ///< a(i, i-1). Voita et al. 2019; Elhage et al. 2021
    FirstToken,     ///< a(i, 0), i > 0: an attention sink (Xiao et al. 2023)
    Induction,      ///< sum of a(i, j) over j < i with t(j-1) = t(i): the token after an earlier occurrence of the
                    ///< current one. The prefix matching score of Olsson et al. 2022 on any text
    DuplicateToken, ///< sum of a(i, j) over j < i with t(j) = t(i). Wang et al. 2022
    Local,          ///< sum of a(i, j) over i - local < j <= i, for i >= local
    LongRange,      ///< sum of a(i, j) over 0 < j <= i - far: not the first token, which would hide all else
};
inline constexpr int kHeadBehaviours = static_cast<int>(HeadBehaviour::LongRange) + 1;
/// "previous-token", "first-token", "induction", "duplicate-token", "local", "long-range".
[[nodiscard]] std::string_view headBehaviourName(HeadBehaviour behaviour);

struct BehaviourScore {
    double mass = 0;            ///< 0..1: mean over the positions that count
    double uniform = 0;         ///< the same if every query attended to all the keys it sees alike
    std::int64_t nPosition = 0; ///< how many count; 0: this text says nothing about it
    /// (mass - uniform) / (1 - uniform): 0 by chance, 1 at most, negative where the head avoids these keys. Heads,
    /// behaviours and texts can be compared by it.
    [[nodiscard]] double contrast() const;
};

/// One query's part of a BehaviourScore.
struct BehaviourTerm {
    std::int64_t iQuery = 0;
    double mass = 0;                     ///< of its weights, where the behaviour would send them
    std::int64_t nKey = 0, nVisible = 0; ///< how many keys that are, of how many it sees
};

/// One query's part of the mean entropy.
struct EntropyTerm {
    std::int64_t iQuery = 0;
    double entropy = 0; ///< nats
    std::int64_t nVisible = 0;
};

struct HeadScores {
    std::int32_t iLayer = 0, iHead = 0;
    std::array<BehaviourScore, kHeadBehaviours> behaviours;
    double entropy = 0;        ///< nats: mean of -sum a ln a over the queries looked at
    double uniformEntropy = 0; ///< mean of ln(visible keys)
    std::int64_t nQuery = 0;   ///< looked at
    bool exact = true;         ///< false: of a longer text every n-th stretch gave one query
    [[nodiscard]] const BehaviourScore& of(HeadBehaviour b) const { return behaviours[static_cast<std::size_t>(b)]; }
};

struct HeadScoreOptions {
    std::int32_t local = 8;
    std::int32_t far = 32;
    std::int64_t mostQueries = 2048; ///< more positions than that are sampled
};

/// Scores heads on one text. Thread: any; const and shared freely.
class HeadScorer {
public:
    explicit HeadScorer(std::span<const TokenId> tokens, HeadScoreOptions options = {});
    /// Of the first min(tokens, recorded positions). Nothing when stopped.
    [[nodiscard]] std::optional<HeadScores> score(const AttentionRecord& record, std::int32_t iLayer,
                                                  std::int32_t iHead, std::stop_token stop = {}) const;

    /// What the mean of one behaviour is of, query by query. Nothing when stopped.
    [[nodiscard]] std::optional<std::vector<BehaviourTerm>>
    terms(const AttentionRecord& record, std::int32_t iHead, HeadBehaviour behaviour, std::stop_token stop = {}) const;
    /// What the mean entropy is of, query by query. Nothing when stopped.
    [[nodiscard]] std::optional<std::vector<EntropyTerm>> entropies(const AttentionRecord& record, std::int32_t iHead,
                                                                    std::stop_token stop = {}) const;

private:
    struct Sums;
    [[nodiscard]] std::optional<HeadScores> score(const AttentionRecord& record, std::int32_t iLayer,
                                                  std::int32_t iHead, std::stop_token stop, Sums& sums) const;
    void addRow(const AttentionGeometry& geometry, std::int64_t i, const float* weights, double total,
                Sums& sums) const;
    HeadScoreOptions options_;
    std::vector<std::int32_t> previous_; ///< [tokens] where the same token was last, or -1
};

/// All recorded heads, layer by layer, on this thread. What was done before a stop is returned.
[[nodiscard]] std::vector<HeadScores> scoreHeads(const Recording& recording, const HeadScoreOptions& options = {},
                                                 std::stop_token stop = {});

/// The same on the threads of a MapWorkers (attach it).
class HeadScoring final : public MapTask {
public:
    /// Scores of some heads of the layer came. Thread: a worker; must be quick.
    using Ready = std::function<void(std::int32_t iLayer)>;
    HeadScoring(HeadScoreOptions options, Ready ready);
    ~HeadScoring() override;
    /// Starts afresh; the scores of an earlier recording stay until theirs are there.
    void setRecording(RecordingPtr recording);
    [[nodiscard]] std::optional<HeadScores> find(std::int32_t iLayer, std::int32_t iHead) const;
    [[nodiscard]] bool finished() const; ///< every recorded head has the scores of the newest recording

private:
    bool work(std::stop_token stop) override;
    const HeadScoreOptions options_;
    const Ready ready_;
    mutable std::mutex mutex_;
    RecordingPtr recording_;
    std::shared_ptr<const HeadScorer> scorer_;
    std::size_t next_ = 0, nDone_ = 0; ///< of todo_
    std::vector<std::pair<std::int32_t, std::int32_t>> todo_;
    std::map<std::pair<std::int32_t, std::int32_t>, HeadScores> scores_; ///< by layer and head
};

/// The standard probe (Elhage et al. 2021; Olsson et al. 2022): tokens drawn at random, then the same ones again.
/// Nothing in it can be guessed except by looking back, so in the second half induction heads stand out, and in the
/// whole text no two neighbours belong together. Score the recording of these tokens with HeadScorer: induction and
/// duplicates are defined in the second half alone.
struct RepeatedProbe {
    std::vector<TokenId> tokens; ///< the model's BOS if it has one, `length` different tokens, the same again
    std::int64_t firstOfRepeat = 0;
    std::int64_t length = 0;
};
/// The same seed gives the same tokens everywhere. Errors: InvalidArgument where the vocabulary has fewer ordinary
/// tokens than `length`.
[[nodiscard]] Result<RepeatedProbe> repeatedProbe(const Tokenizer& tokenizer, std::int64_t length = 64,
                                                  std::uint64_t seed = 1);

} // namespace vitral
