// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a plug-in with a backend for a graphics device gives: one C function, vitralGpuPlugin, that returns this table.
// Plug-in and program are made by the same build: kGpuPluginAbi and the version are compared before anything is called.

#include "core/backend/backend.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

/// Raise with every change of Backend or of the types it is given.
inline constexpr std::uint32_t kGpuPluginAbi = 2;

/// Why there is no graphics device to compute on.
enum class GpuAbsence : std::uint8_t {
    None,         ///< there is one
    SwitchedOff,  ///< VITRAL_CUDA_PLUGIN=none
    NoPlugin,     ///< the plug-in is not installed
    WrongPlugin,  ///< it cannot be opened, or is of another version
    NoDriver,     ///< no NVIDIA driver
    DriverTooOld, ///< older than what the plug-in was built for
    NoDevice,     ///< a driver and nothing it can use
    DeviceTooOld, ///< devices, all older than what the kernels were built for
    Failed,       ///< anything else the driver said
};

struct GpuDevice {
    int ordinal = 0;
    std::string name; ///< "NVIDIA H200"
    int major = 0;    ///< compute capability
    int minor = 0;
    std::size_t totalBytes = 0;
    std::size_t freeBytes = 0; ///< when it was asked
    int nMultiprocessor = 0;
    int driverVersion = 0; ///< 13000 is CUDA 13.0
    std::string uuid = {}; ///< 32 hexadecimal digits, as Vulkan's deviceUUID
};

struct GpuFindings {
    GpuAbsence absence = GpuAbsence::None;
    std::string sentence; ///< why there is none, in English; what to do about it
    std::vector<GpuDevice> devices;
};

struct SharedRowsApi; ///< core/backend/shared_rows.h

struct GpuPlugin {
    std::uint32_t abi;
    const char* version; ///< of Vitral
    GpuFindings (*find)();
    Result<std::shared_ptr<Backend>> (*create)(int ordinal);
    const SharedRowsApi* sharedRows = nullptr; ///< memory shared with Vulkan
};

} // namespace vitral
