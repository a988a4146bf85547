// SPDX-License-Identifier: Apache-2.0
#pragma once
// A window drawn by Vulkan on the program's one device, to be put into a widget with createWindowContainer. It draws
// only when asked (requestUpdate), survives hiding, docking and resizing, and forwards mouse, wheel, keys and touch to
// the widget it stands for. When the device is lost it says so once and draws no more. Thread: GUI.

#include "core/base/result.h"
#include "gpu/render/render_target.h"

#include <QPointer>
#include <QWindow>

#include <functional>
#include <memory>

class QVulkanInstance;
class QWidget;

namespace vitral {

/// The instance and device that all windows share, kept while somebody uses them. The first call opens them. Errors:
/// Device: no loader, no driver, or a platform without windows of this kind ("offscreen").
struct VulkanHost {
    std::shared_ptr<gpu::VulkanInstance> instance;
    std::shared_ptr<gpu::VulkanDevice> device;
    std::unique_ptr<QVulkanInstance> qtInstance; ///< Qt's view of the same instance
    ~VulkanHost();
};
[[nodiscard]] Result<std::shared_ptr<VulkanHost>> sharedVulkan();

/// What fills the window. Lives on the device, longer than one surface.
class VulkanPainter {
public:
    virtual ~VulkanPainter() = default;
    /// Once, when the window's format is known.
    virtual Result<void> start(const std::shared_ptr<gpu::VulkanDevice>& device, VkRenderPass pass) = 0;
    /// The work of one frame of that many device pixels.
    virtual gpu::FrameWork frame(QSize pixels) = 0;
};

class VulkanWindow : public QWindow {
    Q_OBJECT
public:
    /// Events go to `receiver` as if they had happened on it; `painter` outlives the window.
    VulkanWindow(std::shared_ptr<VulkanHost> host, VulkanPainter& painter, QWidget* receiver);
    ~VulkanWindow() override;
    [[nodiscard]] QString deviceName() const;
    [[nodiscard]] int nFrame() const { return nFrame_; } ///< drawn so far

signals:
    void failed(const QString& sentence); ///< nothing more will be drawn

protected:
    bool event(QEvent* event) override;
    void exposeEvent(QExposeEvent* event) override;

private:
    void render();
    Result<void> renderOnce();
    bool forward(QEvent* event);
    void fail(const QString& sentence);

    std::shared_ptr<VulkanHost> host_;
    VulkanPainter& painter_;
    QPointer<QWidget> receiver_;
    std::unique_ptr<gpu::WindowTarget> target_;
    bool started_ = false, failed_ = false;
    int nFrame_ = 0;
};

} // namespace vitral
