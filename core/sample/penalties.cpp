// SPDX-License-Identifier: Apache-2.0
// The stages that look back at what was written: logit bias, repetition penalties, DRY.

#include "core/sample/stages.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace vitral {

namespace {

/// base^(n) is cut here so that a long repetition gives a large but finite penalty.
constexpr double kGreatestPenalty = 1e6;

/// The last n of a history: n negative means all.
std::span<const TokenId> tail(std::span<const TokenId> history, std::int32_t n) {
    if (n < 0 || static_cast<std::size_t>(n) >= history.size())
        return history;
    return history.last(static_cast<std::size_t>(n));
}

} // namespace

void applyLogitBias(Candidates& candidates, std::span<const std::pair<TokenId, float>> bias) {
    if (bias.empty())
        return;
    std::unordered_map<TokenId, float> of;
    for (const auto& [id, value] : bias)
        of[id] += value;
    candidates.changeLogits([&](const Candidate& c) {
        const auto it = of.find(c.id);
        return it == of.end() ? c.logit : c.logit + it->second;
    });
}

void applyPenalties(Candidates& candidates, std::span<const TokenId> history, const SamplerParams& params) {
    const bool repetition = params.repetitionPenalty != 1.0F;
    if (params.penaltyLastN == 0 || (!repetition && params.frequencyPenalty == 0.0F && params.presencePenalty == 0.0F))
        return;
    std::unordered_map<TokenId, std::int32_t> count;
    for (const TokenId id : tail(history, params.penaltyLastN))
        ++count[id];
    if (count.empty())
        return;
    candidates.changeLogits([&](const Candidate& c) {
        const auto it = count.find(c.id);
        if (it == count.end())
            return c.logit;
        float logit = c.logit;
        if (repetition)
            logit = logit > 0.0F ? logit / params.repetitionPenalty : logit * params.repetitionPenalty;
        return logit - static_cast<float>(it->second) * params.frequencyPenalty - params.presencePenalty;
    });
}

std::vector<bool> markBreakers(const std::vector<std::string>& pieces, std::span<const std::string> breakers) {
    std::vector<bool> breaks(pieces.size(), false);
    std::string text;
    std::vector<std::size_t> owner; // byte of the text -> token
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        text += pieces[i];
        owner.insert(owner.end(), pieces[i].size(), i);
    }
    for (const std::string& breaker : breakers) {
        if (breaker.empty())
            continue;
        for (std::size_t at = text.find(breaker); at != std::string::npos; at = text.find(breaker, at + 1))
            for (std::size_t i = owner[at]; i <= owner[at + breaker.size() - 1]; ++i)
                breaks[i] = true;
    }
    return breaks;
}

void applyDry(Candidates& candidates, std::span<const TokenId> history, const std::vector<bool>& breaks,
              const SamplerParams& params) {
    if (params.dryMultiplier <= 0.0F || params.dryPenaltyLastN == 0)
        return;
    const std::span<const TokenId> seen = tail(history, params.dryPenaltyLastN);
    const std::size_t n = seen.size();
    const std::size_t skipped = history.size() - n;
    const auto broken = [&](std::size_t i) { return skipped + i < breaks.size() && breaks[skipped + i]; };
    if (n < 2 || broken(n - 1))
        return;
    // back[j]: how many unbroken tokens end at position j; no repetition reaches over a breaker.
    std::vector<std::size_t> back(n, 0);
    for (std::size_t i = 0; i < n; ++i)
        back[i] = broken(i) ? 0 : (i > 0 ? back[i - 1] : 0) + 1;
    // z[i]: length of the common prefix of the reversed history and its suffix from i (Z-algorithm): how far the text
    // that ends at n - 1 - i repeats the text that ends now.
    const auto at = [&](std::size_t i) { return seen[n - 1 - i]; };
    std::vector<std::size_t> z(n, 0);
    for (std::size_t i = 1, left = 0, right = 0; i < n; ++i) {
        if (i < right)
            z[i] = std::min(right - i, z[i - left]);
        while (i + z[i] < n && at(z[i]) == at(i + z[i]))
            ++z[i];
        if (i + z[i] > right) {
            left = i;
            right = i + z[i];
        }
    }
    std::unordered_map<TokenId, std::size_t> longest; // token that would prolong -> length of the repetition
    for (std::size_t i = 1; i < n; ++i) {
        const std::size_t end = n - 1 - i; // the earlier text ends here; the token after it came next
        const std::size_t length = std::min({z[i], back[end], back[n - 1]});
        if (length == 0 || broken(end + 1))
            continue;
        std::size_t& best = longest[seen[end + 1]];
        best = std::max(best, length);
    }
    const auto allowed = static_cast<std::size_t>(std::max(params.dryAllowedLength, 1));
    std::erase_if(longest, [&](const auto& entry) { return entry.second < allowed; });
    if (longest.empty())
        return;
    candidates.changeLogits([&](const Candidate& c) {
        const auto it = longest.find(c.id);
        if (it == longest.end())
            return c.logit;
        const double power = std::pow(static_cast<double>(params.dryBase), static_cast<double>(it->second - allowed));
        const double penalty = std::min(static_cast<double>(params.dryMultiplier) * power, kGreatestPenalty);
        return static_cast<float>(static_cast<double>(c.logit) - penalty);
    });
}

} // namespace vitral
