// SPDX-License-Identifier: Apache-2.0
// Runs the stages in the order that a person chose, keeps what each did, and draws the token.

#include "core/sample/sampler.h"

#include "core/base/rng.h"
#include "core/sample/candidates.h"
#include "core/sample/grammar/grammar.h"
#include "core/sample/grammar/json_schema.h"
#include "core/sample/grammar/token_filter.h"
#include "core/sample/stages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace vitral {

namespace {

constexpr std::size_t kTraceTop = 64;

Result<void> check(bool ok, const char* what) {
    if (ok)
        return {};
    return fail(ErrorCode::InvalidArgument, what);
}

bool between(float value, float low, float high) {
    return value >= low && value <= high; // false for NaN
}

constexpr float kHuge = std::numeric_limits<float>::max();

Result<void> checkParams(const SamplerParams& p) {
    VITRAL_TRY(check(between(p.temperature, 0.0F, kHuge),
                     "temperature is a number from 0 (always the likeliest token) upwards."));
    VITRAL_TRY(check(between(p.dynamicTempRange, 0.0F, kHuge), "dynamic temperature range is a number from 0 (off)."));
    VITRAL_TRY(check(between(p.dynamicTempExponent, 0.0F, kHuge), "dynamic temperature exponent is a number from 0."));
    VITRAL_TRY(check(p.topK >= 0, "top-k is 0 (off) or a number of tokens."));
    VITRAL_TRY(check(p.topP > 0.0F && p.topP <= 1.0F, "top-p is above 0 and at most 1 (off)."));
    VITRAL_TRY(check(between(p.minP, 0.0F, 1.0F), "min-p is from 0 (off) to 1."));
    VITRAL_TRY(check(p.typicalP > 0.0F && p.typicalP <= 1.0F, "typical-p is above 0 and at most 1 (off)."));
    VITRAL_TRY(check(between(p.topNSigma, 0.0F, kHuge), "top-n-sigma is a number from 0 (off)."));
    VITRAL_TRY(check(between(p.xtcProbability, 0.0F, 1.0F), "XTC's probability is from 0 (off) to 1."));
    VITRAL_TRY(check(between(p.xtcThreshold, 0.0F, 1.0F), "XTC's threshold is from 0 to 1."));
    VITRAL_TRY(check(between(p.dryMultiplier, 0.0F, kHuge), "DRY's multiplier is a number from 0 (off)."));
    VITRAL_TRY(check(between(p.dryBase, 1.0F, kHuge), "DRY's base is a number from 1."));
    VITRAL_TRY(check(p.repetitionPenalty > 0.0F && std::isfinite(p.repetitionPenalty),
                     "The repetition penalty is a number above 0; 1 is off."));
    VITRAL_TRY(check(std::isfinite(p.frequencyPenalty), "The frequency penalty is a number; 0 is off."));
    VITRAL_TRY(check(std::isfinite(p.presencePenalty), "The presence penalty is a number; 0 is off."));
    VITRAL_TRY(check(between(p.mirostatTau, 0.0F, kHuge), "Mirostat's tau is a number from 0, in bits."));
    VITRAL_TRY(check(between(p.mirostatEta, 0.0F, kHuge), "Mirostat's eta is a number from 0."));
    for (const auto& [id, bias] : p.logitBias)
        VITRAL_TRY(check(!std::isnan(bias) && id >= 0, "A logit bias is a number for a token id."));
    for (std::size_t i = 0; i < p.order.size(); ++i)
        VITRAL_TRY(check(std::find(p.order.begin(), p.order.begin() + static_cast<std::ptrdiff_t>(i), p.order[i]) ==
                             p.order.begin() + static_cast<std::ptrdiff_t>(i),
                         "A sampler is named twice in the order."));
    return {};
}

std::uint64_t freshSeed() {
    std::random_device device;
    const std::uint64_t seed = (std::uint64_t{device()} << 21U) ^ device();
    return seed == 0 ? 1 : seed;
}

bool truncates(SamplerStage stage) {
    switch (stage) {
    case SamplerStage::TopNSigma:
    case SamplerStage::TopK:
    case SamplerStage::Typical:
    case SamplerStage::TopP:
    case SamplerStage::MinP:
    case SamplerStage::Xtc:
        return true;
    default:
        return false;
    }
}

/// rawLogits: f32 [V], the model's own.
SamplerTrace::Snapshot snapshotOf(Candidates& candidates, SamplerStage stage, bool raw,
                                  std::span<const float> rawLogits) {
    SamplerTrace::Snapshot snapshot;
    snapshot.stage = stage;
    snapshot.raw = raw;
    snapshot.nAlive = static_cast<std::int64_t>(candidates.size());
    candidates.sortBest(kTraceTop);
    const std::vector<double> p = candidates.probabilities();
    for (std::size_t i = 0; i < std::min(kTraceTop, candidates.size()); ++i)
        snapshot.top.push_back({candidates[i].id, static_cast<float>(p[i])});
    if (raw)
        return snapshot;
    Candidates all;
    all.assign(rawLogits);
    if (all.empty())
        return snapshot;
    const double greatest = static_cast<double>(all.best().logit);
    double total = 0.0;
    for (std::size_t i = 0; i < all.size(); ++i)
        total += std::exp(static_cast<double>(all[i].logit) - greatest);
    double living = 0.0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const float logit = rawLogits[static_cast<std::size_t>(candidates[i].id)];
        living += std::exp(static_cast<double>(std::min(logit, std::numeric_limits<float>::max())) - greatest);
    }
    snapshot.rawMass = static_cast<float>(std::min(1.0, living / total));
    return snapshot;
}

/// Draws an index by the probabilities p, which sum to 1.
std::size_t draw(const std::vector<double>& p, Rng& rng) {
    double at = rng.uniform();
    for (std::size_t i = 0; i < p.size(); ++i) {
        at -= p[i];
        if (at < 0.0)
            return i;
    }
    return p.size() - 1; // rounding left a hair over
}

} // namespace

struct Sampler::Impl {
    Impl(const SamplerParams& p, std::shared_ptr<const Tokenizer> t, std::uint64_t s)
        : params(p), tokenizer(std::move(t)), seed(s), rng(s), mirostatMu(2.0 * static_cast<double>(p.mirostatTau)) {}

    SamplerParams params;
    std::shared_ptr<const Tokenizer> tokenizer; ///< may be null: then no breakers and no grammar
    std::uint64_t seed;
    Rng rng;
    double mirostatMu;
    std::vector<TokenId> history;
    std::vector<std::string> pieces; ///< bytes of history, kept only for DRY
    std::unique_ptr<TokenFilter> filter;
    Candidates candidates;

    [[nodiscard]] bool usesDry() const { return params.dryMultiplier > 0.0F; }

    void remember(TokenId id) {
        history.push_back(id);
        if (usesDry())
            pieces.push_back(tokenizer ? tokenizer->decodeToken(id) : std::string());
    }

    Result<bool> run(SamplerStage stage, bool greedy);
    Result<TokenId> choose(bool greedy);
};

/// Runs one stage; false when it is off and changed nothing.
Result<bool> Sampler::Impl::run(SamplerStage stage, bool greedy) {
    const bool cuts = !greedy && !params.mirostat2; // mirostat replaces the truncation stages; greedy needs none
    if (truncates(stage) && !cuts)
        return false;
    switch (stage) {
    case SamplerStage::LogitBias:
        applyLogitBias(candidates, params.logitBias);
        return !params.logitBias.empty();
    case SamplerStage::Grammar:
        if (!filter)
            return false;
        VITRAL_TRY(filter->apply(candidates));
        return true;
    case SamplerStage::Penalties:
        applyPenalties(candidates, history, params);
        return params.penaltyLastN != 0 &&
               (params.repetitionPenalty != 1.0F || params.frequencyPenalty != 0.0F || params.presencePenalty != 0.0F);
    case SamplerStage::Dry:
        if (usesDry())
            applyDry(candidates, history, markBreakers(pieces, params.drySequenceBreakers), params);
        return usesDry();
    case SamplerStage::TopNSigma:
        applyTopNSigma(candidates, params.topNSigma);
        return params.topNSigma > 0.0F;
    case SamplerStage::TopK:
        applyTopK(candidates, params.topK);
        return params.topK > 0;
    case SamplerStage::Typical:
        applyTypical(candidates, params.typicalP);
        return params.typicalP < 1.0F;
    case SamplerStage::TopP:
        applyTopP(candidates, params.topP);
        return params.topP < 1.0F;
    case SamplerStage::MinP:
        applyMinP(candidates, params.minP);
        return params.minP > 0.0F;
    case SamplerStage::Xtc:
        applyXtc(candidates, params.xtcProbability, params.xtcThreshold, rng);
        return params.xtcProbability > 0.0F;
    case SamplerStage::Temperature: {
        if (greedy)
            return false;
        const double temperature = temperatureFor(candidates, params);
        if (temperature <= 0.0)
            candidates.keepBest(1); // a dynamic range that reaches 0
        applyTemperature(candidates, temperature);
        return temperature != 1.0;
    }
    case SamplerStage::Mirostat2:
        return false; // runs last, whatever its place: it chooses
    }
    return false;
}

Result<TokenId> Sampler::Impl::choose(bool greedy) {
    if (greedy)
        return candidates.best().id;
    candidates.sortBest(kTraceTop); // the likely ones first: the draw below ends early
    const std::vector<double> p = candidates.probabilities();
    const std::size_t i = draw(p, rng);
    if (params.mirostat2)
        mirostatMu = mirostat2Next(mirostatMu, p[i], params.mirostatTau, params.mirostatEta);
    return candidates[i].id;
}

Result<std::unique_ptr<Sampler>> Sampler::create(const SamplerParams& params,
                                                 std::shared_ptr<const Tokenizer> tokenizer) {
    VITRAL_TRY(checkParams(params));
    auto impl = std::make_unique<Impl>(params, tokenizer, params.seed != 0 ? params.seed : freshSeed());
    if (!params.grammar.empty() || !params.jsonSchema.empty()) {
        if (!tokenizer)
            return fail(ErrorCode::InvalidArgument, "A grammar needs the model's tokenizer.");
        std::string text = params.grammar;
        if (text.empty()) {
            VITRAL_TRY_ASSIGN(text, grammarFromJsonSchema(params.jsonSchema));
        }
        VITRAL_TRY_ASSIGN(std::shared_ptr<const Grammar> grammar, Grammar::parse(text));
        VITRAL_TRY_ASSIGN(impl->filter, TokenFilter::create(std::move(grammar), std::move(tokenizer)));
    }
    return std::unique_ptr<Sampler>(new Sampler(std::move(impl)));
}

Sampler::Sampler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sampler::~Sampler() = default;

void Sampler::accept(TokenId id) {
    impl_->remember(id);
}

void Sampler::acceptPrompt(std::span<const TokenId> ids) {
    for (const TokenId id : ids)
        impl_->remember(id);
}

std::uint64_t Sampler::seed() const {
    return impl_->seed;
}

bool Sampler::grammarDone() const {
    return impl_->filter && impl_->filter->mustEnd();
}

Result<TokenId> Sampler::sample(std::span<const float> logits, SamplerTrace* trace) {
    if (logits.empty())
        return fail(ErrorCode::Bug, "There are no logits to sample from.");
    Impl& s = *impl_;
    if (trace)
        trace->snapshots.clear();
    s.candidates.assign(logits);
    if (s.candidates.empty())
        return fail(ErrorCode::Bug, "The model gave no number that a token could be chosen by (all NaN or -inf).");
    if (trace)
        trace->snapshots.push_back(snapshotOf(s.candidates, SamplerStage::LogitBias, true, logits));
    const bool greedy = s.params.temperature <= 0.0F;
    const auto runStage = [&](SamplerStage stage) -> Result<void> {
        VITRAL_TRY_ASSIGN(const bool ran, s.run(stage, greedy));
        if (s.candidates.empty())
            return fail(ErrorCode::InvalidArgument,
                        stage == SamplerStage::Grammar
                            ? "The grammar leaves no token to choose: no token of this model continues it here."
                            : "The logit bias forbids every token that was left to choose.");
        if (ran && trace)
            trace->snapshots.push_back(snapshotOf(s.candidates, stage, false, logits));
        return {};
    };
    for (const SamplerStage stage : s.params.order)
        VITRAL_TRY(runStage(stage));
    // A grammar is a promise, not a taste: it counts even where the order leaves it out.
    if (s.filter &&
        std::find(s.params.order.begin(), s.params.order.end(), SamplerStage::Grammar) == s.params.order.end())
        VITRAL_TRY(runStage(SamplerStage::Grammar));
    if (s.params.mirostat2 && !greedy) {
        applyMirostat2(s.candidates, s.mirostatMu);
        if (trace)
            trace->snapshots.push_back(snapshotOf(s.candidates, SamplerStage::Mirostat2, false, logits));
    }
    VITRAL_TRY_ASSIGN(const TokenId id, s.choose(greedy));
    if (s.filter)
        VITRAL_TRY(s.filter->accept(id));
    s.remember(id);
    return id;
}

} // namespace vitral
