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
    /// What is patched, over all of its columns: ResidPre, ResidMid, ResidPost, AttnOut, MlpOut.
    Point point = Point::ResidPre;
    DType kvType = DType::F16;
};

struct PatchGrid {
    std::int64_t nLayer = 0, nPosition = 0;
    double cleanDifference = 0, corruptDifference = 0; ///< logit(A) - logit(B) at the last position
    /// [nLayer, nPosition]: (patched - corrupt) / (clean - corrupt). NaN: not computed (yet). Positions before the
    /// first token that differs are exactly 0.
    std::vector<float> recovered;
    std::vector<std::string>
        notes; ///< what to be careful about: a whole difference so small that fractions of it blow up
    [[nodiscard]] float at(std::int64_t iLayer, std::int64_t iPosition) const {
        return recovered[static_cast<std::size_t>(iLayer * nPosition + iPosition)];
    }
};

/// `partial` (may be empty) is shown every cell as it is known.
/// Errors: InvalidArgument (lengths differ, equal prompts, answers the clean and the corrupt run do not tell apart),
/// Cancelled, those of forward.
Result<PatchGrid>
patchGrid(const Model& model, const ExplainContext& context, const PatchRequest& request,
          const std::function<void(std::int64_t iLayer, std::int64_t iPosition, float recovered)>& partial = {});

} // namespace vitral
