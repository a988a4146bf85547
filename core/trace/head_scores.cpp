// SPDX-License-Identifier: Apache-2.0
#include "core/trace/head_scores.h"

#include "core/base/rng.h"
#include "core/trace/map_cells.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

namespace vitral {
namespace {

constexpr std::int64_t kStrip = 128; ///< queries whose weights are in memory at a time

} // namespace

std::string_view headBehaviourName(HeadBehaviour behaviour) {
    constexpr std::string_view names[] = {"previous-token",  "first-token", "induction",
                                          "duplicate-token", "local",       "long-range"};
    static_assert(std::size(names) == kHeadBehaviours);
    return names[static_cast<std::size_t>(behaviour)];
}

double BehaviourScore::contrast() const {
    return uniform < 1.0 ? (mass - uniform) / (1.0 - uniform) : 0.0;
}

struct HeadScorer::Sums {
    std::array<BehaviourScore, kHeadBehaviours> behaviours; ///< mass and uniform are sums until the end
    double factor = 1.0;                                    ///< on the weights of the row that is added
    std::vector<BehaviourTerm>* terms = nullptr;            ///< of `wanted`, where somebody asks
    HeadBehaviour wanted = HeadBehaviour::PreviousToken;
    std::vector<EntropyTerm>* entropies = nullptr; ///< where somebody asks
    std::int64_t iQuery = 0;                       ///< of that row

    void add(HeadBehaviour behaviour, double mass, std::int64_t nKey, std::int64_t nVisible) {
        BehaviourScore& score = behaviours[static_cast<std::size_t>(behaviour)];
        score.mass += factor * mass;
        score.uniform += static_cast<double>(nKey) / static_cast<double>(nVisible);
        ++score.nPosition;
        if (terms != nullptr && behaviour == wanted)
            terms->push_back({iQuery, factor * mass, nKey, nVisible});
    }
};

HeadScorer::HeadScorer(std::span<const TokenId> tokens, HeadScoreOptions options) : options_(options) {
    std::unordered_map<TokenId, std::int32_t> last;
    previous_.reserve(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto [it, isNew] = last.try_emplace(tokens[i], static_cast<std::int32_t>(i));
        previous_.push_back(isNew ? -1 : it->second);
        it->second = static_cast<std::int32_t>(i);
    }
}

/// weights: [i + 1] of query i; NaN where not visible. total: their sum.
void HeadScorer::addRow(const AttentionGeometry& geometry, std::int64_t i, const float* weights, double total,
                        Sums& sums) const {
    const std::int64_t first = geometry.window > 0 ? std::max<std::int64_t>(0, i - geometry.window + 1) : 0;
    const std::int64_t nVisible = i + 1 - first;
    sums.iQuery = i;
    const auto range = [&](std::int64_t from, std::int64_t to) {
        double sum = 0.0;
        for (std::int64_t j = from; j < to; ++j)
            sum += static_cast<double>(weights[j]);
        return sum;
    };
    if (i - 1 >= first)
        sums.add(HeadBehaviour::PreviousToken, static_cast<double>(weights[i - 1]), 1, nVisible);
    if (first == 0 && i > 0)
        sums.add(HeadBehaviour::FirstToken, static_cast<double>(weights[0]), 1, nVisible);
    if (i >= options_.local) {
        const std::int64_t from = std::max(first, i - options_.local + 1);
        sums.add(HeadBehaviour::Local, range(from, i + 1), i + 1 - from, nVisible);
    }
    const std::int64_t farFirst = std::max<std::int64_t>(first, 1), farEnd = i - options_.far + 1;
    if (farFirst < farEnd) { // all the rest but the few that are near, instead of a sum over the many
        const double rest = range(farEnd, i + 1) + (first == 0 ? static_cast<double>(weights[0]) : 0.0);
        sums.add(HeadBehaviour::LongRange, std::max(0.0, total - rest), farEnd - farFirst, nVisible);
    }
    double same = 0.0, after = 0.0;
    std::int64_t nSame = 0, nAfter = 0;
    for (std::int64_t j = previous_[static_cast<std::size_t>(i)]; j >= 0; j = previous_[static_cast<std::size_t>(j)]) {
        if (j >= first) {
            same += static_cast<double>(weights[j]);
            ++nSame;
        }
        if (j + 1 >= first && j + 1 < i) {
            after += static_cast<double>(weights[j + 1]);
            ++nAfter;
        }
        if (j + 1 < first)
            break;
    }
    if (nSame > 0)
        sums.add(HeadBehaviour::DuplicateToken, same, nSame, nVisible);
    if (nAfter > 0)
        sums.add(HeadBehaviour::Induction, after, nAfter, nVisible);
}

std::optional<HeadScores> HeadScorer::score(const AttentionRecord& record, std::int32_t iLayer, std::int32_t iHead,
                                            std::stop_token stop) const {
    Sums sums;
    return score(record, iLayer, iHead, std::move(stop), sums);
}

std::optional<std::vector<BehaviourTerm>> HeadScorer::terms(const AttentionRecord& record, std::int32_t iHead,
                                                            HeadBehaviour behaviour, std::stop_token stop) const {
    std::vector<BehaviourTerm> list;
    Sums sums;
    sums.terms = &list;
    sums.wanted = behaviour;
    if (!score(record, 0, iHead, std::move(stop), sums))
        return std::nullopt;
    return list;
}

std::optional<std::vector<EntropyTerm>> HeadScorer::entropies(const AttentionRecord& record, std::int32_t iHead,
                                                              std::stop_token stop) const {
    std::vector<EntropyTerm> list;
    Sums sums;
    sums.entropies = &list;
    if (!score(record, 0, iHead, std::move(stop), sums))
        return std::nullopt;
    return list;
}

std::optional<HeadScores> HeadScorer::score(const AttentionRecord& record, std::int32_t iLayer, std::int32_t iHead,
                                            std::stop_token stop, Sums& sums) const {
    const std::int64_t n = std::min(record.nPosition(), static_cast<std::int64_t>(previous_.size()));
    const std::int64_t stretch =
        std::max<std::int64_t>(1, (n + options_.mostQueries - 1) / std::max<std::int64_t>(1, options_.mostQueries));
    const MapAxis all = MapAxis::sampled(0, (n + stretch - 1) / stretch, stretch, n, 1, false);
    HeadScores scores;
    scores.iLayer = iLayer;
    scores.iHead = iHead;
    scores.nQuery = static_cast<std::int64_t>(all.positions.size());
    scores.exact = stretch == 1;
    std::vector<float> weights, rowSum(kStrip), rowLog(kStrip);
    for (std::int64_t r = 0; r < scores.nQuery; r += kStrip) {
        MapAxis queries;
        queries.nBlock = std::min(kStrip, scores.nQuery - r);
        queries.positions.assign(all.positions.begin() + r, all.positions.begin() + r + queries.nBlock);
        const std::int64_t nKey = queries.positions.back() + 1;
        const MapAxis keys = MapAxis::all(0, nKey, 1, nKey);
        weights.resize(static_cast<std::size_t>(queries.nBlock * nKey));
        if (!mapCells(mapKernels(), {record, iHead, MapValue::Weight, {}, queries, keys, weights, {}, rowSum, rowLog},
                      stop))
            return std::nullopt;
        for (std::int64_t b = 0; b < queries.nBlock; ++b) {
            const std::int64_t i = queries.positions[static_cast<std::size_t>(b)];
            // A query's weights sum to 1, or to what a sink leaves, but for the rounding of what was recorded.
            const auto total = static_cast<double>(rowSum[static_cast<std::size_t>(b)]);
            double whole = 1.0;
            if (!record.geometry.sinks.empty())
                whole -= std::exp(static_cast<double>(record.geometry.sinks[static_cast<std::size_t>(iHead)]) -
                                  static_cast<double>(record.lse.at(i, iHead)));
            sums.factor = total > 0.0 && whole > 0.0 ? whole / total : 1.0;
            addRow(record.geometry, i, weights.data() + b * nKey, total, sums);
            const double entropy = -sums.factor * (static_cast<double>(rowLog[static_cast<std::size_t>(b)]) +
                                                   total * std::log(sums.factor));
            const std::int64_t window = record.geometry.window;
            const std::int64_t nVisible = window > 0 ? std::min(i + 1, window) : i + 1;
            scores.entropy += entropy;
            scores.uniformEntropy += std::log(static_cast<double>(nVisible));
            if (sums.entropies != nullptr)
                sums.entropies->push_back({i, entropy, nVisible});
        }
    }
    scores.behaviours = sums.behaviours;
    for (BehaviourScore& score : scores.behaviours)
        if (score.nPosition > 0) {
            score.mass /= static_cast<double>(score.nPosition);
            score.uniform /= static_cast<double>(score.nPosition);
        }
    if (scores.nQuery > 0) {
        scores.entropy = std::max(0.0, scores.entropy / static_cast<double>(scores.nQuery));
        scores.uniformEntropy /= static_cast<double>(scores.nQuery);
    }
    return scores;
}

std::vector<HeadScores> scoreHeads(const Recording& recording, const HeadScoreOptions& options, std::stop_token stop) {
    const HeadScorer scorer(recording.tokens, options);
    std::vector<HeadScores> all;
    for (std::size_t layer = 0; layer < recording.attention.size(); ++layer)
        if (const auto& record = recording.attention[layer])
            for (std::int32_t head = 0; head < record->geometry.nHead; ++head) {
                auto scores = scorer.score(*record, static_cast<std::int32_t>(layer), head, stop);
                if (!scores)
                    return all;
                all.push_back(*scores);
            }
    return all;
}

HeadScoring::HeadScoring(HeadScoreOptions options, Ready ready) : options_(options), ready_(std::move(ready)) {}

HeadScoring::~HeadScoring() = default;

void HeadScoring::setRecording(RecordingPtr recording) {
    auto scorer = std::make_shared<const HeadScorer>(recording->tokens, options_);
    {
        const std::lock_guard lock(mutex_);
        recording_ = std::move(recording);
        scorer_ = std::move(scorer);
        next_ = nDone_ = 0;
        todo_.clear();
        for (std::size_t layer = 0; layer < recording_->attention.size(); ++layer)
            if (recording_->attention[layer] != nullptr)
                for (std::int32_t head = 0; head < recording_->attention[layer]->geometry.nHead; ++head)
                    todo_.emplace_back(static_cast<std::int32_t>(layer), head);
    }
    wake();
}

std::optional<HeadScores> HeadScoring::find(std::int32_t iLayer, std::int32_t iHead) const {
    const std::lock_guard lock(mutex_);
    const auto it = scores_.find({iLayer, iHead});
    return it == scores_.end() ? std::nullopt : std::optional(it->second);
}

bool HeadScoring::finished() const {
    const std::lock_guard lock(mutex_);
    return recording_ != nullptr && nDone_ == todo_.size();
}

bool HeadScoring::work(std::stop_token stop) {
    RecordingPtr recording;
    std::shared_ptr<const HeadScorer> scorer;
    std::pair<std::int32_t, std::int32_t> head;
    {
        const std::lock_guard lock(mutex_);
        if (next_ == todo_.size())
            return false;
        head = todo_[next_++];
        recording = recording_;
        scorer = scorer_;
    }
    const auto made =
        scorer->score(*recording->attention[static_cast<std::size_t>(head.first)], head.first, head.second, stop);
    if (!made)
        return true;
    {
        const std::lock_guard lock(mutex_);
        if (recording != recording_)
            return true;
        scores_[head] = *made;
        ++nDone_;
    }
    report([&] { ready_(head.first); });
    return true;
}

Result<RepeatedProbe> repeatedProbe(const Tokenizer& tokenizer, std::int64_t length, std::uint64_t seed) {
    std::vector<TokenId> ordinary;
    for (TokenId id = 0; id < tokenizer.nVocab(); ++id)
        if (tokenizer.type(id) == TokenType::Normal && !tokenizer.isEndOfGeneration(id))
            ordinary.push_back(id);
    if (length < 1 || length > static_cast<std::int64_t>(ordinary.size()))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A probe of {} different tokens was asked for; this vocabulary has {} ordinary ones.",
                                length, ordinary.size()));
    RepeatedProbe probe;
    probe.length = length;
    const Tokenizer::Special& special = tokenizer.special();
    if (special.addBos && special.bos)
        probe.tokens.push_back(*special.bos);
    Rng rng(seed);
    for (std::int64_t i = 0; i < length; ++i) { // Fisher and Yates, as far as needed
        const auto left = static_cast<double>(ordinary.size()) - static_cast<double>(i);
        const auto at = static_cast<std::size_t>(i) + static_cast<std::size_t>(rng.uniform() * left);
        std::swap(ordinary[static_cast<std::size_t>(i)], ordinary[at]);
        probe.tokens.push_back(ordinary[static_cast<std::size_t>(i)]);
    }
    probe.firstOfRepeat = static_cast<std::int64_t>(probe.tokens.size());
    for (std::int64_t i = 0; i < length; ++i)
        probe.tokens.push_back(ordinary[static_cast<std::size_t>(i)]);
    return probe;
}

} // namespace vitral
