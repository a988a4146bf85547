// SPDX-License-Identifier: Apache-2.0
// The named sets of points. Curves are rows of Gaussians along them, each as long as the way to the next.
#include "core/diffusion/points_mixture.h"

#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <numbers>

namespace vitral::diffusion {

namespace {

constexpr double kPi = std::numbers::pi;

using Parts = std::vector<GaussianPart>;

/// n Gaussians along a curve c(u), 0 <= u <= 1: `thick` is the standard deviation across it.
void addCurve(Parts& parts, const std::function<Point2(double)>& c, int n, double thick, std::int32_t classId) {
    for (int i = 0; i < n; ++i) {
        const double u = (i + 0.5) / n;
        const double h = 0.5 / n;
        const Point2 a = c(u - h);
        const Point2 b = c(u + h);
        const double dx = b.x - a.x;
        const double dy = b.y - a.y;
        const double length = std::hypot(dx, dy);
        const double along = 0.45 * length; // neighbours overlap into an almost even line
        const double tx = dx / length;
        const double ty = dy / length;
        const double s = along * along;
        const double t = thick * thick;
        parts.push_back(
            {length, c(u), s * tx * tx + t * ty * ty, (s - t) * tx * ty, s * ty * ty + t * tx * tx, classId});
    }
}

void addLine(Parts& parts, Point2 from, Point2 to, double thick, std::int32_t classId) {
    const auto n = std::max(1, static_cast<int>(std::lround(std::hypot(to.x - from.x, to.y - from.y) / 0.22)));
    addCurve(
        parts,
        [&](double u) {
            return Point2{from.x + u * (to.x - from.x), from.y + u * (to.y - from.y)};
        },
        n, thick, classId);
}

Parts moons() {
    Parts parts;
    addCurve(
        parts,
        [](double u) {
            return Point2{std::cos(kPi * u), std::sin(kPi * u)};
        },
        16, 0.07, 0);
    addCurve(
        parts,
        [](double u) {
            return Point2{1 - std::cos(kPi * u), 0.5 - std::sin(kPi * u)};
        },
        16, 0.07, 1);
    return parts;
}

Parts spiral() {
    Parts parts;
    const auto arm = [](double turn) {
        return [turn](double u) {
            const double r = 0.15 + 1.0 * u;
            return Point2{r * std::cos(3 * kPi * u + turn), r * std::sin(3 * kPi * u + turn)};
        };
    };
    addCurve(parts, arm(0), 40, 0.04, 0);
    addCurve(parts, arm(kPi), 40, 0.04, 1);
    return parts;
}

Parts grid() {
    Parts parts;
    for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 5; ++j)
            parts.push_back({1, {i - 2.0, j - 2.0}, 0.012, 0, 0.012, (i + j) % 2});
    return parts;
}

Parts ring() {
    Parts parts;
    for (int i = 0; i < 8; ++i) {
        const double a = 2 * kPi * i / 8;
        parts.push_back({1, {std::cos(a), std::sin(a)}, 0.008, 0, 0.008, i});
    }
    return parts;
}

/// V, A and E: the three letters of the autoencoder this room leads to.
Parts letters() {
    Parts parts;
    constexpr double kThick = 0.04;
    addLine(parts, {-1.9, 0.8}, {-1.4, -0.8}, kThick, 0);
    addLine(parts, {-1.4, -0.8}, {-0.9, 0.8}, kThick, 0);
    addLine(parts, {-0.5, -0.8}, {0.0, 0.8}, kThick, 1);
    addLine(parts, {0.0, 0.8}, {0.5, -0.8}, kThick, 1);
    addLine(parts, {-0.28, -0.15}, {0.28, -0.15}, kThick, 1);
    addLine(parts, {1.0, -0.8}, {1.0, 0.8}, kThick, 2);
    for (const double y : {-0.8, 0.0, 0.8})
        addLine(parts, {1.0, y}, {1.8, y}, kThick, 2);
    return parts;
}

Parts pinwheel() {
    Parts parts;
    for (int k = 0; k < 5; ++k) {
        const double turn = 2 * kPi * k / 5;
        addCurve(
            parts,
            [turn](double u) {
                const double r = 0.25 + 1.05 * u;
                const double a = turn + 0.9 * u;
                return Point2{r * std::cos(a), r * std::sin(a)};
            },
            8, 0.07, k);
    }
    return parts;
}

/// Unequal weights and shapes: what a network tends to miss.
Parts corners() {
    return {{0.5, {-1, -1}, 0.05, 0.03, 0.05, 0},
            {0.3, {1, 1}, 0.01, 0, 0.10, 1},
            {0.15, {-1, 1}, 0.10, 0, 0.01, 2},
            {0.05, {1, -1}, 0.005, 0, 0.005, 3}};
}

struct NamedSet {
    std::string_view name;
    Parts (*make)();
    std::vector<std::string> (*classes)();
};
using Names = std::vector<std::string>;

const NamedSet kSets[] = {
    {"moons", moons,
     [] {
         return Names{"upper", "lower"};
     }},
    {"spiral", spiral,
     [] {
         return Names{"arm 1", "arm 2"};
     }},
    {"grid", grid,
     [] {
         return Names{"even", "odd"};
     }},
    {"ring", ring, [] { return Names{"1", "2", "3", "4", "5", "6", "7", "8"}; }},
    {"letters", letters,
     [] {
         return Names{"V", "A", "E"};
     }},
    {"pinwheel", pinwheel,
     [] {
         return Names{"1", "2", "3", "4", "5"};
     }},
    {"corners", corners,
     [] {
         return Names{"large", "tall", "wide", "rare"};
     }},
};

/// Mean 0, variance 1 on average over both axes.
void normalise(Parts& parts) {
    double total = 0;
    Point2 mean;
    for (const GaussianPart& p : parts) {
        total += p.weight;
        mean.x += p.weight * p.mean.x;
        mean.y += p.weight * p.mean.y;
    }
    mean = {mean.x / total, mean.y / total};
    double variance = 0;
    for (const GaussianPart& p : parts) {
        const double dx = p.mean.x - mean.x;
        const double dy = p.mean.y - mean.y;
        variance += p.weight * (dx * dx + dy * dy + p.xx + p.yy);
    }
    const double s = 1 / std::sqrt(variance / (2 * total));
    for (GaussianPart& p : parts) {
        p.mean = {(p.mean.x - mean.x) * s, (p.mean.y - mean.y) * s};
        p.xx *= s * s;
        p.xy *= s * s;
        p.yy *= s * s;
    }
}

} // namespace

std::span<const std::string_view> pointSetNames() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> list;
        for (const NamedSet& set : kSets)
            list.push_back(set.name);
        return list;
    }();
    return names;
}

Result<PointMixture> pointSet(std::string_view name) {
    for (const NamedSet& set : kSets) {
        if (set.name != name)
            continue;
        Parts parts = set.make();
        normalise(parts);
        return PointMixture::make(std::string(name), std::move(parts), set.classes());
    }
    return fail(ErrorCode::InvalidArgument,
                fmt::format("There is no set of points \"{}\"; there are {}.", name, fmt::join(pointSetNames(), ", ")));
}

} // namespace vitral::diffusion
