// SPDX-License-Identifier: Apache-2.0
#pragma once
// The forward process: how much of a picture is left at a time t, and which times a run visits. All in double.
// Conventions as in diffusers: x_t = alpha_t x_0 + sigma_t eps, with alpha_t^2 + sigma_t^2 = 1 (variance preserving) or
// alpha_t = 1 - t, sigma_t = t (flow). `karrasSigma` = sigma_t / alpha_t is the noise level of Karras et al. 2022.
// Thread: any, const once made.

#include "core/base/result.h"
#include "core/diffusion/settings.h"

#include <cstdint>
#include <vector>

namespace vitral::diffusion {

enum class BetaKind : std::uint8_t { Linear, ScaledLinear, Cosine, Flow };

struct ScheduleSpec {
    BetaKind kind = BetaKind::Linear;
    std::int32_t nTrain = 1000;
    double betaStart = 1e-4, betaEnd = 0.02;
    bool zeroTerminalSnr = false; ///< rescaled after Lin et al. 2024
    Prediction prediction = Prediction::Epsilon;
    double shift = 1;             ///< Flow: t' = shift t / (1 + (shift - 1) t)
    std::int32_t stepsOffset = 0; ///< diffusers' steps_offset (1 for Stable Diffusion)
};

class NoiseSchedule {
public:
    /// Errors: InvalidArgument (a number out of range, named).
    static Result<NoiseSchedule> make(const ScheduleSpec& spec);

    [[nodiscard]] const ScheduleSpec& spec() const { return spec_; }
    /// At a (possibly fractional) timestep 0..nTrain - 1; for Flow t is timestep / nTrain.
    [[nodiscard]] double alpha(double timestep) const;
    [[nodiscard]] double sigma(double timestep) const;
    /// Between two timesteps linear in this number, as diffusers' Euler does. Infinite where nothing is left of x_0.
    [[nodiscard]] double karrasSigma(double timestep) const;
    /// The timestep of a noise level (interpolated in log sigma).
    [[nodiscard]] double timestepOf(double karrasSigma) const;
    /// log(alpha^2 / sigma^2), natural.
    [[nodiscard]] double logSnr(double timestep) const;
    /// alpha^2 of every training timestep; empty for Flow.
    [[nodiscard]] const std::vector<double>& alphaCumprod() const { return alphaCumprod_; }

private:
    ScheduleSpec spec_;
    std::vector<double> alphaCumprod_;
    std::vector<double> logSigma_; ///< log of karrasSigma, ascending, with the end finite
};

/// One moment a run visits.
struct StepTime {
    double timestep = 0; ///< what the network is told
    double alpha = 1, sigma = 0;
};
/// steps + 1 moments, noisiest first; the last is clean (sigma 0). Which timesteps a solver visits follows its
/// scheduler in diffusers, with what is peculiar to each (step_times.cpp). Errors: InvalidArgument (more steps than the
/// schedule has room for; a solver that does not fit).
Result<std::vector<StepTime>> stepTimes(const NoiseSchedule& schedule, std::int32_t steps, StepSpacing spacing,
                                        SolverKind solver);

} // namespace vitral::diffusion
