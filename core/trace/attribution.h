// SPDX-License-Identifier: Apache-2.0
#pragma once
// Direct logit attribution (Elhage et al. 2021): the residual stream is a sum of what the embedding, every attention
// head and every MLP wrote, and the output head is linear in it once the final norm's scale is frozen at the value it
// had. So a logit splits into one term each, which add up. "Direct": what a head changed by way of later layers is
// counted with those. Thread: engine; results are values.

#include "core/trace/explain.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vitral {

struct AttributionRequest {
    std::int64_t position = -1;   ///< whose next token is explained; negative: from the end
    TokenId token = -1;           ///< -1: the model's first choice there
    std::optional<TokenId> minus; ///< explain logit(token) - logit(minus)
    /// Give the products of this contribution too (an index of the same request's list).
    std::optional<std::size_t> unfold = std::nullopt;
};

enum class ContributionKind : std::uint8_t {
    Embedding,
    Position,     ///< a learned position embedding (GPT-2)
    Head,         ///< hook_z of a head through its slice of W_O (and the frozen post-norm, where there is one)
    AttnBias,     ///< the bias of W_O
    Mlp,          ///< the whole MLP, its bias included
    Expert,       ///< one chosen expert, times its router's weight (computed again: core/trace/experts.h)
    Intervention, ///< what was put into or taken from a layer's stream from outside (runs with interventions only)
    FinalBias,    ///< the final norm's bias and the output head's: the same for every text
};

struct Contribution {
    ContributionKind kind = ContributionKind::Mlp;
    std::int32_t iLayer = -1, iHead = -1; ///< the head's or the expert's number; -1 where it has none
    double logit = 0;                     ///< its share of `total`; units of logits before soft-cap
};

struct Attribution {
    std::int64_t position = 0;
    TokenId token = 0;
    std::optional<TokenId> minus;
    std::vector<Contribution> contributions; ///< in the order of computation: embedding, layer 0 heads, ...
    double total = 0;                        ///< logit (or difference), before the soft-cap, as the engine computed it
    double rest = 0;       ///< total - sum of the contributions: what the engine's rounding leaves over
    double softcapped = 0; ///< the same after the soft-cap: what the model uses; equal where it has none
    double normScale = 1;  ///< the frozen factor of the final norm: 1 / sqrt(mean(x^2) + eps) (centred: of x - mean)
    std::optional<std::size_t> unfolded; ///< the contribution `products` are of; none: it has no products to give
    std::vector<double> products;        ///< [Dv] of a head, else [E]: they sum to its logit
    std::vector<std::string> notes;      ///< what could not be split, as sentences
};

/// Errors: InvalidArgument, Unsupported (a model that does not say how it writes to its stream), Cancelled, those of
/// Model::forward.
Result<Attribution> attributeLogit(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                   const AttributionRequest& request);

} // namespace vitral
