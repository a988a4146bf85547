// SPDX-License-Identifier: Apache-2.0
#pragma once
// The table that core/backend/gpu_devices.h asks for, made of this folder's parts. In the plug-in the C function
// vitralGpuPlugin returns it; tests give the emulated device's to setGpuPlugin. Thread: any.

#include "core/backend/gpu_plugin.h"

namespace vitral::cuda {

const GpuPlugin& plugin();

} // namespace vitral::cuda
