// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the experts of one layer do with one row: the router's choice, and the neurons of those it chose, computed again
// from the row that the run gave them and the weights of the file (no point shows the inside of an expert).
// The engine's own sum differs by its rounding. Only chosen experts are read. Thread: engine; results are values.

#include "core/model/expert_rule.h"
#include "core/trace/weight_rows.h"

#include <cstdint>
#include <vector>

namespace vitral {

struct ChosenExpert {
    std::int32_t iExpert = 0;
    double weight = 0;              ///< what the router multiplies its output with
    std::vector<float> pre, linear; ///< [F] both products of its neurons, as hook_pre and hook_pre_linear of an MLP
    std::vector<float> post;        ///< [F] activations of its neurons, before that weight
    std::vector<double> bias;       ///< [E] that its output has anyway, before that weight; empty: none
};

class ExpertLayer {
public:
    /// Errors: Unsupported (a layer without experts, or with a norm behind them), InvalidFile.
    static Result<ExpertLayer> open(const Model& model, std::int32_t iLayer);
    /// Whether the layer is a mixture of experts.
    [[nodiscard]] static bool is(const Model& model, std::int32_t iLayer);

    [[nodiscard]] std::int64_t nFf() const { return down_.nCol(); } ///< neurons of one expert
    [[nodiscard]] std::int64_t nExpert() const { return nExpert_; }
    /// Best first. normed: [E], the row in front of the experts; router: [nExpert], its logits. Errors: Unsupported (of
    /// another size), Cancelled.
    [[nodiscard]] Result<std::vector<ChosenExpert>> choose(std::span<const float> normed, std::span<const float> router,
                                                           const std::stop_token& stop) const;
    /// Rows of an expert's output matrix: `take` gets the column of the stream, [F].
    Result<void> forEachOut(std::int32_t iExpert, const std::stop_token& stop,
                            const std::function<void(std::int64_t iRow, std::span<const float> row)>& take) const;

private:
    Result<void> fill(ChosenExpert& expert, std::span<const float> normed, const std::stop_token& stop) const;

    ExpertRule rule_;
    std::int64_t nExpert_ = 0, nUsed_ = 0;
    WeightRows gate_, up_, down_;             ///< [nExpert * F, E], the same, [nExpert * E, F]
    WeightRows gateBias_, upBias_, downBias_; ///< [nExpert, F], the same, [nExpert, E]
    bool gateBiased_ = false, upBiased_ = false, downBiased_ = false;
};

} // namespace vitral
