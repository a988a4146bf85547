// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a network is told a number (the time, a size in pixels): sines and cosines of it at geometrically spaced
// frequencies (Vaswani et al. 2017), in f32 and in diffusers' order of operations. Thread: any.

#include <cmath>
#include <cstddef>
#include <span>

namespace vitral::diffusion {

/// out [n], n even: n/2 sines and n/2 cosines; cosines first with `flipSinToCos`.
inline void embedNumber(double number, bool flipSinToCos, double freqShift, std::span<float> out) {
    const std::size_t half = out.size() / 2;
    const float slope = -std::log(10000.0F) / (static_cast<float>(half) - static_cast<float>(freqShift));
    for (std::size_t i = 0; i < half; ++i) {
        const float angle = static_cast<float>(number) * std::exp(slope * static_cast<float>(i));
        out[flipSinToCos ? half + i : i] = std::sin(angle);
        out[flipSinToCos ? i : half + i] = std::cos(angle);
    }
}

} // namespace vitral::diffusion
