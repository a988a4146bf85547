// SPDX-License-Identifier: Apache-2.0
#pragma once
// Steering vectors out of two texts (activation addition: Turner et al. 2023): the mean of the residual stream over the
// positions of one, minus that of the other. Added to later runs (EditKind::Add) it pushes them from the second towards
// the first. Thread: engine; saving: any.

#include "core/trace/explain.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace vitral {

struct SteeringRequest {
    std::vector<TokenId> plus, minus;
    Point point = Point::ResidPost; ///< ResidPre, ResidMid or ResidPost
    std::int32_t iLayer = 0;
    /// The first token of a text (the begin-of-text token, mostly) has a stream unlike all others; it is left out
    /// where a text has more than one token.
    bool skipFirst = true;
};

struct SteeringVector {
    Point point = Point::ResidPost;
    std::int32_t iLayer = 0;
    std::shared_ptr<const std::vector<float>> vector; ///< [E]: mean(plus) - mean(minus), fit for Intervention::vector
    double norm = 0;                                  ///< its length
    double streamNorm = 0; ///< mean length of the stream in the two texts: what `factor` is to be judged against
};

/// Errors: InvalidArgument, Cancelled, those of forward.
Result<SteeringVector> steeringVector(const Model& model, const ExplainContext& context,
                                      const SteeringRequest& request);

/// f32 [E] as a NumPy file. Errors: Io.
Result<void> saveSteeringVector(const SteeringVector& vector, const std::filesystem::path& path);

} // namespace vitral
