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
    /// Where another interface may write a head's q, k and log-sum-exp, f32 and packed, `offset` bytes from the
    /// beginning of one allocation. It stays while heads fit into it; `descriptor` is -1 then, else the caller's.
    struct Room {
        int descriptor = -1;
        std::uint64_t serial = 0; ///< of the allocation
        std::size_t bytes = 0, allocatedBytes = 0;
        bool dedicated = false;
        std::size_t offset[3] = {};
    };
    /// Not while busy(). Errors: Device (also: nothing is exported here).
    Result<Room> room(std::int32_t n, std::int32_t dim);
    /// The head that was written into the room: `head` without its values. Not while busy().
    void useRoom(const AttentionHead& head);
    [[nodiscard]] bool busy() const { return busy_; }
    /// Not while busy(). Errors: Device.
    Result<void> submit(const AttentionTileJob& job);
    /// Never waits: the tile when it is done, else nothing. Errors: Device.
    Result<std::optional<AttentionTileValues>> poll();
    /// Waits for the tile (tests).
    Result<AttentionTileValues> finish();

private:
    explicit AttentionCompute(std::shared_ptr<VulkanDevice> device) : device_(std::move(device)) {}
    void bind(const VkDescriptorBufferInfo (&parts)[3]);
    void setPush(const AttentionHead& head);
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
    Buffer room_; ///< q, k and log-sum-exp one after another, seen by another interface as well
    Room roomNow_;
    Push push_{};
    bool stale_ = false, busy_ = false; ///< stale: what is staged is not on the device yet
    bool foreign_ = false;              ///< another interface wrote the room since the last tile
};

} // namespace vitral::gpu
