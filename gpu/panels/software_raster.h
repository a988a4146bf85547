// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws a frame of controls on the CPU, so that they look the same where there is no Vulkan: textured triangles with
// the GPU's fill rule, bilinear textures, clip rectangles and blending. Thread: any.

#include "gpu/render/draw_list.h"

namespace vitral::gpu {

/// pixels: 0xffRRGGBB, `stride` words from row to row, [height, width] device pixels; drawn over.
void rasterUi(const UiFrame& ui, std::uint32_t* pixels, std::int32_t width, std::int32_t height, std::int64_t stride);

} // namespace vitral::gpu
