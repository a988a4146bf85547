// SPDX-License-Identifier: Apache-2.0
#pragma once
// Colours of values in painted tables and pictures: blue and orange around nothing, or one rising ramp. Both stay apart
// for colour-blind people and fall in lightness, so that a grey print still reads. Thread: any.

#include "widgets/design/palette.h"

namespace vitral {

/// t in -1..1: orange (negative) over the surface to blue (positive). NaN: the surface.
QColor divergingColour(double t, const design::Palette& palette);
/// t in 0..1: the surface to deep blue.
QColor risingColour(double t, const design::Palette& palette);
/// Of lines that must stand out on the surface in either scheme: the lead between panes, or light in the dark.
QColor strongLine(const design::Palette& palette);
/// Black or white-like text of the palette, whichever reads better on `background`.
QColor textOn(const QColor& background, const design::Palette& palette);

} // namespace vitral
