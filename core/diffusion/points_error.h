// SPDX-License-Identifier: Apache-2.0
#pragma once
// How far a solver's steps are from the exact answer. The probability-flow equation (Song et al. 2021) of a mixture is
// known in closed form; integrated in double with steps so small that halving them changes nothing that is shown, it is
// the reference that every deterministic solver approaches. Random solvers have no such answer for a single point: the
// energy distance to fresh data judges where their points lie as a whole. Thread: any.

#include "core/diffusion/picture.h"
#include "core/diffusion/points_mixture.h"
#include "core/diffusion/schedule.h"
#include "core/diffusion/settings.h"

#include <span>
#include <stop_token>
#include <vector>

namespace vitral::diffusion {

/// Whether a solver's steps draw noise of their own: no exact path is its answer.
[[nodiscard]] bool drawsNoise(SolverKind kind);

struct ExactPathOptions {
    std::int32_t classId = -1;
    double guidance = 1;        ///< as a run's: u + g (c - u)
    double largestStep = 0.004; ///< in the angle atan2(sigma, alpha), or in sigma for a flow
    std::stop_token stop;
};

/// Where the points of `x` [2, 1, N], at times.front(), are at every one of `times` (falling sigma): times.size()
/// clouds. Fourth-order Runge-Kutta. Errors: InvalidArgument (not a cloud, times that do not fall), Cancelled.
Result<std::vector<Picture>> exactPaths(const PointMixture& data, const NoiseSchedule& schedule,
                                        std::span<const StepTime> times, const Picture& x,
                                        const ExactPathOptions& options = {});

/// Root of the mean squared distance between the points of two clouds of equal size, pair by pair.
[[nodiscard]] double cloudDistance(const Picture& a, const Picture& b);
/// sqrt(2 E|a - b| - E|a - a'| - E|b - b'|) (Szekely and Rizzo 2013), over all pairs: 0 for equal distributions.
[[nodiscard]] double energyDistance(const Picture& a, const Picture& b);

} // namespace vitral::diffusion
