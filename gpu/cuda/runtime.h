// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the CUDA backend needs of a device: memory, copies, streams, events, graphs. Two implementations with the same
// answers: runtime_device.cpp on the CUDA runtime (linked statically, into the plug-in), emulated/runtime.cpp for tests
// on the CPU. Every failure is a Result with a sentence. Thread: one at a time per stream; useDevice is per thread.

#include "core/base/result.h"
#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vitral::cuda {

struct DeviceInfo {
    int ordinal = 0;
    std::string name; ///< "NVIDIA H200"
    std::string uuid; ///< 32 hexadecimal digits, as Vulkan's deviceUUID
    int major = 0;    ///< compute capability
    int minor = 0;
    std::size_t totalBytes = 0;
    std::size_t freeBytes = 0; ///< when it was asked
    int nMultiprocessor = 0;
    std::size_t sharedBytesPerBlock = 0; ///< the most a block may ask for
    int driverVersion = 0;               ///< 13000 is CUDA 13.0
    int runtimeVersion = 0;
};

enum class Absence : std::uint8_t { None, NoDriver, DriverTooOld, NoDevice, DeviceTooOld, Failed };
/// The devices this process can use, at least one; those for which there are no kernels are left out. Errors: Device,
/// with a sentence for each of no driver, a driver older than the runtime, no device, only devices that are too old;
/// `why` (may be null) says which.
Result<std::vector<DeviceInfo>> devices(Absence* why = nullptr);
/// Errors: Device.
Result<void> useDevice(int ordinal);
/// The one that this thread uses.
[[nodiscard]] int deviceInUse();

/// Errors: OutOfMemory with how much was asked for and how much is free. Aligned to 256 bytes.
Result<void*> allocateDevice(std::size_t bytes);
void freeDevice(void* memory);
/// Host memory that copies run from and to without a detour. Errors: OutOfMemory.
Result<void*> allocatePinned(std::size_t bytes);
void freePinned(void* memory);

/// Memory of another interface, a Vulkan allocation exported as an opaque file descriptor, seen as memory of the device
/// in use. Both must be the same device (DeviceInfo::uuid and VkPhysicalDeviceIDProperties).
struct Imported {
    void* data = nullptr;
    void* handle = nullptr;
};
/// `allocatedBytes` and `dedicated`: as Vulkan made the allocation (VkMemoryAllocateInfo,
/// VkMemoryDedicatedAllocateInfo); its first `bytes` are seen. Takes the descriptor where it succeeds. Errors: Device
/// (the driver cannot, another device's memory), Unsupported.
Result<Imported> importMemory(int descriptor, std::size_t bytes, std::size_t allocatedBytes, bool dedicated);
void releaseImported(const Imported& memory, std::size_t bytes);

Result<Stream> makeStream();
void destroyStream(Stream stream);
/// Waits for everything queued. Errors: Device, also of kernels that ran before.
Result<void> synchronise(Stream stream);

/// Copies queued on a stream. Host memory must stay until the stream has come so far (synchronise, an event).
Result<void> copyToDevice(void* device, const void* host, std::size_t bytes, Stream stream);
Result<void> copyToHost(void* host, const void* device, std::size_t bytes, Stream stream);
Result<void> copyOnDevice(void* to, const void* from, std::size_t bytes, Stream stream);
/// Rows of `rowBytes`, `toPitch` and `fromPitch` bytes apart.
Result<void> copyRowsToHost(void* host, std::size_t toPitch, const void* device, std::size_t fromPitch,
                            std::size_t rowBytes, std::size_t nRow, Stream stream);
Result<void> copyRowsToDevice(void* device, std::size_t toPitch, const void* host, std::size_t fromPitch,
                              std::size_t rowBytes, std::size_t nRow, Stream stream);
Result<void> fillDevice(void* device, int byte, std::size_t bytes, Stream stream);
/// Between devices of this process, by way of the host where they cannot reach each other.
Result<void> copyBetweenDevices(void* to, int toOrdinal, const void* from, int fromOrdinal, std::size_t bytes,
                                Stream stream);

/// The first failure of VITRAL_LAUNCH on this thread since the last call.
Result<void> takeLaunchFailure();

/// Milliseconds on the device between two places of a stream.
class Timer {
public:
    static Result<Timer> create();
    Timer(Timer&& other) noexcept;
    Timer& operator=(Timer&& other) noexcept;
    ~Timer();
    Result<void> start(Stream stream);
    Result<void> stop(Stream stream);
    Result<float> milliseconds(); ///< waits for stop

private:
    Timer() = default;
    void* first_ = nullptr;
    void* last_ = nullptr;
};

/// What a stream was given between beginCapture and endCapture, to be run again as one. While a stream is recording,
/// nothing runs and nothing may be waited for.
class Graph {
public:
    Graph() = default;
    Graph(Graph&& other) noexcept;
    Graph& operator=(Graph&& other) noexcept;
    ~Graph();
    [[nodiscard]] bool empty() const { return executable_ == nullptr; }
    Result<void> launch(Stream stream);

private:
    friend Result<Graph> endCapture(Stream stream);
    void* executable_ = nullptr;
};
Result<void> beginCapture(Stream stream);
Result<Graph> endCapture(Stream stream);

} // namespace vitral::cuda
