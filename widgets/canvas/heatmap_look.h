// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a heat map looks like and which part of it is shown: plain values. Thread: any.

#include <cstdint>

namespace vitral {

enum class ColourScale : std::uint8_t { Linear, Log, Rank };
enum class ColourMap : std::uint8_t {
    Viridis,
    Cividis,
    Magma,
    Grey,
    BlueOrange
};                                                  ///< all readable by colour-blind people; the last diverges
enum class BlockValue : std::uint8_t { Max, Mean }; ///< what a pixel shows when it stands for more than one cell

inline constexpr int kColourScaleCount = 3, kColourMapCount = 5;

struct HeatmapLook {
    ColourMap map = ColourMap::Viridis;
    ColourScale scale = ColourScale::Log;
    BlockValue block = BlockValue::Max;
    float low = 0, high = 1; ///< of the scale; BlueOrange is centred on 0: orange below, blue above
    bool operator==(const HeatmapLook&) const = default;
};

struct HeatmapView {
    double firstCol = 0, firstRow = 0; ///< cell at the top left corner, may be fractional
    double cellsPerPixel = 1;          ///< device-independent pixels; < 1: cells are bigger than pixels
    bool operator==(const HeatmapView&) const = default;
};

} // namespace vitral
