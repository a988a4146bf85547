// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws pictures (RGBA, 8 bits each) into rectangles of a target. Thread: GUI.

#include "gpu/render/render_target.h"

namespace vitral::gpu {

struct ImagePlace {
    float left = 0, top = 0, right = 0, bottom = 0; ///< device pixels of the target
    float u0 = 0, v0 = 0, u1 = 1, v1 = 1;           ///< part of the picture
};

class ImageRenderer {
public:
    /// `filter` NEAREST shows pixels as squares. Errors: Device.
    static Result<std::unique_ptr<ImageRenderer>> create(std::shared_ptr<VulkanDevice> device, VkRenderPass pass,
                                                         VkFilter filter);
    /// Takes over the picture; the GPU must be done with the one before (waits for it).
    Result<void> setImage(std::uint32_t width, std::uint32_t height, std::span<const std::byte> rgba);
    void prepare(const FrameContext& frame);
    void draw(const FrameContext& frame, const ImagePlace& place);

private:
    explicit ImageRenderer(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    std::shared_ptr<VulkanDevice> device_;
    Pipeline pipeline_;
    OwnedSampler sampler_;
    OwnedDescriptorPool pool_;
    VkDescriptorSet set_ = VK_NULL_HANDLE;
    Texture texture_;
    bool uploaded_ = false;
};

} // namespace vitral::gpu
