// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/stroke_renderer.h"

#include "gpu/render/shaders.h"

#include <cstring>

namespace vitral::gpu {

Result<std::unique_ptr<StrokeRenderer>> StrokeRenderer::create(std::shared_ptr<VulkanDevice> device,
                                                               VkRenderPass pass) {
    std::unique_ptr<StrokeRenderer> self(new StrokeRenderer(std::move(device)));
    const VkVertexInputBindingDescription binding[1] = {{0, sizeof(Stroke), VK_VERTEX_INPUT_RATE_INSTANCE}};
    const VkVertexInputAttributeDescription attributes[3] = {
        {0, 0, VK_FORMAT_R32G32B32A32_SFLOAT, offsetof(Stroke, x0)},
        {1, 0, VK_FORMAT_R32_SFLOAT, offsetof(Stroke, radius)},
        {2, 0, VK_FORMAT_R8G8B8A8_UNORM, offsetof(Stroke, colour)}};
    PipelineSpec spec;
    spec.vertex = shaders::strokeVertex();
    spec.fragment = shaders::strokeFragment();
    spec.bindings = binding;
    spec.attributes = attributes;
    spec.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP;
    spec.pushBytes = 2 * sizeof(float);
    VITRAL_TRY_ASSIGN(self->pipeline_, makePipeline(*self->device_, spec, {}, pass));
    return self;
}

Result<void> StrokeRenderer::prepare(const FrameContext& frame, std::span<const Stroke> strokes) {
    nStroke_ = static_cast<std::uint32_t>(strokes.size());
    if (strokes.empty())
        return {};
    Buffer& buffer = strokes_[frame.iFrame];
    VITRAL_TRY(growBuffer(*device_, buffer, strokes.size_bytes(), VK_BUFFER_USAGE_VERTEX_BUFFER_BIT));
    std::memcpy(buffer.mapped, strokes.data(), strokes.size_bytes());
    return {};
}

void StrokeRenderer::draw(const FrameContext& frame) {
    if (nStroke_ == 0)
        return;
    const DeviceTable& fn = device_->fn();
    setViewport(*device_, frame);
    fn.vkCmdBindPipeline(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.pipeline.get());
    const VkDeviceSize zero = 0;
    fn.vkCmdBindVertexBuffers(frame.commands, 0, 1, strokes_[frame.iFrame].buffer.address(), &zero);
    const float size[2] = {static_cast<float>(frame.width), static_cast<float>(frame.height)};
    fn.vkCmdPushConstants(frame.commands, pipeline_.layout.get(),
                          VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof size, size);
    fn.vkCmdDraw(frame.commands, 4, nStroke_, 0, 0);
}

} // namespace vitral::gpu
