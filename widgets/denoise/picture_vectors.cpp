// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/picture_vectors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace vitral {

using diffusion::Picture;

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kParallel = 1e-9; // sine below which two vectors span no plane
} // namespace

double dotProduct(const Picture& a, const Picture& b) {
    if (!a.sameShape(b) || a.size() != b.size())
        return kNaN;
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += double(a.values[i]) * b.values[i];
    return sum;
}

double cosine(const Picture& a, const Picture& b) {
    const double length = std::sqrt(dotProduct(a, a) * dotProduct(b, b));
    return length > 0 ? std::clamp(dotProduct(a, b) / length, -1.0, 1.0) : kNaN;
}

double angleDegrees(double cosineValue) {
    return std::acos(std::clamp(cosineValue, -1.0, 1.0)) * 180 / std::numbers::pi;
}

double rmsDistance(const Picture& a, const Picture& b) {
    if (!a.sameShape(b) || a.size() != b.size() || a.empty())
        return kNaN;
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = double(a.values[i]) - b.values[i];
        sum += d * d;
    }
    return std::sqrt(sum / double(a.size()));
}

std::vector<InPlane> inPlane(const Picture& first, const Picture& second, const std::vector<const Picture*>& vectors) {
    const double ff = dotProduct(first, first), fs = dotProduct(first, second), ss = dotProduct(second, second);
    if (!(ff > 0) || !(ss > 0))
        return {};
    const double lengthFirst = std::sqrt(ff);
    const double restSquared = ss - fs * fs / ff; // of what second has beside first
    if (!(restSquared > kParallel * kParallel * ss))
        return {};
    const double rest = std::sqrt(restSquared);
    std::vector<InPlane> out;
    for (const Picture* vector : vectors) {
        InPlane place;
        const double vf = dotProduct(*vector, first), vs = dotProduct(*vector, second);
        const double vv = dotProduct(*vector, *vector);
        place.at.setX(vf / lengthFirst);
        place.at.setY((vs - vf * fs / ff) / rest);
        const double inside = std::hypot(place.at.x(), place.at.y());
        place.share = vv > 0 ? std::min(1.0, inside / std::sqrt(vv)) : 1;
        out.push_back(place);
    }
    return out;
}

} // namespace vitral
