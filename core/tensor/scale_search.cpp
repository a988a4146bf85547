// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/scale_search.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral::codec {

namespace {

constexpr int kLen = 256;
constexpr int kRounds = 4; // of improving scales, elements and halves in turn
constexpr float kNone = std::numeric_limits<float>::infinity();

float inverse(float value) {
    const float inverted = value == 0 ? 0.0F : 1.0F / value;
    return std::isfinite(inverted) ? inverted : 0.0F;
}

/// Nearest whole number in low..high, ties to even.
float nearestIn(float value, float low, float high) {
    constexpr float kMagic = 12582912.0F; // 1.5 * 2^23: the sum has no room for a fraction
    return (std::min(std::max(value, low), high) + kMagic) - kMagic;
}

bool isHalf(std::uint16_t bits) {
    return (bits & 0x7C00) != 0x7C00;
}

float sumOf(const float* part) {
    return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
}

/// The halves d and dmin that fit best with all integers held (normal equations in double).
void refitHalves(const ScaleKernels& kernels, const AffineFormat& format, const float* x, AffineBlock& block) {
    AffineSums s{};
    kernels.affineSums(x, format.subLen, block.scale, block.minimum, block.q, &s);
    const double determinant = s.aa * s.bb - s.ab * s.ab;
    double d = s.aa > 0 ? s.ax / s.aa : 0.0;
    double dmin = static_cast<double>(halfToFloat(block.dmin));
    if (determinant > 1e-9 * s.aa * s.bb && determinant > 0) {
        d = (s.bb * s.ax - s.ab * s.bx) / determinant;
        dmin = (s.ab * s.ax - s.aa * s.bx) / determinant;
    } else if (s.bb > 0 && s.aa == 0) {
        dmin = -s.bx / s.bb;
    }
    const std::uint16_t dBits = floatToHalf(static_cast<float>(d)), dminBits = floatToHalf(static_cast<float>(dmin));
    if (d > 0 && dmin >= 0 && isHalf(dBits) && isHalf(dminBits)) {
        block.d = dBits;
        block.dmin = dminBits;
    }
}

/// The nearest integer scale and minimum to each line, or a neighbour where the rounded pair does better.
void chooseScales(const ScaleKernels& kernels, const AffineFormat& format, const float* x, const Line* lines,
                  AffineBlock& block) {
    const float d = halfToFloat(block.d), dmin = halfToFloat(block.dmin);
    const auto top = static_cast<float>(format.top), scaleTop = static_cast<float>(format.scaleTop);
    for (int j = 0; j < kLen / format.subLen; ++j) {
        const float scale = nearestIn(lines[j].step * inverse(d), 0.0F, scaleTop);
        const float minimum = nearestIn(lines[j].offset * inverse(dmin), 0.0F, scaleTop);
        float scales[9], minima[9], errors[9];
        Line trials[9];
        for (int step = 0; step < 9; ++step) {
            scales[step] = scale + static_cast<float>((step + 1) % 3 - 1); // the rounded pair first
            minima[step] = minimum + static_cast<float>((step / 3 + 1) % 3 - 1);
            trials[step] = {d * scales[step], dmin * minima[step]};
        }
        kernels.nineErrors(x + j * format.subLen, format.subLen, trials, top, errors);
        float bestError = kNone;
        for (int step = 0; step < 9; ++step) {
            if (scales[step] < 0 || scales[step] > scaleTop || minima[step] < 0 || minima[step] > scaleTop ||
                !(errors[step] < bestError))
                continue;
            bestError = errors[step];
            block.scale[j] = static_cast<std::uint8_t>(scales[step]);
            block.minimum[j] = static_cast<std::uint8_t>(minima[step]);
        }
    }
}

/// Gives each element its best q; returns the sum of squared errors.
float chooseElements(const ScaleKernels& kernels, const AffineFormat& format, const float* x, AffineBlock& block) {
    const float d = halfToFloat(block.d), dmin = halfToFloat(block.dmin);
    float error[8] = {};
    for (int j = 0; j < kLen / format.subLen; ++j) {
        const int at = j * format.subLen;
        const Line line{d * static_cast<float>(block.scale[j]), dmin * static_cast<float>(block.minimum[j])};
        kernels.chooseAffine(x + at, format.subLen, line, static_cast<float>(format.top), block.q + at, error);
    }
    return sumOf(error);
}

void chooseScales(const ScaleKernels& kernels, const SignedFormat& format, const float* x, const float* steps,
                  SignedBlock& block) {
    const float d = halfToFloat(block.d);
    const auto half = static_cast<float>(format.half), scaleHalf = static_cast<float>(format.scaleHalf);
    for (int j = 0; j < 16; ++j) {
        const float scale = nearestIn(steps[j] * inverse(d), -scaleHalf, scaleHalf - 1);
        float bestError = kNone;
        for (const float change : {0.0F, -1.0F, 1.0F}) {
            const float trial = std::min(std::max(scale + change, -scaleHalf), scaleHalf - 1);
            const float error = kernels.signedError(x + 16 * j, d * trial, half);
            if (error < bestError) {
                bestError = error;
                block.scale[j] = static_cast<std::int16_t>(trial);
            }
        }
    }
}

float chooseElements(const ScaleKernels& kernels, const SignedFormat& format, const float* x, SignedBlock& block) {
    const float d = halfToFloat(block.d);
    float error[8] = {};
    for (int j = 0; j < 16; ++j)
        kernels.chooseSigned(x + 16 * j, d * static_cast<float>(block.scale[j]), static_cast<float>(format.half),
                             block.q + 16 * j, error);
    return sumOf(error);
}

void refitHalf(const ScaleKernels& kernels, const float* x, SignedBlock& block) {
    double aa = 0, ax = 0;
    kernels.signedSums(x, block.scale, block.q, &aa, &ax);
    const std::uint16_t bits = floatToHalf(static_cast<float>(aa > 0 ? ax / aa : 0.0));
    if (isHalf(bits) && (bits & 0x7FFF) != 0)
        block.d = bits;
}

} // namespace

#if defined(VITRAL_SCALE_AVX2)
extern const ScaleKernels* const kAvx2ScaleKernels; // scale_kernels_avx2.cpp
const ScaleKernels* avx2ScaleKernels() {
    return __builtin_cpu_supports("avx2") ? kAvx2ScaleKernels : nullptr;
}
#else
const ScaleKernels* avx2ScaleKernels() {
    return nullptr;
}
#endif

const ScaleKernels& scaleKernels() {
    static const ScaleKernels& best = avx2ScaleKernels() != nullptr ? *avx2ScaleKernels() : plainScaleKernels();
    return best;
}

bool searchAffine(const AffineFormat& format, const float* x, AffineBlock& block, const ScaleKernels& kernels) {
    const int nSub = kLen / format.subLen;
    Line lines[16];
    float maxStep = 0, maxOffset = 0;
    for (int j = 0; j < nSub; ++j) {
        lines[j] = kernels.fitLine(x + j * format.subLen, format.subLen, static_cast<float>(format.top));
        maxStep = std::max(maxStep, lines[j].step);
        maxOffset = std::max(maxOffset, lines[j].offset);
    }
    AffineBlock trial;
    trial.d = floatToHalf(maxStep / static_cast<float>(format.scaleTop));
    trial.dmin = floatToHalf(maxOffset / static_cast<float>(format.scaleTop));
    if (!isHalf(trial.d) || !isHalf(trial.dmin))
        return false;
    float bestError = kNone;
    for (int round = 0; round < kRounds; ++round) {
        chooseScales(kernels, format, x, lines, trial);
        const float error = chooseElements(kernels, format, x, trial);
        if (!(error < bestError))
            break;
        bestError = error;
        block = trial;
        refitHalves(kernels, format, x, trial);
    }
    return bestError < kNone;
}

bool searchSigned(const SignedFormat& format, const float* x, SignedBlock& block, const ScaleKernels& kernels) {
    float steps[16];
    float extreme = 0;
    for (int j = 0; j < 16; ++j) {
        steps[j] = kernels.fitStep(x + 16 * j, static_cast<float>(format.half));
        if (std::fabs(extreme) < std::fabs(steps[j]))
            extreme = steps[j];
    }
    SignedBlock trial;
    trial.d = floatToHalf(extreme / static_cast<float>(-format.scaleHalf));
    if (!isHalf(trial.d))
        return false;
    float bestError = kNone;
    for (int round = 0; round < kRounds; ++round) {
        chooseScales(kernels, format, x, steps, trial);
        const float error = chooseElements(kernels, format, x, trial);
        if (!(error < bestError))
            break;
        bestError = error;
        block = trial;
        refitHalf(kernels, x, trial);
    }
    return bestError < kNone;
}

} // namespace vitral::codec
