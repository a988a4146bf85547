// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything a person can set about sampling, as one plain value. A stage that is off (its neutral value) is skipped.

#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vitral {

enum class SamplerStage : std::uint8_t {
    LogitBias, Grammar, Penalties, Dry, TopNSigma, TopK, Typical, TopP, MinP, Xtc, Temperature, Mirostat2,
};

struct SamplerParams {
    float temperature = 0.8F;      ///< 0: greedy
    float dynamicTempRange = 0.0F; ///< temperature +- range by entropy; 0: off
    float dynamicTempExponent = 1.0F;
    std::int32_t topK = 40;        ///< 0: off
    float topP = 0.95F;            ///< 1: off (nucleus sampling, Holtzman et al. 2020)
    float minP = 0.05F;            ///< 0: off (Nguyen et al. 2024)
    float typicalP = 1.0F;         ///< 1: off (Meister et al. 2022)
    float topNSigma = 0.0F;        ///< 0: off (Tang et al. 2024)
    float xtcProbability = 0.0F, xtcThreshold = 0.1F;
    float dryMultiplier = 0.0F, dryBase = 1.75F;
    std::int32_t dryAllowedLength = 2, dryPenaltyLastN = -1; ///< -1: whole context
    std::vector<std::string> drySequenceBreakers = {"\n", ":", "\"", "*"};
    std::int32_t penaltyLastN = 64;
    float repetitionPenalty = 1.0F, frequencyPenalty = 0.0F, presencePenalty = 0.0F;
    bool mirostat2 = false;        ///< Basu et al. 2021; replaces the truncation stages
    float mirostatTau = 5.0F, mirostatEta = 0.1F;
    std::vector<std::pair<TokenId, float>> logitBias;
    std::string grammar;           ///< GBNF text; empty: none
    std::string jsonSchema;        ///< JSON schema text; empty: none (used when grammar is empty)
    std::uint64_t seed = 0;        ///< 0: a fresh one, reported with the run
    std::vector<SamplerStage> order = {SamplerStage::LogitBias, SamplerStage::Grammar, SamplerStage::Penalties,
                                       SamplerStage::Dry, SamplerStage::TopNSigma, SamplerStage::TopK,
                                       SamplerStage::Typical, SamplerStage::TopP, SamplerStage::MinP,
                                       SamplerStage::Xtc, SamplerStage::Temperature};
};

/// What the model thought at one position: exact, over the whole vocabulary, before any sampler.
struct TokenAlternative {
    TokenId id = 0;
    float logProbability = 0.0F; ///< natural logarithm
};
struct TokenScore {
    TokenId id = 0;
    float logProbability = 0.0F;
    std::int32_t rank = 0;       ///< 0: the model's first choice
    float entropy = 0.0F;        ///< nats
    std::vector<TokenAlternative> top; ///< best first
};

/// logits: f32 [V]. Softmax in double. `chosen` may be any id in range.
TokenScore scoreToken(std::span<const float> logits, TokenId chosen, std::int32_t nTop);

} // namespace vitral
