// SPDX-License-Identifier: Apache-2.0
#pragma once
// The small network of the 2-D room, with its own backward pass: a point, the time and a class in, two numbers out.
// Inputs: x, y, sin and cos of pi 2^k u for u = timestep / nTrain and k = 0..nFrequency - 1, and one number a class
// (all 0: none). Hidden layers with SiLU, the last one linear. Plain loops over tiles that compilers turn into SIMD
// (points_math_loops.inc); sums in f32. Thread: const members any.

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vitral::diffusion {

struct PointNetShape {
    std::int32_t width = 64;     ///< of the hidden layers, 8..512
    std::int32_t nHidden = 3;    ///< 1..8
    std::int32_t nFrequency = 6; ///< 0..12
    std::int32_t nClass = 0;     ///< 0..64

    [[nodiscard]] std::int32_t nInput() const { return 2 + 2 * nFrequency + nClass; }
    friend bool operator==(const PointNetShape&, const PointNetShape&) = default;
};

/// What one evaluation leaves for the backward pass; grows with the batch and is used again.
struct PointNetScratch {
    std::vector<float> input;               ///< [B, nInput]
    std::vector<std::vector<float>> before; ///< of every hidden layer, before SiLU: [B, width]
    std::vector<std::vector<float>> after;  ///< [B, width]
    std::vector<float> delta, deltaNext;    ///< [B, width]
    std::vector<float> turned;              ///< a weight matrix transposed
};

class PointNet {
public:
    /// Weights uniform in +-1 / sqrt(inputs), biases 0, the last layer a tenth of that. Errors: InvalidArgument.
    static Result<PointNet> make(const PointNetShape& shape, std::uint64_t seed);

    [[nodiscard]] const PointNetShape& shape() const { return shape_; }
    /// All parameters in one row: of each layer the weights [in, out], then the biases [out].
    [[nodiscard]] std::span<float> parameters() { return values_; }
    [[nodiscard]] std::span<const float> parameters() const { return values_; }

    /// x, out: [B, 2] interleaved; u: [B], the timestep as a fraction; classId: [B] or empty, -1: none.
    void evaluate(std::span<const float> x, std::span<const float> u, std::span<const std::int32_t> classId,
                  std::span<float> out, PointNetScratch& scratch) const;
    /// Adds to `gradient` (as parameters()) what dLoss/dOut [B, 2] becomes. `scratch` of the evaluation before.
    void backward(std::span<const float> dOut, std::span<float> gradient, PointNetScratch& scratch) const;

private:
    struct Layer {
        std::size_t weight = 0, bias = 0; ///< offsets in values_
        std::int32_t nIn = 0, nOut = 0;
    };
    PointNetShape shape_;
    std::vector<Layer> layers_;
    std::vector<float> values_;
};

/// Adam (Kingma and Ba 2015) with bias correction; beta 0.9 and 0.999, epsilon 1e-8.
class PointAdam {
public:
    explicit PointAdam(std::size_t nParameter) : mean_(nParameter), square_(nParameter) {}
    void step(std::span<float> parameters, std::span<const float> gradient, double rate);

private:
    std::vector<float> mean_, square_;
    std::int64_t nStep_ = 0;
};

} // namespace vitral::diffusion
