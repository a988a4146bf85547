// SPDX-License-Identifier: Apache-2.0
#include "core/trace/compare_runs.h"

#include "core/trace/run_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vitral {
namespace {

/// Positions whose logits of both runs are in memory together.
constexpr std::int64_t kChunk = 32;

/// KL(p || q) in nats and half the summed difference, of two distributions given as logits.
struct Divergence {
    double kl = 0, totalVariation = 0;
};
Divergence divergence(std::span<const float> p, std::span<const float> q) {
    const auto logSum = [](std::span<const float> logits) {
        const double top = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
        double sum = 0.0;
        for (const float x : logits)
            sum += std::exp(static_cast<double>(x) - top);
        return top + std::log(sum);
    };
    const double logP = logSum(p);
    const double logQ = logSum(q);
    Divergence result;
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double lp = static_cast<double>(p[i]) - logP;
        const double lq = static_cast<double>(q[i]) - logQ;
        const double pi = std::exp(lp);
        if (pi > 0.0)
            result.kl += pi * (lp - lq);
        result.totalVariation += 0.5 * std::abs(pi - std::exp(lq));
    }
    result.kl = std::max(result.kl, 0.0); // rounding
    return result;
}

/// A run whose logits come a chunk at a time, so that two can be walked in step.
class Stepper {
public:
    static Result<std::unique_ptr<Stepper>> open(const Model& model, const ExplainContext& context,
                                                 const ExplainedRun& run) {
        std::unique_ptr<Stepper> stepper(new Stepper(model, context, run));
        VITRAL_TRY_ASSIGN(stepper->changes_, RunChanges::open(model, context.backend, run, nullptr));
        VITRAL_TRY_ASSIGN(stepper->cache_,
                          cacheFor(model, context.backend, run, static_cast<std::int64_t>(run.tokens.size())));
        VITRAL_TRY_ASSIGN(stepper->seq_, stepper->cache_->newSequence());
        return stepper;
    }
    /// Logits of the next n positions, f32 [n, V].
    Result<void> next(std::int64_t n, std::vector<float>& logits) {
        std::vector<BatchRow> rows;
        std::vector<std::int32_t> wanted;
        const std::int64_t first = cache_->length(seq_);
        for (std::int64_t i = 0; i < n; ++i) {
            rows.push_back({seq_, static_cast<std::int32_t>(first + i)});
            wanted.push_back(static_cast<std::int32_t>(i));
        }
        logits.resize(static_cast<std::size_t>(n * model_.config().nVocab));
        VITRAL_TRY(cache_->reserve(seq_, n));
        workspace_.reset();
        changes_->beginPass(rows, wanted);
        ForwardContext forward{context_.backend, *cache_, workspace_, changes_->observer(), context_.stop};
        const auto tokens =
            std::span(run_.tokens).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(n));
        VITRAL_TRY(model_.forward(forward, {tokens, rows, wanted}, logits));
        cache_->advance(seq_, n);
        return {};
    }

private:
    Stepper(const Model& model, const ExplainContext& context, const ExplainedRun& run)
        : model_(model), context_(context), run_(run), workspace_(context.backend) {}
    const Model& model_;
    const ExplainContext& context_;
    const ExplainedRun& run_;
    Workspace workspace_;
    std::unique_ptr<RunChanges> changes_;
    std::unique_ptr<KvCache> cache_;
    SeqId seq_ = 0;
};

void addPosition(RunComparison& result, PositionChange change) {
    const bool differs = !change.with.top.empty() && !change.without.top.empty() &&
                         change.with.top.front().id != change.without.top.front().id;
    if (differs && result.firstDifferentChoice < 0)
        result.firstDifferentChoice = change.position;
    result.meanKl += change.kl;
    if (result.maxKlPosition < 0 || change.kl > result.maxKl) {
        result.maxKl = change.kl;
        result.maxKlPosition = change.position;
    }
    result.positions.push_back(std::move(change));
}

} // namespace

Result<RunComparison> compareRuns(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                  std::int32_t nTop) {
    VITRAL_TRY(checkRun(model, run));
    if (!hasChanges(run))
        return fail(ErrorCode::InvalidArgument, "The run has no intervention: there is nothing to compare it with.");
    ExplainedRun plain = run;
    plain.interventions = nullptr;
    VITRAL_TRY_ASSIGN(const auto withRun, Stepper::open(model, context, run));
    VITRAL_TRY_ASSIGN(const auto withoutRun, Stepper::open(model, context, plain));
    RunComparison result;
    std::vector<float> with, without;
    const auto nToken = static_cast<std::int64_t>(run.tokens.size());
    const auto nVocab = static_cast<std::size_t>(model.config().nVocab);
    for (std::int64_t first = 0; first < nToken; first += kChunk) {
        const std::int64_t n = std::min(kChunk, nToken - first);
        VITRAL_TRY(withRun->next(n, with));
        VITRAL_TRY(withoutRun->next(n, without));
        for (std::int64_t i = 0; i < n; ++i) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "The explanation was stopped.");
            const auto a = std::span<const float>(with).subspan(static_cast<std::size_t>(i) * nVocab, nVocab);
            const auto b = std::span<const float>(without).subspan(static_cast<std::size_t>(i) * nVocab, nVocab);
            const std::size_t next = static_cast<std::size_t>(first + i) + 1;
            const TokenId token = next < run.tokens.size() ? run.tokens[next] : firstChoice(b);
            const Divergence d = divergence(b, a);
            addPosition(result, {first + i, scoreToken(a, token, std::max(nTop, 1)),
                                 scoreToken(b, token, std::max(nTop, 1)), d.kl, d.totalVariation});
        }
        if (context.progress)
            context.progress(static_cast<double>(first + n) / static_cast<double>(nToken));
    }
    result.meanKl /= static_cast<double>(nToken);
    return result;
}

RecordingComparison compareRecordings(const Recording& with, const Recording& without) {
    RecordingComparison result;
    const auto parted =
        std::mismatch(with.tokens.begin(), with.tokens.end(), without.tokens.begin(), without.tokens.end());
    result.nCommon = parted.first - with.tokens.begin();
    result.part = parted.first != with.tokens.end() && parted.second != without.tokens.end();
    // The token at which they part has a score in both, each of its own choice.
    const auto n = static_cast<std::size_t>(result.nCommon) + (result.part ? 1 : 0);
    for (std::size_t i = 1; i < n && i < with.scores.size() && i < without.scores.size(); ++i) {
        if (with.scores[i] == nullptr || without.scores[i] == nullptr)
            continue;
        PositionChange change;
        change.position = static_cast<std::int64_t>(i) - 1;
        change.with = *with.scores[i];
        change.without = *without.scores[i];
        change.kl = change.totalVariation = std::numeric_limits<double>::quiet_NaN();
        result.positions.push_back(std::move(change));
    }
    return result;
}

} // namespace vitral
