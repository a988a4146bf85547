// SPDX-License-Identifier: Apache-2.0
#pragma once
// Clouds of 2-D points whose every noisy version is known in closed form: mixtures of Gaussians. Under
// x_t = alpha x_0 + sigma eps a component N(m, C) becomes N(alpha m, alpha^2 C + sigma^2 I), so the density of x_t, its
// score and the mean of x_0 given x_t are sums over components (Song et al. 2021, "Score-based generative modeling
// through stochastic differential equations", for what they are good for). All in double. Thread: any, const once made.

#include "core/base/result.h"
#include "core/base/rng.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::diffusion {

struct Point2 {
    double x = 0, y = 0;
};

/// One Gaussian: weight > 0 (they are normalised by the mixture), mean, covariance [[xx, xy], [xy, yy]].
struct GaussianPart {
    double weight = 1;
    Point2 mean;
    double xx = 1, xy = 0, yy = 1;
    std::int32_t classId = 0; ///< which group it belongs to: a moon, a letter
};

/// What is known at one noisy point.
struct PointTruth {
    double logDensity = 0; ///< of x_t, nats
    Point2 score;          ///< gradient of it
    Point2 x0;             ///< mean of x_0 given x_t
    Point2 eps;            ///< mean of the noise given x_t: -sigma score
};

/// A mixture at one noise level, ready for many points: inverses and determinants are computed once.
class NoisyMixture {
public:
    [[nodiscard]] PointTruth at(Point2 x) const;

private:
    friend class PointMixture;
    struct Part {
        Point2 noisyMean;           ///< alpha m
        double a = 0, b = 0, d = 0; ///< the inverse of alpha^2 C + sigma^2 I: [[a, b], [b, d]]
        double log = 0;             ///< of weight / sqrt(determinant)
        Point2 mean;
        double xx = 0, xy = 0, yy = 0; ///< alpha C
    };
    std::vector<Part> parts_;
    double sigma_ = 0;
};

class PointMixture {
public:
    /// Errors: InvalidArgument (no parts or more than 65,536, a number that is not finite, a weight or covariance that
    /// is not positive, a class out of range).
    static Result<PointMixture> make(std::string name, std::vector<GaussianPart> parts,
                                     std::vector<std::string> classNames = {});

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::span<const GaussianPart> parts() const { return parts_; }
    [[nodiscard]] const std::vector<std::string>& classNames() const { return classNames_; } ///< empty: one group
    /// classId -1 (or out of range): all parts. (alpha, sigma) not both 0.
    [[nodiscard]] NoisyMixture noisy(double alpha, double sigma, std::int32_t classId = -1) const;
    [[nodiscard]] PointTruth at(Point2 x, double alpha, double sigma, std::int32_t classId = -1) const {
        return noisy(alpha, sigma, classId).at(x);
    }
    /// A point of the data, and its group.
    Point2 draw(Rng& rng, std::int32_t* classId = nullptr) const;

private:
    std::string name_;
    std::vector<GaussianPart> parts_;
    std::vector<double> logWeight_, cumulative_;
    std::vector<double> classLogWeight_; ///< log of a class's share
    std::vector<std::string> classNames_;
};

/// Two independent standard normal numbers (Box and Muller 1958).
[[nodiscard]] Point2 normalPair(Rng& rng);

/// The named sets: mean 0, and variance 1 on average over both axes. "moons", "spiral", "grid", "ring", "letters",
/// "pinwheel", "corners".
[[nodiscard]] std::span<const std::string_view> pointSetNames();
/// Errors: InvalidArgument, with the names there are.
Result<PointMixture> pointSet(std::string_view name);

} // namespace vitral::diffusion
