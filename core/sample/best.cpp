// SPDX-License-Identifier: Apache-2.0
#include "core/sample/best.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vitral {

std::int32_t enoughBest(const SamplerParams& p) {
    const bool penalises =
        p.penaltyLastN != 0 && (p.repetitionPenalty != 1.0F || p.frequencyPenalty != 0.0F || p.presencePenalty != 0.0F);
    if (!p.grammar.empty() || !p.jsonSchema.empty() || !p.logitBias.empty() || p.dryMultiplier > 0.0F || penalises)
        return 0;
    if (p.temperature <= 0.0F)
        return 1;
    if (p.mirostat2)
        return 0;
    for (const SamplerStage stage : p.order) {
        if (stage == SamplerStage::TopK && p.topK > 0)
            return p.topK;
        const bool acts = (stage == SamplerStage::TopNSigma && p.topNSigma > 0.0F) ||
                          (stage == SamplerStage::Typical && p.typicalP < 1.0F) ||
                          (stage == SamplerStage::TopP && p.topP < 1.0F) ||
                          (stage == SamplerStage::MinP && p.minP > 0.0F) ||
                          (stage == SamplerStage::Xtc && p.xtcProbability > 0.0F) || stage == SamplerStage::Temperature;
        if (acts)
            return 0;
    }
    return 0;
}

TokenScore scoreToken(const LogitSummary& summary, TokenId chosen, std::int32_t nTop) {
    TokenScore score;
    score.id = chosen;
    const double logZ = std::log(summary.z);
    const auto logProbability = [&](float logit) {
        return static_cast<float>(static_cast<double>(logit) - static_cast<double>(summary.greatest) - logZ);
    };
    score.entropy = static_cast<float>(std::max(0.0, logZ - summary.s / summary.z));
    for (std::size_t i = 0; i < summary.best.size(); ++i) {
        const LogitSummary::Best& best = summary.best[i];
        if (best.id == chosen) {
            score.rank = static_cast<std::int32_t>(i);
            score.logProbability = logProbability(best.logit);
        }
        if (std::cmp_less(i, nTop))
            score.top.push_back({best.id, logProbability(best.logit)});
    }
    return score;
}

std::span<const float> BestLogits::of(const LogitSummary& summary, std::size_t nVocab) {
    constexpr float kGone = -std::numeric_limits<float>::infinity();
    if (logits_.size() != nVocab) {
        logits_.assign(nVocab, kGone);
        alive_.clear();
    }
    for (const TokenId id : alive_)
        logits_[static_cast<std::size_t>(id)] = kGone;
    alive_.clear();
    for (const LogitSummary::Best& best : summary.best)
        if (best.id >= 0 && std::cmp_less(best.id, nVocab)) {
            logits_[static_cast<std::size_t>(best.id)] = best.logit;
            alive_.push_back(best.id);
        }
    return logits_;
}

} // namespace vitral
