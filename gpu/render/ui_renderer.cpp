// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/ui_renderer.h"

#include "gpu/render/shaders.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vitral::gpu {

namespace {

constexpr std::uint32_t kMaxTextures = 64;
struct Push {
    float scaleX, scaleY, moveX, moveY;
};

} // namespace

Result<std::unique_ptr<UiRenderer>> UiRenderer::create(std::shared_ptr<VulkanDevice> device, VkRenderPass pass) {
    std::unique_ptr<UiRenderer> self(new UiRenderer(std::move(device)));
    const VulkanDevice& d = *self->device_;
    const VkDescriptorType type[1] = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER};
    VITRAL_TRY_ASSIGN(OwnedSetLayout setLayout, makeSetLayout(d, type, VK_SHADER_STAGE_FRAGMENT_BIT));
    const VkVertexInputBindingDescription binding[1] = {{0, sizeof(UiVertex), VK_VERTEX_INPUT_RATE_VERTEX}};
    const VkVertexInputAttributeDescription attributes[3] = {
        {0, 0, VK_FORMAT_R32G32_SFLOAT, offsetof(UiVertex, x)},
        {1, 0, VK_FORMAT_R32G32_SFLOAT, offsetof(UiVertex, u)},
        {2, 0, VK_FORMAT_R8G8B8A8_UNORM, offsetof(UiVertex, colour)}};
    PipelineSpec spec;
    spec.vertex = shaders::uiVertex();
    spec.fragment = shaders::uiFragment();
    spec.bindings = binding;
    spec.attributes = attributes;
    spec.pushBytes = sizeof(Push);
    VITRAL_TRY_ASSIGN(self->pipeline_, makePipeline(d, spec, std::move(setLayout), pass));
    VITRAL_TRY_ASSIGN(self->sampler_, makeSampler(d, VK_FILTER_LINEAR));
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, kMaxTextures};
    const VkDescriptorPoolCreateInfo info{
        VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, nullptr, 0, kMaxTextures, 1, &size};
    VkDescriptorPool pool = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(d.fn().vkCreateDescriptorPool(d.handle(), &info, nullptr, &pool), "make a descriptor pool"));
    self->pool_ = OwnedDescriptorPool(d, pool);
    return self;
}

Result<void> UiRenderer::prepare(const FrameContext& frame, const UiFrame& ui) {
    const VulkanDevice& d = *device_;
    ++now_;
    for (auto it = textures_.begin(); it != textures_.end();) {
        // Nobody draws with it any more: the frames that did are finished.
        if (it->second.used + kFramesInFlight + 1 < now_) {
            freeSets_.push_back(it->second.set);
            it = textures_.erase(it);
        } else {
            ++it;
        }
    }
    for (const UiTexture& wanted : ui.textures) {
        if (const auto it = textures_.find(wanted.id); it != textures_.end()) {
            it->second.used = now_;
            continue;
        }
        Kept kept;
        VITRAL_TRY_ASSIGN(kept.texture, makeTexture(d, wanted.width, wanted.height, wanted.rgba));
        if (freeSets_.empty()) {
            const VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, nullptr, pool_.get(),
                                                   1, pipeline_.setLayout.address()};
            VITRAL_TRY(vkCheck(d.fn().vkAllocateDescriptorSets(d.handle(), &info, &kept.set), "get a descriptor set"));
        } else {
            kept.set = freeSets_.back();
            freeSets_.pop_back();
        }
        const VkDescriptorImageInfo image{sampler_.get(), kept.texture.image.view.get(),
                                          VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
        VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
        write.dstSet = kept.set;
        write.descriptorCount = 1;
        write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
        write.pImageInfo = &image;
        d.fn().vkUpdateDescriptorSets(d.handle(), 1, &write, 0, nullptr);
        recordUpload(d, frame.commands, kept.texture);
        kept.used = now_;
        textures_.emplace(wanted.id, std::move(kept));
    }
    std::size_t nVertex = 0, nIndex = 0;
    for (const UiList& list : ui.lists) {
        nVertex += list.vertices.size();
        nIndex += list.indices.size();
    }
    if (nVertex == 0 || nIndex == 0)
        return {};
    Buffer &vertices = vertices_[frame.iFrame], &indices = indices_[frame.iFrame];
    VITRAL_TRY(growBuffer(d, vertices, nVertex * sizeof(UiVertex), VK_BUFFER_USAGE_VERTEX_BUFFER_BIT));
    VITRAL_TRY(growBuffer(d, indices, nIndex * sizeof(std::uint16_t), VK_BUFFER_USAGE_INDEX_BUFFER_BIT));
    auto* v = static_cast<UiVertex*>(vertices.mapped);
    auto* i = static_cast<std::uint16_t*>(indices.mapped);
    for (const UiList& list : ui.lists) {
        v = std::copy(list.vertices.begin(), list.vertices.end(), v);
        i = std::copy(list.indices.begin(), list.indices.end(), i);
    }
    return {};
}

void UiRenderer::draw(const FrameContext& frame, const UiFrame& ui) {
    const VulkanDevice& d = *device_;
    const DeviceTable& fn = d.fn();
    if (ui.width <= 0 || ui.height <= 0 || !vertices_[frame.iFrame].buffer || ui.lists.empty())
        return;
    setViewport(d, frame);
    fn.vkCmdBindPipeline(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.pipeline.get());
    const VkDeviceSize zero = 0;
    fn.vkCmdBindVertexBuffers(frame.commands, 0, 1, vertices_[frame.iFrame].buffer.address(), &zero);
    fn.vkCmdBindIndexBuffer(frame.commands, indices_[frame.iFrame].buffer.get(), 0, VK_INDEX_TYPE_UINT16);
    // Device pixels are `scale` times as many; the target may be a pixel larger than the rounded size says.
    const Push push{2 * ui.scale / static_cast<float>(frame.width), 2 * ui.scale / static_cast<float>(frame.height), -1,
                    -1};
    fn.vkCmdPushConstants(frame.commands, pipeline_.layout.get(),
                          VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof push, &push);
    std::uint32_t firstVertex = 0, firstIndex = 0;
    std::uint64_t bound = 0;
    for (const UiList& list : ui.lists) {
        for (const UiCommand& command : list.commands) {
            const float left = std::max(0.F, std::floor(command.clipLeft * ui.scale)),
                        top = std::max(0.F, std::floor(command.clipTop * ui.scale));
            const float right = std::min(static_cast<float>(frame.width), std::ceil(command.clipRight * ui.scale)),
                        bottom = std::min(static_cast<float>(frame.height), std::ceil(command.clipBottom * ui.scale));
            const auto texture = textures_.find(command.texture);
            if (right <= left || bottom <= top || texture == textures_.end())
                continue;
            setScissor(d, frame, static_cast<std::int32_t>(left), static_cast<std::int32_t>(top),
                       static_cast<std::uint32_t>(right - left), static_cast<std::uint32_t>(bottom - top));
            if (command.texture != bound) {
                fn.vkCmdBindDescriptorSets(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.layout.get(), 0,
                                           1, &texture->second.set, 0, nullptr);
                bound = command.texture;
            }
            fn.vkCmdDrawIndexed(frame.commands, command.nIndex, 1, firstIndex + command.firstIndex,
                                static_cast<std::int32_t>(firstVertex + command.vertexOffset), 0);
        }
        firstVertex += static_cast<std::uint32_t>(list.vertices.size());
        firstIndex += static_cast<std::uint32_t>(list.indices.size());
    }
}

} // namespace vitral::gpu
