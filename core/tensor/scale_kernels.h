// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inner loops of scale_search: plain (the truth), for AVX2 and for AVX-512, the same numbers bit for bit. All
// keep sums of elements in eight parts, part i % 8 for element i, added as Lanes::sum does. Arguments are plain data
// only: the files compiled for newer processors must not instantiate anything shared. Inside core/tensor only.

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

/// Which ends of the range -half .. half - 1 the elements of a sub-block can round beyond when its largest element is
/// given `level`, so that loops clamp no more than they must. Holds while 1 / largest is below kTameInverse: above,
/// products overflow and every end counts.
enum class TrialEnds { None, Top, Both };
static inline TrialEnds trialEnds(float level, float half) {
    const float magnitude = level < 0 ? -level : level;
    return magnitude < half - 0.55F ? TrialEnds::None : magnitude < half + 0.45F ? TrialEnds::Top : TrialEnds::Both;
}
static constexpr float kTameInverse = 1e36F;

struct ScaleKernels {
    /// Best line found for x [n], n = 16 or 32, q in 0..top.
    Line (*fitLine)(const float* x, int n, float top);
    /// Sums of squared errors of x [n] for nine lines.
    void (*nineErrors)(const float* x, int n, const Line* lines, float top, float* errors);
    /// Best q of n elements (16 or 32) for one line; adds squared misses to error [8].
    void (*chooseAffine)(const float* x, int n, Line line, float top, std::uint8_t* q, float* error);
    void (*affineSums)(const float* x, int subLen, const std::uint8_t* scale, const std::uint8_t* minimum,
                       const std::uint8_t* q, AffineSums* sums);

    // Of the signed formats x is a whole super-block of 16 sub-blocks of 16, and `turned` the same one turned over:
    // element i of sub-block j at 16 i + j, so that lanes may be sub-blocks.

    /// Best step found for each sub-block [16], q in -half .. half - 1.
    void (*fitSteps)(const float* turned, float half, float* steps);
    /// Sums of squared errors of each sub-block for three steps: steps and errors are [3, 16].
    void (*threeErrors)(const float* turned, const float* steps, float half, float* errors);
    /// Best q [256] for one step a sub-block; sets sums of squared misses error [8].
    void (*chooseSigned)(const float* x, const float* steps, float half, std::int8_t* q, float* error);
    /// y = d * a with a = scale * q: sums of a a and a x over 256.
    void (*signedSums)(const float* x, const std::int16_t* scale, const std::int8_t* q, double* aa, double* ax);
};

const ScaleKernels& plainScaleKernels();
/// Null where the processor or the build cannot run them.
const ScaleKernels* avx2ScaleKernels();
const ScaleKernels* avx512ScaleKernels();

} // namespace vitral::codec
