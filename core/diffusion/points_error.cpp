// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/points_error.h"

#include <algorithm>
#include <cmath>

namespace vitral::diffusion {

namespace {

/// dx / dq at (x, q). Variance preserving: alpha = cos q, sigma = sin q, and dx / dq = alpha eps - sigma x_0. Flow:
/// sigma = q, alpha = 1 - q, dx / dq = eps - x_0. Both are finite at either end.
class Field {
public:
    Field(const PointMixture& data, bool flow, const ExactPathOptions& options)
        : data_(data), flow_(flow), options_(options) {}

    /// The field at one q, for many points.
    class At {
    public:
        At(const Field& field, double q)
            : alpha_(field.flow_ ? 1 - q : std::cos(q)), sigma_(field.flow_ ? q : std::sin(q)), flow_(field.flow_),
              guidance_(field.options_.guidance),
              conditional_(field.data_.noisy(alpha_, sigma_, field.options_.classId)),
              unconditional_(field.data_.noisy(alpha_, sigma_)) {}
        [[nodiscard]] Point2 operator()(Point2 x) const {
            const Point2 c = velocity(conditional_.at(x));
            if (guidance_ == 1)
                return c;
            const Point2 u = velocity(unconditional_.at(x));
            return {u.x + guidance_ * (c.x - u.x), u.y + guidance_ * (c.y - u.y)};
        }

    private:
        [[nodiscard]] Point2 velocity(const PointTruth& t) const {
            if (flow_)
                return {t.eps.x - t.x0.x, t.eps.y - t.x0.y};
            return {alpha_ * t.eps.x - sigma_ * t.x0.x, alpha_ * t.eps.y - sigma_ * t.x0.y};
        }
        double alpha_, sigma_;
        bool flow_;
        double guidance_;
        NoisyMixture conditional_, unconditional_;
    };
    [[nodiscard]] double parameter(const StepTime& t) const { return flow_ ? t.sigma : std::atan2(t.sigma, t.alpha); }

    void step(std::vector<Point2>& points, double q, double h) const {
        const At begin(*this, q);
        const At middle(*this, q + 0.5 * h);
        const At end(*this, q + h);
        for (Point2& x : points) {
            const Point2 k1 = begin(x);
            const Point2 k2 = middle({x.x + 0.5 * h * k1.x, x.y + 0.5 * h * k1.y});
            const Point2 k3 = middle({x.x + 0.5 * h * k2.x, x.y + 0.5 * h * k2.y});
            const Point2 k4 = end({x.x + h * k3.x, x.y + h * k3.y});
            x = {x.x + h / 6 * (k1.x + 2 * k2.x + 2 * k3.x + k4.x), x.y + h / 6 * (k1.y + 2 * k2.y + 2 * k3.y + k4.y)};
        }
    }

private:
    const PointMixture& data_;
    bool flow_;
    const ExactPathOptions& options_;
};

std::size_t pointsOf(const Picture& cloud) {
    return cloud.size() / 2;
}

double meanDistance(const Picture& a, const Picture& b) {
    const std::size_t n = pointsOf(a);
    const std::size_t m = pointsOf(b);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        double row = 0;
        for (std::size_t j = 0; j < m; ++j) {
            const double dx = static_cast<double>(a.values[i]) - static_cast<double>(b.values[j]);
            const double dy = static_cast<double>(a.values[n + i]) - static_cast<double>(b.values[m + j]);
            row += std::sqrt(dx * dx + dy * dy);
        }
        sum += row;
    }
    return sum / (static_cast<double>(n) * static_cast<double>(m));
}

} // namespace

bool drawsNoise(SolverKind kind) {
    return kind == SolverKind::Ddpm || kind == SolverKind::EulerAncestral || kind == SolverKind::DpmPp2MSde ||
           kind == SolverKind::Lcm;
}

Result<std::vector<Picture>> exactPaths(const PointMixture& data, const NoiseSchedule& schedule,
                                        std::span<const StepTime> times, const Picture& x,
                                        const ExactPathOptions& options) {
    if (x.channels != 2 || x.size() == 0 || x.size() % 2 != 0)
        return fail(ErrorCode::InvalidArgument, "A cloud of points has two channels, x and y.");
    if (times.empty() || !(options.largestStep > 0))
        return fail(ErrorCode::InvalidArgument, "Exact paths need times and a step above 0.");
    const Field field(data, schedule.spec().kind == BetaKind::Flow, options);
    const std::size_t n = pointsOf(x);
    std::vector<Point2> at(n);
    for (std::size_t i = 0; i < n; ++i)
        at[i] = {static_cast<double>(x.values[i]), static_cast<double>(x.values[n + i])};
    std::vector<Picture> clouds{x};
    for (std::size_t k = 1; k < times.size(); ++k) {
        const double from = field.parameter(times[k - 1]);
        const double to = field.parameter(times[k]);
        if (!(to <= from))
            return fail(ErrorCode::InvalidArgument, "The times of an exact path must fall.");
        // Steps fall with the noise: the narrower the Gaussians, the faster the field turns.
        double q = from;
        while (q > to) {
            if (options.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "");
            const double size = std::min(options.largestStep, std::max(0.05 * q, 0.05 * options.largestStep));
            const double next = q - size < to + 0.1 * size ? to : q - size;
            field.step(at, q, next - q);
            q = next;
        }
        Picture cloud(2, x.height, x.width);
        for (std::size_t i = 0; i < n; ++i) {
            cloud.values[i] = static_cast<float>(at[i].x);
            cloud.values[n + i] = static_cast<float>(at[i].y);
        }
        clouds.push_back(std::move(cloud));
    }
    return clouds;
}

double cloudDistance(const Picture& a, const Picture& b) {
    const std::size_t n = std::min(a.size(), b.size());
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double d = static_cast<double>(a.values[i]) - static_cast<double>(b.values[i]);
        sum += d * d;
    }
    return n == 0 ? 0 : std::sqrt(sum / (static_cast<double>(n) / 2));
}

double energyDistance(const Picture& a, const Picture& b) {
    if (a.size() < 2 || b.size() < 2)
        return 0;
    return std::sqrt(std::max(0.0, 2 * meanDistance(a, b) - meanDistance(a, a) - meanDistance(b, b)));
}

} // namespace vitral::diffusion
