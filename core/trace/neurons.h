// SPDX-License-Identifier: Apache-2.0
#pragma once
// MLP neurons as key-value memories (Geva et al. 2021, 2022): neuron i of a layer adds activation_i times column i of
// W_out to the residual stream; that column, read through the final norm's weight and the output head, says which
// tokens it promotes and which it suppresses. In a layer of experts all neurons of all experts count, one expert after
// the other: those of experts that were not chosen are silent. Thread: engine; results are values.

#include "core/trace/explain.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

enum class NeuronOrder : std::uint8_t {
    Activation, ///< |activation|
    Write,      ///< |activation| * ||column of W_out||: how far it moves the stream
};

struct NeuronRequest {
    std::int32_t iLayer = 0;
    std::int64_t position = -1; ///< negative: from the end
    std::int32_t nNeuron = 20;  ///< how many of the most active
    std::int32_t nToken = 8;    ///< how many promoted and how many suppressed tokens of each
    NeuronOrder order = NeuronOrder::Write;
    /// Activations of the same layer in another run, [nNeuron]: then everything is of this run minus that one (which
    /// token the change of a neuron promotes, through the norms as they are in this run). Empty: of this run alone.
    std::vector<float> minus = {};
};

struct PromotedToken {
    TokenId id = 0;
    float logit = 0; ///< what the neuron adds to this logit at this position, norms frozen, before soft-cap
};
struct Neuron {
    std::int32_t index = 0;                ///< within its expert, where there are experts
    std::int32_t iExpert = -1;             ///< -1: an MLP's
    float pre = 0, linear = 0;             ///< hook_pre and hook_pre_linear; NaN: the model has no such half
    float activation = 0;                  ///< hook_post; of an expert's neuron times the router's weight
    float write = 0;                       ///< |activation| * ||column of W_out||
    std::vector<PromotedToken> promoted;   ///< greatest first
    std::vector<PromotedToken> suppressed; ///< least first
};

struct RoutedExpert {
    std::int32_t iExpert = 0;
    float weight = 0; ///< what the router multiplies its output with
};

struct NeuronReport {
    std::int32_t iLayer = 0;
    std::int64_t position = 0;
    std::int64_t nNeuron = 0;          ///< of the layer, all experts together
    std::int64_t nPerExpert = 0;       ///< of one expert; 0: an MLP
    std::vector<RoutedExpert> experts; ///< that this run chose, best first; empty: an MLP
    std::int64_t nActive = 0;          ///< |activation| above 1 % of the largest
    std::vector<Neuron> neurons;       ///< in the requested order, greatest first
    std::vector<float> activations;    ///< [nNeuron], of this run alone
    bool difference = false;           ///< everything else is of this run minus another
    std::vector<std::string> notes;
};

/// Errors: InvalidArgument, Unsupported (a model without anatomy), Cancelled, those of forward.
Result<NeuronReport> activeNeurons(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                   const NeuronRequest& request);

} // namespace vitral
