// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/value_colour.h"

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
using design::Palette;
using design::Scheme;

QColor orange(const Palette& palette) {
    return palette.scheme == Scheme::Dark ? QColor(0xF0, 0x9A, 0x3E) : QColor(0xB3, 0x58, 0x06);
}
QColor blue(const Palette& palette) {
    return palette.scheme == Scheme::Dark ? QColor(0x6E, 0xA6, 0xFF) : QColor(0x1F, 0x3F, 0x99);
}
} // namespace

QColor divergingColour(double t, const Palette& palette) {
    if (!std::isfinite(t))
        return palette.surface;
    // A little bent, so that small values show at all.
    const double size = std::pow(std::clamp(std::fabs(t), 0.0, 1.0), 0.8);
    return design::blend(palette.surface, t < 0 ? orange(palette) : blue(palette), size);
}

QColor risingColour(double t, const Palette& palette) {
    if (!std::isfinite(t))
        return palette.surface;
    return design::blend(palette.surface, blue(palette), std::pow(std::clamp(t, 0.0, 1.0), 0.8));
}

QColor strongLine(const Palette& palette) {
    return palette.scheme == Scheme::Dark ? palette.borderStrong : palette.lead;
}

QColor textOn(const QColor& background, const Palette& palette) {
    const QColor other = palette.scheme == Scheme::Dark ? QColor(0x10, 0x10, 0x16) : QColor(0xFF, 0xFF, 0xFF);
    return design::contrastRatio(background, palette.text) >= design::contrastRatio(background, other) ? palette.text
                                                                                                       : other;
}

} // namespace vitral
