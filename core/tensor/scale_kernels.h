// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inner loops of scale_search: plain (the truth) and for AVX2, the same numbers bit for bit. Both keep sums of
// elements in eight parts, part i % 8 for element i, added as Lanes::sum does. Arguments are plain data only: the file
// compiled for newer processors must not instantiate anything shared. Inside core/tensor only.

#include <cstdint>

namespace vitral::codec {

/// A sub-block's real-valued step and offset: y = step * q - offset.
struct Line {
    float step;
    float offset;
};

/// Sums over a super-block of 256: y = d * a - dmin * b with a = scale * q, b = minimum.
struct AffineSums {
    double aa, ab, bb, ax, bx;
};

struct ScaleKernels {
    /// Best line found for x [n], n = 16 or 32, q in 0..top.
    Line (*fitLine)(const float* x, int n, float top);
    /// Sums of squared errors of x [n] for nine lines.
    void (*nineErrors)(const float* x, int n, const Line* lines, float top, float* errors);
    /// Best q of n elements (16 or 32) for one line; adds squared misses to error [8].
    void (*chooseAffine)(const float* x, int n, Line line, float top, std::uint8_t* q, float* error);
    void (*affineSums)(const float* x, int subLen, const std::uint8_t* scale, const std::uint8_t* minimum,
                       const std::uint8_t* q, AffineSums* sums);

    /// Best step found for x [16], q in -half .. half - 1.
    float (*fitStep)(const float* x, float half);
    float (*signedError)(const float* x, float step, float half);
    /// As chooseAffine, for 16 elements.
    void (*chooseSigned)(const float* x, float step, float half, std::int8_t* q, float* error);
    /// y = d * a with a = scale * q: sums of a a and a x over 256.
    void (*signedSums)(const float* x, const std::int16_t* scale, const std::int8_t* q, double* aa, double* ax);
};

const ScaleKernels& plainScaleKernels();
/// Null where the processor or the build has no AVX2.
const ScaleKernels* avx2ScaleKernels();

} // namespace vitral::codec
