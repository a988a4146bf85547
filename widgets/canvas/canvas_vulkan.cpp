// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/canvas_vulkan.h"

#include "widgets/canvas/heatmap_canvas_impl.h"
#include "widgets/canvas/map_vulkan.h"
#include "widgets/canvas/vulkan_window.h"
#include "widgets/design/palette.h"

#include <QPointer>

namespace vitral {

struct CanvasVulkan::Painter final : VulkanPainter {
    explicit Painter(HeatmapCanvas::Impl& owner) : canvas(owner) {}
    ~Painter() override { delete container; } // and with it the window

    Result<void> start(const std::shared_ptr<gpu::VulkanDevice>& device, VkRenderPass pass) override {
        VITRAL_TRY_ASSIGN(map, MapVulkan::create(device, pass));
        return {};
    }

    gpu::FrameWork frame(QSize pixels) override {
        QElapsedTimer time;
        time.start();
        const double ratio = window->devicePixelRatio();
        canvas.choose(canvas.view, pixels, ratio, false);
        canvas.imageDirty = false;
        const design::Palette& palette = design::paletteFor(canvas.canvas);
        const MapBackground background = canvas.background();
        MapScene scene;
        scene.map = makeMapFrame(canvas.plan, canvas.tiles, canvas.look.block, canvas.table, canvas.tableId, background,
                                 {0, 0});
        scene.marks = markRects(canvas.marks, canvas.view, pixels, ratio, palette);
        scene.ui = canvas.runUi(QSizeF(pixels) / ratio, ratio);
        scene.pixels = pixels;
        scene.devicePixelRatio = ratio;
        scene.background = background.outside;
        gpu::FrameWork work = map->work(std::move(scene));
        canvas.frameMs = static_cast<double>(time.nsecsElapsed()) * 1e-6;
        // What this thread does for a frame, without waiting for the screen.
        const auto timed = [this](const auto& part, const gpu::FrameContext& frame) {
            QElapsedTimer partTime;
            partTime.start();
            const auto done = [&] { canvas.frameMs += static_cast<double>(partTime.nsecsElapsed()) * 1e-6; };
            if constexpr (std::is_void_v<decltype(part(frame))>) {
                part(frame);
                done();
            } else {
                auto result = part(frame);
                done();
                return result;
            }
        };
        work.prepare = [timed, part = std::move(work.prepare)](const gpu::FrameContext& frame) -> Result<void> {
            return timed(part, frame);
        };
        work.draw = [timed, part = std::move(work.draw)](const gpu::FrameContext& frame) { timed(part, frame); };
        return work;
    }

    HeatmapCanvas::Impl& canvas;
    std::unique_ptr<MapVulkan> map;
    QPointer<VulkanWindow> window; // owned by the container
    QPointer<QWidget> container;
};

CanvasVulkan::CanvasVulkan() = default;
CanvasVulkan::~CanvasVulkan() = default;

Result<std::unique_ptr<CanvasVulkan>> CanvasVulkan::create(HeatmapCanvas::Impl& canvas, bool realDevicesOnly) {
    VITRAL_TRY_ASSIGN(auto host, sharedVulkan());
    if (realDevicesOnly && host->device->isSoftware())
        return fail(ErrorCode::Device,
                    "The graphics device " + host->device->name() + " is a CPU; QPainter draws maps faster there.");
    if (!host->device->canPresent())
        return fail(ErrorCode::Device, "The graphics device " + host->device->name() + " cannot draw into windows.");
    std::unique_ptr<CanvasVulkan> self(new CanvasVulkan);
    self->painter_ = std::make_unique<Painter>(canvas);
    Painter& painter = *self->painter_;
    painter.window = new VulkanWindow(std::move(host), painter, canvas.canvas);
    painter.container = QWidget::createWindowContainer(painter.window, canvas.canvas);
    painter.container->setFocusPolicy(Qt::NoFocus);
    painter.container->setAccessibleName(canvas.canvas->accessibleName());
    QObject::connect(
        painter.window, &VulkanWindow::failed, canvas.canvas, [&canvas](const QString& why) { canvas.dropVulkan(why); },
        Qt::QueuedConnection);
    painter.container->show();
    return self;
}

void CanvasVulkan::place(const QRect& map) {
    if (painter_->container)
        painter_->container->setGeometry(map);
}

void CanvasVulkan::requestUpdate() {
    if (painter_->window)
        painter_->window->requestUpdate();
}

QString CanvasVulkan::deviceName() const {
    return painter_->window ? painter_->window->deviceName() : QString();
}

} // namespace vitral
