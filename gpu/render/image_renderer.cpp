// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/image_renderer.h"

#include "gpu/render/shaders.h"

namespace vitral::gpu {

namespace {

struct Push {
    float rect[4], uv[4], target[2];
};

} // namespace

Result<std::unique_ptr<ImageRenderer>> ImageRenderer::create(std::shared_ptr<VulkanDevice> device, VkRenderPass pass,
                                                             VkFilter filter) {
    std::unique_ptr<ImageRenderer> self(new ImageRenderer(std::move(device)));
    const VulkanDevice& d = *self->device_;
    const VkDescriptorType type[1] = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER};
    VITRAL_TRY_ASSIGN(OwnedSetLayout setLayout, makeSetLayout(d, type, VK_SHADER_STAGE_FRAGMENT_BIT));
    PipelineSpec spec;
    spec.vertex = shaders::imageVertex();
    spec.fragment = shaders::imageFragment();
    spec.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP;
    spec.pushBytes = sizeof(Push);
    VITRAL_TRY_ASSIGN(self->pipeline_, makePipeline(d, spec, std::move(setLayout), pass));
    VITRAL_TRY_ASSIGN(self->sampler_, makeSampler(d, filter));
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1};
    const VkDescriptorPoolCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, nullptr, 0, 1, 1, &size};
    VkDescriptorPool pool = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(d.fn().vkCreateDescriptorPool(d.handle(), &info, nullptr, &pool), "make a descriptor pool"));
    self->pool_ = OwnedDescriptorPool(d, pool);
    const VkDescriptorSetAllocateInfo setInfo{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, nullptr, pool, 1,
                                              self->pipeline_.setLayout.address()};
    VITRAL_TRY(vkCheck(d.fn().vkAllocateDescriptorSets(d.handle(), &setInfo, &self->set_), "get a descriptor set"));
    return self;
}

Result<void> ImageRenderer::setImage(std::uint32_t width, std::uint32_t height, std::span<const std::byte> rgba) {
    device_->waitIdle();
    VITRAL_TRY_ASSIGN(texture_, makeTexture(*device_, width, height, rgba));
    const VkDescriptorImageInfo image{sampler_.get(), texture_.image.view.get(),
                                      VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
    VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    write.dstSet = set_;
    write.descriptorCount = 1;
    write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
    write.pImageInfo = &image;
    device_->fn().vkUpdateDescriptorSets(device_->handle(), 1, &write, 0, nullptr);
    uploaded_ = false;
    return {};
}

void ImageRenderer::prepare(const FrameContext& frame) {
    if (uploaded_ || !texture_.image.image)
        return;
    recordUpload(*device_, frame.commands, texture_);
    uploaded_ = true;
}

void ImageRenderer::draw(const FrameContext& frame, const ImagePlace& place) {
    if (!uploaded_)
        return;
    const DeviceTable& fn = device_->fn();
    setViewport(*device_, frame);
    fn.vkCmdBindPipeline(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.pipeline.get());
    fn.vkCmdBindDescriptorSets(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.layout.get(), 0, 1, &set_, 0,
                               nullptr);
    const Push push{{place.left, place.top, place.right, place.bottom},
                    {place.u0, place.v0, place.u1, place.v1},
                    {static_cast<float>(frame.width), static_cast<float>(frame.height)}};
    fn.vkCmdPushConstants(frame.commands, pipeline_.layout.get(),
                          VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof push, &push);
    fn.vkCmdDraw(frame.commands, 4, 1, 0, 0);
}

} // namespace vitral::gpu
