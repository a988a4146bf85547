// SPDX-License-Identifier: Apache-2.0
#pragma once
// A norm with its scale frozen at the value it had for one row: an affine map, which is what lets a logit be split into
// a sum (Elhage et al. 2021). y = weight * (x - mean(x)) * scale + bias, without the mean for RMSNorm. In double.
// Thread: any.

#include "core/model/model.h"

#include <span>
#include <vector>

namespace vitral {

struct FrozenNorm {
    std::vector<float> weight, bias; ///< [E]; bias may be empty
    bool centred = false;
    double scale = 1.0;

    /// The norm as it acts on x. Errors: those of reading its tensors.
    static Result<FrozenNorm> at(const Model& model, const NormAnatomy& norm, std::span<const double> x);

    /// out . x = direction . (y - bias) for every x: the direction carried back through the norm.
    [[nodiscard]] std::vector<double> pullBack(std::span<const double> direction) const;
    /// Carries a vector that is added to x forward: weight * (v - mean(v)) * scale.
    [[nodiscard]] std::vector<double> pushForward(std::span<const double> v) const;
    /// direction . bias
    [[nodiscard]] double constant(std::span<const double> direction) const;
};

[[nodiscard]] double dot(std::span<const double> a, std::span<const double> b);
[[nodiscard]] double dot(std::span<const double> a, std::span<const float> b);
[[nodiscard]] std::vector<double> toDouble(std::span<const float> values);

} // namespace vitral
