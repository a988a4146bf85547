// SPDX-License-Identifier: Apache-2.0
#include "core/trace/positions.h"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace vitral {
namespace {

std::complex<double> pairOf(const RotaryPair& pair, std::span<const float> x) {
    return {static_cast<double>(x[static_cast<std::size_t>(pair.first)]),
            static_cast<double>(x[static_cast<std::size_t>(pair.second)])};
}

void turn(const RopeTable& table, double sign, double factor, std::int64_t position, std::span<float> x) {
    for (const RotaryPair& pair : rotaryPairs(table)) {
        const std::complex<double> turned =
            pairOf(pair, x) * std::polar(factor, sign * pair.frequency * static_cast<double>(position));
        x[static_cast<std::size_t>(pair.first)] = static_cast<float>(turned.real());
        x[static_cast<std::size_t>(pair.second)] = static_cast<float>(turned.imag());
    }
}

} // namespace

double RotaryPair::wavelength() const {
    return frequency == 0.0 ? std::numeric_limits<double>::infinity() : 2.0 * std::numbers::pi / std::abs(frequency);
}

std::vector<RotaryPair> rotaryPairs(const RopeTable& table) {
    const auto n = static_cast<std::int32_t>(table.inverseFrequency.size());
    std::vector<RotaryPair> pairs;
    pairs.reserve(table.inverseFrequency.size());
    for (std::int32_t i = 0; i < n; ++i) {
        const bool halves = table.style == RopeStyle::Halves;
        pairs.push_back({halves ? i : 2 * i, halves ? i + n : 2 * i + 1,
                         static_cast<double>(table.inverseFrequency[static_cast<std::size_t>(i)])});
    }
    return pairs;
}

double rotaryAngle(const RotaryPair& pair, std::int64_t position) {
    const double angle = std::remainder(pair.frequency * static_cast<double>(position), 2.0 * std::numbers::pi);
    return angle <= -std::numbers::pi ? std::numbers::pi : angle;
}

void rotate(const RopeTable& table, std::int64_t position, std::span<float> x) {
    turn(table, 1.0, static_cast<double>(table.magnitude), position, x);
}

void rotateBack(const RopeTable& table, std::int64_t position, std::span<float> x) {
    turn(table, -1.0, 1.0 / static_cast<double>(table.magnitude), position, x);
}

DistanceScores scoreByDistance(const RopeTable& table, std::span<const float> q, std::span<const float> k, float scale,
                               std::int64_t nDistance) {
    const std::vector<RotaryPair> pairs = rotaryPairs(table);
    const auto n = static_cast<std::size_t>(nDistance);
    const auto factor = static_cast<double>(scale);
    const double squared = static_cast<double>(table.magnitude) * static_cast<double>(table.magnitude);
    DistanceScores scores;
    double rest = 0.0;
    for (std::size_t d = 2 * pairs.size(); d < q.size(); ++d)
        rest += static_cast<double>(q[d]) * static_cast<double>(k[d]);
    scores.unrotated = static_cast<float>(factor * rest);
    std::vector<double> total(n, factor * rest);
    scores.perPair.resize(pairs.size() * n);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const std::complex<double> product = squared * pairOf(pairs[i], q) * std::conj(pairOf(pairs[i], k));
        for (std::size_t distance = 0; distance < n; ++distance) {
            const double angle = pairs[i].frequency * static_cast<double>(distance);
            const double s = factor * (product.real() * std::cos(angle) - product.imag() * std::sin(angle));
            scores.perPair[i * n + distance] = static_cast<float>(s);
            total[distance] += s;
        }
    }
    scores.total.assign(total.begin(), total.end());
    return scores;
}

std::vector<float> rotaryDecay(const RopeTable& table, std::int64_t nDistance) {
    std::vector<float> decay(static_cast<std::size_t>(nDistance));
    for (std::size_t distance = 0; distance < decay.size(); ++distance) {
        std::complex<double> sum = 0.0;
        double lengths = 0.0;
        for (const float frequency : table.inverseFrequency) {
            sum += std::polar(1.0, static_cast<double>(frequency) * static_cast<double>(distance));
            lengths += std::abs(sum);
        }
        if (!table.inverseFrequency.empty())
            decay[distance] = static_cast<float>(lengths / static_cast<double>(table.inverseFrequency.size()));
    }
    return decay;
}

PositionPicture sinusoidalPositions(std::int64_t nPosition, std::int64_t d) {
    PositionPicture picture{nPosition, d, std::vector<float>(static_cast<std::size_t>(nPosition * d))};
    for (std::int64_t p = 0; p < nPosition; ++p)
        for (std::int64_t i = 0; i < d; ++i) {
            const double exponent = static_cast<double>(i / 2 * 2) / static_cast<double>(d);
            const double angle = static_cast<double>(p) / std::pow(10000.0, exponent);
            picture.values[static_cast<std::size_t>(p * d + i)] =
                static_cast<float>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
        }
    return picture;
}

PositionPicture positionSimilarity(std::span<const float> table, std::int64_t n, std::int64_t d, std::int64_t stride) {
    const std::int64_t side = (n + stride - 1) / stride;
    PositionPicture picture{side, side, std::vector<float>(static_cast<std::size_t>(side * side))};
    const auto row = [&](std::int64_t i) {
        return table.subspan(static_cast<std::size_t>(i * stride * d), static_cast<std::size_t>(d));
    };
    const auto product = [](std::span<const float> a, std::span<const float> b) {
        double sum = 0.0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        return sum;
    };
    std::vector<double> length(static_cast<std::size_t>(side));
    for (std::int64_t i = 0; i < side; ++i)
        length[static_cast<std::size_t>(i)] = std::sqrt(product(row(i), row(i)));
    for (std::int64_t i = 0; i < side; ++i)
        for (std::int64_t j = 0; j <= i; ++j) {
            const double lengths = length[static_cast<std::size_t>(i)] * length[static_cast<std::size_t>(j)];
            const auto cosine = static_cast<float>(lengths > 0.0 ? product(row(i), row(j)) / lengths : 0.0);
            picture.values[static_cast<std::size_t>(i * side + j)] = cosine;
            picture.values[static_cast<std::size_t>(j * side + i)] = cosine;
        }
    return picture;
}

std::vector<float> alibiSlopes(std::int32_t nHead) {
    std::int32_t power = 1;
    while (power * 2 <= nHead)
        power *= 2;
    std::vector<float> slopes;
    for (std::int32_t h = 1; h <= nHead; ++h) {
        const double step = h <= power ? 8.0 * h / power : 4.0 * (2 * (h - power) - 1) / power;
        slopes.push_back(static_cast<float>(std::exp2(-step)));
    }
    return slopes;
}

PositionPicture alibiBias(std::int32_t nHead, std::int64_t nDistance) {
    PositionPicture picture{nHead, nDistance, {}};
    for (const float slope : alibiSlopes(nHead))
        for (std::int64_t distance = 0; distance < nDistance; ++distance)
            picture.values.push_back(-slope * static_cast<float>(distance));
    return picture;
}

} // namespace vitral
