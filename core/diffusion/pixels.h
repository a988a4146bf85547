// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between what a network works on and what is seen. Thread: any.

#include "core/diffusion/model.h"
#include "core/diffusion/picture.h"

namespace vitral::diffusion {

/// Pixels (nominally -1..1) of x or x_0 of a model without autoencoder; x itself where scale and offset are 1 and 0.
[[nodiscard]] Picture pixelsOf(const DiffusionInfo& info, const Picture& x);
/// The way back: what the network works on.
[[nodiscard]] Picture fromPixels(const DiffusionInfo& info, const Picture& pixels);
/// RGB, one pixel a latent pixel, by info.previewProjection (a linear map and a bias); empty where there is none.
[[nodiscard]] Picture projectLatent(const DiffusionInfo& info, const Picture& latent);
/// Bilinear when it grows (corners not aligned), the mean of the covered area when it shrinks.
[[nodiscard]] Picture resized(const Picture& picture, std::int32_t height, std::int32_t width);
/// By nearest neighbour, then 0 or 1 at 0.5: how diffusers brings a mask to the latents' size.
[[nodiscard]] Picture latentMask(const Picture& mask, std::int32_t height, std::int32_t width);
/// Grey to RGB or RGB to grey (Rec. 601 weights); another number of channels: the first ones, or repeated.
[[nodiscard]] Picture withChannels(const Picture& picture, std::int32_t channels);

} // namespace vitral::diffusion
