// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws a map from tiles that stay on the device: one fragment a pixel, no vertex or widget a cell. The caller says
// which block every pixel shows; the shader reads the value and its colour. Thread: GUI.

#include "gpu/render/render_target.h"

#include <unordered_map>

namespace vitral::gpu {

inline constexpr int kTileSide = 256;

struct HeatmapTile {
    std::uint64_t id = 0;          ///< of these very values: another id, another upload; 0: nothing yet
    const float* values = nullptr; ///< [kTileSide * kTileSide]
    std::int32_t shift = 0;        ///< levels coarser than the plan
};

/// One picture of a map. Everything points to the caller's memory and is read during prepare().
struct HeatmapFrame {
    std::int32_t x = 0, y = 0;              ///< of the map in the target, pixels
    std::span<const std::int32_t> col, row; ///< block of each pixel column and row, from the first tile; -1: beyond
    std::int32_t firstTileCol = 0, firstTileRow = 0, nTileCol = 0;
    std::span<const HeatmapTile> tiles;     ///< [rows of tiles, nTileCol]
    float offset = 0;                       ///< taken from a value before its upper 16 bits choose the colour
    std::span<const std::uint32_t> colours; ///< [65536], 0xAARRGGBB
    std::uint64_t coloursId = 0;            ///< changes with the colours
    std::uint32_t outside = 0, waiting = 0; ///< 0xAARRGGBB
};

class HeatmapRenderer {
public:
    /// nSlot tiles of 256 KiB stay on the device; a frame may not show more. Errors: Device.
    static Result<std::unique_ptr<HeatmapRenderer>> create(std::shared_ptr<VulkanDevice> device, VkRenderPass pass,
                                                           std::uint32_t nSlot = 256);
    Result<void> prepare(const FrameContext& frame, const HeatmapFrame& map);
    void draw(const FrameContext& frame);
    [[nodiscard]] std::uint64_t nUploaded() const { return nUploaded_; }

private:
    explicit HeatmapRenderer(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    std::int32_t slotFor(const HeatmapTile& tile);
    struct Push {
        std::int32_t x, y, width, height, firstTileCol, firstTileRow, nTileCol;
        float offset;
        std::uint32_t outside, waiting;
    };
    struct PerFrame {
        Buffer axis, refs, staging;
        VkDescriptorSet set = VK_NULL_HANDLE;
        bool bound = false;
    };
    struct Slot {
        std::uint64_t id = 0, used = 0;
    };
    std::shared_ptr<VulkanDevice> device_;
    Pipeline pipeline_;
    OwnedDescriptorPool pool_;
    Buffer tiles_, colours_;
    std::array<PerFrame, kFramesInFlight> perFrame_;
    std::vector<Slot> slots_;
    std::unordered_map<std::uint64_t, std::uint32_t> slotOf_;
    std::vector<std::pair<const float*, std::uint32_t>> toUpload_;
    std::uint64_t now_ = 0, coloursId_ = 0, nUploaded_ = 0;
    Push push_{};
};

} // namespace vitral::gpu
