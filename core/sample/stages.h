// SPDX-License-Identifier: Apache-2.0
#pragma once
// One function per sampler: each takes the living candidates and changes their logits or lets some go. Every stage
// leaves at least one candidate alive when it was given one (but for a logit bias of minus infinity, which is asked for
// by name). Thread: engine.

#include "core/base/rng.h"
#include "core/sample/candidates.h"
#include "core/sample/params.h"

#include <span>
#include <string_view>
#include <vector>

namespace vitral {

/// Adds the bias of each listed token to its logit (nats); -inf forbids the token.
void applyLogitBias(Candidates& candidates, std::span<const std::pair<TokenId, float>> bias);

/// Tokens seen among the last `params.penaltyLastN` of `history` (0: none, negative: all): repetition divides a
/// positive logit and multiplies a negative one (Keskar et al. 2019, CTRL); then count * frequency + presence is taken
/// off (the rule of OpenAI's API).
void applyPenalties(Candidates& candidates, std::span<const TokenId> history, const SamplerParams& params);

/// DRY, "don't repeat yourself" (p-e-w, text-generation-webui pull request 5677): a token that would prolong a
/// repetition of length n >= allowedLength loses multiplier * base^(n - allowedLength). `breaks[i]` tells that
/// history[i] belongs to a sequence breaker, over which no repetition is counted. Linear in the history.
void applyDry(Candidates& candidates, std::span<const TokenId> history, const std::vector<bool>& breaks,
              const SamplerParams& params);

/// Marks the tokens that overlap an occurrence of a breaker in the running text. pieces[i]: bytes of history[i].
std::vector<bool> markBreakers(const std::vector<std::string>& pieces, std::span<const std::string> breakers);

/// Keeps the k likeliest (Fan et al. 2018).
void applyTopK(Candidates& candidates, std::int32_t k);
/// Keeps the fewest likeliest tokens whose probabilities reach p (nucleus sampling, Holtzman et al. 2020).
void applyTopP(Candidates& candidates, float p);
/// Keeps tokens of at least minP times the best probability (Nguyen et al. 2024).
void applyMinP(Candidates& candidates, float minP);
/// Keeps the tokens whose surprise -ln p is nearest to the entropy, as few as reach mass p (Meister et al. 2022).
void applyTypical(Candidates& candidates, float p);
/// Keeps logits within n standard deviations of the greatest (Tang et al. 2024, "Top-n-sigma"). The deviation is that
/// of the living logits, with divisor N.
void applyTopNSigma(Candidates& candidates, float n);
/// XTC, "exclude top choices" (p-e-w, text-generation-webui pull request 6335): with the given chance, of the tokens
/// with probability >= threshold only the least likely stays. Draws one number when at least two reach the threshold.
void applyXtc(Candidates& candidates, float probability, float threshold, Rng& rng);

/// Divides the logits by the temperature, which must be above 0.
void applyTemperature(Candidates& candidates, double temperature);
/// The temperature in use: params.temperature, or with a range between max(0, T - range) and T + range by the
/// entropy of the living, normalised by ln(size) and raised to the exponent (dynamic temperature, kalomaze 2023).
double temperatureFor(const Candidates& candidates, const SamplerParams& params);

/// Mirostat 2 (Basu et al. 2021, algorithm 2): keeps tokens whose surprise in bits is at most mu (at least the best).
void applyMirostat2(Candidates& candidates, double mu);
/// The next mu after a token with probability p (over the kept ones) was drawn: mu - eta * (-log2 p - tau).
double mirostat2Next(double mu, double p, float tau, float eta);

} // namespace vitral
