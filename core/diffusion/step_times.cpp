// SPDX-License-Identifier: Apache-2.0
// Which times a run visits. What diffusers' schedulers do differs from one to the other, and pictures depend on it, so
// each solver follows its own scheduler (version of 2026-08, src/diffusers/schedulers):
// - DDPM and DDIM visit whole timesteps; Euler, Euler ancestral and Heun visit fractions under "linspace".
// - DPM-Solver++ and UniPC space steps + 1 timesteps and leave out the last, and they tell the network whole timesteps
//   also where the noise level lies between two: rounded under Karras, cut off under exponential and for flows.
// - LCM visits timesteps out of the 50 it was distilled on, whatever the spacing.
// - Euler for flows shifts the ends of its range first and then everything again (FlowMatchEulerDiscreteScheduler).
// - Every run ends at noise level 0 (final_sigmas_type "zero", set_alpha_to_one): Stable Diffusion's own DDIM and PNDM
//   files ask for the first training level instead, which we do not follow.
// - DDIM there steps to t - T/n whatever comes next; here to the next visited time, which is the same under "leading"
//   and, where the steps divide T, "trailing".
// "sgm-uniform" is k-diffusion's: evenly spaced timesteps from T - 1 to 0, the last left out, levels between two
// timesteps interpolated in log sigma.

#include "core/diffusion/schedule.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::diffusion {
namespace {

constexpr double kLeastAlphaCumprod = 0x1.0p-24; // as diffusers: a finite first level where no signal is left
constexpr double kMostFlowSigma = 1 - 1e-6;      // as UniPCMultistepScheduler
constexpr std::int32_t kLcmOriginalSteps = 50;

enum class Family : std::uint8_t { Whole, Fractional, Multistep, Lcm };

Family familyOf(SolverKind solver) {
    switch (solver) {
    case SolverKind::Ddpm:
    case SolverKind::Ddim:
        return Family::Whole;
    case SolverKind::DpmPp2M:
    case SolverKind::DpmPp2MSde:
    case SolverKind::UniPc:
        return Family::Multistep;
    case SolverKind::Lcm:
        return Family::Lcm;
    default:
        return Family::Fractional;
    }
}

std::vector<double> karrasLevels(double most, double least, std::int32_t n) {
    constexpr double kRho = 7;
    const double a = std::pow(most, 1 / kRho), b = std::pow(least, 1 / kRho);
    std::vector<double> out;
    for (std::int32_t i = 0; i < n; ++i)
        out.push_back(std::pow(a + (n == 1 ? 0.0 : static_cast<double>(i) / (n - 1)) * (b - a), kRho));
    return out;
}

std::vector<double> exponentialLevels(double most, double least, std::int32_t n) {
    const double a = std::log(most), b = std::log(least);
    std::vector<double> out;
    for (std::int32_t i = 0; i < n; ++i)
        out.push_back(std::exp(a + (n == 1 ? 0.0 : static_cast<double>(i) / (n - 1)) * (b - a)));
    return out;
}

StepTime variancePreserving(double timestep, double karrasSigma) {
    const double root = std::sqrt(1 + karrasSigma * karrasSigma);
    return {timestep, 1 / root, karrasSigma / root};
}

class Spacer {
public:
    Spacer(const NoiseSchedule& schedule, std::int32_t steps, StepSpacing spacing, SolverKind solver)
        : schedule_(schedule), n_(steps), spacing_(spacing), solver_(solver), family_(familyOf(solver)) {}

    Result<std::vector<StepTime>> times() {
        const ScheduleSpec& spec = schedule_.spec();
        if (n_ < 1 || n_ > spec.nTrain)
            return tooMany(spec.nTrain);
        if (spec.kind == BetaKind::Flow) {
            if (family_ == Family::Lcm)
                return fail(ErrorCode::InvalidArgument,
                            "The solver \"lcm\" does not fit a flow model; use flow-euler.");
            makeFlow();
        } else {
            if (solver_ == SolverKind::FlowEuler)
                return fail(ErrorCode::InvalidArgument,
                            "The solver \"flow-euler\" needs a flow model; for this one use euler.");
            if (family_ == Family::Lcm) {
                VITRAL_TRY(makeLcm());
            } else if (spacing_ == StepSpacing::Karras || spacing_ == StepSpacing::Exponential) {
                makeLevels();
            } else if (spacing_ == StepSpacing::SgmUniform) {
                for (std::int32_t i = 0; i < n_; ++i) {
                    const double t = (spec.nTrain - 1) * (1 - static_cast<double>(i) / n_);
                    out_.push_back(variancePreserving(t, logLevel(t)));
                }
            } else {
                VITRAL_TRY(makeSpaced());
            }
        }
        for (std::size_t i = 1; i < out_.size(); ++i)
            if (!(out_[i].sigma * out_[i - 1].alpha < out_[i - 1].sigma * out_[i].alpha))
                return tooMany(static_cast<std::int32_t>(i));
        out_.push_back({0, 1, 0});
        return std::move(out_);
    }

private:
    tl::unexpected<Error> tooMany(std::int32_t limit) const {
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} steps are more than this schedule has different times for with this solver and "
                                "spacing; try {} or fewer.",
                                n_, std::max(1, limit - 1)));
    }
    /// Levels of solvers that work with sigma / alpha must be finite.
    double finiteSigma(double timestep) const {
        const double sigma = schedule_.karrasSigma(timestep);
        return std::isinf(sigma) ? std::sqrt((1 - kLeastAlphaCumprod) / kLeastAlphaCumprod) : sigma;
    }
    double logLevel(double timestep) const {
        const double low = std::floor(timestep), high = std::ceil(timestep);
        const double a = std::log(finiteSigma(low)), b = std::log(finiteSigma(high));
        return std::exp(a + (timestep - low) * (b - a));
    }
    void add(double timestep) {
        const double t = std::clamp(timestep, 0.0, static_cast<double>(schedule_.spec().nTrain - 1));
        if (family_ == Family::Whole || family_ == Family::Lcm)
            out_.push_back({t, schedule_.alpha(t), schedule_.sigma(t)});
        else
            out_.push_back(variancePreserving(t, finiteSigma(t)));
    }

    Result<void> makeSpaced() {
        const ScheduleSpec& spec = schedule_.spec();
        const bool oneMore = family_ == Family::Multistep;
        const std::int32_t n = n_ + (oneMore ? 1 : 0);
        const double last = spec.nTrain - 1;
        if (spacing_ == StepSpacing::Leading && spec.nTrain / n < 1)
            return tooMany(spec.nTrain);
        for (std::int32_t i = 0; i < n_; ++i) {
            double t = 0;
            switch (spacing_) {
            case StepSpacing::Linspace:
                t = n == 1 ? 0 : last * (1 - static_cast<double>(i) / (n - 1));
                if (family_ != Family::Fractional)
                    t = std::nearbyint(t); // half to even, as NumPy
                break;
            case StepSpacing::Trailing:
                t = std::nearbyint(spec.nTrain - i * (static_cast<double>(spec.nTrain) / n_)) - 1;
                break;
            default:
                t = static_cast<double>((n - 1 - i) * (spec.nTrain / n)) + spec.stepsOffset;
                break;
            }
            add(t);
        }
        return {};
    }

    void makeLevels() {
        const double most = finiteSigma(schedule_.spec().nTrain - 1), least = finiteSigma(0);
        for (const double sigma :
             spacing_ == StepSpacing::Karras ? karrasLevels(most, least, n_) : exponentialLevels(most, least, n_)) {
            double t = schedule_.timestepOf(sigma);
            if (family_ == Family::Multistep)
                t = spacing_ == StepSpacing::Karras &&
                            !(schedule_.spec().kind == BetaKind::Cosine && solver_ != SolverKind::UniPc)
                        ? std::nearbyint(t)
                        : std::floor(t + 1e-9);
            out_.push_back(variancePreserving(t, sigma));
        }
    }

    Result<void> makeLcm() {
        const std::int32_t nTrain = schedule_.spec().nTrain, original = std::min(kLcmOriginalSteps, nTrain);
        const std::int32_t k = nTrain / original;
        if (n_ > original)
            return tooMany(original + 1);
        for (std::int32_t i = 0; i < n_; ++i) {
            const auto index = static_cast<std::int32_t>(std::floor(static_cast<double>(i) * original / n_));
            add((original - index) * k - 1);
        }
        return {};
    }

    void makeFlow() {
        const ScheduleSpec& spec = schedule_.spec();
        const double nTrain = spec.nTrain;
        const auto shifted = [&](double t) { return spec.shift * t / (1 + (spec.shift - 1) * t); };
        std::vector<double> sigmas;
        const bool levels = spacing_ == StepSpacing::Karras || spacing_ == StepSpacing::Exponential;
        if (family_ == Family::Multistep && !levels) {
            // DPM-Solver++ spaces the other end: 1 - linspace(1, 1/T), so that its first level is below 1.
            const bool uniPc = solver_ == SolverKind::UniPc;
            const double step = (1 / nTrain - 1) / n_; // in the order of NumPy's linspace, so that t is cut off alike
            for (std::int32_t i = 0; i < n_; ++i) {
                const double t = (uniPc ? i : n_ - i) * step + 1;
                sigmas.push_back(shifted(uniPc ? t : 1 - t));
            }
        } else {
            const double most = shifted(1), least = shifted(1 / nTrain);
            for (std::int32_t i = 0; i < n_; ++i)
                sigmas.push_back(shifted(most + (n_ == 1 ? 0.0 : static_cast<double>(i) / (n_ - 1)) * (least - most)));
            if (levels) {
                // Also where there is one step only, the range is that of the schedule.
                const double from = shifted(most), to = shifted(least);
                sigmas = spacing_ == StepSpacing::Karras ? karrasLevels(from, to, n_) : exponentialLevels(from, to, n_);
            }
        }
        for (double sigma : sigmas) {
            if (family_ == Family::Multistep)
                sigma = std::min(sigma, kMostFlowSigma); // log(alpha) must be finite
            const double t = sigma * nTrain;
            out_.push_back({family_ == Family::Multistep ? std::floor(t) : t, 1 - sigma, sigma});
        }
    }

    const NoiseSchedule& schedule_;
    std::int32_t n_;
    StepSpacing spacing_;
    SolverKind solver_;
    Family family_;
    std::vector<StepTime> out_;
};

} // namespace

Result<std::vector<StepTime>> stepTimes(const NoiseSchedule& schedule, std::int32_t steps, StepSpacing spacing,
                                        SolverKind solver) {
    return Spacer(schedule, steps, spacing, solver).times();
}

} // namespace vitral::diffusion
