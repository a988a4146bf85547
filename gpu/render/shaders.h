// SPDX-License-Identifier: Apache-2.0
#pragma once
// The shaders of gpu/shaders as SPIR-V, compiled when the program is built. Thread: any; constants.

#include <cstdint>
#include <span>

namespace vitral::gpu::shaders {

using Code = std::span<const std::uint32_t>;
Code attentionCompute();
Code heatmapVertex();
Code heatmapFragment();
Code imageVertex();
Code imageFragment();
Code strokeVertex();
Code strokeFragment();
Code uiVertex();
Code uiFragment();

} // namespace vitral::gpu::shaders
