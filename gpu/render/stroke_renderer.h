// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws lines and points with soft edges: one instance of four vertices each, however many there are. Thread: GUI.

#include "gpu/render/render_target.h"

namespace vitral::gpu {

/// A line with round ends; both ends the same: a point. Pixels of the target.
struct Stroke {
    float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    float radius = 0.5F;      ///< half the width
    std::uint32_t colour = 0; ///< bytes red, green, blue, alpha in memory; not premultiplied
};

class StrokeRenderer {
public:
    static Result<std::unique_ptr<StrokeRenderer>> create(std::shared_ptr<VulkanDevice> device, VkRenderPass pass);
    Result<void> prepare(const FrameContext& frame, std::span<const Stroke> strokes);
    void draw(const FrameContext& frame);

private:
    explicit StrokeRenderer(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    std::shared_ptr<VulkanDevice> device_;
    Pipeline pipeline_;
    std::array<Buffer, kFramesInFlight> strokes_;
    std::uint32_t nStroke_ = 0;
};

} // namespace vitral::gpu
