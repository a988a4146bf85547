// SPDX-License-Identifier: Apache-2.0
#pragma once
// Triangles of a frame of controls, as the panels give them and the renderers take them: the Vulkan one and the one in
// software draw the same lists, so the picture is the same. Knows neither Vulkan nor Dear ImGui. Thread: GUI; spans
// point into the giver's memory and hold until its next frame.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitral::gpu {

struct UiVertex {
    float x, y, u, v;     ///< place in device-independent pixels; place in the texture, 0..1
    std::uint32_t colour; ///< bytes red, green, blue, alpha in memory; not premultiplied
};

struct UiCommand {
    float clipLeft, clipTop, clipRight, clipBottom; ///< device-independent pixels
    std::uint64_t texture = 0;                      ///< of UiFrame::textures
    std::uint32_t nIndex = 0, firstIndex = 0;       ///< within the list
    std::uint32_t vertexOffset = 0;
};

struct UiList {
    std::span<const UiVertex> vertices;
    std::span<const std::uint16_t> indices;
    std::vector<UiCommand> commands;
};

struct UiTexture {
    std::uint64_t id = 0; ///< of these very pixels: another id, another upload
    std::uint32_t width = 0, height = 0;
    std::span<const std::byte> rgba; ///< [height, width, 4]
};

struct UiFrame {
    float width = 0, height = 0, scale = 1; ///< device-independent pixels; device pixels for one of them
    std::vector<UiList> lists;
    std::vector<UiTexture> textures; ///< all that the commands name
};

} // namespace vitral::gpu
