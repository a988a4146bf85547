// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/points_mixture.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numbers>

namespace vitral::diffusion {

namespace {
constexpr std::size_t kMaxParts = 65536;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
} // namespace

Result<PointMixture> PointMixture::make(std::string name, std::vector<GaussianPart> parts,
                                        std::vector<std::string> classNames) {
    if (parts.empty() || parts.size() > kMaxParts)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A mixture needs 1 to {} Gaussians, not {}.", kMaxParts, parts.size()));
    PointMixture mixture;
    double total = 0;
    const auto nClass = static_cast<std::int32_t>(std::max<std::size_t>(classNames.size(), 1));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const GaussianPart& p = parts[i];
        for (const double v : {p.weight, p.mean.x, p.mean.y, p.xx, p.xy, p.yy})
            if (!std::isfinite(v))
                return fail(ErrorCode::InvalidArgument, fmt::format("Gaussian {} has a number that is not finite.", i));
        if (!(p.weight > 0))
            return fail(ErrorCode::InvalidArgument, fmt::format("Gaussian {} needs a positive weight.", i));
        if (!(p.xx > 0 && p.yy > 0 && p.xx * p.yy - p.xy * p.xy > 0))
            return fail(ErrorCode::InvalidArgument, fmt::format("The covariance of Gaussian {} is not positive.", i));
        if (p.classId < 0 || p.classId >= nClass)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Gaussian {} belongs to class {} of {}.", i, p.classId, nClass));
        total += p.weight;
    }
    std::vector<double> share(static_cast<std::size_t>(nClass), 0);
    double sum = 0;
    for (GaussianPart& p : parts) {
        p.weight /= total;
        sum += p.weight;
        share[static_cast<std::size_t>(p.classId)] += p.weight;
        mixture.cumulative_.push_back(sum);
        mixture.logWeight_.push_back(std::log(p.weight));
    }
    for (const double s : share)
        mixture.classLogWeight_.push_back(s > 0 ? std::log(s) : -kInfinity);
    mixture.name_ = std::move(name);
    mixture.parts_ = std::move(parts);
    mixture.classNames_ = std::move(classNames);
    return mixture;
}

NoisyMixture PointMixture::noisy(double alpha, double sigma, std::int32_t classId) const {
    const auto nClass = static_cast<std::int32_t>(classLogWeight_.size());
    const bool one =
        classId >= 0 && classId < nClass && std::isfinite(classLogWeight_[static_cast<std::size_t>(classId)]);
    const double shift = one ? classLogWeight_[static_cast<std::size_t>(classId)] : 0;
    NoisyMixture noisy;
    noisy.sigma_ = sigma;
    noisy.parts_.reserve(parts_.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const GaussianPart& p = parts_[i];
        if (one && p.classId != classId)
            continue;
        const double a = alpha * alpha * p.xx + sigma * sigma;
        const double b = alpha * alpha * p.xy;
        const double d = alpha * alpha * p.yy + sigma * sigma;
        const double det = a * d - b * b;
        noisy.parts_.push_back({{alpha * p.mean.x, alpha * p.mean.y},
                                d / det,
                                -b / det,
                                a / det,
                                logWeight_[i] - shift - 0.5 * std::log(det),
                                p.mean,
                                alpha * p.xx,
                                alpha * p.xy,
                                alpha * p.yy});
    }
    return noisy;
}

PointTruth NoisyMixture::at(Point2 x) const {
    // Sums over parts, scaled by the largest term met so far (Milakov and Gimelshein 2018).
    double most = -kInfinity;
    double weight = 0;
    Point2 score, x0;
    for (const Part& p : parts_) {
        const double dx = x.x - p.noisyMean.x;
        const double dy = x.y - p.noisyMean.y;
        const double ux = p.a * dx + p.b * dy; // covariance^-1 (x - mean)
        const double uy = p.b * dx + p.d * dy;
        const double log = p.log - 0.5 * (dx * ux + dy * uy);
        if (log < most - 50) // below the last bit of the sums
            continue;
        double w = 1;
        if (log > most) {
            const double scale = std::exp(most - log);
            weight *= scale;
            score = {score.x * scale, score.y * scale};
            x0 = {x0.x * scale, x0.y * scale};
            most = log;
        } else {
            w = std::exp(log - most);
        }
        weight += w;
        score.x -= w * ux;
        score.y -= w * uy;
        x0.x += w * (p.mean.x + p.xx * ux + p.xy * uy);
        x0.y += w * (p.mean.y + p.xy * ux + p.yy * uy);
    }
    PointTruth truth;
    truth.logDensity = most + std::log(weight) - std::log(2 * std::numbers::pi);
    truth.score = {score.x / weight, score.y / weight};
    truth.x0 = {x0.x / weight, x0.y / weight};
    truth.eps = {-sigma_ * truth.score.x, -sigma_ * truth.score.y};
    return truth;
}

Point2 normalPair(Rng& rng) {
    const double u = 1 - rng.uniform(); // in (0, 1]
    const double angle = 2 * std::numbers::pi * rng.uniform();
    const double r = std::sqrt(-2 * std::log(u));
    return {r * std::cos(angle), r * std::sin(angle)};
}

Point2 PointMixture::draw(Rng& rng, std::int32_t* classId) const {
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), rng.uniform() * cumulative_.back());
    const auto i = std::min(static_cast<std::size_t>(found - cumulative_.begin()), parts_.size() - 1);
    const GaussianPart& p = parts_[i];
    const Point2 n = normalPair(rng);
    const double l11 = std::sqrt(p.xx); // Cholesky
    const double l21 = p.xy / l11;
    const double l22 = std::sqrt(std::max(0.0, p.yy - l21 * l21));
    if (classId != nullptr)
        *classId = p.classId;
    return {p.mean.x + l11 * n.x, p.mean.y + l21 * n.x + l22 * n.y};
}

} // namespace vitral::diffusion
