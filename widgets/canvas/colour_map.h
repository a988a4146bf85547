// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a number to a colour. A whole look (map, scale, range) becomes one table with an entry for the upper 16 bits of
// every float, so that the CPU and the GPU colour a pixel with the same single look-up, whatever the scale.
// Thread: any; values.

#include "widgets/canvas/heatmap_look.h"

#include <QRgb>

#include <bit>
#include <cmath>
#include <cstddef>
#include <vector>

namespace vitral {

/// Colour at t in 0..1 (clamped), opaque.
[[nodiscard]] QRgb colourAt(ColourMap map, double t);

/// Where a value stands between others: a sorted sample of what the rank scale ranks.
struct RankSample {
    std::vector<float> sorted;                        ///< finite, ascending
    [[nodiscard]] double position(float value) const; ///< share of the sample below it (half of those equal), 0..1
    [[nodiscard]] float value(double position) const;
};

/// What a look really does: log of a range that reaches below 0 is drawn linear (and says so in the legend), unless the
/// map diverges, where it is a log on either side of 0.
[[nodiscard]] ColourScale effectiveScale(const HeatmapLook& look);
/// The smallest value a log scale tells from nothing, as a share of the largest.
inline constexpr float kLogFloor = 1e-5F, kLogFloorDiverging = 1e-3F;

/// Place of a value on the scale, 0..1, and back. `rank` is read by the rank scale only.
[[nodiscard]] double scalePosition(const HeatmapLook& look, const RankSample& rank, float value);
[[nodiscard]] float scaleValue(const HeatmapLook& look, const RankSample& rank, double position);

inline constexpr std::size_t kColourKeys = 65536;

struct ColourTable {
    float offset = 0;         ///< taken from a value before its bits are read: precision where the scale begins
    std::vector<QRgb> colour; ///< [kColourKeys], premultiplied is the same: all opaque
    [[nodiscard]] QRgb operator()(float value) const {
        return colour[std::bit_cast<std::uint32_t>(value - offset) >> 16U];
    }
};
/// `nothing` is the colour of NaN and of -infinity (masked).
[[nodiscard]] ColourTable makeColourTable(const HeatmapLook& look, const RankSample& rank, QRgb nothing);

} // namespace vitral
