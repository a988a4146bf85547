// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds the numbers of a super-block (Q2_K .. Q6_K): small integer scales of its sub-blocks, the half that multiplies
// them, and the quantised elements, so that the sum of squared errors is small. Method: for each sub-block many trial
// steps, each improved by least squares; then the scales are rounded, and rounded scales, elements and the common
// half are improved in turn, each with the others held. Inside core/tensor only.

#include "core/tensor/scale_kernels.h"

#include <cstdint>

namespace vitral::codec {

/// The fastest loops this processor can run; all give the same numbers.
const ScaleKernels& scaleKernels();

/// y = d * scale * q - dmin * minimum, with q in 0..top, scale and minimum in 0..scaleTop.
struct AffineFormat {
    int subLen;   ///< elements of a sub-block: 16 or 32
    int top;      ///< largest q
    int scaleTop; ///< largest scale and minimum
};
struct AffineBlock {
    std::uint16_t d = 0, dmin = 0; ///< halves
    std::uint8_t scale[16] = {}, minimum[16] = {};
    std::uint8_t q[256] = {};
};
/// x: f32 [256], finite. False where a half overflows.
bool searchAffine(const AffineFormat& format, const float* x, AffineBlock& block,
                  const ScaleKernels& kernels = scaleKernels());

/// y = d * scale * q with 16 sub-blocks of 16, q in -half .. half - 1, scale in -scaleHalf .. scaleHalf - 1.
struct SignedFormat {
    int half;
    int scaleHalf;
};
struct SignedBlock {
    std::uint16_t d = 0; ///< half
    std::int16_t scale[16] = {};
    std::int8_t q[256] = {};
};
/// x: f32 [256], finite. False where the half overflows.
bool searchSigned(const SignedFormat& format, const float* x, SignedBlock& block,
                  const ScaleKernels& kernels = scaleKernels());

} // namespace vitral::codec
