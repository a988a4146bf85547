// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a frame goes: into a picture that is read back (tests, export, no window system), or to a window's surface.
// Both clear, run the caller's renderers and hand the frame over. Thread: GUI.

#include "gpu/render/vulkan_objects.h"

#include <array>
#include <functional>

namespace vitral::gpu {

/// What draws: `prepare` uploads and copies (outside the render pass), `draw` draws (inside it).
struct FrameWork {
    std::function<Result<void>(const FrameContext&)> prepare;
    std::function<void(const FrameContext&)> draw;
    std::array<float, 4> clear{0, 0, 0, 1}; ///< red, green, blue, alpha
};

/// The format of every target's colours, and what pipelines are made for when no window says otherwise.
inline constexpr VkFormat kColourFormat = VK_FORMAT_B8G8R8A8_UNORM;

class OffscreenTarget {
public:
    static Result<std::unique_ptr<OffscreenTarget>> create(std::shared_ptr<VulkanDevice> device, std::uint32_t width,
                                                           std::uint32_t height);
    ~OffscreenTarget();
    OffscreenTarget(const OffscreenTarget&) = delete;
    OffscreenTarget& operator=(const OffscreenTarget&) = delete;
    [[nodiscard]] VkRenderPass pass() const { return pass_.get(); }
    /// Draws one frame, waits for it and gives its pixels: 0xAARRGGBB, row by row, [height, width]; valid until the
    /// next call. Errors: Device.
    Result<std::span<const std::uint32_t>> render(const FrameWork& work);

private:
    explicit OffscreenTarget(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    std::shared_ptr<VulkanDevice> device_;
    OwnedRenderPass pass_;
    Image image_;
    OwnedFramebuffer framebuffer_;
    Buffer pixels_;
    OwnedFence fence_;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    std::uint32_t width_ = 0, height_ = 0, iFrame_ = 0;
};

enum class Presented : std::uint8_t { Yes, Again }; ///< Again: the window changed; draw once more

class WindowTarget {
public:
    /// `surface` stays the window system's and must outlive the target. Errors: Device when this device cannot draw
    /// into that surface.
    static Result<std::unique_ptr<WindowTarget>> create(std::shared_ptr<VulkanDevice> device, VkSurfaceKHR surface);
    ~WindowTarget();
    WindowTarget(const WindowTarget&) = delete;
    WindowTarget& operator=(const WindowTarget&) = delete;
    [[nodiscard]] VkRenderPass pass() const { return pass_.get(); }
    /// Draws and presents; makes the swapchain anew when the window has another size. Errors: Device, when it is lost
    /// for good.
    Result<Presented> render(std::uint32_t width, std::uint32_t height, const FrameWork& work);
    [[nodiscard]] std::uint32_t nRebuilt() const { return nRebuilt_; }

private:
    explicit WindowTarget(std::shared_ptr<VulkanDevice> device, VkSurfaceKHR surface)
        : device_(std::move(device)), surface_(surface) {}
    Result<bool> rebuild(std::uint32_t width, std::uint32_t height);
    struct Frame {
        VkCommandBuffer commands = VK_NULL_HANDLE;
        OwnedFence done;
        OwnedSemaphore acquired;
    };
    struct Shown {
        VkImage image = VK_NULL_HANDLE;
        OwnedImageView view;
        OwnedFramebuffer framebuffer;
        OwnedSemaphore drawn;
    };
    std::shared_ptr<VulkanDevice> device_;
    VkSurfaceKHR surface_ = VK_NULL_HANDLE;
    VkSurfaceFormatKHR format_{};
    OwnedRenderPass pass_;
    OwnedSwapchain swapchain_;
    std::vector<Shown> images_;
    std::array<Frame, kFramesInFlight> frames_;
    std::uint32_t iFrame_ = 0, width_ = 0, height_ = 0, nRebuilt_ = 0;
    bool stale_ = true;
};

} // namespace vitral::gpu
