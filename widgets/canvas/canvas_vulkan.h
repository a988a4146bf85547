// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Vulkan window of one canvas. A stand-in that is never made where Vulkan is not built, so that the canvas reads
// the same. Private to widgets/canvas. Thread: GUI.

#include "core/base/result.h"
#include "widgets/canvas/heatmap_canvas.h"

#include <QRect>

#include <memory>

namespace vitral {

#ifdef VITRAL_HAVE_VULKAN

class CanvasVulkan {
public:
    /// Errors: Device; with `realDevicesOnly` also when the device is a CPU.
    static Result<std::unique_ptr<CanvasVulkan>> create(HeatmapCanvas::Impl& canvas, bool realDevicesOnly);
    ~CanvasVulkan();
    void place(const QRect& map);
    void requestUpdate();
    [[nodiscard]] QString deviceName() const;

private:
    CanvasVulkan();
    struct Painter;
    std::unique_ptr<Painter> painter_;
};

#else

class CanvasVulkan {
public:
    void place(const QRect&) {}
    void requestUpdate() {}
    [[nodiscard]] QString deviceName() const { return {}; }
};

#endif

} // namespace vitral
