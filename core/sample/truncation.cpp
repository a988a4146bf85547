// SPDX-License-Identifier: Apache-2.0
// The stages that let candidates go, and the temperature.

#include "core/sample/stages.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {

namespace {

/// Candidates are put in order a block at a time, because the mass asked for is usually in the first few.
constexpr std::size_t kFirstBlock = 256;

double entropyOf(const std::vector<double>& p) {
    double entropy = 0.0;
    for (const double value : p)
        if (value > 0.0)
            entropy -= value * std::log(value);
    return entropy;
}

} // namespace

void applyTopK(Candidates& candidates, std::int32_t k) {
    if (k > 0)
        candidates.keepBest(static_cast<std::size_t>(k));
}

void applyTopP(Candidates& candidates, float p) {
    if (p >= 1.0F || candidates.size() < 2)
        return;
    const double greatest = static_cast<double>(candidates.best().logit);
    double total = 0.0;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        total += std::exp(static_cast<double>(candidates[i].logit) - greatest);
    double sum = 0.0;
    std::size_t at = 0;
    for (std::size_t block = kFirstBlock; at < candidates.size(); block *= 4) {
        candidates.sortBest(block);
        for (const std::size_t end = std::min(block, candidates.size()); at < end; ++at) {
            sum += std::exp(static_cast<double>(candidates[at].logit) - greatest) / total;
            if (sum >= static_cast<double>(p)) {
                candidates.keepBest(at + 1);
                return;
            }
        }
    }
}

void applyMinP(Candidates& candidates, float minP) {
    if (minP <= 0.0F || candidates.empty())
        return;
    // p_i >= minP * p_max is the same as logit_i >= logit_max + ln(minP).
    const double floor = static_cast<double>(candidates.best().logit) + std::log(static_cast<double>(minP));
    const TokenId best = candidates.best().id;
    candidates.keepIf(
        [&](std::size_t, const Candidate& c) { return c.id == best || static_cast<double>(c.logit) >= floor; });
}

void applyTypical(Candidates& candidates, float p) {
    if (p >= 1.0F || candidates.size() < 2)
        return;
    candidates.sortBest(candidates.size()); // so that ties are settled the same way everywhere
    const std::vector<double> probability = candidates.probabilities();
    const double entropy = entropyOf(probability);
    std::vector<double> distance(probability.size());
    for (std::size_t i = 0; i < probability.size(); ++i)
        distance[i] = std::abs(-std::log(std::max(probability[i], 1e-300)) - entropy);
    std::vector<std::size_t> order(probability.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return distance[a] < distance[b]; });
    std::vector<bool> keep(order.size(), false);
    double sum = 0.0;
    for (const std::size_t i : order) {
        keep[i] = true;
        sum += probability[i];
        if (sum >= static_cast<double>(p))
            break;
    }
    candidates.keepIf([&](std::size_t i, const Candidate&) { return keep[i]; });
}

void applyTopNSigma(Candidates& candidates, float n) {
    if (n <= 0.0F || candidates.size() < 2)
        return;
    double mean = 0.0;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        mean += static_cast<double>(candidates[i].logit);
    mean /= static_cast<double>(candidates.size());
    double variance = 0.0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double d = static_cast<double>(candidates[i].logit) - mean;
        variance += d * d;
    }
    const double sigma = std::sqrt(variance / static_cast<double>(candidates.size()));
    const double floor = static_cast<double>(candidates.best().logit) - static_cast<double>(n) * sigma;
    const TokenId best = candidates.best().id;
    candidates.keepIf(
        [&](std::size_t, const Candidate& c) { return c.id == best || static_cast<double>(c.logit) >= floor; });
}

void applyXtc(Candidates& candidates, float probability, float threshold, Rng& rng) {
    if (probability <= 0.0F || threshold > 0.5F || candidates.size() < 2)
        return; // above one half only one token can reach the threshold
    const std::vector<double> p = candidates.probabilities();
    std::size_t nTop = 0;
    std::size_t least = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] < static_cast<double>(threshold))
            continue;
        const bool lower = p[i] < p[least] || (p[i] == p[least] && candidates[i].id > candidates[least].id);
        if (nTop == 0 || lower)
            least = i;
        ++nTop;
    }
    if (nTop < 2 || rng.uniform() >= static_cast<double>(probability))
        return;
    candidates.keepIf(
        [&](std::size_t i, const Candidate&) { return i == least || p[i] < static_cast<double>(threshold); });
}

void applyTemperature(Candidates& candidates, double temperature) {
    if (temperature > 0.0 && temperature != 1.0)
        candidates.scale(1.0 / temperature);
}

double temperatureFor(const Candidates& candidates, const SamplerParams& params) {
    const double base = static_cast<double>(params.temperature);
    const double range = static_cast<double>(params.dynamicTempRange);
    if (range <= 0.0 || candidates.size() < 2)
        return base;
    const double most = std::log(static_cast<double>(candidates.size()));
    const double share = entropyOf(candidates.probabilities()) / most;
    const double low = std::max(0.0, base - range);
    const double high = base + range;
    return low + (high - low) * std::pow(share, static_cast<double>(params.dynamicTempExponent));
}

void applyMirostat2(Candidates& candidates, double mu) {
    if (candidates.empty())
        return;
    const std::vector<double> p = candidates.probabilities();
    const TokenId best = candidates.best().id;
    candidates.keepIf(
        [&](std::size_t i, const Candidate& c) { return c.id == best || -std::log2(std::max(p[i], 1e-300)) <= mu; });
}

double mirostat2Next(double mu, double p, float tau, float eta) {
    const double surprise = -std::log2(std::max(p, 1e-300));
    return mu - static_cast<double>(eta) * (surprise - static_cast<double>(tau));
}

} // namespace vitral
