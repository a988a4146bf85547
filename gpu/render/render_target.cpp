// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/render_target.h"

#include <algorithm>
#include <limits>

namespace vitral::gpu {

namespace {

constexpr std::uint64_t kLongNs = 10'000'000'000; // a frame that takes longer than 10 s never comes

Result<VkCommandBuffer> makeCommands(const VulkanDevice& device) {
    const VkCommandBufferAllocateInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, nullptr,
                                           device.commandPool(), VK_COMMAND_BUFFER_LEVEL_PRIMARY, 1};
    VkCommandBuffer commands = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkAllocateCommandBuffers(device.handle(), &info, &commands), "get command memory"));
    return commands;
}

Result<OwnedFence> makeFence(const VulkanDevice& device, VkFenceCreateFlags flags) {
    const VkFenceCreateInfo info{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, nullptr, flags};
    VkFence fence = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateFence(device.handle(), &info, nullptr, &fence), "make a fence"));
    return OwnedFence(device, fence);
}

Result<OwnedSemaphore> makeSemaphore(const VulkanDevice& device) {
    const VkSemaphoreCreateInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, nullptr, 0};
    VkSemaphore semaphore = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateSemaphore(device.handle(), &info, nullptr, &semaphore), "make a semaphore"));
    return OwnedSemaphore(device, semaphore);
}

Result<OwnedFramebuffer> makeFramebuffer(const VulkanDevice& device, VkRenderPass pass, VkImageView view,
                                         std::uint32_t width, std::uint32_t height) {
    VkFramebufferCreateInfo info{VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO};
    info.renderPass = pass;
    info.attachmentCount = 1;
    info.pAttachments = &view;
    info.width = width;
    info.height = height;
    info.layers = 1;
    VkFramebuffer framebuffer = VK_NULL_HANDLE;
    VITRAL_TRY(
        vkCheck(device.fn().vkCreateFramebuffer(device.handle(), &info, nullptr, &framebuffer), "make a frame buffer"));
    return OwnedFramebuffer(device, framebuffer);
}

// Everything between begin and the end of the render pass.
Result<void> recordFrame(const VulkanDevice& device, const FrameContext& frame, VkRenderPass pass,
                         VkFramebuffer framebuffer, const FrameWork& work) {
    const DeviceTable& fn = device.fn();
    const VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, nullptr,
                                         VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, nullptr};
    VITRAL_TRY(vkCheck(fn.vkBeginCommandBuffer(frame.commands, &begin), "begin a frame"));
    Result<void> prepared;
    if (work.prepare)
        prepared = work.prepare(frame);
    VkClearValue clear{};
    std::copy(work.clear.begin(), work.clear.end(), clear.color.float32);
    VkRenderPassBeginInfo info{VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO};
    info.renderPass = pass;
    info.framebuffer = framebuffer;
    info.renderArea = {{0, 0}, {frame.width, frame.height}};
    info.clearValueCount = 1;
    info.pClearValues = &clear;
    fn.vkCmdBeginRenderPass(frame.commands, &info, VK_SUBPASS_CONTENTS_INLINE);
    setViewport(device, frame);
    if (prepared && work.draw)
        work.draw(frame);
    fn.vkCmdEndRenderPass(frame.commands);
    return prepared;
}

} // namespace

Result<std::unique_ptr<OffscreenTarget>> OffscreenTarget::create(std::shared_ptr<VulkanDevice> device,
                                                                 std::uint32_t width, std::uint32_t height) {
    std::unique_ptr<OffscreenTarget> self(new OffscreenTarget(std::move(device)));
    const VulkanDevice& d = *self->device_;
    self->width_ = width;
    self->height_ = height;
    VITRAL_TRY_ASSIGN(self->pass_, makeColourPass(d, kColourFormat, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL));
    VITRAL_TRY_ASSIGN(self->image_, makeImage(d, width, height, kColourFormat,
                                              VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT));
    VITRAL_TRY_ASSIGN(self->framebuffer_,
                      makeFramebuffer(d, self->pass_.get(), self->image_.view.get(), width, height));
    VITRAL_TRY_ASSIGN(self->pixels_, makeBuffer(d, VkDeviceSize{4} * width * height, VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                                BufferPlace::Host));
    VITRAL_TRY_ASSIGN(self->fence_, makeFence(d, 0));
    VITRAL_TRY_ASSIGN(self->commands_, makeCommands(d));
    return self;
}

OffscreenTarget::~OffscreenTarget() {
    device_->waitIdle();
    if (commands_)
        device_->fn().vkFreeCommandBuffers(device_->handle(), device_->commandPool(), 1, &commands_);
}

Result<std::span<const std::uint32_t>> OffscreenTarget::render(const FrameWork& work) {
    const VulkanDevice& d = *device_;
    const DeviceTable& fn = d.fn();
    const FrameContext frame{commands_, iFrame_, width_, height_};
    iFrame_ = (iFrame_ + 1) % kFramesInFlight;
    const Result<void> recorded = recordFrame(d, frame, pass_.get(), framebuffer_.get(), work);
    if (!recorded) {
        fn.vkEndCommandBuffer(commands_);
        return tl::unexpected(recorded.error());
    }
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {width_, height_, 1};
    fn.vkCmdCopyImageToBuffer(commands_, image_.image.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, pixels_.buffer.get(),
                              1, &copy);
    memoryBarrier(d, commands_, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_HOST_READ_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT,
                  VK_PIPELINE_STAGE_HOST_BIT);
    VITRAL_TRY(vkCheck(fn.vkEndCommandBuffer(commands_), "end a frame"));
    VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands_;
    VITRAL_TRY(vkCheck(fn.vkQueueSubmit(d.queue(), 1, &submit, fence_.get()), "draw a frame"));
    const VkResult waited = fn.vkWaitForFences(d.handle(), 1, fence_.address(), VK_TRUE, kLongNs);
    if (waited == VK_TIMEOUT)
        return fail(ErrorCode::Device, "The graphics device did not finish a frame within ten seconds.");
    VITRAL_TRY(vkCheck(waited, "finish a frame"));
    VITRAL_TRY(vkCheck(fn.vkResetFences(d.handle(), 1, fence_.address()), "reset a fence"));
    return std::span(static_cast<const std::uint32_t*>(pixels_.mapped), std::size_t{width_} * height_);
}

Result<std::unique_ptr<WindowTarget>> WindowTarget::create(std::shared_ptr<VulkanDevice> device, VkSurfaceKHR surface) {
    const InstanceTable& in = device->instance().fn();
    VkBool32 supported = VK_FALSE;
    if (!device->canPresent() || !surface ||
        in.vkGetPhysicalDeviceSurfaceSupportKHR(device->physical(), device->queueFamily(), surface, &supported) !=
            VK_SUCCESS ||
        !supported)
        return fail(ErrorCode::Device, "The graphics device " + device->name() + " cannot draw into a window here.");
    std::unique_ptr<WindowTarget> self(new WindowTarget(std::move(device), surface));
    const VulkanDevice& d = *self->device_;
    std::uint32_t n = 0;
    in.vkGetPhysicalDeviceSurfaceFormatsKHR(d.physical(), surface, &n, nullptr);
    std::vector<VkSurfaceFormatKHR> formats(n);
    in.vkGetPhysicalDeviceSurfaceFormatsKHR(d.physical(), surface, &n, formats.data());
    // Not an sRGB format: our colours are already what the screen should get.
    for (const VkFormat wanted : {VK_FORMAT_R8G8B8A8_UNORM, kColourFormat})
        for (const VkSurfaceFormatKHR& format : formats)
            if (format.format == wanted && format.colorSpace == VK_COLOR_SPACE_SRGB_NONLINEAR_KHR)
                self->format_ = format;
    if (self->format_.format == VK_FORMAT_UNDEFINED)
        return fail(ErrorCode::Device, "The window has no colour format that this program knows.");
    VITRAL_TRY_ASSIGN(self->pass_, makeColourPass(d, self->format_.format, VK_IMAGE_LAYOUT_PRESENT_SRC_KHR));
    for (Frame& frame : self->frames_) {
        VITRAL_TRY_ASSIGN(frame.commands, makeCommands(d));
        VITRAL_TRY_ASSIGN(frame.done, makeFence(d, VK_FENCE_CREATE_SIGNALED_BIT));
        VITRAL_TRY_ASSIGN(frame.acquired, makeSemaphore(d));
    }
    return self;
}

WindowTarget::~WindowTarget() {
    device_->waitIdle();
    for (Frame& frame : frames_)
        if (frame.commands)
            device_->fn().vkFreeCommandBuffers(device_->handle(), device_->commandPool(), 1, &frame.commands);
}

// False: the window has no size at the moment.
Result<bool> WindowTarget::rebuild(std::uint32_t width, std::uint32_t height) {
    const VulkanDevice& d = *device_;
    const DeviceTable& fn = d.fn();
    d.waitIdle();
    VkSurfaceCapabilitiesKHR can{};
    VITRAL_TRY(vkCheck(d.instance().fn().vkGetPhysicalDeviceSurfaceCapabilitiesKHR(d.physical(), surface_, &can),
                       "ask what the window can do"));
    constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max(); // the window takes our size
    width_ = can.currentExtent.width == kFree ? std::clamp(width, can.minImageExtent.width, can.maxImageExtent.width)
                                              : can.currentExtent.width;
    height_ = can.currentExtent.width == kFree
                  ? std::clamp(height, can.minImageExtent.height, can.maxImageExtent.height)
                  : can.currentExtent.height;
    if (width_ == 0 || height_ == 0)
        return false;
    VkSwapchainCreateInfoKHR info{VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR};
    info.surface = surface_;
    info.minImageCount = std::max(can.minImageCount, kFramesInFlight + 1);
    if (can.maxImageCount > 0)
        info.minImageCount = std::min(info.minImageCount, can.maxImageCount);
    info.imageFormat = format_.format;
    info.imageColorSpace = format_.colorSpace;
    info.imageExtent = {width_, height_};
    info.imageArrayLayers = 1;
    info.imageUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
    info.preTransform = can.currentTransform;
    info.compositeAlpha = can.supportedCompositeAlpha & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                              ? VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                              : VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR;
    info.presentMode = VK_PRESENT_MODE_FIFO_KHR;
    info.clipped = VK_TRUE;
    info.oldSwapchain = swapchain_.get();
    VkSwapchainKHR made = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(fn.vkCreateSwapchainKHR(d.handle(), &info, nullptr, &made), "make the window's images"));
    images_.clear();
    swapchain_ = OwnedSwapchain(d, made);
    std::uint32_t n = 0;
    VITRAL_TRY(vkCheck(fn.vkGetSwapchainImagesKHR(d.handle(), made, &n, nullptr), "get the window's images"));
    std::vector<VkImage> handles(n);
    VITRAL_TRY(vkCheck(fn.vkGetSwapchainImagesKHR(d.handle(), made, &n, handles.data()), "get the window's images"));
    for (const VkImage handle : handles) {
        Shown shown;
        shown.image = handle;
        VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
        view.image = handle;
        view.viewType = VK_IMAGE_VIEW_TYPE_2D;
        view.format = format_.format;
        view.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
        VkImageView seen = VK_NULL_HANDLE;
        VITRAL_TRY(vkCheck(fn.vkCreateImageView(d.handle(), &view, nullptr, &seen), "view the window's image"));
        shown.view = OwnedImageView(d, seen);
        VITRAL_TRY_ASSIGN(shown.framebuffer, makeFramebuffer(d, pass_.get(), seen, width_, height_));
        VITRAL_TRY_ASSIGN(shown.drawn, makeSemaphore(d));
        images_.push_back(std::move(shown));
    }
    stale_ = false;
    ++nRebuilt_;
    return true;
}

Result<Presented> WindowTarget::render(std::uint32_t width, std::uint32_t height, const FrameWork& work) {
    const VulkanDevice& d = *device_;
    const DeviceTable& fn = d.fn();
    if (width == 0 || height == 0)
        return Presented::Yes;
    if (stale_ || width != width_ || height != height_) {
        VITRAL_TRY_ASSIGN(const bool visible, rebuild(width, height));
        if (!visible)
            return Presented::Yes;
    }
    Frame& frame = frames_[iFrame_];
    const VkResult waited = fn.vkWaitForFences(d.handle(), 1, frame.done.address(), VK_TRUE, kLongNs);
    if (waited == VK_TIMEOUT)
        return fail(ErrorCode::Device, "The graphics device did not finish a frame within ten seconds.");
    VITRAL_TRY(vkCheck(waited, "finish a frame"));
    std::uint32_t iImage = 0;
    const VkResult got =
        fn.vkAcquireNextImageKHR(d.handle(), swapchain_.get(), kLongNs, frame.acquired.get(), VK_NULL_HANDLE, &iImage);
    if (got == VK_ERROR_OUT_OF_DATE_KHR || got == VK_TIMEOUT || got == VK_NOT_READY) {
        stale_ = true;
        return Presented::Again;
    }
    VITRAL_TRY(vkCheck(got, "get an image of the window"));
    Shown& shown = images_[iImage];
    const FrameContext context{frame.commands, iFrame_, width_, height_};
    // An error in the middle is told after the frame is handed over: the image that was acquired must go back.
    const Result<void> recorded = recordFrame(d, context, pass_.get(), shown.framebuffer.get(), work);
    VITRAL_TRY(vkCheck(fn.vkEndCommandBuffer(frame.commands), "end a frame"));
    VITRAL_TRY(vkCheck(fn.vkResetFences(d.handle(), 1, frame.done.address()), "reset a fence"));
    const VkPipelineStageFlags wait = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT;
    VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    submit.waitSemaphoreCount = 1;
    submit.pWaitSemaphores = frame.acquired.address();
    submit.pWaitDstStageMask = &wait;
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &frame.commands;
    submit.signalSemaphoreCount = 1;
    submit.pSignalSemaphores = shown.drawn.address();
    VITRAL_TRY(vkCheck(fn.vkQueueSubmit(d.queue(), 1, &submit, frame.done.get()), "draw a frame"));
    VkPresentInfoKHR present{VK_STRUCTURE_TYPE_PRESENT_INFO_KHR};
    present.waitSemaphoreCount = 1;
    present.pWaitSemaphores = shown.drawn.address();
    present.swapchainCount = 1;
    present.pSwapchains = swapchain_.address();
    present.pImageIndices = &iImage;
    const VkResult presented = fn.vkQueuePresentKHR(d.queue(), &present);
    iFrame_ = (iFrame_ + 1) % kFramesInFlight;
    if (!recorded)
        return tl::unexpected(recorded.error());
    if (presented == VK_ERROR_OUT_OF_DATE_KHR) {
        stale_ = true;
        return Presented::Again;
    }
    VITRAL_TRY(vkCheck(presented, "show a frame"));
    stale_ = presented == VK_SUBOPTIMAL_KHR;
    return Presented::Yes;
}

} // namespace vitral::gpu
