// SPDX-License-Identifier: Apache-2.0
// Row operations as plain loops: norms, elementwise arithmetic, activations, rotary embedding, 8-bit quantisation.

#include "core/kernels/convert.h"
#include "core/kernels/scalar/scalar_kernels.h"

#include <algorithm>
#include <cmath>

namespace vitral::kernels::scalar {

void rmsNorm(float* out, const float* x, const float* weight, std::int64_t n, float eps) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i)
        sum += static_cast<double>(x[i]) * x[i];
    const auto factor = static_cast<float>(1.0 / std::sqrt(sum / static_cast<double>(n) + eps));
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = x[i] * factor * (weight ? weight[i] : 1.0F);
}

void layerNorm(float* out, const float* x, const float* weight, const float* bias, std::int64_t n, float eps) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i)
        sum += x[i];
    const double mean = sum / static_cast<double>(n);
    double squares = 0;
    for (std::int64_t i = 0; i < n; ++i)
        squares += (x[i] - mean) * (x[i] - mean);
    const double factor = 1.0 / std::sqrt(squares / static_cast<double>(n) + eps);
    for (std::int64_t i = 0; i < n; ++i) {
        const auto normalised = static_cast<float>((x[i] - mean) * factor);
        out[i] = normalised * (weight ? weight[i] : 1.0F) + (bias ? bias[i] : 0.0F);
    }
}

void add(float* out, const float* a, const float* b, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = a[i] + b[i];
}

void mul(float* out, const float* a, const float* b, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = a[i] * b[i];
}

void scale(float* out, const float* x, float factor, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = x[i] * factor;
}

void softcap(float* x, float cap, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        x[i] = cap * std::tanh(x[i] / cap);
}

namespace {
float activate(Act kind, float x) {
    switch (kind) {
    case Act::Silu:
        return x / (1.0F + std::exp(-x));
    // Hendrycks and Gimpel 2016: the tanh form that GPT-2 and Gemma use, and the exact one.
    case Act::GeluTanh:
        return 0.5F * x * (1.0F + std::tanh(0.7978845608028654F * (x + 0.044715F * x * x * x)));
    case Act::GeluErf:
        return 0.5F * x * (1.0F + std::erf(x * 0.7071067811865476F));
    case Act::Relu:
        return std::max(x, 0.0F);
    case Act::ReluSquared:
        return x > 0 ? x * x : 0.0F;
    case Act::SwigluOai: {
        const float clamped = std::min(x, 7.0F);
        return clamped / (1.0F + std::exp(-1.702F * clamped));
    }
    }
    return x;
}
} // namespace

void activation(Act kind, float* out, const float* x, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = activate(kind, x[i]);
}

void gatedActivation(Act kind, float* out, const float* gate, const float* up, std::int64_t n) {
    if (kind == Act::SwigluOai) { // gpt-oss: both halves clamped to 7, and the linear half moved by one
        for (std::int64_t i = 0; i < n; ++i)
            out[i] = activate(kind, gate[i]) * (std::clamp(up[i], -7.0F, 7.0F) + 1.0F);
        return;
    }
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = activate(kind, gate[i]) * up[i];
}

void rope(float* x, std::int32_t nHead, std::int32_t headDim, std::int32_t nRotary, const float* cosSin, bool halves) {
    const std::int32_t half = nRotary / 2;
    for (std::int32_t h = 0; h < nHead; ++h) {
        float* head = x + static_cast<std::int64_t>(h) * headDim;
        for (std::int32_t i = 0; i < half; ++i) {
            float& a = head[halves ? i : 2 * i];
            float& b = head[halves ? i + half : 2 * i + 1];
            const float c = cosSin[i];
            const float s = cosSin[half + i];
            const float a0 = a;
            const float b0 = b;
            a = a0 * c - b0 * s;
            b = a0 * s + b0 * c;
        }
    }
}

void toHalf(std::uint16_t* out, const float* x, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = f32ToHalf(std::clamp(x[i], -65504.0F, 65504.0F));
}

void quantizeTile(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                  std::int32_t* sums) {
    for (std::int64_t b = 0; b < nIn / 32; ++b)
        for (std::int64_t c = 0; c < width; ++c) {
            const float* x = rows[c] + b * 32;
            float largest = 0;
            for (int i = 0; i < 32; ++i)
                largest = std::max(largest, std::fabs(x[i]));
            // Tiny blocks count as zero: 127 / largest would overflow.
            const bool usable = largest > 0x1.0p-100F && largest < 0x1.0p120F;
            const float inverse = usable ? 127.0F / largest : 0.0F;
            scale[b * width + c] = usable ? largest / 127.0F : 0.0F;
            std::int32_t sum[2] = {0, 0};
            for (int i = 0; i < 32; ++i) {
                const float rounded = std::nearbyint(x[i] * inverse);
                const auto v = static_cast<std::int8_t>(rounded >= -127.0F && rounded <= 127.0F ? rounded : 0.0F);
                q[((b * 8 + i / 4) * width + c) * 4 + i % 4] = v;
                sum[i / 16] += v;
            }
            sums[b * 2 * width + c] = sum[0];
            sums[(b * 2 + 1) * width + c] = sum[1];
        }
}

} // namespace vitral::kernels::scalar
