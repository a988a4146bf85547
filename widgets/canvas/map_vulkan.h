// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws one heat map, its marks and its controls with Vulkan, into a window or a picture. Thread: GUI.

#include "gpu/render/ui_renderer.h"
#include "widgets/canvas/canvas_marks.h"
#include "widgets/canvas/map_frame.h"

namespace vitral {

/// What one frame shows; everything it points to must hold until the frame is recorded.
struct MapScene {
    MapFrame map;
    std::vector<MarkRect> marks;
    const gpu::UiFrame* ui = nullptr; ///< may be null
    QSize pixels;
    double devicePixelRatio = 1;
    QRgb background = 0xff000000U;
};

class MapVulkan {
public:
    static Result<std::unique_ptr<MapVulkan>> create(const std::shared_ptr<gpu::VulkanDevice>& device,
                                                     VkRenderPass pass);
    /// The work of one frame; refers to this object and keeps the scene.
    [[nodiscard]] gpu::FrameWork work(MapScene scene);

private:
    std::unique_ptr<gpu::HeatmapRenderer> map_;
    std::unique_ptr<gpu::UiRenderer> ui_;
};

} // namespace vitral
