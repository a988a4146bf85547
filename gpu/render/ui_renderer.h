// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws the controls' triangles. Own renderer: it honours the texture of every command (Dear ImGui 1.86's own does not)
// and calls Vulkan through our table. Thread: GUI.

#include "gpu/render/draw_list.h"
#include "gpu/render/render_target.h"

#include <unordered_map>

namespace vitral::gpu {

class UiRenderer {
public:
    static Result<std::unique_ptr<UiRenderer>> create(std::shared_ptr<VulkanDevice> device, VkRenderPass pass);
    /// Uploads vertices and new textures. Textures that two frames did not name are given up.
    Result<void> prepare(const FrameContext& frame, const UiFrame& ui);
    /// `ui` is the one given to prepare().
    void draw(const FrameContext& frame, const UiFrame& ui);

private:
    explicit UiRenderer(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    struct Kept {
        Texture texture;
        VkDescriptorSet set = VK_NULL_HANDLE;
        std::uint64_t used = 0;
    };
    std::shared_ptr<VulkanDevice> device_;
    Pipeline pipeline_;
    OwnedSampler sampler_;
    OwnedDescriptorPool pool_;
    std::vector<VkDescriptorSet> freeSets_;
    std::unordered_map<std::uint64_t, Kept> textures_;
    std::array<Buffer, kFramesInFlight> vertices_, indices_;
    std::uint64_t now_ = 0;
};

} // namespace vitral::gpu
