// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/points_net.h"

#include "core/base/rng.h"
#include "core/diffusion/points_math.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace vitral::diffusion {

namespace {

Result<void> checkShape(const PointNetShape& s) {
    const struct {
        const char* what;
        std::int32_t value, least, most;
    } ranges[] = {{"width", s.width, 8, 512},
                  {"number of hidden layers", s.nHidden, 1, 8},
                  {"number of frequencies", s.nFrequency, 0, 12},
                  {"number of classes", s.nClass, 0, 64}};
    for (const auto& r : ranges)
        if (r.value < r.least || r.value > r.most)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("The network's {} must be {} to {}, not {}.", r.what, r.least, r.most, r.value));
    return {};
}

void grow(std::vector<float>& v, std::size_t n) {
    if (v.size() < n)
        v.resize(n);
}

} // namespace

Result<PointNet> PointNet::make(const PointNetShape& shape, std::uint64_t seed) {
    VITRAL_TRY(checkShape(shape));
    PointNet net;
    net.shape_ = shape;
    std::size_t at = 0;
    for (std::int32_t i = 0; i <= shape.nHidden; ++i) {
        Layer layer;
        layer.nIn = i == 0 ? shape.nInput() : shape.width;
        layer.nOut = i == shape.nHidden ? 2 : shape.width;
        layer.weight = at;
        at += static_cast<std::size_t>(layer.nIn) * static_cast<std::size_t>(layer.nOut);
        layer.bias = at;
        at += static_cast<std::size_t>(layer.nOut);
        net.layers_.push_back(layer);
    }
    net.values_.assign(at, 0.0F);
    Rng rng(seed);
    for (const Layer& layer : net.layers_) {
        const double scale = (layer.nOut == 2 ? 0.1 : 1.0) / std::sqrt(layer.nIn);
        for (std::size_t i = layer.weight; i < layer.bias; ++i)
            net.values_[i] = static_cast<float>(scale * (2 * rng.uniform() - 1));
    }
    return net;
}

void PointNet::evaluate(std::span<const float> x, std::span<const float> u, std::span<const std::int32_t> classId,
                        std::span<float> out, PointNetScratch& s) const {
    const std::size_t n = u.size();
    const auto nIn = static_cast<std::size_t>(shape_.nInput());
    const auto width = static_cast<std::size_t>(shape_.width);
    grow(s.input, n * nIn);
    s.before.resize(static_cast<std::size_t>(shape_.nHidden));
    s.after.resize(static_cast<std::size_t>(shape_.nHidden));
    for (std::size_t i = 0; i < n; ++i) {
        float* in = s.input.data() + i * nIn;
        in[0] = x[2 * i];
        in[1] = x[2 * i + 1];
        // sin and cos of the doubled angle from those of the angle
        double sine = std::sin(std::numbers::pi * static_cast<double>(u[i]));
        double cosine = std::cos(std::numbers::pi * static_cast<double>(u[i]));
        for (std::int32_t k = 0; k < shape_.nFrequency; ++k) {
            in[2 + 2 * k] = static_cast<float>(sine);
            in[3 + 2 * k] = static_cast<float>(cosine);
            const double twice = 2 * sine * cosine;
            cosine = cosine * cosine - sine * sine;
            sine = twice;
        }
        float* flags = in + 2 + 2 * shape_.nFrequency;
        std::fill(flags, flags + shape_.nClass, 0.0F);
        if (!classId.empty() && classId[i] >= 0 && classId[i] < shape_.nClass)
            flags[classId[i]] = 1.0F;
    }
    const float* from = s.input.data();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        const Layer& layer = layers_[l];
        const bool last = l + 1 == layers_.size();
        if (!last) {
            grow(s.before[l], n * width);
            grow(s.after[l], n * width);
        }
        float* to = last ? out.data() : s.before[l].data();
        const float* bias = values_.data() + layer.bias;
        for (std::size_t i = 0; i < n; ++i)
            std::copy(bias, bias + layer.nOut, to + i * static_cast<std::size_t>(layer.nOut));
        points_math::product(static_cast<std::int64_t>(n), layer.nOut, layer.nIn, from, layer.nIn, 1,
                             values_.data() + layer.weight, layer.nOut, to, layer.nOut, true);
        if (!last) {
            points_math::silu(s.after[l].data(), to, static_cast<std::int64_t>(n * width));
            from = s.after[l].data();
        }
    }
}

void PointNet::backward(std::span<const float> dOut, std::span<float> gradient, PointNetScratch& s) const {
    const std::size_t n = dOut.size() / 2;
    const auto rows = static_cast<std::int64_t>(n);
    const auto width = static_cast<std::size_t>(shape_.width);
    grow(s.delta, n * width);
    grow(s.deltaNext, n * width);
    const float* delta = dOut.data();
    for (std::size_t l = layers_.size(); l-- > 0;) {
        const Layer& layer = layers_[l];
        const float* in = l == 0 ? s.input.data() : s.after[l - 1].data();
        // dW [in, out] += in^T delta
        points_math::product(layer.nIn, layer.nOut, rows, in, 1, layer.nIn, delta, layer.nOut,
                             gradient.data() + layer.weight, layer.nOut, true);
        float* bias = gradient.data() + layer.bias;
        for (std::size_t i = 0; i < n; ++i)
            for (std::int32_t j = 0; j < layer.nOut; ++j)
                bias[j] += delta[i * static_cast<std::size_t>(layer.nOut) + static_cast<std::size_t>(j)];
        if (l == 0)
            break;
        grow(s.turned, static_cast<std::size_t>(layer.nIn) * static_cast<std::size_t>(layer.nOut));
        for (std::int32_t i = 0; i < layer.nIn; ++i)
            for (std::int32_t j = 0; j < layer.nOut; ++j)
                s.turned[static_cast<std::size_t>(j) * static_cast<std::size_t>(layer.nIn) +
                         static_cast<std::size_t>(i)] =
                    values_[layer.weight + static_cast<std::size_t>(i) * static_cast<std::size_t>(layer.nOut) +
                            static_cast<std::size_t>(j)];
        float* next = delta == s.delta.data() ? s.deltaNext.data() : s.delta.data();
        points_math::product(rows, layer.nIn, layer.nOut, delta, layer.nOut, 1, s.turned.data(), layer.nIn, next,
                             layer.nIn, false);
        points_math::siluBackward(next, s.before[l - 1].data(), static_cast<std::int64_t>(n * width));
        delta = next;
    }
}

void PointAdam::step(std::span<float> parameters, std::span<const float> gradient, double rate) {
    ++nStep_;
    const double c1 = 1 - std::pow(0.9, static_cast<double>(nStep_));
    const double c2 = 1 - std::pow(0.999, static_cast<double>(nStep_));
    const auto size = static_cast<float>(rate / c1);
    const auto root = static_cast<float>(1 / std::sqrt(c2));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const float g = gradient[i];
        mean_[i] = 0.9F * mean_[i] + 0.1F * g;
        square_[i] = 0.999F * square_[i] + 0.001F * g * g;
        parameters[i] -= size * mean_[i] / (std::sqrt(square_[i]) * root + 1e-8F);
    }
}

} // namespace vitral::diffusion
