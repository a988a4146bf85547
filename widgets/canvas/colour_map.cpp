// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/colour_map.h"

#include <algorithm>
#include <array>

namespace vitral {

namespace {

// 33 of the published values of each map, straight lines between them (at most 5/255 off): viridis and magma by N.
// Smith and S. van der Walt (2015, CC0); cividis by J. Nunez, C. Anderton and R. Renslow (PLoS ONE 13(7), 2018). Blue
// to orange is ours: the two hues that red-green and blue-yellow blind people tell apart, equally dark at both ends.
constexpr std::array<QRgb, 33> kViridis{
    0xff440154U, 0xff470d60U, 0xff48186aU, 0xff482374U, 0xff472d7bU, 0xff453681U, 0xff424086U, 0xff3f4989U, 0xff3b528bU,
    0xff375a8dU, 0xff33638dU, 0xff2f6a8eU, 0xff2c728eU, 0xff297a8eU, 0xff26818eU, 0xff23898eU, 0xff21908cU, 0xff1f988bU,
    0xff1f9f88U, 0xff21a685U, 0xff28ae80U, 0xff31b57bU, 0xff3ebc74U, 0xff4cc26cU, 0xff5dc963U, 0xff6ece58U, 0xff82d34cU,
    0xff96d83fU, 0xffabdc32U, 0xffc0df24U, 0xffd5e21aU, 0xffeae51aU, 0xfffde725U};
constexpr std::array<QRgb, 33> kCividis{
    0xff00204dU, 0xff00265aU, 0xff002c68U, 0xff00306fU, 0xff05366eU, 0xff1e3c6dU, 0xff2c426cU, 0xff37476bU, 0xff414d6bU,
    0xff4a536bU, 0xff52596cU, 0xff595e6dU, 0xff61646fU, 0xff686a71U, 0xff6f7073U, 0xff757676U, 0xff7c7b78U, 0xff848279U,
    0xff8c8879U, 0xff948e78U, 0xff9c9477U, 0xffa49b76U, 0xffaca174U, 0xffb4a872U, 0xffbdaf6fU, 0xffc5b66cU, 0xffcebd68U,
    0xffd7c463U, 0xffe0cb5eU, 0xffe9d358U, 0xfff2da50U, 0xfffbe248U, 0xffffea46U};
constexpr std::array<QRgb, 33> kMagma{
    0xff000004U, 0xff030311U, 0xff0a0822U, 0xff130d33U, 0xff1d1146U, 0xff28115aU, 0xff36106aU, 0xff430f76U, 0xff50127cU,
    0xff5d177fU, 0xff691c81U, 0xff762181U, 0xff822681U, 0xff8f2a81U, 0xff9c2e7fU, 0xffa9327dU, 0xffb63779U, 0xffc33b75U,
    0xffcf4170U, 0xffdb486aU, 0xffe65163U, 0xffee5c5eU, 0xfff5695cU, 0xfff9785dU, 0xfffb8761U, 0xfffd9668U, 0xfffea571U,
    0xfffeb47bU, 0xfffec387U, 0xfffed194U, 0xfffde0a2U, 0xfffceeb0U, 0xfffcfdbfU};

QRgb fromUnit(double red, double green, double blue) {
    const auto byte = [](double v) { return static_cast<int>(std::lround(std::clamp(v, 0.0, 1.0) * 255.0)); };
    return qRgb(byte(red), byte(green), byte(blue));
}

// Piecewise linear between evenly spaced colours.
template <std::size_t N>
QRgb between(const std::array<QRgb, N>& stops, double t) {
    const double place = t * static_cast<double>(N - 1);
    const auto i = std::min(static_cast<std::size_t>(place), N - 2);
    const double f = place - static_cast<double>(i);
    const auto mix = [f](int a, int b) { return (a + (b - a) * f) / 255.0; };
    return fromUnit(mix(qRed(stops[i]), qRed(stops[i + 1])), mix(qGreen(stops[i]), qGreen(stops[i + 1])),
                    mix(qBlue(stops[i]), qBlue(stops[i + 1])));
}

constexpr std::array<QRgb, 9> kBlueOrange{0xff0b3c7dU, 0xff2166acU, 0xff6a9fd0U, 0xffb4d0e7U, 0xfff4f2eeU,
                                          0xfff8cf9bU, 0xffe79a45U, 0xffb8650eU, 0xff7a3a02U};

double clampUnit(double t) {
    return std::isnan(t) ? 0.0 : std::clamp(t, 0.0, 1.0);
}

// Largest distance from 0 of a diverging scale.
float reach(const HeatmapLook& look) {
    return std::max({std::abs(look.low), std::abs(look.high), 1e-30F});
}

float logFloor(const HeatmapLook& look) {
    return std::max(look.low, look.high * kLogFloor);
}

} // namespace

QRgb colourAt(ColourMap map, double t) {
    t = clampUnit(t);
    switch (map) {
    case ColourMap::Viridis:
        return between(kViridis, t);
    case ColourMap::Cividis:
        return between(kCividis, t);
    case ColourMap::Magma:
        return between(kMagma, t);
    case ColourMap::Grey:
        return fromUnit(t, t, t);
    case ColourMap::BlueOrange:
        return between(kBlueOrange, 1 - t); // blue is more, as in the painted tables (value_colour.h)
    }
    return 0xff000000U;
}

double RankSample::position(float value) const {
    if (sorted.empty())
        return 0;
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    const auto below = static_cast<double>(first - sorted.begin()), equal = static_cast<double>(last - first);
    return (below + equal / 2) / static_cast<double>(sorted.size());
}

float RankSample::value(double position) const {
    if (sorted.empty())
        return 0;
    const double place = clampUnit(position) * static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(std::lround(place))];
}

ColourScale effectiveScale(const HeatmapLook& look) {
    const bool diverges = look.map == ColourMap::BlueOrange;
    if (look.scale == ColourScale::Log && !diverges && (look.low < 0 || look.high <= 0))
        return ColourScale::Linear;
    return look.scale;
}

double scalePosition(const HeatmapLook& look, const RankSample& rank, float value) {
    const ColourScale scale = effectiveScale(look);
    if (scale == ColourScale::Rank)
        return rank.position(value);
    if (look.map == ColourMap::BlueOrange) {
        const double part = std::abs(static_cast<double>(value)) / reach(look);
        double distance = part;
        if (scale == ColourScale::Log)
            distance = 1 - std::log(std::max(part, double{kLogFloorDiverging})) / std::log(double{kLogFloorDiverging});
        return clampUnit(0.5 + std::copysign(0.5 * std::min(distance, 1.0), value));
    }
    if (scale == ColourScale::Log) {
        const double floor = logFloor(look);
        return clampUnit(std::log(std::max(static_cast<double>(value), floor) / floor) / std::log(look.high / floor));
    }
    return clampUnit((static_cast<double>(value) - look.low) /
                     std::max(static_cast<double>(look.high) - look.low, 1e-30));
}

float scaleValue(const HeatmapLook& look, const RankSample& rank, double position) {
    const ColourScale scale = effectiveScale(look);
    const double t = clampUnit(position);
    if (scale == ColourScale::Rank)
        return rank.value(t);
    if (look.map == ColourMap::BlueOrange) {
        const double distance = std::abs(2 * t - 1);
        const double part =
            scale == ColourScale::Log && distance > 0 ? std::pow(double{kLogFloorDiverging}, 1 - distance) : distance;
        return static_cast<float>(std::copysign(part * reach(look), t - 0.5));
    }
    if (scale == ColourScale::Log) {
        const double floor = logFloor(look);
        return static_cast<float>(floor * std::pow(look.high / floor, t));
    }
    return static_cast<float>(look.low + t * (static_cast<double>(look.high) - look.low));
}

ColourTable makeColourTable(const HeatmapLook& look, const RankSample& rank, QRgb nothing) {
    ColourTable table;
    // Floats are densest around 0: begin there, except where both sides of 0 matter.
    if (effectiveScale(look) == ColourScale::Rank)
        table.offset = rank.sorted.empty() ? 0.F : rank.sorted.front();
    else if (look.map != ColourMap::BlueOrange)
        table.offset = look.low;
    constexpr int kSteps = 1024; // finer than the eye and than 8 bits a channel
    std::array<QRgb, kSteps + 1> steps{};
    for (int i = 0; i <= kSteps; ++i)
        steps[static_cast<std::size_t>(i)] = colourAt(look.map, i / static_cast<double>(kSteps));
    table.colour.resize(kColourKeys);
    for (std::size_t key = 0; key < kColourKeys; ++key) {
        // The middle of the floats that share these 16 bits; 0 and infinity stand for themselves.
        const std::uint32_t low = (key & 0x7fffU) == 0 || (key & 0x7fffU) == 0x7f80U ? 0U : 0x8000U;
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(key << 16U) | low) + table.offset;
        if (std::isnan(value) || (std::isinf(value) && value < 0))
            table.colour[key] = nothing;
        else
            table.colour[key] = steps[static_cast<std::size_t>(std::lround(scalePosition(look, rank, value) * kSteps))];
    }
    return table;
}

} // namespace vitral
