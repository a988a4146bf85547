// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which painter the maps use. The environment (VITRAL_RENDERER=vulkan|painter) wins over the setting. Automatic: Vulkan
// on a real graphics device, QPainter where the device is a CPU, which draws a map ten times faster than a software
// Vulkan does. Thread: GUI.

#include <cstdint>

namespace vitral {

enum class RendererChoice : std::uint8_t { Automatic, Vulkan, Painter };

[[nodiscard]] RendererChoice rendererChoice();
/// The setting; every canvas follows it at once.
void setRendererChoice(RendererChoice choice);

} // namespace vitral
