// SPDX-License-Identifier: Apache-2.0
#pragma once
// Super-resolution by tiles: a picture is enlarged, and each tile of it is begun with and denoised at a low strength,
// so that a network made for one size draws the details of a larger picture. Thread: engine.

#include "core/diffusion/denoise.h"

namespace vitral::diffusion {

struct UpscaleJob {
    DenoiseJob base;           ///< settings.init is the picture; width and height are ignored; strength about 0.3
    double factor = 2;         ///< 1..8
    std::int32_t tile = 0;     ///< pixels; 0: the model's own size
    std::int32_t overlap = -1; ///< pixels tiles share; -1: a quarter of a tile
};
struct UpscalePlan {
    std::int32_t width = 0, height = 0, nTile = 0;
    DenoisePlan oneTile;
};
/// Errors: InvalidArgument (a size or overlap that does not fit the model, named).
Result<UpscalePlan> planUpscale(const UpscaleJob& job);
/// Pixels of the large picture. Tiles overlap and are faded into each other linearly; each has noise of its own
/// (seed + number of the tile). Errors: those of denoise().
Result<Picture> upscale(const UpscaleJob& job, std::stop_token stop,
                        const std::function<void(double fraction, const Picture& soFar)>& progress = {});

} // namespace vitral::diffusion
