// SPDX-License-Identifier: Apache-2.0
// The solvers. One step is written with x_0 and eps as the network predicts them at the step's begin, in double, for
// any (alpha, sigma): the same lines serve variance-preserving and flow schedules. Sources: diffusers'
// src/diffusers/schedulers (2026-08), named at each solver; tests/core/diffusion/tst_solvers compares whole
// trajectories.

#include "core/diffusion/solver.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace vitral::diffusion {
namespace {

/// log(alpha / sigma), half the log of the signal-to-noise ratio.
double lambdaOf(const StepTime& t) {
    if (t.sigma <= 0)
        return std::numeric_limits<double>::infinity();
    return std::log(t.alpha) - std::log(t.sigma);
}

/// Common ground: times, and a place for noise.
class SolverBase : public Solver {
public:
    explicit SolverBase(std::vector<StepTime> times) : times_(std::move(times)) {}
    [[nodiscard]] std::int32_t evaluations(std::int32_t) const override { return 1; }

protected:
    [[nodiscard]] const StepTime& at(std::int32_t i) const { return times_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int32_t nStep() const { return static_cast<std::int32_t>(times_.size()) - 1; }

    std::vector<StepTime> times_;
};

/// DDPM, DDIM, Euler, Euler ancestral and Euler on flows are one formula. With r = (sigma' / alpha') / (sigma / alpha),
///   x' = alpha' x_0 + down eps + up noise,  up = eta sigma' sqrt(1 - r^2),  down = sqrt(sigma'^2 - up^2):
/// eta = 1 is the posterior of Ho et al. 2020 and k-diffusion's ancestral step, eta = 0 DDIM and, since
/// x / alpha = x_0 + (sigma / alpha) eps, Euler's step on Karras' equation; on flows x' = x + (t' - t) (eps - x_0).
class SingleStep final : public SolverBase {
public:
    SingleStep(std::vector<StepTime> times, double eta) : SolverBase(std::move(times)), eta_(eta) {}
    [[nodiscard]] std::unique_ptr<Solver> clone() const override { return std::make_unique<SingleStep>(*this); }

    Result<void> step(std::int32_t iStep, std::span<float> x, const PredictFunction& predict,
                      const NoiseFunction& noise) override {
        const StepTime &from = at(iStep), &to = at(iStep + 1);
        VITRAL_TRY_ASSIGN(const Predicted p, predict(x, from));
        const double ratio = to.sigma * from.alpha / (to.alpha * from.sigma);
        const double up = eta_ * to.sigma * std::sqrt(std::max(0.0, 1 - ratio * ratio));
        const double down = std::sqrt(std::max(0.0, to.sigma * to.sigma - up * up));
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<float>(to.alpha * static_cast<double>(p.x0[i]) + down * static_cast<double>(p.eps[i]));
        if (up > 0) {
            std::vector<float> z(x.size());
            noise(iStep, 0, z);
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] = static_cast<float>(static_cast<double>(x[i]) + up * static_cast<double>(z[i]));
        }
        return {};
    }

private:
    double eta_;
};

/// Karras et al. 2022, algorithm 1 (scheduling_heun_discrete.py). On flows the derivative is taken along t
/// (scheduling_flow_match_heun_discrete.py), elsewhere along sigma / alpha. The last step, to level 0, is Euler's.
class Heun final : public SolverBase {
public:
    Heun(std::vector<StepTime> times, bool flow) : SolverBase(std::move(times)), flow_(flow) {}
    [[nodiscard]] std::unique_ptr<Solver> clone() const override { return std::make_unique<Heun>(*this); }
    [[nodiscard]] std::int32_t evaluations(std::int32_t iStep) const override {
        return at(iStep + 1).sigma > 0 ? 2 : 1;
    }

    Result<void> step(std::int32_t iStep, std::span<float> x, const PredictFunction& predict,
                      const NoiseFunction&) override {
        const StepTime &from = at(iStep), &to = at(iStep + 1);
        VITRAL_TRY_ASSIGN(const Predicted p, predict(x, from));
        std::vector<float> euler(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
            euler[i] =
                static_cast<float>(to.alpha * static_cast<double>(p.x0[i]) + to.sigma * static_cast<double>(p.eps[i]));
        if (to.sigma <= 0) {
            std::copy(euler.begin(), euler.end(), x.begin());
            return {};
        }
        VITRAL_TRY_ASSIGN(const Predicted q, predict(euler, to));
        if (flow_) {
            const double h = (to.sigma - from.sigma) / 2;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double first = static_cast<double>(p.eps[i]) - static_cast<double>(p.x0[i]);
                const double second = static_cast<double>(q.eps[i]) - static_cast<double>(q.x0[i]);
                x[i] = static_cast<float>(static_cast<double>(x[i]) + h * (first + second));
            }
            return {};
        }
        const double s0 = from.sigma / from.alpha, s1 = to.sigma / to.alpha, h = (s1 - s0) / 2;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double d0 = p.eps[i], d1 = q.eps[i];
            x[i] = static_cast<float>(to.alpha * (static_cast<double>(p.x0[i]) + s0 * d0 + h * (d0 + d1)));
        }
        return {};
    }

private:
    bool flow_;
};

/// DPM-Solver++ 2M, midpoint, ODE or SDE (scheduling_dpmsolver_multistep.py). First and last step are of first order:
/// with a last level of 0 diffusers forces that whatever lower_order_final says.
class DpmPp2M final : public SolverBase {
public:
    DpmPp2M(std::vector<StepTime> times, bool sde) : SolverBase(std::move(times)), sde_(sde) {}
    [[nodiscard]] std::unique_ptr<Solver> clone() const override { return std::make_unique<DpmPp2M>(*this); }

    Result<void> step(std::int32_t iStep, std::span<float> x, const PredictFunction& predict,
                      const NoiseFunction& noise) override {
        const StepTime &from = at(iStep), &to = at(iStep + 1);
        VITRAL_TRY_ASSIGN(Predicted p, predict(x, from));
        const double h = lambdaOf(to) - lambdaOf(from);
        const bool second = last_.size() == x.size() && iLast_ == iStep - 1 && iStep + 1 < nStep();
        // 1 / (2 r0), r0 = (lambda_s0 - lambda_s1) / h
        const double half = second ? 0.5 * h / (lambdaOf(from) - lambdaOf(at(iLast_))) : 0.0;
        const double keep = to.sigma / from.sigma * (sde_ ? std::exp(-h) : 1.0);
        const double take = to.alpha * -std::expm1(sde_ ? -2 * h : -h);
        const double up = sde_ ? to.sigma * std::sqrt(-std::expm1(-2 * h)) : 0.0;
        std::vector<float> z;
        if (up > 0) {
            z.resize(x.size());
            noise(iStep, 0, z);
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double m0 = p.x0[i];
            const double slope = second ? half * (m0 - static_cast<double>(last_[i])) : 0.0;
            const double extra = up > 0 ? up * static_cast<double>(z[i]) : 0.0;
            x[i] = static_cast<float>(keep * static_cast<double>(x[i]) + take * (m0 + slope) + extra);
        }
        last_ = std::move(p.x0);
        iLast_ = iStep;
        return {};
    }

private:
    bool sde_;
    std::vector<float> last_; ///< x_0 of step iLast_
    std::int32_t iLast_ = -2;
};

/// UniPC of order 2 with B(h) = e^h - 1 ("bh2") on x_0 (scheduling_unipc_multistep.py). Each evaluation first corrects
/// the sample it was made at, then predicts the next one; the network has seen the uncorrected sample.
class UniPc final : public SolverBase {
public:
    using SolverBase::SolverBase;
    [[nodiscard]] std::unique_ptr<Solver> clone() const override { return std::make_unique<UniPc>(*this); }

    Result<void> step(std::int32_t iStep, std::span<float> x, const PredictFunction& predict,
                      const NoiseFunction&) override {
        VITRAL_TRY_ASSIGN(Predicted p, predict(x, at(iStep)));
        const bool follows = iLast_ == iStep - 1 && lastSample_.size() == x.size();
        if (!follows) {
            nHistory_ = 0;
            order_ = 0;
        } else {
            correct(iStep, x, p.x0);
        }
        older_ = std::move(last_);
        last_ = std::move(p.x0);
        order_ = std::min({2, nStep() - iStep, nHistory_ + 1});
        lastSample_.assign(x.begin(), x.end());
        advance(iStep, x);
        nHistory_ = std::min(2, nHistory_ + 1);
        iLast_ = iStep;
        return {};
    }

private:
    struct Terms {
        double keep, m0, slope; ///< x' = keep x + m0 m_0 + slope D; D follows
        double b1, b2, rk;
    };
    /// From time s to time t, with `r` the time of the older prediction (order 2).
    [[nodiscard]] static Terms terms(const StepTime& s, const StepTime& t, const StepTime* r) {
        Terms k{};
        const double h = lambdaOf(t) - lambdaOf(s), hh = -h, phi = std::expm1(hh);
        double phiK = phi / hh - 1; // hh is -infinity at the last step, where phi is -1
        k.keep = t.sigma / s.sigma;
        k.m0 = -t.alpha * phi;
        k.slope = -t.alpha * phi; // B(h) = phi
        k.b1 = phiK / phi;
        phiK = phiK / hh - 0.5;
        k.b2 = phiK * 2 / phi;
        k.rk = r != nullptr ? (lambdaOf(*r) - lambdaOf(s)) / h : 1.0;
        return k;
    }

    void correct(std::int32_t iStep, std::span<float> x, const std::vector<float>& now) const {
        const bool second = order_ == 2;
        const Terms k = terms(at(iStep - 1), at(iStep), second ? &at(iStep - 2) : nullptr);
        double rhoOld = 0, rhoNew = 0.5;
        if (second) { // solves [1 1; rk 1] rho = b
            rhoOld = (k.b1 - k.b2) / (1 - k.rk);
            rhoNew = k.b1 - rhoOld;
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double m0 = last_[i];
            const double old = second ? rhoOld * (static_cast<double>(older_[i]) - m0) / k.rk : 0.0;
            x[i] = static_cast<float>(k.keep * static_cast<double>(lastSample_[i]) + k.m0 * m0 +
                                      k.slope * (old + rhoNew * (static_cast<double>(now[i]) - m0)));
        }
    }

    void advance(std::int32_t iStep, std::span<float> x) const {
        const bool second = order_ == 2;
        const Terms k = terms(at(iStep), at(iStep + 1), second ? &at(iStep - 1) : nullptr);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double m0 = last_[i];
            const double old = second ? 0.5 * (static_cast<double>(older_[i]) - m0) / k.rk : 0.0;
            x[i] = static_cast<float>(k.keep * static_cast<double>(x[i]) + k.m0 * m0 + k.slope * old);
        }
    }

    std::vector<float> last_, older_; ///< x_0 predicted at steps iLast_ and iLast_ - 1
    std::vector<float> lastSample_;   ///< corrected, at step iLast_
    std::int32_t iLast_ = -2, order_ = 0, nHistory_ = 0;
};

/// Latent consistency (scheduling_lcm.py): the boundary condition of Song et al. 2023 with sigma_data 0.5 and timesteps
/// times 10, then fresh noise.
class Lcm final : public SolverBase {
public:
    using SolverBase::SolverBase;
    [[nodiscard]] std::unique_ptr<Solver> clone() const override { return std::make_unique<Lcm>(*this); }

    Result<void> step(std::int32_t iStep, std::span<float> x, const PredictFunction& predict,
                      const NoiseFunction& noise) override {
        const StepTime &from = at(iStep), &to = at(iStep + 1);
        VITRAL_TRY_ASSIGN(const Predicted p, predict(x, from));
        const double scaled = from.timestep * 10, data = 0.25;
        const double skip = data / (scaled * scaled + data), out = scaled / std::sqrt(scaled * scaled + data);
        std::vector<float> z;
        if (to.sigma > 0) {
            z.resize(x.size());
            noise(iStep, 0, z);
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double clean = out * static_cast<double>(p.x0[i]) + skip * static_cast<double>(x[i]);
            x[i] = static_cast<float>(to.alpha * clean + (z.empty() ? 0.0 : to.sigma * static_cast<double>(z[i])));
        }
        return {};
    }
};

} // namespace

Result<std::unique_ptr<Solver>> makeSolver(const DenoiseSettings& settings, const NoiseSchedule& schedule,
                                           std::vector<StepTime> times) {
    const bool flow = schedule.spec().kind == BetaKind::Flow;
    if (times.size() < 2)
        return fail(ErrorCode::InvalidArgument, "A run needs at least one step.");
    switch (settings.solver) {
    case SolverKind::Ddpm:
    case SolverKind::EulerAncestral:
        return std::make_unique<SingleStep>(std::move(times), 1.0);
    case SolverKind::Ddim:
        return std::make_unique<SingleStep>(std::move(times), settings.eta);
    case SolverKind::Euler:
        return std::make_unique<SingleStep>(std::move(times), 0.0);
    case SolverKind::FlowEuler:
        if (!flow)
            break;
        return std::make_unique<SingleStep>(std::move(times), 0.0);
    case SolverKind::Heun:
        return std::make_unique<Heun>(std::move(times), flow);
    case SolverKind::DpmPp2M:
        return std::make_unique<DpmPp2M>(std::move(times), false);
    case SolverKind::DpmPp2MSde:
        return std::make_unique<DpmPp2M>(std::move(times), true);
    case SolverKind::UniPc:
        return std::make_unique<UniPc>(std::move(times));
    case SolverKind::Lcm:
        if (flow)
            break;
        return std::make_unique<Lcm>(std::move(times));
    }
    return fail(ErrorCode::InvalidArgument, fmt::format("The solver \"{}\" does not fit this model's noise schedule.",
                                                        solverName(settings.solver)));
}

} // namespace vitral::diffusion
