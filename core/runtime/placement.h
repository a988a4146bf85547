// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a model is computed: decided from the file's header and the devices' free memory before anything is loaded.
// The last layers go to the devices, for the output head is the largest matrix; what does not fit stays on the CPU.
// Memory is an upper estimate: weights as in the file, keys and values of the whole context, scratch of a prefill
// chunk. Thread: any.

#include "core/backend/gpu_devices.h"
#include "core/io/gguf.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

enum class DeviceChoice : std::uint8_t {
    Auto, ///< graphics devices as far as their memory goes, the CPU where there are none
    Cpu,
    Cuda, ///< as Auto, and an error where there is none
};

struct DeviceOptions {
    DeviceChoice choice = DeviceChoice::Auto;
    std::int64_t gpuLayers = -1;    ///< layers on graphics devices at most; -1: as many as fit
    std::int64_t nCtxTokens = 4096; ///< keys and values are counted for so many
    DType kvType = DType::F16;
    bool beyondTraining = false; ///< count nCtxTokens also where the model was trained with fewer
    bool operator==(const DeviceOptions&) const = default;
};

struct PlacementPart {
    int ordinal = -1;   ///< of the device; -1: the CPU
    std::string device; ///< "NVIDIA H200"; "CPU"
    std::int64_t firstLayer = 0;
    std::int64_t nLayer = 0;     ///< 0: the table of tokens alone
    std::uint64_t needBytes = 0; ///< weights, keys and values, scratch
    std::uint64_t freeBytes = 0; ///< of the device, or of the computer, when it was asked; 0: not known
};

struct Placement {
    std::vector<PlacementPart> parts; ///< in the order of the layers
    std::int64_t nLayer = 0;
    std::uint64_t needBytes = 0; ///< of all parts
    GpuAbsence absence = GpuAbsence::None;
    std::string note; ///< why it is not on a device although one was wished for; empty where all is as wished

    [[nodiscard]] bool allOnCpu() const { return parts.size() <= 1 && (parts.empty() || parts[0].ordinal < 0); }
    /// "28 of 32 layers on NVIDIA H200 (12.3 GB), 4 on the CPU (1.8 GB)."
    [[nodiscard]] std::string sentence() const;
};

/// What the computer's own part of a plan needs against what is free: known before anything is loaded.
struct MemoryNeed {
    std::uint64_t weightBytes = 0, kvBytes = 0;
    std::uint64_t needBytes = 0; ///< both, and scratch
    std::uint64_t freeBytes = 0; ///< 0: the system does not say
    std::int64_t nCtx = 0;       ///< tokens that kvBytes is for
    std::int64_t nCtxFits = 0;   ///< the longest context, in steps of 256 tokens, with which it would fit; 0: none

    [[nodiscard]] bool tooLarge() const { return freeBytes > 0 && needBytes > freeBytes; }
    /// "big.gguf needs about 40.60 GB of memory (weights 40.00 GB, ...), but only 12.00 GB is free."
    [[nodiscard]] std::string sentence(const std::string& name) const;
};
MemoryNeed memoryNeed(const GgufFile& file, const Placement& plan, const DeviceOptions& options,
                      std::uint64_t freeBytes);

Placement planPlacement(const GgufFile& file, const GpuFindings& gpus, const DeviceOptions& options);

/// The backend of a plan: the CPU's, a device's, or a split over both. `gpu` gives a device's backend (made once).
Result<std::shared_ptr<Backend>> placedBackend(const Placement& placement, const std::shared_ptr<Backend>& cpu,
                                               const std::function<Result<std::shared_ptr<Backend>>(int)>& gpu);

} // namespace vitral
