// SPDX-License-Identifier: Apache-2.0
// Philox, Box-Muller, and pictures with noise added.

#include "core/diffusion/noise.h"

#include "core/diffusion/denoise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vitral::diffusion {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
    constexpr std::uint64_t kMultiply0 = 0xD2511F53U, kMultiply1 = 0xCD9E8D57U;
    constexpr std::uint32_t kWeyl0 = 0x9E3779B9U, kWeyl1 = 0xBB67AE85U;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = kMultiply0 * c[0], p1 = kMultiply1 * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32U) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32U) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
        k[0] += kWeyl0;
        k[1] += kWeyl1;
    }
    return c;
}

void normalNoise(std::uint64_t seed, std::uint64_t stream, std::span<float> out) {
    const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
    const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32U); };
    for (std::size_t first = 0, block = 0; first < out.size(); first += 4, ++block) {
        const auto r = philox4x32({low(block), high(block), low(stream), high(stream)}, {low(seed), high(seed)});
        std::array<float, 4> n{};
        for (std::size_t pair = 0; pair < 2; ++pair) {
            // (0, 1] for the logarithm, [0, 1) for the angle; in double, so that libraries that differ in the last bit
            // of log, sin or cos still round to the same float nearly always.
            const double u = (static_cast<double>(r[2 * pair]) + 1.0) * 0x1.0p-32;
            const double angle = 2 * std::numbers::pi * static_cast<double>(r[2 * pair + 1]) * 0x1.0p-32;
            const double radius = std::sqrt(-2 * std::log(u));
            n[2 * pair] = static_cast<float>(radius * std::cos(angle));
            n[2 * pair + 1] = static_cast<float>(radius * std::sin(angle));
        }
        std::copy_n(n.begin(), std::min<std::size_t>(4, out.size() - first),
                    out.begin() + static_cast<std::ptrdiff_t>(first));
    }
}

Picture addNoise(const Picture& clean, const StepTime& time, std::uint64_t seed) {
    Picture out(clean.channels, clean.height, clean.width);
    normalNoise(seed, kInitialNoiseStream, out.values);
    for (std::size_t i = 0; i < out.values.size(); ++i)
        out.values[i] = static_cast<float>(time.alpha * static_cast<double>(clean.values[i]) +
                                           time.sigma * static_cast<double>(out.values[i]));
    return out;
}

void slerp(std::span<const float> a, std::span<const float> b, double f, std::span<float> out) {
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i], y = b[i];
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    double wa = 1 - f, wb = f;
    const double length = std::sqrt(aa * bb);
    if (length > 0) {
        const double angle = std::acos(std::clamp(ab / length, -1.0, 1.0)), s = std::sin(angle);
        if (s > 1e-4) {
            wa = std::sin((1 - f) * angle) / s;
            wb = std::sin(f * angle) / s;
        }
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(wa * static_cast<double>(a[i]) + wb * static_cast<double>(b[i]));
}

} // namespace vitral::diffusion
