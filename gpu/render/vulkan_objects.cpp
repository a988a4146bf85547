// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/vulkan_objects.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace vitral::gpu {

Result<Buffer> makeBuffer(const VulkanDevice& device, VkDeviceSize bytes, VkBufferUsageFlags usage, BufferPlace place) {
    Buffer made;
    made.bytes = std::max<VkDeviceSize>(bytes, 16);
    VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
    info.size = made.bytes;
    info.usage = usage;
    VkBuffer buffer = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateBuffer(device.handle(), &info, nullptr, &buffer), "make a buffer"));
    made.buffer = OwnedBuffer(device, buffer);
    VkMemoryRequirements needs;
    device.fn().vkGetBufferMemoryRequirements(device.handle(), buffer, &needs);
    const bool host = place == BufferPlace::Host;
    VkMemoryAllocateInfo memory{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, nullptr, needs.size, 0};
    VITRAL_TRY_ASSIGN(
        memory.memoryTypeIndex,
        device.memoryType(needs.memoryTypeBits, host ? 0 : VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                          host ? VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT : 0));
    VkDeviceMemory allocated = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkAllocateMemory(device.handle(), &memory, nullptr, &allocated), "get memory"));
    made.memory = OwnedMemory(device, allocated);
    VITRAL_TRY(vkCheck(device.fn().vkBindBufferMemory(device.handle(), buffer, allocated, 0), "use memory"));
    if (host)
        VITRAL_TRY(vkCheck(device.fn().vkMapMemory(device.handle(), allocated, 0, VK_WHOLE_SIZE, 0, &made.mapped),
                           "map memory"));
    return made;
}

Result<ExportedBuffer> makeExportedBuffer(const VulkanDevice& device, VkDeviceSize bytes, VkBufferUsageFlags usage) {
    if (!device.exportsMemory())
        return fail(ErrorCode::Device, "The graphics device does not give its memory to other interfaces.");
    ExportedBuffer made;
    made.buffer.bytes = std::max<VkDeviceSize>(bytes, 16);
    const VkExternalMemoryBufferCreateInfo external{VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO, nullptr,
                                                    VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
    VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, &external};
    info.size = made.buffer.bytes;
    info.usage = usage;
    VkBuffer buffer = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateBuffer(device.handle(), &info, nullptr, &buffer), "make a buffer"));
    made.buffer.buffer = OwnedBuffer(device, buffer);
    VkMemoryRequirements needs;
    device.fn().vkGetBufferMemoryRequirements(device.handle(), buffer, &needs);
    made.dedicated = device.exportsDedicated();
    const VkMemoryDedicatedAllocateInfo own{VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO, nullptr, VK_NULL_HANDLE,
                                            buffer};
    const VkExportMemoryAllocateInfo exported{VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                              made.dedicated ? &own : nullptr,
                                              VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
    VkMemoryAllocateInfo memory{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, &exported, needs.size, 0};
    VITRAL_TRY_ASSIGN(memory.memoryTypeIndex,
                      device.memoryType(needs.memoryTypeBits, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0));
    made.allocatedBytes = needs.size;
    VkDeviceMemory allocated = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkAllocateMemory(device.handle(), &memory, nullptr, &allocated), "get memory"));
    made.buffer.memory = OwnedMemory(device, allocated);
    VITRAL_TRY(vkCheck(device.fn().vkBindBufferMemory(device.handle(), buffer, allocated, 0), "use memory"));
    const VkMemoryGetFdInfoKHR asked{VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, nullptr, allocated,
                                     VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
    VITRAL_TRY(vkCheck(device.fn().vkGetMemoryFdKHR(device.handle(), &asked, &made.descriptor), "share memory"));
    return made;
}

Result<bool> growBuffer(const VulkanDevice& device, Buffer& buffer, VkDeviceSize bytes, VkBufferUsageFlags usage) {
    if (buffer.bytes >= bytes && buffer.buffer)
        return false;
    constexpr VkDeviceSize kStep = 65536;
    VITRAL_TRY_ASSIGN(buffer, makeBuffer(device, (bytes + kStep - 1) / kStep * kStep, usage, BufferPlace::Host));
    return true;
}

Result<Image> makeImage(const VulkanDevice& device, std::uint32_t width, std::uint32_t height, VkFormat format,
                        VkImageUsageFlags usage) {
    if (width == 0 || height == 0 || std::max(width, height) > device.limits().maxImageDimension2D)
        return fail(ErrorCode::Device, "A picture of " + std::to_string(width) + " x " + std::to_string(height) +
                                           " pixels is beyond what the graphics device can hold.");
    Image made;
    made.width = width;
    made.height = height;
    VkImageCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
    info.imageType = VK_IMAGE_TYPE_2D;
    info.format = format;
    info.extent = {width, height, 1};
    info.mipLevels = info.arrayLayers = 1;
    info.samples = VK_SAMPLE_COUNT_1_BIT;
    info.usage = usage;
    VkImage image = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateImage(device.handle(), &info, nullptr, &image), "make a picture"));
    made.image = OwnedImage(device, image);
    VkMemoryRequirements needs;
    device.fn().vkGetImageMemoryRequirements(device.handle(), image, &needs);
    VkMemoryAllocateInfo memory{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, nullptr, needs.size, 0};
    VITRAL_TRY_ASSIGN(memory.memoryTypeIndex,
                      device.memoryType(needs.memoryTypeBits, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0));
    VkDeviceMemory allocated = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkAllocateMemory(device.handle(), &memory, nullptr, &allocated), "get memory"));
    made.memory = OwnedMemory(device, allocated);
    VITRAL_TRY(vkCheck(device.fn().vkBindImageMemory(device.handle(), image, allocated, 0), "use memory"));
    VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
    view.image = image;
    view.viewType = VK_IMAGE_VIEW_TYPE_2D;
    view.format = format;
    view.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    VkImageView seen = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateImageView(device.handle(), &view, nullptr, &seen), "view a picture"));
    made.view = OwnedImageView(device, seen);
    return made;
}

Result<Texture> makeTexture(const VulkanDevice& device, std::uint32_t width, std::uint32_t height,
                            std::span<const std::byte> rgba) {
    if (rgba.size() != std::size_t{4} * width * height)
        return fail(ErrorCode::Bug, "A texture's pixels do not fit its size.");
    Texture made;
    VITRAL_TRY_ASSIGN(made.image, makeImage(device, width, height, VK_FORMAT_R8G8B8A8_UNORM,
                                            VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT));
    VITRAL_TRY_ASSIGN(made.staging,
                      makeBuffer(device, rgba.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT, BufferPlace::Host));
    std::memcpy(made.staging.mapped, rgba.data(), rgba.size());
    return made;
}

void imageBarrier(const VulkanDevice& device, VkCommandBuffer commands, VkImage image, VkImageLayout from,
                  VkImageLayout to, VkAccessFlags accessBefore, VkAccessFlags accessAfter, VkPipelineStageFlags before,
                  VkPipelineStageFlags after) {
    VkImageMemoryBarrier barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER};
    barrier.srcAccessMask = accessBefore;
    barrier.dstAccessMask = accessAfter;
    barrier.oldLayout = from;
    barrier.newLayout = to;
    barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.image = image;
    barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    device.fn().vkCmdPipelineBarrier(commands, before, after, 0, 0, nullptr, 0, nullptr, 1, &barrier);
}

void memoryBarrier(const VulkanDevice& device, VkCommandBuffer commands, VkAccessFlags accessBefore,
                   VkAccessFlags accessAfter, VkPipelineStageFlags before, VkPipelineStageFlags after) {
    const VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER, nullptr, accessBefore, accessAfter};
    device.fn().vkCmdPipelineBarrier(commands, before, after, 0, 1, &barrier, 0, nullptr, 0, nullptr);
}

void recordUpload(const VulkanDevice& device, VkCommandBuffer commands, const Texture& texture) {
    const VkImage image = texture.image.image.get();
    imageBarrier(device, commands, image, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 0,
                 VK_ACCESS_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT);
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {texture.image.width, texture.image.height, 1};
    device.fn().vkCmdCopyBufferToImage(commands, texture.staging.buffer.get(), image,
                                       VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
    imageBarrier(device, commands, image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                 VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_SHADER_READ_BIT,
                 VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_FRAGMENT_SHADER_BIT);
}

Result<OwnedSampler> makeSampler(const VulkanDevice& device, VkFilter filter) {
    VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
    info.magFilter = info.minFilter = filter;
    info.addressModeU = info.addressModeV = info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    VkSampler sampler = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateSampler(device.handle(), &info, nullptr, &sampler), "make a sampler"));
    return OwnedSampler(device, sampler);
}

Result<OwnedSetLayout> makeSetLayout(const VulkanDevice& device, std::span<const VkDescriptorType> types,
                                     VkShaderStageFlags stages) {
    std::vector<VkDescriptorSetLayoutBinding> bindings;
    for (std::uint32_t i = 0; i < types.size(); ++i)
        bindings.push_back({i, types[i], 1, stages, nullptr});
    const VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, nullptr, 0,
                                               static_cast<std::uint32_t>(bindings.size()), bindings.data()};
    VkDescriptorSetLayout layout = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateDescriptorSetLayout(device.handle(), &info, nullptr, &layout),
                       "describe what a shader reads"));
    return OwnedSetLayout(device, layout);
}

Result<OwnedRenderPass> makeColourPass(const VulkanDevice& device, VkFormat format, VkImageLayout finalLayout) {
    VkAttachmentDescription colour{};
    colour.format = format;
    colour.samples = VK_SAMPLE_COUNT_1_BIT;
    colour.loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR;
    colour.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    colour.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    colour.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    colour.initialLayout = VK_IMAGE_LAYOUT_UNDEFINED;
    colour.finalLayout = finalLayout;
    const VkAttachmentReference reference{0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    VkSubpassDescription subpass{};
    subpass.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS;
    subpass.colorAttachmentCount = 1;
    subpass.pColorAttachments = &reference;
    // The image may still be read by the presentation or a copy when the pass begins, and is read again after it.
    const VkSubpassDependency dependencies[2] = {
        {VK_SUBPASS_EXTERNAL, 0, VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
         VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT, VK_ACCESS_TRANSFER_READ_BIT,
         VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT, 0},
        {0, VK_SUBPASS_EXTERNAL, VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT,
         VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT, VK_ACCESS_TRANSFER_READ_BIT, 0}};
    VkRenderPassCreateInfo info{VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO};
    info.attachmentCount = 1;
    info.pAttachments = &colour;
    info.subpassCount = 1;
    info.pSubpasses = &subpass;
    info.dependencyCount = 2;
    info.pDependencies = dependencies;
    VkRenderPass pass = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateRenderPass(device.handle(), &info, nullptr, &pass), "make a render pass"));
    return OwnedRenderPass(device, pass);
}

namespace {

Result<OwnedShader> makeShader(const VulkanDevice& device, std::span<const std::uint32_t> code) {
    const VkShaderModuleCreateInfo info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, nullptr, 0, code.size_bytes(),
                                        code.data()};
    VkShaderModule shader = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreateShaderModule(device.handle(), &info, nullptr, &shader), "load a shader"));
    return OwnedShader(device, shader);
}

} // namespace

Result<Pipeline> makePipeline(const VulkanDevice& device, const PipelineSpec& spec, OwnedSetLayout setLayout,
                              VkRenderPass pass) {
    Pipeline made;
    made.setLayout = std::move(setLayout);
    VkPushConstantRange push{VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, spec.pushBytes};
    VkPipelineLayoutCreateInfo layoutInfo{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    layoutInfo.setLayoutCount = made.setLayout ? 1 : 0;
    layoutInfo.pSetLayouts = made.setLayout.address();
    layoutInfo.pushConstantRangeCount = spec.pushBytes ? 1 : 0;
    layoutInfo.pPushConstantRanges = &push;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(device.fn().vkCreatePipelineLayout(device.handle(), &layoutInfo, nullptr, &layout),
                       "lay out a pipeline"));
    made.layout = OwnedPipelineLayout(device, layout);
    VITRAL_TRY_ASSIGN(const OwnedShader vertex, makeShader(device, spec.vertex));
    VITRAL_TRY_ASSIGN(const OwnedShader fragment, makeShader(device, spec.fragment));

    VkPipelineShaderStageCreateInfo stages[2]{};
    for (auto& stage : stages) {
        stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
        stage.pName = "main";
    }
    stages[0].stage = VK_SHADER_STAGE_VERTEX_BIT;
    stages[0].module = vertex.get();
    stages[1].stage = VK_SHADER_STAGE_FRAGMENT_BIT;
    stages[1].module = fragment.get();
    VkPipelineVertexInputStateCreateInfo input{VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
    input.vertexBindingDescriptionCount = static_cast<std::uint32_t>(spec.bindings.size());
    input.pVertexBindingDescriptions = spec.bindings.data();
    input.vertexAttributeDescriptionCount = static_cast<std::uint32_t>(spec.attributes.size());
    input.pVertexAttributeDescriptions = spec.attributes.data();
    VkPipelineInputAssemblyStateCreateInfo assembly{VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO};
    assembly.topology = spec.topology;
    VkPipelineViewportStateCreateInfo viewport{VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO};
    viewport.viewportCount = viewport.scissorCount = 1;
    VkPipelineRasterizationStateCreateInfo raster{VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO};
    raster.polygonMode = VK_POLYGON_MODE_FILL;
    raster.lineWidth = 1;
    VkPipelineMultisampleStateCreateInfo samples{VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO};
    samples.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT;
    const VkPipelineColorBlendAttachmentState blend{spec.blend ? VK_TRUE : VK_FALSE,
                                                    VK_BLEND_FACTOR_SRC_ALPHA,
                                                    VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                    VK_BLEND_OP_ADD,
                                                    VK_BLEND_FACTOR_ONE,
                                                    VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                    VK_BLEND_OP_ADD,
                                                    0xf};
    VkPipelineColorBlendStateCreateInfo blending{VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO};
    blending.attachmentCount = 1;
    blending.pAttachments = &blend;
    const VkDynamicState dynamic[2] = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR};
    const VkPipelineDynamicStateCreateInfo dynamics{VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO, nullptr, 0, 2,
                                                    dynamic};
    VkGraphicsPipelineCreateInfo info{VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO};
    info.stageCount = 2;
    info.pStages = stages;
    info.pVertexInputState = &input;
    info.pInputAssemblyState = &assembly;
    info.pViewportState = &viewport;
    info.pRasterizationState = &raster;
    info.pMultisampleState = &samples;
    info.pColorBlendState = &blending;
    info.pDynamicState = &dynamics;
    info.layout = layout;
    info.renderPass = pass;
    VkPipeline pipeline = VK_NULL_HANDLE;
    VITRAL_TRY(
        vkCheck(device.fn().vkCreateGraphicsPipelines(device.handle(), VK_NULL_HANDLE, 1, &info, nullptr, &pipeline),
                "make a pipeline"));
    made.pipeline = OwnedPipeline(device, pipeline);
    return made;
}

void setViewport(const VulkanDevice& device, const FrameContext& frame) {
    const VkViewport viewport{0, 0, static_cast<float>(frame.width), static_cast<float>(frame.height), 0, 1};
    device.fn().vkCmdSetViewport(frame.commands, 0, 1, &viewport);
    setScissor(device, frame, 0, 0, frame.width, frame.height);
}

void setScissor(const VulkanDevice& device, const FrameContext& frame, std::int32_t x, std::int32_t y,
                std::uint32_t width, std::uint32_t height) {
    const VkRect2D scissor{{x, y}, {width, height}};
    device.fn().vkCmdSetScissor(frame.commands, 0, 1, &scissor);
}

} // namespace vitral::gpu
