// SPDX-License-Identifier: Apache-2.0
#pragma once
// Activation patching, or causal tracing (Vig et al. 2020, Meng et al. 2022): two prompts of the same length, a clean
// one with answer A and a corrupt one with answer B. The corrupt prompt is run again and again, each time with one
// activation of the clean run put in its place; where that brings answer A back, the information was. Metric: the logit
// difference A - B, normalised so that 0 is the corrupt run and 1 the clean one (Wang et al. 2022).
// Thread: engine; results are values.

#include "core/trace/explain.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vitral {

struct PatchRequest {
    std::vector<TokenId> clean, corrupt; ///< of the same length
    TokenId answer = 0, wrongAnswer = 0; ///< A and B
    /// What is patched: ResidPre, ResidMid, ResidPost, AttnOut or MlpOut, over all columns, position by position; or Z,
    /// head by head.
    Point point = Point::ResidPre;
    /// Of Z only: the position whose head outputs are patched; -1: all positions of a head at once.
    std::int64_t position = -1;
    DType kvType = DType::F16;
};

struct PatchGrid {
    std::int64_t nLayer = 0, nColumn = 0; ///< columns: positions; of Z: heads (of the layer that has most)
    bool byHead = false;
    double cleanDifference = 0, corruptDifference = 0; ///< logit(A) - logit(B) at the last position
    /// [nLayer, nColumn]: (patched - corrupt) / (clean - corrupt). NaN: not computed (yet), or a head that a layer does
    /// not have. Positions before the first token that differs are exactly 0.
    std::vector<float> recovered;
    std::vector<std::string>
        notes; ///< what to be careful about: a whole difference so small that fractions of it blow up
    [[nodiscard]] float at(std::int64_t iLayer, std::int64_t iColumn) const {
        return recovered[static_cast<std::size_t>(iLayer * nColumn + iColumn)];
    }
};

/// `partial` (may be empty) is shown every cell as it is known.
/// Errors: InvalidArgument (lengths differ, equal prompts, answers the clean and the corrupt run do not tell apart),
/// Cancelled, those of forward.
Result<PatchGrid>
patchGrid(const Model& model, const ExplainContext& context, const PatchRequest& request,
          const std::function<void(std::int64_t iLayer, std::int64_t iColumn, float recovered)>& partial = {});

} // namespace vitral
