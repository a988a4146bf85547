// SPDX-License-Identifier: Apache-2.0
#pragma once
// How positions enter attention, as numbers to look at: rotary angles and what distance alone does to a score, learned
// tables, and the two classical references (sinusoids, linear biases). Thread: any; pure functions and values.

#include "core/backend/backend.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vitral {

/// One pair of dimensions that turns together (Su et al. 2021, "RoFormer", 3.2.2): at position p by p * frequency.
struct RotaryPair {
    std::int32_t first = 0, second = 0; ///< dimensions within a head
    double frequency = 0;               ///< radians per position, scalings for long contexts included
    /// Positions for one full turn: distances beyond it look like shorter ones to this pair. Infinite at frequency 0.
    [[nodiscard]] double wavelength() const;
};
/// In the order of the frequencies; dimensions beyond 2 * size() are not rotated.
[[nodiscard]] std::vector<RotaryPair> rotaryPairs(const RopeTable& table);
/// position * frequency brought to (-pi, pi].
[[nodiscard]] double rotaryAngle(const RotaryPair& pair, std::int64_t position);
/// x: one head, at least 2 * pairs floats; rotated in place to `position` as the engine does (magnitude included), or
/// back to what it was before.
void rotate(const RopeTable& table, std::int64_t position, std::span<float> x);
void rotateBack(const RopeTable& table, std::int64_t position, std::span<float> x);

/// What a query and a key of fixed content would score at distances 0 .. nDistance-1 (query later). q, k: f32 [Dk] of
/// one head before rotation. With q0 the pair of q seen as a complex number and k0 that of k, a pair adds
/// magnitude^2 * Re(q0 * conj(k0) * e^(i * frequency * distance)); what is not rotated adds its product at every
/// distance. Scaled, before any soft-cap.
struct DistanceScores {
    std::vector<float> total;   ///< [nDistance]
    std::vector<float> perPair; ///< [pairs, nDistance]
    float unrotated = 0;        ///< what the dimensions beyond the pairs add, in every total
};
[[nodiscard]] DistanceScores scoreByDistance(const RopeTable& table, std::span<const float> q, std::span<const float> k,
                                             float scale, std::int64_t nDistance);
/// The paper's bound on how fast scores fade with distance (Su et al. 2021, 3.4.3): the mean over j of
/// |sum of e^(i * distance * frequency) over the pairs before j|; [nDistance], at 0 (pairs + 1) / 2.
[[nodiscard]] std::vector<float> rotaryDecay(const RopeTable& table, std::int64_t nDistance);

/// A picture of numbers, row by row.
struct PositionPicture {
    std::int64_t nRow = 0, nCol = 0;
    std::vector<float> values; ///< [nRow, nCol]
    [[nodiscard]] float at(std::int64_t row, std::int64_t col) const {
        return values[static_cast<std::size_t>(row * nCol + col)];
    }
};
/// Vaswani et al. 2017, 3.5: PE(p, 2i) = sin(p / 10000^(2i/d)), PE(p, 2i+1) = cos of the same; [nPosition, d].
[[nodiscard]] PositionPicture sinusoidalPositions(std::int64_t nPosition, std::int64_t d);
/// Cosine of the angle between rows of a table [n, d] of position vectors (learned as in GPT-2, or any other): every
/// stride-th row against every stride-th row; rows of zeros have cosine 0.
[[nodiscard]] PositionPicture positionSimilarity(std::span<const float> table, std::int64_t n, std::int64_t d,
                                                 std::int64_t stride = 1);

/// ALiBi (Press et al. 2022, 3): head h adds -slope_h * distance to its scores. Powers of 2^(-8/n); for n heads that
/// are no power of two those of the next smaller one, then every other one of twice that many.
[[nodiscard]] std::vector<float> alibiSlopes(std::int32_t nHead);
/// [nHead, nDistance]: -slope * distance.
[[nodiscard]] PositionPicture alibiBias(std::int32_t nHead, std::int64_t nDistance);

} // namespace vitral
