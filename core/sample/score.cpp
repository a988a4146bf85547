// SPDX-License-Identifier: Apache-2.0
// The exact numbers beside every token: log-probability, rank and entropy over the whole vocabulary, and the best
// alternatives, from the model's own logits before any sampler. Two passes over the vocabulary, sums in double.

#include "core/sample/params.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

namespace {

/// Terms this far (nats) below the greatest add less than half a unit in the last place of a double sum, even 2^20 of
/// them together, so leaving them out changes nothing.
constexpr float kNegligible = 52.0F;

/// Order of a ranking: greater logit first, then the smaller id, so that equal logits rank the same on every machine.
struct Ranked {
    float logit;
    TokenId id;
    bool operator<(const Ranked& other) const { return logit != other.logit ? logit > other.logit : id < other.id; }
};

std::vector<Ranked> bestOf(std::span<const float> logits, std::size_t nTop) {
    std::vector<Ranked> best;
    nTop = std::min(nTop, logits.size());
    if (nTop == 0)
        return best;
    best.reserve(nTop + 1);
    float floor = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (best.size() == nTop && !(logits[i] > floor))
            continue;
        const Ranked candidate{logits[i], static_cast<TokenId>(i)};
        best.insert(std::upper_bound(best.begin(), best.end(), candidate), candidate);
        if (best.size() > nTop)
            best.pop_back();
        floor = best.back().logit;
    }
    return best;
}

} // namespace

TokenScore scoreToken(std::span<const float> logits, TokenId chosen, std::int32_t nTop) {
    TokenScore score;
    score.id = chosen;
    if (logits.empty() || chosen < 0 || static_cast<std::size_t>(chosen) >= logits.size())
        return score;
    const float chosenLogit = logits[static_cast<std::size_t>(chosen)];
    float greatest = -std::numeric_limits<float>::infinity();
    std::int32_t nBetter = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const float logit = logits[i];
        greatest = logit > greatest ? logit : greatest;
        nBetter += (logit > chosenLogit || (logit == chosenLogit && static_cast<TokenId>(i) < chosen)) ? 1 : 0;
    }
    // With d = logit - greatest: Z = sum e^d, S = sum d e^d. Then log p = d - log Z and the entropy is log Z - S / Z.
    double z = 0.0;
    double s = 0.0;
    for (const float logit : logits) {
        const float distance = logit - greatest;
        if (distance < -kNegligible)
            continue;
        const double d = static_cast<double>(logit) - static_cast<double>(greatest);
        const double e = std::exp(d);
        z += e;
        s += d * e;
    }
    const double logZ = std::log(z);
    const auto logProbability = [&](float logit) {
        return static_cast<float>(static_cast<double>(logit) - static_cast<double>(greatest) - logZ);
    };
    score.logProbability = logProbability(chosenLogit);
    score.rank = nBetter;
    score.entropy = static_cast<float>(std::max(0.0, logZ - s / z));
    for (const Ranked& r : bestOf(logits, nTop > 0 ? static_cast<std::size_t>(nTop) : 0))
        score.top.push_back({r.id, logProbability(r.logit)});
    return score;
}

} // namespace vitral
