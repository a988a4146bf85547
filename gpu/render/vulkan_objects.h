// SPDX-License-Identifier: Apache-2.0
#pragma once
// Vulkan objects that free themselves: move-only owners of one handle, buffers, textures, pipelines. An owner must not
// outlive its device, and must not die while the GPU still uses it (the targets wait before they let go). Thread: GUI.

#include "gpu/render/vulkan_device.h"

#include <cstddef>
#include <span>
#include <utility>

namespace vitral::gpu {

template <class Handle, auto Destroy>
class Owned {
public:
    Owned() = default;
    Owned(const VulkanDevice& device, Handle handle) : device_(&device), handle_(handle) {}
    ~Owned() { reset(); }
    Owned(Owned&& other) noexcept : device_(other.device_), handle_(std::exchange(other.handle_, VK_NULL_HANDLE)) {}
    Owned& operator=(Owned&& other) noexcept {
        if (this != &other) {
            reset();
            device_ = other.device_;
            handle_ = std::exchange(other.handle_, VK_NULL_HANDLE);
        }
        return *this;
    }
    void reset() {
        if (handle_)
            (device_->fn().*Destroy)(device_->handle(), handle_, nullptr);
        handle_ = VK_NULL_HANDLE;
    }
    [[nodiscard]] Handle get() const { return handle_; }
    [[nodiscard]] const Handle* address() const { return &handle_; }
    explicit operator bool() const { return handle_ != VK_NULL_HANDLE; }

private:
    const VulkanDevice* device_ = nullptr;
    Handle handle_ = VK_NULL_HANDLE;
};

using OwnedBuffer = Owned<VkBuffer, &DeviceTable::vkDestroyBuffer>;
using OwnedMemory = Owned<VkDeviceMemory, &DeviceTable::vkFreeMemory>;
using OwnedImage = Owned<VkImage, &DeviceTable::vkDestroyImage>;
using OwnedImageView = Owned<VkImageView, &DeviceTable::vkDestroyImageView>;
using OwnedSampler = Owned<VkSampler, &DeviceTable::vkDestroySampler>;
using OwnedShader = Owned<VkShaderModule, &DeviceTable::vkDestroyShaderModule>;
using OwnedSetLayout = Owned<VkDescriptorSetLayout, &DeviceTable::vkDestroyDescriptorSetLayout>;
using OwnedDescriptorPool = Owned<VkDescriptorPool, &DeviceTable::vkDestroyDescriptorPool>;
using OwnedPipelineLayout = Owned<VkPipelineLayout, &DeviceTable::vkDestroyPipelineLayout>;
using OwnedPipeline = Owned<VkPipeline, &DeviceTable::vkDestroyPipeline>;
using OwnedRenderPass = Owned<VkRenderPass, &DeviceTable::vkDestroyRenderPass>;
using OwnedFramebuffer = Owned<VkFramebuffer, &DeviceTable::vkDestroyFramebuffer>;
using OwnedFence = Owned<VkFence, &DeviceTable::vkDestroyFence>;
using OwnedSemaphore = Owned<VkSemaphore, &DeviceTable::vkDestroySemaphore>;
using OwnedSwapchain = Owned<VkSwapchainKHR, &DeviceTable::vkDestroySwapchainKHR>;

/// Two frames may be on their way at a time; what a frame writes is kept once for each.
inline constexpr std::uint32_t kFramesInFlight = 2;

/// What a renderer needs to know of the frame it draws into.
struct FrameContext {
    VkCommandBuffer commands = VK_NULL_HANDLE;
    std::uint32_t iFrame = 0; ///< 0..kFramesInFlight - 1: which copy of per-frame memory is free
    std::uint32_t width = 0, height = 0;
};

/// Memory for a buffer; mapped for its whole life when it is visible to the CPU.
struct Buffer {
    OwnedMemory memory;
    OwnedBuffer buffer;
    VkDeviceSize bytes = 0;
    void* mapped = nullptr;
};
enum class BufferPlace : std::uint8_t { Device, Host };
[[nodiscard]] Result<Buffer> makeBuffer(const VulkanDevice& device, VkDeviceSize bytes, VkBufferUsageFlags usage,
                                        BufferPlace place);
/// A host buffer of at least that size; keeps the one it has when that is large enough. True when it is a new one.
[[nodiscard]] Result<bool> growBuffer(const VulkanDevice& device, Buffer& buffer, VkDeviceSize bytes,
                                      VkBufferUsageFlags usage);

/// A buffer of the device whose memory another interface may see, too: an opaque descriptor stands for it. Whoever
/// asks owns the descriptor; the memory lives until both have let go.
struct ExportedBuffer {
    Buffer buffer;
    int descriptor = -1;
    VkDeviceSize allocatedBytes = 0;
    bool dedicated = false;
};
/// Errors: Device, also where exportsMemory() is false.
[[nodiscard]] Result<ExportedBuffer> makeExportedBuffer(const VulkanDevice& device, VkDeviceSize bytes,
                                                        VkBufferUsageFlags usage);

struct Image {
    OwnedMemory memory;
    OwnedImage image;
    OwnedImageView view;
    std::uint32_t width = 0, height = 0;
};
[[nodiscard]] Result<Image> makeImage(const VulkanDevice& device, std::uint32_t width, std::uint32_t height,
                                      VkFormat format, VkImageUsageFlags usage);

/// RGBA, 8 bits each, sampled. Pixels go through a staging buffer that lives until the texture dies.
struct Texture {
    Image image;
    Buffer staging;
};
[[nodiscard]] Result<Texture> makeTexture(const VulkanDevice& device, std::uint32_t width, std::uint32_t height,
                                          std::span<const std::byte> rgba);
/// Copies the staging buffer into the image; outside a render pass.
void recordUpload(const VulkanDevice& device, VkCommandBuffer commands, const Texture& texture);

void imageBarrier(const VulkanDevice& device, VkCommandBuffer commands, VkImage image, VkImageLayout from,
                  VkImageLayout to, VkAccessFlags accessBefore, VkAccessFlags accessAfter, VkPipelineStageFlags before,
                  VkPipelineStageFlags after);
void memoryBarrier(const VulkanDevice& device, VkCommandBuffer commands, VkAccessFlags accessBefore,
                   VkAccessFlags accessAfter, VkPipelineStageFlags before, VkPipelineStageFlags after);

[[nodiscard]] Result<OwnedSampler> makeSampler(const VulkanDevice& device, VkFilter filter);
/// Bindings 0..types.size() - 1, all for the given stages.
[[nodiscard]] Result<OwnedSetLayout> makeSetLayout(const VulkanDevice& device, std::span<const VkDescriptorType> types,
                                                   VkShaderStageFlags stages);

/// One colour attachment that is cleared and kept; it ends in `finalLayout`.
[[nodiscard]] Result<OwnedRenderPass> makeColourPass(const VulkanDevice& device, VkFormat format,
                                                     VkImageLayout finalLayout);

struct PipelineSpec {
    std::span<const std::uint32_t> vertex, fragment; ///< SPIR-V
    std::span<const VkVertexInputBindingDescription> bindings;
    std::span<const VkVertexInputAttributeDescription> attributes;
    VkPrimitiveTopology topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
    bool blend = true;
    std::uint32_t pushBytes = 0; ///< visible to both stages
};
struct Pipeline {
    OwnedSetLayout setLayout;
    OwnedPipelineLayout layout;
    OwnedPipeline pipeline;
};
/// Viewport and scissor are dynamic. `pass` only needs to be compatible: same format.
[[nodiscard]] Result<Pipeline> makePipeline(const VulkanDevice& device, const PipelineSpec& spec,
                                            OwnedSetLayout setLayout, VkRenderPass pass);

void setViewport(const VulkanDevice& device, const FrameContext& frame);
void setScissor(const VulkanDevice& device, const FrameContext& frame, std::int32_t x, std::int32_t y,
                std::uint32_t width, std::uint32_t height);

} // namespace vitral::gpu
