// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random numbers that a seed names for good: Philox 4x32 with 10 rounds (Salmon et al. 2011, "Parallel random numbers:
// as easy as 1, 2, 3"). Block i of stream s of a seed is one call, so numbers can be made in any order and by any
// number of threads. Thread: any.

#include <array>
#include <cstdint>
#include <span>

namespace vitral::diffusion {

/// One block: four 32-bit words of (counter, key). Known answers: Random123's kat_vectors.
[[nodiscard]] std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                      std::array<std::uint32_t, 2> key);

/// Streams of a run's seed. Noise of a step depends on the step, so that a branch meets the same numbers.
inline constexpr std::uint64_t kInitialNoiseStream = 0;
[[nodiscard]] constexpr std::uint64_t stepNoiseStream(std::int32_t iStep, std::int32_t iDraw) {
    return 1 + (static_cast<std::uint64_t>(iStep) << 8U) + static_cast<std::uint64_t>(iDraw);
}

/// Spherical interpolation (Shoemake 1985) of two vectors of equal length, f in 0..1; linear where they are parallel.
void slerp(std::span<const float> a, std::span<const float> b, double f, std::span<float> out);

} // namespace vitral::diffusion
