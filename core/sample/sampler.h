// SPDX-License-Identifier: Apache-2.0
#pragma once
// From logits to the next token. Thread: engine; one Sampler per run (it holds the random state and the history).

#include "core/base/result.h"
#include "core/sample/params.h"

#include <memory>
#include <span>
#include <vector>

namespace vitral {

/// The distribution before the first and after every stage, for the side panel: the best candidates at that moment.
struct SamplerTrace {
    struct Candidate { TokenId id; float probability; };
    struct Snapshot {
        SamplerStage stage{};             ///< stage that has just run; the first snapshot is the raw softmax
        bool raw = false;
        std::int64_t nAlive = 0;          ///< candidates with probability > 0
        float rawMass = 1.0F;             ///< share of the model's own probability that the living hold
        std::vector<Candidate> top;       ///< at most 64, best first, renormalised over the living
    };
    std::vector<Snapshot> snapshots;
};

class Sampler {
public:
    /// Errors: InvalidArgument with the name of the parameter that makes no sense; a grammar's own error with line
    /// and column.
    static Result<std::unique_ptr<Sampler>> create(const SamplerParams& params,
                                                   std::shared_ptr<const Tokenizer> tokenizer);
    ~Sampler();

    /// Tokens that penalties and DRY should know of but that were not sampled here (the prompt).
    void accept(TokenId id);
    void acceptPrompt(std::span<const TokenId> ids);
    /// Picks the next token and accepts it. logits: f32 [V], left as they are. Errors: InvalidArgument when a grammar
    /// leaves no token.
    Result<TokenId> sample(std::span<const float> logits, SamplerTrace* trace = nullptr);
    /// The seed in use (fresh when params.seed was 0).
    [[nodiscard]] std::uint64_t seed() const;
    /// True when a grammar is complete and only the end may follow.
    [[nodiscard]] bool grammarDone() const;

private:
    struct Impl;
    explicit Sampler(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral
