// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds the CUDA plug-in and asks it for devices. The plug-in (libvitral_cuda.so) is looked for beside the program, in
// ../lib/vitral, and where the environment variable VITRAL_CUDA_PLUGIN says (a file; "none": not at all). It is opened
// once and stays. Thread: any.

#include "core/backend/gpu_plugin.h"

#include <filesystem>

namespace vitral {

/// Asks the driver anew for free memory each time. The first call loads the driver: a few tenths of a second where
/// there is one.
GpuFindings findGpus();
/// The file that was opened; empty where there is none.
std::filesystem::path gpuPluginFile();
/// Errors: Device with the sentence of findGpus, InvalidArgument (no such device), OutOfMemory.
Result<std::shared_ptr<Backend>> makeGpuBackend(int ordinal = 0);

/// The table of the plug-in in use; null where there is none.
[[nodiscard]] const GpuPlugin* gpuPlugin();
/// In the place of a plug-in, for tests; null takes it back.
void setGpuPlugin(const GpuPlugin* plugin);

} // namespace vitral
