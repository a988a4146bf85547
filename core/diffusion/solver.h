// SPDX-License-Identifier: Apache-2.0
#pragma once
// A solver takes x from one noise level to the next. It knows no network: it asks for a prediction where it wants one.
// State (the last predictions of multi-step solvers) can be copied, so that a run can be branched in its middle.
// Thread: one at a time.

#include "core/base/result.h"
#include "core/diffusion/schedule.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace vitral::diffusion {

/// x_0 and noise predicted at (x, time), guidance included; both of x's size. x = alpha x0 + sigma eps holds.
struct Predicted {
    std::vector<float> x0, eps;
};
using PredictFunction = std::function<Result<Predicted>(std::span<const float> x, const StepTime& time)>;
/// Standard normal numbers; `iDraw` counts within a step.
using NoiseFunction = std::function<void(std::int32_t iStep, std::int32_t iDraw, std::span<float> out)>;

class Solver {
public:
    virtual ~Solver() = default;
    [[nodiscard]] virtual std::unique_ptr<Solver> clone() const = 0; ///< with its history
    /// x goes from times[iStep] to times[iStep + 1]. Errors: those of `predict`.
    virtual Result<void> step(std::int32_t iStep, std::span<float> x, const PredictFunction& predict,
                              const NoiseFunction& noise) = 0;
    /// Evaluations of the network in step iStep.
    [[nodiscard]] virtual std::int32_t evaluations(std::int32_t iStep) const = 0;
};

/// `times` as stepTimes() gives them. Errors: InvalidArgument (a solver that does not fit the schedule).
Result<std::unique_ptr<Solver>> makeSolver(const DenoiseSettings& settings, const NoiseSchedule& schedule,
                                           std::vector<StepTime> times);

} // namespace vitral::diffusion
