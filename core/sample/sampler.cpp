// SPDX-License-Identifier: Apache-2.0
// A first sampler: greedy, temperature, top-k, top-p, min-p, with a seed. The other stages of SamplerParams replace
// this.

#include "core/sample/sampler.h"

#include "core/base/rng.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace vitral {

struct Sampler::Impl {
    Impl(const SamplerParams& p, std::uint64_t s) : params(p), seed(s), rng(s) {}
    SamplerParams params;
    std::uint64_t seed;
    Rng rng;
};

namespace {

Result<void> check(bool ok, const char* what) {
    if (ok)
        return {};
    return fail(ErrorCode::InvalidArgument, what);
}

std::uint64_t freshSeed() {
    std::random_device device;
    const std::uint64_t seed = (std::uint64_t{device()} << 21U) ^ device();
    return seed == 0 ? 1 : seed;
}

} // namespace

Result<std::unique_ptr<Sampler>> Sampler::create(const SamplerParams& params, std::shared_ptr<const Tokenizer>) {
    VITRAL_TRY(check(params.temperature >= 0.0F && std::isfinite(params.temperature),
                     "temperature is a number from 0 (always the likeliest token) upwards."));
    VITRAL_TRY(check(params.topK >= 0, "top-k is 0 (off) or a number of tokens."));
    VITRAL_TRY(check(params.topP > 0.0F && params.topP <= 1.0F, "top-p is above 0 and at most 1 (off)."));
    VITRAL_TRY(check(params.minP >= 0.0F && params.minP <= 1.0F, "min-p is from 0 (off) to 1."));
    const std::uint64_t seed = params.seed != 0 ? params.seed : freshSeed();
    return std::unique_ptr<Sampler>(new Sampler(std::make_unique<Impl>(params, seed)));
}

Sampler::Sampler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sampler::~Sampler() = default;
void Sampler::accept(TokenId) {}
void Sampler::acceptPrompt(std::span<const TokenId>) {}
std::uint64_t Sampler::seed() const {
    return impl_->seed;
}
bool Sampler::grammarDone() const {
    return false;
}

Result<TokenId> Sampler::sample(std::span<const float> logits, SamplerTrace*) {
    if (logits.empty())
        return fail(ErrorCode::Bug, "There are no logits to sample from.");
    const SamplerParams& p = impl_->params;
    const auto best = std::max_element(logits.begin(), logits.end());
    if (p.temperature <= 0.0F)
        return static_cast<TokenId>(best - logits.begin());
    struct Candidate {
        TokenId id;
        double weight;
    };
    std::vector<Candidate> alive;
    alive.reserve(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i)
        alive.push_back(
            {static_cast<TokenId>(i), std::exp(static_cast<double>(logits[i]) - static_cast<double>(*best))});
    const auto order = [](const Candidate& a, const Candidate& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.id < b.id;
    };
    if (p.topK > 0 && static_cast<std::size_t>(p.topK) < alive.size()) {
        std::partial_sort(alive.begin(), alive.begin() + p.topK, alive.end(), order);
        alive.resize(static_cast<std::size_t>(p.topK));
    } else {
        std::sort(alive.begin(), alive.end(), order);
    }
    double total = 0.0;
    for (const Candidate& c : alive)
        total += c.weight;
    double sum = 0.0;
    std::size_t nAlive = 0;
    while (nAlive < alive.size() && (nAlive == 0 || (sum < static_cast<double>(p.topP) * total &&
                                                     alive[nAlive].weight >= static_cast<double>(p.minP)))) {
        sum += alive[nAlive].weight;
        ++nAlive;
    }
    alive.resize(nAlive);
    total = 0.0;
    for (Candidate& c : alive) {
        c.weight = std::pow(c.weight, 1.0 / static_cast<double>(p.temperature));
        total += c.weight;
    }
    double at = impl_->rng.uniform() * total;
    for (const Candidate& c : alive) {
        at -= c.weight;
        if (at < 0.0)
            return c.id;
    }
    return alive.back().id;
}

} // namespace vitral
