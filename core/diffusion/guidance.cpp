// SPDX-License-Identifier: Apache-2.0
// Guidance, and the four kinds of predictions.

#include "core/diffusion/guidance.h"

#include <cmath>

namespace vitral::diffusion {
namespace {

double deviation(std::span<const float> v) {
    double sum = 0, squares = 0;
    for (const float x : v)
        sum += static_cast<double>(x);
    const double mean = sum / static_cast<double>(v.size());
    for (const float x : v)
        squares += (static_cast<double>(x) - mean) * (static_cast<double>(x) - mean);
    return std::sqrt(squares); // without the count, which cancels
}

} // namespace

void guide(std::span<const float> c, std::span<const float> u, double g, double rescale, std::span<float> out) {
    const double before = rescale > 0 ? deviation(c) : 0;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] =
            static_cast<float>(static_cast<double>(u[i]) + g * (static_cast<double>(c[i]) - static_cast<double>(u[i])));
    if (rescale <= 0)
        return;
    const double after = deviation(out);
    if (after <= 0)
        return;
    const auto factor = static_cast<float>(rescale * before / after + (1 - rescale));
    for (float& v : out)
        v *= factor;
}

Predicted predicted(Prediction kind, std::span<const float> x, std::span<const float> output, const StepTime& t) {
    Predicted p;
    p.x0.resize(x.size());
    p.eps.resize(x.size());
    const double a = t.alpha, s = t.sigma;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double xt = x[i], o = output[i];
        double x0 = 0, eps = 0;
        switch (kind) {
        case Prediction::Epsilon:
            eps = o;
            x0 = a > 0 ? (xt - s * o) / a : 0;
            break;
        case Prediction::X0:
            x0 = o;
            eps = s > 0 ? (xt - a * o) / s : 0;
            break;
        case Prediction::V:
            x0 = a * xt - s * o;
            eps = s * xt + a * o;
            break;
        case Prediction::Flow:
            x0 = xt - s * o;
            eps = xt + a * o;
            break;
        }
        p.x0[i] = static_cast<float>(x0);
        p.eps[i] = static_cast<float>(eps);
    }
    return p;
}

} // namespace vitral::diffusion
