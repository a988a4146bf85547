// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/heatmap_renderer.h"

#include "gpu/render/shaders.h"

#include <cstring>

namespace vitral::gpu {

namespace {

constexpr VkDeviceSize kTileBytes = VkDeviceSize{kTileSide} * kTileSide * sizeof(float);
constexpr VkDeviceSize kColourBytes = VkDeviceSize{65536} * sizeof(std::uint32_t);
constexpr VkDescriptorType kStorage[4] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                          VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};

} // namespace

Result<std::unique_ptr<HeatmapRenderer>> HeatmapRenderer::create(std::shared_ptr<VulkanDevice> device,
                                                                 VkRenderPass pass, std::uint32_t nSlot) {
    std::unique_ptr<HeatmapRenderer> self(new HeatmapRenderer(std::move(device)));
    const VulkanDevice& d = *self->device_;
    nSlot = std::min<std::uint32_t>(nSlot, static_cast<std::uint32_t>(d.limits().maxStorageBufferRange / kTileBytes));
    VITRAL_TRY_ASSIGN(OwnedSetLayout setLayout, makeSetLayout(d, kStorage, VK_SHADER_STAGE_FRAGMENT_BIT));
    PipelineSpec spec;
    spec.vertex = shaders::heatmapVertex();
    spec.fragment = shaders::heatmapFragment();
    spec.blend = false;
    spec.pushBytes = sizeof(Push);
    VITRAL_TRY_ASSIGN(self->pipeline_, makePipeline(d, spec, std::move(setLayout), pass));
    VITRAL_TRY_ASSIGN(self->tiles_, makeBuffer(d, nSlot * kTileBytes,
                                               VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                               BufferPlace::Device));
    VITRAL_TRY_ASSIGN(self->colours_,
                      makeBuffer(d, kColourBytes, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                 BufferPlace::Device));
    self->slots_.resize(nSlot);
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4 * kFramesInFlight};
    const VkDescriptorPoolCreateInfo poolInfo{
        VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, nullptr, 0, kFramesInFlight, 1, &size};
    VkDescriptorPool pool = VK_NULL_HANDLE;
    VITRAL_TRY(vkCheck(d.fn().vkCreateDescriptorPool(d.handle(), &poolInfo, nullptr, &pool), "make a descriptor pool"));
    self->pool_ = OwnedDescriptorPool(d, pool);
    for (PerFrame& per : self->perFrame_) {
        const VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, nullptr, pool, 1,
                                               self->pipeline_.setLayout.address()};
        VITRAL_TRY(vkCheck(d.fn().vkAllocateDescriptorSets(d.handle(), &info, &per.set), "get a descriptor set"));
    }
    return self;
}

// The slot that holds the tile, or the one that was not used for longest: never one of this frame, since a frame has at
// most as many tiles as there are slots. Frames before are done reading when the upload begins (a barrier).
std::int32_t HeatmapRenderer::slotFor(const HeatmapTile& tile) {
    if (tile.id == 0 || !tile.values)
        return -1;
    if (const auto it = slotOf_.find(tile.id); it != slotOf_.end()) {
        slots_[it->second].used = now_;
        return static_cast<std::int32_t>(it->second);
    }
    std::uint32_t oldest = 0;
    for (std::uint32_t i = 1; i < slots_.size(); ++i)
        if (slots_[i].used < slots_[oldest].used)
            oldest = i;
    if (slots_[oldest].id != 0)
        slotOf_.erase(slots_[oldest].id);
    slots_[oldest] = {tile.id, now_};
    slotOf_[tile.id] = oldest;
    toUpload_.emplace_back(tile.values, oldest);
    return static_cast<std::int32_t>(oldest);
}

Result<void> HeatmapRenderer::prepare(const FrameContext& frame, const HeatmapFrame& map) {
    const VulkanDevice& d = *device_;
    PerFrame& per = perFrame_[frame.iFrame];
    if (map.tiles.size() > slots_.size())
        return fail(ErrorCode::Device, "The graphics device has room for " + std::to_string(slots_.size()) +
                                           " tiles; the picture needs " + std::to_string(map.tiles.size()) + ".");
    ++now_;
    push_ = {map.x,
             map.y,
             static_cast<std::int32_t>(map.col.size()),
             static_cast<std::int32_t>(map.row.size()),
             map.firstTileCol,
             map.firstTileRow,
             map.nTileCol,
             map.offset,
             map.outside,
             map.waiting};
    if (map.col.empty() || map.row.empty())
        return {};
    const VkDeviceSize nAxis = map.col.size() + map.row.size();
    VITRAL_TRY_ASSIGN(const bool newAxis, growBuffer(d, per.axis, nAxis * 4, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT));
    std::memcpy(per.axis.mapped, map.col.data(), map.col.size_bytes());
    std::memcpy(static_cast<std::int32_t*>(per.axis.mapped) + map.col.size(), map.row.data(), map.row.size_bytes());
    VITRAL_TRY_ASSIGN(const bool newRefs,
                      growBuffer(d, per.refs, map.tiles.size() * 8, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT));
    auto* refs = static_cast<std::int32_t*>(per.refs.mapped);
    toUpload_.clear();
    for (const HeatmapTile& tile : map.tiles) {
        *refs++ = slotFor(tile);
        *refs++ = tile.shift;
    }
    if (newAxis || newRefs || !per.bound) {
        const VkDescriptorBufferInfo buffers[4] = {{tiles_.buffer.get(), 0, VK_WHOLE_SIZE},
                                                   {per.axis.buffer.get(), 0, VK_WHOLE_SIZE},
                                                   {per.refs.buffer.get(), 0, VK_WHOLE_SIZE},
                                                   {colours_.buffer.get(), 0, VK_WHOLE_SIZE}};
        VkWriteDescriptorSet writes[4]{};
        for (std::uint32_t i = 0; i < 4; ++i) {
            writes[i].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
            writes[i].dstSet = per.set;
            writes[i].dstBinding = i;
            writes[i].descriptorCount = 1;
            writes[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
            writes[i].pBufferInfo = &buffers[i];
        }
        d.fn().vkUpdateDescriptorSets(d.handle(), 4, writes, 0, nullptr);
        per.bound = true;
    }
    const bool newColours = map.coloursId != coloursId_ && map.colours.size_bytes() == kColourBytes;
    const VkDeviceSize staged = toUpload_.size() * kTileBytes + (newColours ? kColourBytes : 0);
    if (staged == 0)
        return {};
    VITRAL_TRY(growBuffer(d, per.staging, staged, VK_BUFFER_USAGE_TRANSFER_SRC_BIT));
    auto* bytes = static_cast<std::byte*>(per.staging.mapped);
    // The frame before may still read what is about to be overwritten.
    memoryBarrier(d, frame.commands, VK_ACCESS_SHADER_READ_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                  VK_PIPELINE_STAGE_FRAGMENT_SHADER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT);
    std::vector<VkBufferCopy> copies;
    VkDeviceSize at = 0;
    for (const auto& [values, slot] : toUpload_) {
        std::memcpy(bytes + at, values, kTileBytes);
        copies.push_back({at, slot * kTileBytes, kTileBytes});
        at += kTileBytes;
    }
    nUploaded_ += copies.size();
    if (!copies.empty())
        d.fn().vkCmdCopyBuffer(frame.commands, per.staging.buffer.get(), tiles_.buffer.get(),
                               static_cast<std::uint32_t>(copies.size()), copies.data());
    if (newColours) {
        std::memcpy(bytes + at, map.colours.data(), kColourBytes);
        const VkBufferCopy copy{at, 0, kColourBytes};
        d.fn().vkCmdCopyBuffer(frame.commands, per.staging.buffer.get(), colours_.buffer.get(), 1, &copy);
        coloursId_ = map.coloursId;
    }
    memoryBarrier(d, frame.commands, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_SHADER_READ_BIT,
                  VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_FRAGMENT_SHADER_BIT);
    return {};
}

void HeatmapRenderer::draw(const FrameContext& frame) {
    if (push_.width <= 0 || push_.height <= 0)
        return;
    const VulkanDevice& d = *device_;
    const DeviceTable& fn = d.fn();
    const auto clip = [](std::int64_t v, std::uint32_t most) {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(v, 0, most));
    };
    const std::uint32_t left = clip(push_.x, frame.width), top = clip(push_.y, frame.height);
    const std::uint32_t right = clip(std::int64_t{push_.x} + push_.width, frame.width);
    const std::uint32_t bottom = clip(std::int64_t{push_.y} + push_.height, frame.height);
    if (right <= left || bottom <= top)
        return;
    setViewport(d, frame);
    setScissor(d, frame, static_cast<std::int32_t>(left), static_cast<std::int32_t>(top), right - left, bottom - top);
    fn.vkCmdBindPipeline(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.pipeline.get());
    fn.vkCmdBindDescriptorSets(frame.commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.layout.get(), 0, 1,
                               &perFrame_[frame.iFrame].set, 0, nullptr);
    fn.vkCmdPushConstants(frame.commands, pipeline_.layout.get(),
                          VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof push_, &push_);
    fn.vkCmdDraw(frame.commands, 3, 1, 0, 0);
}

} // namespace vitral::gpu
