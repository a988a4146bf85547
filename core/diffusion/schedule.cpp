// SPDX-License-Identifier: Apache-2.0
// The forward process. Formulas and constants as in diffusers' schedulers (scheduling_ddpm.py: betas_for_alpha_bar,
// rescale_zero_terminal_snr; scheduling_euler_discrete.py: _sigma_to_t), in double where those use float.

#include "core/diffusion/schedule.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numbers>

namespace vitral::diffusion {
namespace {

/// diffusers puts this in place of zero, so that the first noise level is finite (EulerDiscreteScheduler and others).
constexpr double kLeastAlphaCumprod = 0x1.0p-24;

std::vector<double> betasOf(const ScheduleSpec& spec) {
    const auto n = static_cast<std::size_t>(spec.nTrain);
    std::vector<double> betas(n);
    const auto line = [&](double from, double to, std::size_t i) {
        return n == 1 ? from : from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1);
    };
    // Nichol and Dhariwal 2021, equation 17.
    const auto cosine = [](double t) {
        const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
        return c * c;
    };
    for (std::size_t i = 0; i < n; ++i) {
        switch (spec.kind) {
        case BetaKind::Linear:
            betas[i] = line(spec.betaStart, spec.betaEnd, i);
            break;
        case BetaKind::ScaledLinear: {
            const double root = line(std::sqrt(spec.betaStart), std::sqrt(spec.betaEnd), i);
            betas[i] = root * root;
            break;
        }
        case BetaKind::Cosine: {
            const double t1 = static_cast<double>(i) / static_cast<double>(n);
            const double t2 = static_cast<double>(i + 1) / static_cast<double>(n);
            betas[i] = std::min(1 - cosine(t2) / cosine(t1), 0.999);
            break;
        }
        case BetaKind::Flow:
            break;
        }
    }
    return betas;
}

/// Lin et al. 2024, algorithm 1: sqrt(alpha cumprod) shifted and scaled so that its end is zero and its begin stays.
void rescaleToZeroTerminalSnr(std::vector<double>& alphaCumprod) {
    const double first = std::sqrt(alphaCumprod.front()), last = std::sqrt(alphaCumprod.back());
    for (double& a : alphaCumprod) {
        const double root = (std::sqrt(a) - last) * first / (first - last);
        a = root * root;
    }
    alphaCumprod.back() = 0;
}

} // namespace

Result<NoiseSchedule> NoiseSchedule::make(const ScheduleSpec& spec) {
    const auto wrong = [](std::string_view what) {
        return fail(ErrorCode::InvalidArgument, fmt::format("The noise schedule does not work: {}.", what));
    };
    if (spec.nTrain < 1 || spec.nTrain > 1'000'000)
        return wrong("the number of training steps must be from 1 to 1,000,000");
    if (spec.stepsOffset < 0 || spec.stepsOffset >= spec.nTrain)
        return wrong("the offset of the steps must be less than the number of training steps");
    NoiseSchedule schedule;
    schedule.spec_ = spec;
    if (spec.kind == BetaKind::Flow) {
        if (!(spec.shift > 0) || spec.shift > 1000)
            return wrong("the shift of a flow must be from 0 to 1000");
        return schedule;
    }
    if (spec.kind != BetaKind::Cosine &&
        (!(spec.betaStart > 0) || !(spec.betaEnd < 1) || !(spec.betaStart <= spec.betaEnd)))
        return wrong("betas must rise, between 0 and 1");
    if (spec.prediction == Prediction::Flow)
        return wrong("a prediction of velocities needs the schedule of a flow");
    double product = 1;
    for (const double beta : betasOf(spec))
        schedule.alphaCumprod_.push_back(product *= 1 - beta);
    if (spec.zeroTerminalSnr) {
        if (spec.nTrain < 2)
            return wrong("no signal at the end needs at least two training steps");
        if (spec.prediction == Prediction::Epsilon)
            return wrong("noise says nothing about the picture where no picture is left; without signal at the end "
                         "the network must predict v or x0");
        rescaleToZeroTerminalSnr(schedule.alphaCumprod_);
    }
    for (const double a : schedule.alphaCumprod_) {
        const double finite = a > 0 ? a : kLeastAlphaCumprod;
        schedule.logSigma_.push_back(0.5 * std::log((1 - finite) / finite));
    }
    return schedule;
}

double NoiseSchedule::karrasSigma(double timestep) const {
    if (spec_.kind == BetaKind::Flow) {
        const double t = std::clamp(timestep / spec_.nTrain, 0.0, 1.0);
        return t / (1 - t); // infinite at 1
    }
    const double t = std::clamp(timestep, 0.0, static_cast<double>(spec_.nTrain - 1));
    const auto low = static_cast<std::size_t>(t);
    const double part = t - static_cast<double>(low);
    const auto at = [&](std::size_t i) { return std::sqrt((1 - alphaCumprod_[i]) / alphaCumprod_[i]); };
    if (part == 0)
        return at(low);
    const double end = alphaCumprod_[low + 1] > 0 ? at(low + 1) : std::exp(logSigma_[low + 1]);
    return at(low) * (1 - part) + end * part;
}

double NoiseSchedule::alpha(double timestep) const {
    if (spec_.kind == BetaKind::Flow)
        return 1 - std::clamp(timestep / spec_.nTrain, 0.0, 1.0);
    const double sigma = karrasSigma(timestep);
    return std::isinf(sigma) ? 0.0 : 1 / std::sqrt(1 + sigma * sigma);
}

double NoiseSchedule::sigma(double timestep) const {
    if (spec_.kind == BetaKind::Flow)
        return std::clamp(timestep / spec_.nTrain, 0.0, 1.0);
    const double sigma = karrasSigma(timestep);
    return std::isinf(sigma) ? 1.0 : sigma / std::sqrt(1 + sigma * sigma);
}

double NoiseSchedule::timestepOf(double sigma) const {
    if (spec_.kind == BetaKind::Flow)
        return (std::isinf(sigma) ? 1.0 : sigma / (1 + sigma)) * spec_.nTrain;
    const double wanted = std::log(std::max(sigma, 1e-10));
    const auto above = std::upper_bound(logSigma_.begin(), logSigma_.end(), wanted);
    if (above == logSigma_.begin())
        return 0;
    if (above == logSigma_.end())
        return static_cast<double>(logSigma_.size() - 1);
    const double low = above[-1], high = *above;
    return static_cast<double>(above - logSigma_.begin() - 1) + (wanted - low) / (high - low);
}

double NoiseSchedule::logSnr(double timestep) const {
    return -2 * std::log(karrasSigma(timestep));
}

} // namespace vitral::diffusion
