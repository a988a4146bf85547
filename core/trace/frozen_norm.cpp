// SPDX-License-Identifier: Apache-2.0
#include "core/trace/frozen_norm.h"

#include "core/trace/weight_rows.h"

#include <cmath>
#include <numeric>

namespace vitral {

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double dot(std::span<const double> a, std::span<const float> b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * static_cast<double>(b[i]);
    return sum;
}

std::vector<double> toDouble(std::span<const float> values) {
    return {values.begin(), values.end()};
}

namespace {
double meanOf(std::span<const double> x) {
    return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}
} // namespace

Result<FrozenNorm> FrozenNorm::at(const Model& model, const NormAnatomy& norm, std::span<const double> x) {
    FrozenNorm frozen;
    VITRAL_TRY_ASSIGN(frozen.weight, readVector(model, norm.weight));
    VITRAL_TRY_ASSIGN(frozen.bias, readVector(model, norm.bias));
    if (frozen.weight.size() != x.size() || (!frozen.bias.empty() && frozen.bias.size() != x.size()))
        return fail(ErrorCode::Bug, "A norm is not as wide as what it is applied to.");
    frozen.centred = norm.centred;
    const double mean = norm.centred ? meanOf(x) : 0.0;
    double squares = 0.0;
    for (const double value : x)
        squares += (value - mean) * (value - mean);
    frozen.scale = 1.0 / std::sqrt(squares / static_cast<double>(x.size()) + static_cast<double>(norm.eps));
    return frozen;
}

std::vector<double> FrozenNorm::pullBack(std::span<const double> direction) const {
    std::vector<double> out(direction.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = direction[i] * static_cast<double>(weight[i]) * scale;
    if (centred) {
        const double mean = meanOf(out);
        for (double& value : out)
            value -= mean;
    }
    return out;
}

std::vector<double> FrozenNorm::pushForward(std::span<const double> v) const {
    const double mean = centred ? meanOf(v) : 0.0;
    std::vector<double> out(v.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = (v[i] - mean) * static_cast<double>(weight[i]) * scale;
    return out;
}

double FrozenNorm::constant(std::span<const double> direction) const {
    return bias.empty() ? 0.0 : dot(direction, std::span<const float>(bias));
}

} // namespace vitral
