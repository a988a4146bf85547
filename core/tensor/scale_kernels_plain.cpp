// SPDX-License-Identifier: Apache-2.0
// The inner loops of scale_search as plain C++: the truth, and what other processors run.

#include "core/tensor/scale_kernels.h"

#include <algorithm>
#include <cmath>

namespace vitral::codec {

namespace {

constexpr int kLen = 256;
constexpr int kLanes = 8; // sums are kept in eight parts so that vectors may be used

/// Nearest whole number, ties to even, for |value| < 2^22.
float nearest(float value) {
    constexpr float kMagic = 12582912.0F; // 1.5 * 2^23: the sum has no room for a fraction
    return (value + kMagic) - kMagic;
}
float clamped(float value, float low, float high) {
    return std::min(std::max(value, low), high);
}

template <class T>
struct Lanes {
    T part[kLanes] = {};
    [[nodiscard]] T sum() const {
        return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
    }
};

/// 1 / value, or 0 where that is no number to count with.
float inverse(float value) {
    const float inverted = value == 0 ? 0.0F : 1.0F / value;
    return std::isfinite(inverted) ? inverted : 0.0F;
}

float affineError(const float* x, int n, Line line, float top) {
    const float inv = inverse(line.step);
    Lanes<float> error;
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
    Lanes<float> sumQ, sumQq, sumX, sumXq;
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
    Line better{0, 0};
    if (determinant > 0) {
        better.step = (count * xq - q * sx) / determinant;
        better.offset = (q * xq - qq * sx) / determinant;
    }
    if (determinant <= 0 || better.offset < 0)
        better = {qq > 0 ? xq / qq : 0.0F, 0.0F};
    return better.step > 0 && std::isfinite(better.step) && std::isfinite(better.offset) ? better : line;
}

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

void nineErrors(const float* x, int n, const Line* lines, float top, float* errors) {
    for (int k = 0; k < 9; ++k)
        errors[k] = affineError(x, n, lines[k], top);
}

void chooseAffine(const float* x, int n, Line line, float top, std::uint8_t* q, float* error) {
    const float inv = inverse(line.step);
    for (int i = 0; i < n; ++i) {
        const float level = nearest(clamped((x[i] + line.offset) * inv, 0.0F, top));
        const float miss = line.step * level - line.offset - x[i];
        q[i] = static_cast<std::uint8_t>(level);
        error[i % kLanes] += miss * miss;
    }
}

void affineSums(const float* x, int subLen, const std::uint8_t* scale, const std::uint8_t* minimum,
                const std::uint8_t* q, AffineSums* sums) {
    double aa = 0, ab = 0, bb = 0; // whole numbers: exact in any order
    Lanes<double> ax, bx;
    for (int i = 0; i < kLen; ++i) {
        const int j = i / subLen;
        const double a = static_cast<double>(scale[j]) * q[i];
        const double b = minimum[j];
        aa += a * a;
        ab += a * b;
        bb += b * b;
        ax.part[i % kLanes] += a * static_cast<double>(x[i]);
        bx.part[i % kLanes] += b * static_cast<double>(x[i]);
    }
    *sums = {aa, ab, bb, ax.sum(), bx.sum()};
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
    Lanes<float> sumXq, sumQq;
    for (int i = 0; i < 16; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            const float q = nearest(clamped(x[i + l] * inv, -half, half - 1));
            sumXq.part[l] += x[i + l] * q;
            sumQq.part[l] += q * q;
        }
    }
    return {sumXq.sum(), sumQq.sum()};
}

float fitStep(const float* x, float half) {
    const float largest = *std::max_element(x, x + 16, [](float a, float b) { return std::fabs(a) < std::fabs(b); });
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

/// Sub-block j of a super-block that is turned over.
struct Column {
    float x[16];
    Column(const float* turned, int j) {
        for (int i = 0; i < 16; ++i)
            x[i] = turned[16 * i + j];
    }
};

void fitSteps(const float* turned, float half, float* steps) {
    for (int j = 0; j < 16; ++j)
        steps[j] = fitStep(Column(turned, j).x, half);
}

float signedError(const float* x, float step, float half) {
    const float inv = inverse(step);
    Lanes<float> error;
    for (int i = 0; i < 16; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            const float miss = step * nearest(clamped(x[i + l] * inv, -half, half - 1)) - x[i + l];
            error.part[l] += miss * miss;
        }
    }
    return error.sum();
}

void threeErrors(const float* turned, const float* steps, float half, float* errors) {
    for (int j = 0; j < 16; ++j) {
        const Column column(turned, j);
        for (int k = 0; k < 48; k += 16)
            errors[k + j] = signedError(column.x, steps[k + j], half);
    }
}

void chooseSigned(const float* x, const float* steps, float half, std::int8_t* q, float* error) {
    std::fill_n(error, kLanes, 0.0F);
    for (int j = 0; j < 16; ++j) {
        const float step = steps[j], inv = inverse(step);
        for (int i = 16 * j; i < 16 * j + 16; ++i) {
            const float level = nearest(clamped(x[i] * inv, -half, half - 1));
            const float miss = step * level - x[i];
            q[i] = static_cast<std::int8_t>(level);
            error[i % kLanes] += miss * miss;
        }
    }
}

void signedSums(const float* x, const std::int16_t* scale, const std::int8_t* q, double* aa, double* ax) {
    Lanes<double> sum;
    *aa = 0;
    for (int i = 0; i < kLen; ++i) {
        const double a = static_cast<double>(scale[i / 16]) * q[i];
        *aa += a * a;
        sum.part[i % kLanes] += a * static_cast<double>(x[i]);
    }
    *ax = sum.sum();
}

} // namespace

const ScaleKernels& plainScaleKernels() {
    static constexpr ScaleKernels kernels{fitLine,  nineErrors,  chooseAffine, affineSums,
                                          fitSteps, threeErrors, chooseSigned, signedSums};
    return kernels;
}

} // namespace vitral::codec
