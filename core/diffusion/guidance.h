// SPDX-License-Identifier: Apache-2.0
#pragma once
// From what the network says to x_0 and noise. Thread: any.

#include "core/diffusion/settings.h"
#include "core/diffusion/solver.h"

#include <span>

namespace vitral::diffusion {

/// u + g (c - u) (Ho and Salimans 2022); with rescale > 0 brought back towards the standard deviation of c
/// (Lin et al. 2024, equations 15 and 16; diffusers' rescale_noise_cfg). out may be c.
void guide(std::span<const float> conditional, std::span<const float> unconditional, double guidance, double rescale,
           std::span<float> out);

/// x_0 and eps from a raw prediction at (x, t). Where nothing of x_0 is left in x, a prediction of noise gives x_0 = 0.
[[nodiscard]] Predicted predicted(Prediction kind, std::span<const float> x, std::span<const float> output,
                                  const StepTime& t);

} // namespace vitral::diffusion
