// SPDX-License-Identifier: Apache-2.0
#pragma once
// One Vulkan instance and one device for the whole program: windows, tests and exported pictures share them. Nothing
// here knows a window system beyond the names of its extensions. Thread: GUI (one queue, no locks).

#include "core/base/result.h"
#include "gpu/render/vulkan_table.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace vitral::gpu {

struct InstanceOptions {
    bool validation = false;                    ///< also when VITRAL_VULKAN_VALIDATION=1
    PFN_vkGetInstanceProcAddr loader = nullptr; ///< null: libvulkan.so.1 is opened
};

class VulkanInstance {
public:
    /// Errors: Device, with a sentence: no loader, no driver, too old.
    static Result<std::shared_ptr<VulkanInstance>> create(const InstanceOptions& options = {});
    ~VulkanInstance();
    VulkanInstance(const VulkanInstance&) = delete;
    VulkanInstance& operator=(const VulkanInstance&) = delete;

    [[nodiscard]] VkInstance handle() const { return handle_; }
    [[nodiscard]] const InstanceTable& fn() const { return fn_; }
    [[nodiscard]] PFN_vkGetInstanceProcAddr loader() const { return loader_; }
    [[nodiscard]] bool validates() const { return messenger_ != VK_NULL_HANDLE; }
    /// What the validation layers complained about so far (warnings and errors).
    [[nodiscard]] std::vector<std::string> messages() const;

private:
    VulkanInstance() = default;
    static VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                    VkDebugUtilsMessageTypeFlagsEXT type,
                                                    const VkDebugUtilsMessengerCallbackDataEXT* data, void* self);
    void* library_ = nullptr;
    PFN_vkGetInstanceProcAddr loader_ = nullptr;
    VkInstance handle_ = VK_NULL_HANDLE;
    InstanceTable fn_;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    mutable std::mutex mutex_; ///< drivers may complain on threads of their own
    std::vector<std::string> messages_;
};

class VulkanDevice {
public:
    /// The best device that can draw: discrete before integrated before virtual before software. Errors: Device.
    static Result<std::shared_ptr<VulkanDevice>> create(std::shared_ptr<VulkanInstance> instance);
    ~VulkanDevice();
    VulkanDevice(const VulkanDevice&) = delete;
    VulkanDevice& operator=(const VulkanDevice&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool isSoftware() const { return software_; } ///< draws on the CPU: QPainter is cheaper
    [[nodiscard]] bool canPresent() const { return presents_; }
    /// 32 hexadecimal digits, the same for this device in every interface.
    [[nodiscard]] const std::string& uuid() const { return uuid_; }
    /// Memory of storage buffers can be given to another interface as an opaque descriptor (makeExportedBuffer).
    [[nodiscard]] bool exportsMemory() const { return exports_; }
    [[nodiscard]] bool exportsDedicated() const { return exportsDedicated_; } ///< such a buffer wants memory of its own
    [[nodiscard]] VulkanInstance& instance() const { return *instance_; }
    [[nodiscard]] VkPhysicalDevice physical() const { return physical_; }
    [[nodiscard]] VkDevice handle() const { return handle_; }
    [[nodiscard]] const DeviceTable& fn() const { return fn_; }
    [[nodiscard]] VkQueue queue() const { return queue_; }
    [[nodiscard]] std::uint32_t queueFamily() const { return queueFamily_; }
    [[nodiscard]] VkCommandPool commandPool() const { return commandPool_; }
    [[nodiscard]] const VkPhysicalDeviceLimits& limits() const { return limits_; }
    /// A memory type among `typeBits` with `wanted` flags, else one with `needed`. Errors: Device.
    [[nodiscard]] Result<std::uint32_t> memoryType(std::uint32_t typeBits, VkMemoryPropertyFlags wanted,
                                                   VkMemoryPropertyFlags needed) const;
    void waitIdle() const;

private:
    VulkanDevice() = default;
    std::shared_ptr<VulkanInstance> instance_;
    std::string name_, uuid_;
    bool software_ = false, presents_ = false, exports_ = false, exportsDedicated_ = false;
    VkPhysicalDevice physical_ = VK_NULL_HANDLE;
    VkDevice handle_ = VK_NULL_HANDLE;
    DeviceTable fn_;
    VkQueue queue_ = VK_NULL_HANDLE;
    std::uint32_t queueFamily_ = 0;
    VkCommandPool commandPool_ = VK_NULL_HANDLE;
    VkPhysicalDeviceMemoryProperties memory_{};
    VkPhysicalDeviceLimits limits_{};
};

/// VK_SUCCESS, or the Error that says what could not be done and why.
[[nodiscard]] Result<void> vkCheck(VkResult result, const char* what);
[[nodiscard]] const char* vkResultName(VkResult result);

} // namespace vitral::gpu
