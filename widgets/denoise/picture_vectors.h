// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pictures as vectors: lengths, angles, and a flat drawing of several of them in the plane two of them span. Sums in
// double. Thread: any.

#include "core/diffusion/picture.h"

#include <QPointF>

#include <vector>

namespace vitral {

/// NaN where the shapes differ.
[[nodiscard]] double dotProduct(const diffusion::Picture& a, const diffusion::Picture& b);
/// -1..1; NaN where one has no length or the shapes differ.
[[nodiscard]] double cosine(const diffusion::Picture& a, const diffusion::Picture& b);
/// 0..180.
[[nodiscard]] double angleDegrees(double cosine);
/// Length of a - b over the square root of the number of values; NaN where the shapes differ.
[[nodiscard]] double rmsDistance(const diffusion::Picture& a, const diffusion::Picture& b);

struct InPlane {
    QPointF at;       ///< coordinates: x along `first`, y in the direction of what `second` adds to it
    double share = 1; ///< of its length that lies in the plane, 0..1
};
/// Orthogonal projections onto the plane that `first` and `second` span. Empty where they span none.
[[nodiscard]] std::vector<InPlane> inPlane(const diffusion::Picture& first, const diffusion::Picture& second,
                                           const std::vector<const diffusion::Picture*>& vectors);

} // namespace vitral
