// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokens/token_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vitral {
namespace {
// Blue and orange stay apart in every common kind of colour blindness.
const std::array<QColor, 4> kLight = {QColor(0xE1, 0xEB, 0xFB), QColor(0xFB, 0xEB, 0xC4), QColor(0xF6, 0xC2, 0x74),
                                      QColor(0xE5, 0x8B, 0x3A)};
const std::array<QColor, 4> kDark = {QColor(0x22, 0x30, 0x52), QColor(0x3F, 0x35, 0x22), QColor(0x66, 0x44, 0x12),
                                     QColor(0x96, 0x50, 0x0C)};
} // namespace

double uncertainty(const TokenScore& score, TokenMeasure measure) {
    double t = 0;
    switch (measure) {
    case TokenMeasure::Probability:
        t = -static_cast<double>(score.logProbability) / std::log(1000.0);
        break;
    case TokenMeasure::Rank:
        t = std::log2(1.0 + std::max(0, score.rank)) / std::log2(101.0);
        break;
    case TokenMeasure::Entropy:
        t = static_cast<double>(score.entropy) / 5.0;
        break;
    }
    return std::isfinite(t) ? std::clamp(t, 0.0, 1.0) : 1.0;
}

QColor uncertaintyColor(double value, const design::Palette& palette) {
    const auto& stops = palette.scheme == design::Scheme::Dark ? kDark : kLight;
    const double at = std::clamp(value, 0.0, 1.0) * (stops.size() - 1);
    const auto i = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    return design::blend(stops[i], stops[i + 1], at - static_cast<double>(i));
}

} // namespace vitral
