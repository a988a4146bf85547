// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/vulkan_device.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace vitral::gpu {

namespace {

void* openLoader() {
#ifdef _WIN32
    return reinterpret_cast<void*>(LoadLibraryA("vulkan-1.dll"));
#elif defined(__APPLE__)
    return dlopen("libvulkan.1.dylib", RTLD_NOW | RTLD_LOCAL);
#else
    return dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
#endif
}

PFN_vkGetInstanceProcAddr entryOf(void* library) {
#ifdef _WIN32
    return reinterpret_cast<PFN_vkGetInstanceProcAddr>(
        reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), "vkGetInstanceProcAddr")));
#else
    return reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library, "vkGetInstanceProcAddr"));
#endif
}

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

// Whatever surfaces this system knows, so that the same instance serves windows and pictures.
constexpr const char* kSurfaceExtensions[] = {"VK_KHR_surface",         "VK_KHR_xcb_surface",   "VK_KHR_xlib_surface",
                                              "VK_KHR_wayland_surface", "VK_KHR_win32_surface", "VK_EXT_metal_surface"};

bool validationWanted(const InstanceOptions& options) {
    const char* value = std::getenv("VITRAL_VULKAN_VALIDATION");
    return options.validation || (value && std::strcmp(value, "1") == 0);
}

int rank(VkPhysicalDeviceType type) {
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return 4;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return 3;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return 2;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return 1;
    default:
        return 0;
    }
}

} // namespace

const char* vkResultName(VkResult result) {
    switch (result) {
    case VK_SUCCESS:
        return "success";
    case VK_TIMEOUT:
        return "it took too long";
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return "no memory is left";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return "no graphics memory is left";
    case VK_ERROR_INITIALIZATION_FAILED:
        return "the driver could not start";
    case VK_ERROR_DEVICE_LOST:
        return "the graphics device was lost";
    case VK_ERROR_LAYER_NOT_PRESENT:
        return "a layer is missing";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return "an extension is missing";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return "no driver was found";
    case VK_ERROR_SURFACE_LOST_KHR:
        return "the window's surface was lost";
    case VK_ERROR_NATIVE_WINDOW_IN_USE_KHR:
        return "the window is drawn by something else";
    case VK_ERROR_OUT_OF_DATE_KHR:
        return "the window changed";
    default:
        return "the driver gave an error";
    }
}

Result<void> vkCheck(VkResult result, const char* what) {
    if (result >= 0)
        return {};
    return fail(ErrorCode::Device, std::string("Vulkan could not ") + what + ": " + vkResultName(result) + " (" +
                                       std::to_string(static_cast<int>(result)) + ").");
}

Result<std::shared_ptr<VulkanInstance>> VulkanInstance::create(const InstanceOptions& options) {
    std::shared_ptr<VulkanInstance> self(new VulkanInstance);
    self->loader_ = options.loader;
    if (!self->loader_) {
        self->library_ = openLoader();
        if (!self->library_)
            return fail(ErrorCode::Device, "The Vulkan library is not installed.");
        self->loader_ = entryOf(self->library_);
        if (!self->loader_)
            return fail(ErrorCode::Device, "The Vulkan library has no entry point.");
    }
    const auto global = [&](const char* name) { return self->loader_(VK_NULL_HANDLE, name); };
    const auto version = reinterpret_cast<PFN_vkEnumerateInstanceVersion>(global("vkEnumerateInstanceVersion"));
    const auto extensions =
        reinterpret_cast<PFN_vkEnumerateInstanceExtensionProperties>(global("vkEnumerateInstanceExtensionProperties"));
    const auto layers =
        reinterpret_cast<PFN_vkEnumerateInstanceLayerProperties>(global("vkEnumerateInstanceLayerProperties"));
    const auto make = reinterpret_cast<PFN_vkCreateInstance>(global("vkCreateInstance"));
    std::uint32_t supported = VK_API_VERSION_1_0;
    if (!version || !extensions || !layers || !make || version(&supported) != VK_SUCCESS ||
        supported < VK_API_VERSION_1_1)
        return fail(ErrorCode::Device, "The Vulkan library is older than version 1.1.");

    std::uint32_t n = 0;
    extensions(nullptr, &n, nullptr);
    std::vector<VkExtensionProperties> known(n);
    extensions(nullptr, &n, known.data());
    const auto has = [&](const char* name) {
        return std::any_of(known.begin(), known.end(),
                           [&](const VkExtensionProperties& e) { return std::strcmp(e.extensionName, name) == 0; });
    };
    std::vector<const char*> use;
    for (const char* name : kSurfaceExtensions)
        if (has(name))
            use.push_back(name);
    std::vector<const char*> useLayers;
    if (validationWanted(options)) {
        layers(&n, nullptr);
        std::vector<VkLayerProperties> all(n);
        layers(&n, all.data());
        if (std::any_of(all.begin(), all.end(),
                        [](const VkLayerProperties& l) { return std::strcmp(l.layerName, kValidationLayer) == 0; })) {
            useLayers.push_back(kValidationLayer);
            use.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
        }
    }
    VkApplicationInfo application{
        VK_STRUCTURE_TYPE_APPLICATION_INFO, nullptr, "Vitral", 1, "Vitral", 1, VK_API_VERSION_1_1};
    VkDebugUtilsMessengerCreateInfoEXT messenger{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
    messenger.messageSeverity =
        VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
    messenger.pfnUserCallback = &VulkanInstance::onMessage;
    messenger.pUserData = self.get();
    VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pNext = useLayers.empty() ? nullptr : &messenger;
    info.pApplicationInfo = &application;
    info.enabledLayerCount = static_cast<std::uint32_t>(useLayers.size());
    info.ppEnabledLayerNames = useLayers.data();
    info.enabledExtensionCount = static_cast<std::uint32_t>(use.size());
    info.ppEnabledExtensionNames = use.data();
    VITRAL_TRY(vkCheck(make(&info, nullptr, &self->handle_), "start"));

    bool complete = true;
#define VITRAL_LOAD(name)                                                                                              \
    self->fn_.name = reinterpret_cast<PFN_##name>(self->loader_(self->handle_, #name));                                \
    complete = complete && self->fn_.name;
#define VITRAL_LOAD_OPTIONAL(name) self->fn_.name = reinterpret_cast<PFN_##name>(self->loader_(self->handle_, #name));
    VITRAL_VK_INSTANCE(VITRAL_LOAD)
    VITRAL_VK_INSTANCE_OPTIONAL(VITRAL_LOAD_OPTIONAL)
    if (!complete)
        return fail(ErrorCode::Device, "The Vulkan library lacks functions of version 1.1.");
    if (!useLayers.empty() && self->fn_.vkCreateDebugUtilsMessengerEXT)
        self->fn_.vkCreateDebugUtilsMessengerEXT(self->handle_, &messenger, nullptr, &self->messenger_);
    return self;
}

VulkanInstance::~VulkanInstance() {
    if (messenger_)
        fn_.vkDestroyDebugUtilsMessengerEXT(handle_, messenger_, nullptr);
    if (handle_ && fn_.vkDestroyInstance)
        fn_.vkDestroyInstance(handle_, nullptr);
    // The library stays loaded: drivers leave threads and exit handlers behind.
}

std::vector<std::string> VulkanInstance::messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
}

VkBool32 VulkanInstance::onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                   const VkDebugUtilsMessengerCallbackDataEXT* data, void* self) {
    auto* instance = static_cast<VulkanInstance*>(self);
    const std::lock_guard lock(instance->mutex_);
    constexpr std::size_t kMost = 100;
    if (instance->messages_.size() < kMost)
        instance->messages_.emplace_back(data->pMessage ? data->pMessage : "");
    return VK_FALSE;
}

Result<std::shared_ptr<VulkanDevice>> VulkanDevice::create(std::shared_ptr<VulkanInstance> instance) {
    std::shared_ptr<VulkanDevice> self(new VulkanDevice);
    self->instance_ = std::move(instance);
    const InstanceTable& fn = self->instance_->fn();
    std::uint32_t n = 0;
    fn.vkEnumeratePhysicalDevices(self->instance_->handle(), &n, nullptr);
    std::vector<VkPhysicalDevice> devices(n);
    if (n > 0)
        VITRAL_TRY(vkCheck(fn.vkEnumeratePhysicalDevices(self->instance_->handle(), &n, devices.data()),
                           "list the graphics devices"));
    int best = -1;
    for (const VkPhysicalDevice device : devices) {
        VkPhysicalDeviceProperties properties;
        fn.vkGetPhysicalDeviceProperties(device, &properties);
        if (properties.apiVersion < VK_API_VERSION_1_1 || rank(properties.deviceType) <= best)
            continue;
        fn.vkGetPhysicalDeviceQueueFamilyProperties(device, &n, nullptr);
        std::vector<VkQueueFamilyProperties> families(n);
        fn.vkGetPhysicalDeviceQueueFamilyProperties(device, &n, families.data());
        constexpr VkQueueFlags kNeeded = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
        const auto family = std::find_if(families.begin(), families.end(), [](const VkQueueFamilyProperties& f) {
            return (f.queueFlags & kNeeded) == kNeeded;
        });
        if (family == families.end())
            continue;
        best = rank(properties.deviceType);
        self->physical_ = device;
        self->queueFamily_ = static_cast<std::uint32_t>(family - families.begin());
        self->name_ = properties.deviceName;
        self->software_ = properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
        self->limits_ = properties.limits;
    }
    if (best < 0)
        return fail(ErrorCode::Device, "No graphics device with Vulkan 1.1 was found.");
    fn.vkGetPhysicalDeviceMemoryProperties(self->physical_, &self->memory_);

    fn.vkEnumerateDeviceExtensionProperties(self->physical_, nullptr, &n, nullptr);
    std::vector<VkExtensionProperties> known(n);
    fn.vkEnumerateDeviceExtensionProperties(self->physical_, nullptr, &n, known.data());
    std::vector<const char*> use;
    if (fn.vkGetPhysicalDeviceSurfaceSupportKHR &&
        std::any_of(known.begin(), known.end(), [](const VkExtensionProperties& e) {
            return std::strcmp(e.extensionName, VK_KHR_SWAPCHAIN_EXTENSION_NAME) == 0;
        }))
        use.push_back(VK_KHR_SWAPCHAIN_EXTENSION_NAME);
    const bool swapchain = !use.empty();
    VkPhysicalDeviceIDProperties identity{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &identity};
    fn.vkGetPhysicalDeviceProperties2(self->physical_, &properties);
    constexpr char kDigits[] = "0123456789abcdef";
    for (const std::uint8_t byte : identity.deviceUUID) {
        self->uuid_ += kDigits[byte >> 4];
        self->uuid_ += kDigits[byte & 15];
    }
    const bool descriptors = std::any_of(known.begin(), known.end(), [](const VkExtensionProperties& e) {
        return std::strcmp(e.extensionName, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME) == 0;
    });
    if (descriptors) {
        const VkPhysicalDeviceExternalBufferInfo asked{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO, nullptr,
                                                       0, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                                       VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
        VkExternalBufferProperties answer{VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES};
        fn.vkGetPhysicalDeviceExternalBufferProperties(self->physical_, &asked, &answer);
        const VkExternalMemoryFeatureFlags features = answer.externalMemoryProperties.externalMemoryFeatures;
        self->exports_ = (features & VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT) != 0;
        self->exportsDedicated_ = (features & VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT) != 0;
        if (self->exports_)
            use.push_back(VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME);
    }
    const float priority = 1;
    VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue.queueFamilyIndex = self->queueFamily_;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    info.enabledExtensionCount = static_cast<std::uint32_t>(use.size());
    info.ppEnabledExtensionNames = use.data();
    VITRAL_TRY(vkCheck(fn.vkCreateDevice(self->physical_, &info, nullptr, &self->handle_), "open the graphics device"));

    bool complete = true;
#define VITRAL_LOAD_DEVICE(name)                                                                                       \
    self->fn_.name = reinterpret_cast<PFN_##name>(fn.vkGetDeviceProcAddr(self->handle_, #name));                       \
    complete = complete && self->fn_.name;
#define VITRAL_LOAD_DEVICE_OPTIONAL(name)                                                                              \
    self->fn_.name = reinterpret_cast<PFN_##name>(fn.vkGetDeviceProcAddr(self->handle_, #name));
    VITRAL_VK_DEVICE(VITRAL_LOAD_DEVICE)
    VITRAL_VK_DEVICE_OPTIONAL(VITRAL_LOAD_DEVICE_OPTIONAL)
    if (!complete)
        return fail(ErrorCode::Device, "The graphics driver lacks functions of Vulkan 1.1.");
    self->presents_ = swapchain && self->fn_.vkCreateSwapchainKHR;
    self->exports_ = self->exports_ && self->fn_.vkGetMemoryFdKHR;
    self->fn_.vkGetDeviceQueue(self->handle_, self->queueFamily_, 0, &self->queue_);
    VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, nullptr,
                                 VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT, self->queueFamily_};
    VITRAL_TRY(vkCheck(self->fn_.vkCreateCommandPool(self->handle_, &pool, nullptr, &self->commandPool_),
                       "make a command pool"));
    return self;
}

VulkanDevice::~VulkanDevice() {
    if (!handle_ || !fn_.vkDestroyDevice)
        return;
    waitIdle();
    if (commandPool_)
        fn_.vkDestroyCommandPool(handle_, commandPool_, nullptr);
    fn_.vkDestroyDevice(handle_, nullptr);
}

Result<std::uint32_t> VulkanDevice::memoryType(std::uint32_t typeBits, VkMemoryPropertyFlags wanted,
                                               VkMemoryPropertyFlags needed) const {
    for (const VkMemoryPropertyFlags flags : {wanted | needed, needed})
        for (std::uint32_t i = 0; i < memory_.memoryTypeCount; ++i)
            if ((typeBits & (1U << i)) && (memory_.memoryTypes[i].propertyFlags & flags) == flags)
                return i;
    return fail(ErrorCode::Device, "The graphics device has no memory of the kind that is needed.");
}

void VulkanDevice::waitIdle() const {
    if (handle_ && fn_.vkDeviceWaitIdle)
        fn_.vkDeviceWaitIdle(handle_);
}

} // namespace vitral::gpu
