// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/attention_compute.h"

#include "core/base/assert.h"
#include "gpu/render/shaders.h"

#include <algorithm>
#include <cstring>

namespace vitral::gpu {

namespace {

constexpr VkDeviceSize kValueBytes = VkDeviceSize{2} * AttentionCompute::kSide * AttentionCompute::kSide * 4;
constexpr std::uint32_t kGroup = 16; ///< of the shader
constexpr std::uint64_t kLongNs = 10'000'000'000;
constexpr VkDescriptorType kStorage[4] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                          VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};

Result<OwnedPipeline> computePipeline(const VulkanDevice& d, VkPipelineLayout layout, shaders::Code code) {
    VkShaderModuleCreateInfo moduleInfo{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
    moduleInfo.codeSize = code.size_bytes();
    moduleInfo.pCode = code.data();
    VkShaderModule module = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(d.fn().vkCreateShaderModule(d.handle(), &moduleInfo, nullptr, &module), "load a shader"));
    const OwnedShader shader(d, module);
    VkComputePipelineCreateInfo info{VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = module;
    info.stage.pName = "main";
    info.layout = layout;
    VkPipeline pipeline = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(d.fn().vkCreateComputePipelines(d.handle(), VK_NULL_HANDLE, 1, &info, nullptr, &pipeline),
                       "make a compute pipeline"));
    return OwnedPipeline(d, pipeline);
}

} // namespace

Result<std::unique_ptr<AttentionCompute>> AttentionCompute::create(std::shared_ptr<VulkanDevice> device) {
    std::unique_ptr<AttentionCompute> self(new AttentionCompute(std::move(device)));
    const VulkanDevice& d = *self->device_;
    const DeviceTable& fn = d.fn();
    VITRAL_TRY_ASSIGN(self->setLayout_, makeSetLayout(d, kStorage, VK_SHADER_STAGE_COMPUTE_BIT));
    const VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(Push)};
    VkPipelineLayoutCreateInfo layoutInfo{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    layoutInfo.setLayoutCount = 1;
    layoutInfo.pSetLayouts = self->setLayout_.address();
    layoutInfo.pushConstantRangeCount = 1;
    layoutInfo.pPushConstantRanges = &range;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(fn.vkCreatePipelineLayout(d.handle(), &layoutInfo, nullptr, &layout), "make a pipeline layout"));
    self->layout_ = OwnedPipelineLayout(d, layout);
    VITRAL_TRY_ASSIGN(self->pipeline_, computePipeline(d, layout, shaders::attentionCompute()));
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4};
    const VkDescriptorPoolCreateInfo poolInfo{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, nullptr, 0, 1, 1, &size};
    VkDescriptorPool pool = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(fn.vkCreateDescriptorPool(d.handle(), &poolInfo, nullptr, &pool), "make a descriptor pool"));
    self->pool_ = OwnedDescriptorPool(d, pool);
    const VkDescriptorSetAllocateInfo setInfo{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, nullptr, pool, 1,
                                              self->setLayout_.address()};
    VITRAL_TRY(vkCheck(fn.vkAllocateDescriptorSets(d.handle(), &setInfo, &self->set_), "get a descriptor set"));
    const VkCommandBufferAllocateInfo commandInfo{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, nullptr,
                                                  d.commandPool(), VK_COMMAND_BUFFER_LEVEL_PRIMARY, 1};
    VITRAL_TRY(
        vkCheck(fn.vkAllocateCommandBuffers(d.handle(), &commandInfo, &self->commands_), "get a command buffer"));
    const VkFenceCreateInfo fenceInfo{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(fn.vkCreateFence(d.handle(), &fenceInfo, nullptr, &fence), "make a fence"));
    self->fence_ = OwnedFence(d, fence);
    VITRAL_TRY_ASSIGN(self->values_, makeBuffer(d, kValueBytes, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, BufferPlace::Host));
    return self;
}

AttentionCompute::~AttentionCompute() {
    if (busy_)
        device_->fn().vkWaitForFences(device_->handle(), 1, fence_.address(), VK_TRUE, kLongNs);
    if (commands_)
        device_->fn().vkFreeCommandBuffers(device_->handle(), device_->commandPool(), 1, &commands_);
}

Result<void> AttentionCompute::setHead(const AttentionHead& head) {
    VITRAL_ASSERT(!busy_, "the head is still in use");
    const std::span<const float> from[3] = {head.q, head.k, head.lse};
    VkDeviceSize all = 0;
    for (int i = 0; i < 3; ++i) {
        partBytes_[i] = from[i].size_bytes();
        all += partBytes_[i];
        if (partBytes_[i] > device_->limits().maxStorageBufferRange)
            return fail(ErrorCode::Device, "One head of this run is too large for a buffer of the graphics device.");
    }
    VITRAL_TRY(growBuffer(*device_, staging_, all, VK_BUFFER_USAGE_TRANSFER_SRC_BIT));
    auto* to = static_cast<std::byte*>(staging_.mapped);
    for (int i = 0; i < 3; ++i) {
        std::memcpy(to, from[i].data(), from[i].size_bytes());
        to += from[i].size_bytes();
        if (parts_[i].bytes < partBytes_[i] || !parts_[i].buffer) {
            VITRAL_TRY_ASSIGN(parts_[i],
                              makeBuffer(*device_, partBytes_[i],
                                         VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                         BufferPlace::Device));
        }
    }
    bind({{parts_[0].buffer.get(), 0, VK_WHOLE_SIZE},
          {parts_[1].buffer.get(), 0, VK_WHOLE_SIZE},
          {parts_[2].buffer.get(), 0, VK_WHOLE_SIZE}});
    setPush(head);
    stale_ = true;
    foreign_ = false;
    return {};
}

Result<AttentionCompute::Room> AttentionCompute::room(std::int32_t n, std::int32_t dim) {
    VITRAL_ASSERT(!busy_ && n > 0 && dim > 0, "the head is still in use");
    const VkDeviceSize one = VkDeviceSize{4} * static_cast<std::uint32_t>(n);
    const VkDeviceSize part = one * static_cast<std::uint32_t>(dim);
    if (part > device_->limits().maxStorageBufferRange)
        return fail(ErrorCode::Device, "One head of this run is too large for a buffer of the graphics device.");
    const VkDeviceSize step = std::max<VkDeviceSize>(device_->limits().minStorageBufferOffsetAlignment, 256);
    const VkDeviceSize inPart = (part + step - 1) / step * step;
    const VkDeviceSize all = 2 * inPart + one;
    roomNow_.descriptor = -1;
    if (!room_.buffer || room_.bytes < all) {
        constexpr VkDeviceSize kStep = VkDeviceSize{1} << 20; // a run that grows soon fits
        VITRAL_TRY_ASSIGN(ExportedBuffer made, makeExportedBuffer(*device_, (all + all / 4 + kStep - 1) / kStep * kStep,
                                                                  VK_BUFFER_USAGE_STORAGE_BUFFER_BIT));
        room_ = std::move(made.buffer);
        roomNow_ = {made.descriptor,
                    roomNow_.serial + 1,
                    static_cast<std::size_t>(room_.bytes),
                    static_cast<std::size_t>(made.allocatedBytes),
                    made.dedicated,
                    {}};
    }
    roomNow_.offset[0] = 0;
    roomNow_.offset[1] = static_cast<std::size_t>(inPart);
    roomNow_.offset[2] = static_cast<std::size_t>(2 * inPart);
    return roomNow_;
}

void AttentionCompute::useRoom(const AttentionHead& head) {
    VITRAL_ASSERT(!busy_ && room_.buffer, "no room, or the head is still in use");
    const VkDeviceSize part =
        VkDeviceSize{4} * static_cast<std::uint32_t>(head.n) * static_cast<std::uint32_t>(head.dim);
    bind({{room_.buffer.get(), roomNow_.offset[0], part},
          {room_.buffer.get(), roomNow_.offset[1], part},
          {room_.buffer.get(), roomNow_.offset[2], VkDeviceSize{4} * static_cast<std::uint32_t>(head.n)}});
    setPush(head);
    stale_ = false;
    foreign_ = true;
}

void AttentionCompute::setPush(const AttentionHead& head) {
    push_ = {head.n, head.dim, 0, 0, 1, head.window, 0, 0, head.scale, head.softcap};
}

void AttentionCompute::bind(const VkDescriptorBufferInfo (&parts)[3]) {
    const VkDescriptorBufferInfo buffers[4] = {parts[0], parts[1], parts[2], {values_.buffer.get(), 0, VK_WHOLE_SIZE}};
    VkWriteDescriptorSet writes[4]{};
    for (std::uint32_t i = 0; i < 4; ++i) {
        writes[i].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
        writes[i].dstSet = set_;
        writes[i].dstBinding = i;
        writes[i].descriptorCount = 1;
        writes[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        writes[i].pBufferInfo = &buffers[i];
    }
    device_->fn().vkUpdateDescriptorSets(device_->handle(), 4, writes, 0, nullptr);
}

Result<void> AttentionCompute::submit(const AttentionTileJob& job) {
    VITRAL_ASSERT(!busy_ && push_.n > 0, "no head, or a tile is on its way");
    const VulkanDevice& d = *device_;
    const DeviceTable& fn = d.fn();
    push_.firstQuery = job.firstQuery;
    push_.firstKey = job.firstKey;
    push_.block = job.block;
    push_.score = job.score ? 1 : 0;
    push_.hideFirst = job.hideFirst ? 1 : 0;
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    VITRAL_TRY(vkCheck(fn.vkBeginCommandBuffer(commands_, &begin), "begin a tile"));
    if (stale_) {
        VkDeviceSize at = 0;
        for (int i = 0; i < 3; ++i) {
            const VkBufferCopy copy{at, 0, partBytes_[i]};
            fn.vkCmdCopyBuffer(commands_, staging_.buffer.get(), parts_[i].buffer.get(), 1, &copy);
            at += partBytes_[i];
        }
        memoryBarrier(d, commands_, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_SHADER_READ_BIT,
                      VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
    }
    if (foreign_) { // the other interface has waited for its writes; this makes them seen
        VkBufferMemoryBarrier acquire{VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER};
        acquire.dstAccessMask = VK_ACCESS_SHADER_READ_BIT;
        acquire.srcQueueFamilyIndex = VK_QUEUE_FAMILY_EXTERNAL;
        acquire.dstQueueFamilyIndex = d.queueFamily();
        acquire.buffer = room_.buffer.get();
        acquire.size = VK_WHOLE_SIZE;
        fn.vkCmdPipelineBarrier(commands_, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0,
                                0, nullptr, 1, &acquire, 0, nullptr);
    }
    fn.vkCmdBindPipeline(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline_.get());
    fn.vkCmdBindDescriptorSets(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, layout_.get(), 0, 1, &set_, 0, nullptr);
    fn.vkCmdPushConstants(commands_, layout_.get(), VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push_, &push_);
    fn.vkCmdDispatch(commands_, kSide / kGroup, kSide / kGroup, 1);
    memoryBarrier(d, commands_, VK_ACCESS_SHADER_WRITE_BIT, VK_ACCESS_HOST_READ_BIT,
                  VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
    VITRAL_TRY(vkCheck(fn.vkEndCommandBuffer(commands_), "end a tile"));
    VITRAL_TRY(vkCheck(fn.vkResetFences(d.handle(), 1, fence_.address()), "reset a fence"));
    VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands_;
    VITRAL_TRY(vkCheck(fn.vkQueueSubmit(d.queue(), 1, &submit, fence_.get()), "compute a tile"));
    stale_ = foreign_ = false;
    busy_ = true;
    return {};
}

AttentionTileValues AttentionCompute::take() {
    busy_ = false;
    constexpr std::size_t kValues = std::size_t{kSide} * kSide;
    const auto* from = static_cast<const float*>(values_.mapped);
    return {{from, from + kValues}, {from + kValues, from + 2 * kValues}};
}

Result<std::optional<AttentionTileValues>> AttentionCompute::poll() {
    if (!busy_)
        return std::optional<AttentionTileValues>();
    const VkResult done = device_->fn().vkWaitForFences(device_->handle(), 1, fence_.address(), VK_TRUE, 0);
    if (done == VK_TIMEOUT)
        return std::optional<AttentionTileValues>();
    VITRAL_TRY(vkCheck(done, "finish a tile"));
    return std::optional(take());
}

Result<AttentionTileValues> AttentionCompute::finish() {
    VITRAL_ASSERT(busy_, "nothing was asked for");
    const VkResult done = device_->fn().vkWaitForFences(device_->handle(), 1, fence_.address(), VK_TRUE, kLongNs);
    if (done == VK_TIMEOUT)
        return fail(ErrorCode::Device, "The graphics device did not finish a tile within ten seconds.");
    VITRAL_TRY(vkCheck(done, "finish a tile"));
    return take();
}

} // namespace vitral::gpu
