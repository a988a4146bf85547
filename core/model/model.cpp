// SPDX-License-Identifier: Apache-2.0
#include "core/model/model.h"

namespace vitral {

Result<void> Model::project(ProjectContext& /*context*/, std::span<const float> /*rows*/, Projection /*projection*/,
                            std::span<float> /*logits*/) const {
    return fail(ErrorCode::Unsupported,
                "This model has no residual stream that could be read through its output head.");
}

} // namespace vitral
