// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every sampling parameter with its words, range and place. Thread: any.

#include "widgets/panels/parameter_row.h"

#include <span>

namespace vitral {

std::span<const ParameterInfo> basicParameters();      ///< what most people touch
std::span<const ParameterInfo> truncationParameters(); ///< further ways to cut the tail
std::span<const ParameterInfo> repetitionParameters();
std::span<const ParameterInfo> temperatureParameters(); ///< dynamic temperature and Mirostat

/// Built-in presets: names are translated with the context "vitral::Presets".
struct BuiltInPreset {
    const char* name;
    const char* tip;
    GenerationSettings (*make)();
};
std::span<const BuiltInPreset> builtInPresets();

} // namespace vitral
