// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/scale_search.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral::codec {

namespace {

constexpr int kLen = 256;
constexpr int kLanes = 8;  // sums are kept in eight parts so that the compiler may use vectors
constexpr int kRounds = 4; // of improving scales, elements and halves in turn

/// Nearest whole number, ties to even, for |value| < 2^22.
float nearest(float value) {
    constexpr float kMagic = 12582912.0F; // 1.5 * 2^23: the sum has no room for a fraction
    return (value + kMagic) - kMagic;
}
float clamped(float value, float low, float high) {
    return std::min(std::max(value, low), high);
}

struct Lanes {
    float part[kLanes] = {};
    [[nodiscard]] float sum() const {
        return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
    }
};

/// 1 / value, or 0 where that is no number to count with.
float inverse(float value) {
    const float inverted = value == 0 ? 0.0F : 1.0F / value;
    return std::isfinite(inverted) ? inverted : 0.0F;
}

bool isHalf(std::uint16_t bits) {
    return (bits & 0x7C00) != 0x7C00;
}

/// A sub-block's real-valued step and offset: y = step * q - offset.
struct Line {
    float step = 0;
    float offset = 0;
};

/// Sum of squared errors of n elements when each takes its best q in 0..top.
float affineError(const float* x, int n, Line line, float top) {
    const float inv = inverse(line.step);
    Lanes error;
    for (int i = 0; i < n; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            const float q = nearest(clamped((x[i + l] + line.offset) * inv, 0.0F, top));
            const float miss = line.step * q - line.offset - x[i + l];
            error.part[l] += miss * miss;
        }
    }
    return error.sum();
}

/// The line that fits best (least squares, offset not below 0) when the elements keep the q that `line` gives them.
Line refit(const float* x, int n, Line line, float top) {
    const float inv = inverse(line.step);
    Lanes sumQ, sumQq, sumX, sumXq;
    for (int i = 0; i < n; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            const float q = nearest(clamped((x[i + l] + line.offset) * inv, 0.0F, top));
            sumQ.part[l] += q;
            sumQq.part[l] += q * q;
            sumX.part[l] += x[i + l];
            sumXq.part[l] += x[i + l] * q;
        }
    }
    const float q = sumQ.sum(), qq = sumQq.sum(), sx = sumX.sum(), xq = sumXq.sum();
    const auto count = static_cast<float>(n);
    const float determinant = count * qq - q * q;
    Line better;
    if (determinant > 0) {
        better.step = (count * xq - q * sx) / determinant;
        better.offset = (q * xq - qq * sx) / determinant;
    }
    if (determinant <= 0 || better.offset < 0)
        better = {qq > 0 ? xq / qq : 0.0F, 0.0F};
    return better.step > 0 && std::isfinite(better.step) && std::isfinite(better.offset) ? better : line;
}

/// Best line found for one sub-block.
Line fitLine(const float* x, int n, float top) {
    const float low = std::min(*std::min_element(x, x + n), 0.0F);
    const float high = *std::max_element(x, x + n);
    if (!(high > low))
        return {0.0F, -low};
    Line best{(high - low) / top, -low};
    float bestError = affineError(x, n, best, top);
    // Trial steps from coarser than the range needs to finer (the ends are then cut), as a share of one level.
    for (int trial = -10; trial <= 10 && bestError > 0; ++trial) {
        Line line{(high - low) / (top + 0.1F * static_cast<float>(trial)), -low};
        for (int pass = 0; pass < 2; ++pass) {
            line = refit(x, n, line, top);
            const float error = affineError(x, n, line, top);
            if (error < bestError) {
                best = line;
                bestError = error;
            }
        }
    }
    return best;
}

/// The halves d and dmin that fit best with all integers held (normal equations in double).
void refitHalves(const AffineFormat& format, const float* x, AffineBlock& block) {
    double aa = 0, ab = 0, bb = 0, ax = 0, bx = 0; // y = d * a - dmin * b
    for (int i = 0; i < kLen; ++i) {
        const int j = i / format.subLen;
        const double a = static_cast<double>(block.scale[j]) * block.q[i];
        const double b = block.minimum[j];
        aa += a * a;
        ab += a * b;
        bb += b * b;
        ax += a * static_cast<double>(x[i]);
        bx += b * static_cast<double>(x[i]);
    }
    const double determinant = aa * bb - ab * ab;
    double d = aa > 0 ? ax / aa : 0.0;
    double dmin = static_cast<double>(halfToFloat(block.dmin));
    if (determinant > 1e-9 * aa * bb && determinant > 0) {
        d = (bb * ax - ab * bx) / determinant;
        dmin = (ab * ax - aa * bx) / determinant;
    } else if (bb > 0 && aa == 0) {
        dmin = -bx / bb;
    }
    const std::uint16_t dBits = floatToHalf(static_cast<float>(d)), dminBits = floatToHalf(static_cast<float>(dmin));
    if (d > 0 && dmin >= 0 && isHalf(dBits) && isHalf(dminBits)) {
        block.d = dBits;
        block.dmin = dminBits;
    }
}

/// The nearest integer scale and minimum to each line, or a neighbour where the rounded pair does better.
void chooseScales(const AffineFormat& format, const float* x, const Line* lines, AffineBlock& block) {
    const float d = halfToFloat(block.d), dmin = halfToFloat(block.dmin);
    const auto top = static_cast<float>(format.top), scaleTop = static_cast<float>(format.scaleTop);
    for (int j = 0; j < kLen / format.subLen; ++j) {
        const float scale = nearest(clamped(lines[j].step * inverse(d), 0.0F, scaleTop));
        const float minimum = nearest(clamped(lines[j].offset * inverse(dmin), 0.0F, scaleTop));
        float bestError = std::numeric_limits<float>::infinity();
        for (int step = 0; step < 9; ++step) {
            const float trialScale = scale + static_cast<float>((step + 1) % 3 - 1); // the rounded pair first
            const float trialMinimum = minimum + static_cast<float>((step / 3 + 1) % 3 - 1);
            if (trialScale < 0 || trialScale > scaleTop || trialMinimum < 0 || trialMinimum > scaleTop)
                continue;
            const float error =
                affineError(x + j * format.subLen, format.subLen, {d * trialScale, dmin * trialMinimum}, top);
            if (error < bestError) {
                bestError = error;
                block.scale[j] = static_cast<std::uint8_t>(trialScale);
                block.minimum[j] = static_cast<std::uint8_t>(trialMinimum);
            }
        }
    }
}

/// Gives each element its best q; returns the sum of squared errors.
float chooseElements(const AffineFormat& format, const float* x, AffineBlock& block) {
    const float d = halfToFloat(block.d), dmin = halfToFloat(block.dmin);
    const auto top = static_cast<float>(format.top);
    float error = 0;
    for (int i = 0; i < kLen; ++i) {
        const int j = i / format.subLen;
        const float step = d * static_cast<float>(block.scale[j]), offset = dmin * static_cast<float>(block.minimum[j]);
        const float q = nearest(clamped((x[i] + offset) * inverse(step), 0.0F, top));
        const float miss = step * q - offset - x[i];
        block.q[i] = static_cast<std::uint8_t>(q);
        error += miss * miss;
    }
    return error;
}

// The signed formats: the same steps with one number less.

/// Sum of x q and of q q when each element takes its best q for that step; the least error is then
/// sum x x - xq^2 / qq, reached by the step xq / qq.
struct Projection {
    float xq = 0;
    float qq = 0;
    [[nodiscard]] float gain() const { return qq > 0 ? xq * xq / qq : 0.0F; }
};
Projection project(const float* x, float inv, float half) {
    Lanes sumXq, sumQq;
    for (int i = 0; i < 16; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            const float q = nearest(clamped(x[i + l] * inv, -half, half - 1));
            sumXq.part[l] += x[i + l] * q;
            sumQq.part[l] += q * q;
        }
    }
    return {sumXq.sum(), sumQq.sum()};
}

float extreme(const float* x, int n) {
    return *std::max_element(x, x + n, [](float a, float b) { return std::fabs(a) < std::fabs(b); });
}

float fitStep(const float* x, float half) {
    const float largest = extreme(x, 16);
    const float inv = inverse(largest);
    if (inv == 0)
        return 0;
    float best = 0, bestGain = 0;
    // The largest element becomes -half (or half - 1 with the other sign), give or take one level.
    for (int trial = -20; trial <= 20; ++trial) {
        const float level = trial < 0 ? -half + 0.1F * static_cast<float>(trial + 10) // -half - 1 .. -half + 0.9
                                      : half - 1 + 0.1F * static_cast<float>(trial - 10);
        for (Projection fit = project(x, level * inv, half); fit.gain() > bestGain;
             fit = project(x, inverse(best), half)) {
            bestGain = fit.gain();
            best = fit.xq / fit.qq;
        }
    }
    return best;
}

float signedError(const float* x, float step, float half) {
    const float inv = inverse(step);
    Lanes error;
    for (int i = 0; i < 16; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            const float miss = step * nearest(clamped(x[i + l] * inv, -half, half - 1)) - x[i + l];
            error.part[l] += miss * miss;
        }
    }
    return error.sum();
}

void chooseScales(const SignedFormat& format, const float* x, const float* steps, SignedBlock& block) {
    const float d = halfToFloat(block.d);
    const auto half = static_cast<float>(format.half), scaleHalf = static_cast<float>(format.scaleHalf);
    for (int j = 0; j < 16; ++j) {
        const float scale = nearest(clamped(steps[j] * inverse(d), -scaleHalf, scaleHalf - 1));
        float bestError = std::numeric_limits<float>::infinity();
        for (const float change : {0.0F, -1.0F, 1.0F}) {
            const float trial = clamped(scale + change, -scaleHalf, scaleHalf - 1);
            const float error = signedError(x + 16 * j, d * trial, half);
            if (error < bestError) {
                bestError = error;
                block.scale[j] = static_cast<std::int16_t>(trial);
            }
        }
    }
}

float chooseElements(const SignedFormat& format, const float* x, SignedBlock& block) {
    const float d = halfToFloat(block.d);
    const auto half = static_cast<float>(format.half);
    float error = 0;
    for (int i = 0; i < kLen; ++i) {
        const float step = d * static_cast<float>(block.scale[i / 16]);
        const float q = nearest(clamped(x[i] * inverse(step), -half, half - 1));
        const float miss = step * q - x[i];
        block.q[i] = static_cast<std::int8_t>(q);
        error += miss * miss;
    }
    return error;
}

void refitHalf(const float* x, SignedBlock& block) {
    double aa = 0, ax = 0;
    for (int i = 0; i < kLen; ++i) {
        const double a = static_cast<double>(block.scale[i / 16]) * block.q[i];
        aa += a * a;
        ax += a * static_cast<double>(x[i]);
    }
    const std::uint16_t bits = floatToHalf(static_cast<float>(aa > 0 ? ax / aa : 0.0));
    if (isHalf(bits) && (bits & 0x7FFF) != 0)
        block.d = bits;
}

} // namespace

bool searchAffine(const AffineFormat& format, const float* x, AffineBlock& block) {
    const int nSub = kLen / format.subLen;
    Line lines[16];
    float maxStep = 0, maxOffset = 0;
    for (int j = 0; j < nSub; ++j) {
        lines[j] = fitLine(x + j * format.subLen, format.subLen, static_cast<float>(format.top));
        maxStep = std::max(maxStep, lines[j].step);
        maxOffset = std::max(maxOffset, lines[j].offset);
    }
    AffineBlock trial;
    trial.d = floatToHalf(maxStep / static_cast<float>(format.scaleTop));
    trial.dmin = floatToHalf(maxOffset / static_cast<float>(format.scaleTop));
    if (!isHalf(trial.d) || !isHalf(trial.dmin))
        return false;
    float bestError = std::numeric_limits<float>::infinity();
    for (int round = 0; round < kRounds; ++round) {
        chooseScales(format, x, lines, trial);
        const float error = chooseElements(format, x, trial);
        if (!(error < bestError))
            break;
        bestError = error;
        block = trial;
        refitHalves(format, x, trial);
    }
    return bestError < std::numeric_limits<float>::infinity();
}

bool searchSigned(const SignedFormat& format, const float* x, SignedBlock& block) {
    float steps[16];
    for (int j = 0; j < 16; ++j)
        steps[j] = fitStep(x + 16 * j, static_cast<float>(format.half));
    SignedBlock trial;
    trial.d = floatToHalf(extreme(steps, 16) / static_cast<float>(-format.scaleHalf));
    if (!isHalf(trial.d))
        return false;
    float bestError = std::numeric_limits<float>::infinity();
    for (int round = 0; round < kRounds; ++round) {
        chooseScales(format, x, steps, trial);
        const float error = chooseElements(format, x, trial);
        if (!(error < bestError))
            break;
        bestError = error;
        block = trial;
        refitHalf(x, trial);
    }
    return bestError < std::numeric_limits<float>::infinity();
}

} // namespace vitral::codec
