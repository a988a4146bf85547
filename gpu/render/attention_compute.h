// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tiles of an attention map made by a compute shader, from one head's queries, keys and log-sum-exp. One tile at a
// time; asking never waits, poll() fetches what is done. Values agree with the CPU's to rounding (f32; the device's own
// exp). Thread: GUI.

#include "gpu/render/vulkan_objects.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vitral::gpu {

/// What turns q and k into weights: see AttentionGeometry in core/trace.
struct AttentionHead {
    std::span<const float> q, k; ///< [n, dim]
    std::span<const float> lse;  ///< [n]
    std::int32_t n = 0, dim = 0;
    float scale = 1, softcap = 0; ///< 0: none
    std::int32_t window = 0;      ///< 0: none
};
struct AttentionTileJob {
    std::int32_t firstQuery = 0, firstKey = 0;
    std::int32_t block = 1; ///< cells per side of a value
    bool score = false;     ///< before the softmax instead of after it
    bool hideFirst = false; ///< key 0 does not count
};
/// [256 * 256] each, row by row; NaN: no visible cell.
struct AttentionTileValues {
    std::vector<float> max, mean;
};

class AttentionCompute {
public:
    static constexpr std::int32_t kSide = 256;
    /// Errors: Device.
    static Result<std::unique_ptr<AttentionCompute>> create(std::shared_ptr<VulkanDevice> device);
    ~AttentionCompute();
    AttentionCompute(const AttentionCompute&) = delete;
    AttentionCompute& operator=(const AttentionCompute&) = delete;

    [[nodiscard]] const std::string& deviceName() const { return device_->name(); }
    /// Copies the head. Not while busy(). Errors: Device (too large for a buffer, no memory).
    Result<void> setHead(const AttentionHead& head);
    [[nodiscard]] bool busy() const { return busy_; }
    /// Not while busy(). Errors: Device.
    Result<void> submit(const AttentionTileJob& job);
    /// Never waits: the tile when it is done, else nothing. Errors: Device.
    Result<std::optional<AttentionTileValues>> poll();
    /// Waits for the tile (tests).
    Result<AttentionTileValues> finish();

private:
    explicit AttentionCompute(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    void bind();
    [[nodiscard]] AttentionTileValues take();

    struct Push {
        std::int32_t n, dim, firstQuery, firstKey, block, window, hideFirst, score;
        float scale, softcap;
    };
    std::shared_ptr<VulkanDevice> device_;
    OwnedSetLayout setLayout_;
    OwnedPipelineLayout layout_;
    OwnedPipeline pipeline_;
    OwnedDescriptorPool pool_;
    OwnedFence fence_;
    VkDescriptorSet set_ = VK_NULL_HANDLE;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    Buffer parts_[3], staging_, values_; ///< q, k and log-sum-exp on the device
    VkDeviceSize partBytes_[3] = {};
    Push push_{};
    bool stale_ = false, busy_ = false; ///< stale: what is staged is not on the device yet
};

} // namespace vitral::gpu
