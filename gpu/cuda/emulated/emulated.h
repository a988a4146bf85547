// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests set on the emulated device: how much memory it has, how many devices there are, or why there are none.
// Thread: any; for the whole process.

#include <cstddef>
#include <cstdint>
#include <string>

namespace vitral::cuda::emulated {

struct Settings {
    int nDevice = 1;
    std::size_t memoryBytes = std::size_t{2} << 30; ///< of each
    std::string absent;                             ///< not empty: devices() fails with this sentence
};
void configure(const Settings& settings);
/// The first device's uuid; where an imported descriptor's memory begins (lavapipe puts a header before it).
void setSharing(std::string uuid, std::int64_t importOffset);

/// From now on device memory can only be touched while the device works, by kernels and copies: anything else that
/// follows a device's address ends the process, as it would on a machine with a device. Before: no memory may be
/// allocated. false: as before; what was allocated is gone.
void guardMemory(bool guard);

struct Counts {
    std::uint64_t launches = 0; ///< kernels that ran, also by graphs
    std::uint64_t graphLaunches = 0;
    std::size_t usedBytes = 0;     ///< device memory allocated now, on all devices
    std::uint64_t toHostBytes = 0; ///< copied from devices to the host
};
Counts counts();

} // namespace vitral::cuda::emulated
