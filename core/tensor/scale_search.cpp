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

/// The halves d and dmin that fit best with all integers held (normal equations in double). False where they stay: then
/// another round would find what this one found.
bool refitHalves(const ScaleKernels& kernels, const AffineFormat& format, const float* x, AffineBlock& block) {
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
    if (!(d > 0 && dmin >= 0 && isHalf(dBits) && isHalf(dminBits)) || (dBits == block.d && dminBits == block.dmin))
        return false;
    block.d = dBits;
    block.dmin = dminBits;
    return true;
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

/// The nearest integer scale to each step, or a neighbour where that does better.
void chooseScales(const ScaleKernels& kernels, const SignedFormat& format, const float* turned, const float* steps,
                  SignedBlock& block) {
    const float d = halfToFloat(block.d), inv = inverse(d);
    const auto low = static_cast<float>(-format.scaleHalf), high = static_cast<float>(format.scaleHalf - 1);
    constexpr float kChanges[3] = {0.0F, -1.0F, 1.0F}; // the rounded one first
    float scales[3][16], trials[3][16], errors[3][16];
    for (int j = 0; j < 16; ++j) {
        const float scale = nearestIn(steps[j] * inv, low, high);
        for (int k = 0; k < 3; ++k) {
            scales[k][j] = std::min(std::max(scale + kChanges[k], low), high);
            trials[k][j] = d * scales[k][j];
        }
    }
    kernels.threeErrors(turned, trials[0], static_cast<float>(format.half), errors[0]);
    for (int j = 0; j < 16; ++j) {
        float bestError = kNone;
        for (int k = 0; k < 3; ++k) {
            if (errors[k][j] < bestError) {
                bestError = errors[k][j];
                block.scale[j] = static_cast<std::int16_t>(scales[k][j]);
            }
        }
    }
}

float chooseElements(const ScaleKernels& kernels, const SignedFormat& format, const float* x, SignedBlock& block) {
    const float d = halfToFloat(block.d);
    float steps[16], error[8];
    for (int j = 0; j < 16; ++j)
        steps[j] = d * static_cast<float>(block.scale[j]);
    kernels.chooseSigned(x, steps, static_cast<float>(format.half), block.q, error);
    return sumOf(error);
}

/// As refitHalves.
bool refitHalf(const ScaleKernels& kernels, const float* x, SignedBlock& block) {
    double aa = 0, ax = 0;
    kernels.signedSums(x, block.scale, block.q, &aa, &ax);
    const std::uint16_t bits = floatToHalf(static_cast<float>(aa > 0 ? ax / aa : 0.0));
    if (!isHalf(bits) || (bits & 0x7FFF) == 0 || bits == block.d)
        return false;
    block.d = bits;
    return true;
}

} // namespace

#if defined(VITRAL_SCALE_X86)
extern const ScaleKernels* const kAvx2ScaleKernels; // scale_kernels_avx2.cpp
const ScaleKernels* avx2ScaleKernels() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? kAvx2ScaleKernels : nullptr;
}
void fitStepsAvx512(const float* turned, float half, float* steps); // scale_kernels_avx512.cpp
void threeErrorsAvx512(const float* turned, const float* steps, float half, float* errors);
const ScaleKernels* avx512ScaleKernels() {
    static const ScaleKernels kernels = [] {
        ScaleKernels best = *kAvx2ScaleKernels;
        best.fitSteps = fitStepsAvx512;
        best.threeErrors = threeErrorsAvx512;
        return best;
    }();
    return avx2ScaleKernels() != nullptr && __builtin_cpu_supports("avx512f") ? &kernels : nullptr;
}
#else
const ScaleKernels* avx2ScaleKernels() {
    return nullptr;
}
const ScaleKernels* avx512ScaleKernels() {
    return nullptr;
}
#endif

const ScaleKernels& scaleKernels() {
    static const ScaleKernels& best = avx512ScaleKernels() != nullptr ? *avx512ScaleKernels()
                                      : avx2ScaleKernels() != nullptr ? *avx2ScaleKernels()
                                                                      : plainScaleKernels();
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
    for (int round = 1;; ++round) {
        chooseScales(kernels, format, x, lines, trial);
        const float error = chooseElements(kernels, format, x, trial);
        if (!(error < bestError))
            break;
        bestError = error;
        block = trial;
        if (round == kRounds || !refitHalves(kernels, format, x, trial))
            break;
    }
    return bestError < kNone;
}

bool searchSigned(const SignedFormat& format, const float* x, SignedBlock& block, const ScaleKernels& kernels) {
    float turned[kLen], steps[16];
    for (int j = 0; j < 16; ++j)
        for (int i = 0; i < 16; ++i)
            turned[16 * i + j] = x[16 * j + i];
    kernels.fitSteps(turned, static_cast<float>(format.half), steps);
    float extreme = 0;
    for (int j = 0; j < 16; ++j) {
        if (std::fabs(extreme) < std::fabs(steps[j]))
            extreme = steps[j];
    }
    SignedBlock trial;
    trial.d = floatToHalf(extreme / static_cast<float>(-format.scaleHalf));
    if (!isHalf(trial.d))
        return false;
    float bestError = kNone;
    for (int round = 1;; ++round) {
        chooseScales(kernels, format, turned, steps, trial);
        const float error = chooseElements(kernels, format, x, trial);
        if (!(error < bestError))
            break;
        bestError = error;
        block = trial;
        if (round == kRounds || !refitHalf(kernels, x, trial))
            break;
    }
    return bestError < kNone;
}

} // namespace vitral::codec
