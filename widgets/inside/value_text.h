// SPDX-License-Identifier: Apache-2.0
#pragma once
// Numbers as people read them, in the program's language: one rule for every view that looks inside. Thread: GUI.

#include <QString>

#include <cstdint>

namespace vitral {

/// "12,3 %", "< 0,01 %": a probability 0..1.
QString percentText(double probability);
/// A change of a probability: "+1.2 %", "−0.3 %", "≈ 0" where it is less than 0.005 points.
QString percentChangeText(double change);
/// "p.p.": a difference of percentages is no percentage.
QString pointsUnit();
/// About `digits` significant digits: "0.00123", "12.3", "4.1e-07"; a real minus sign; "–" for NaN.
QString numberText(double value, int digits = 4);
/// The same with its sign always there: "+0.31".
QString signedText(double value, int digits = 3);
/// "1,234,567".
QString countText(std::int64_t value);
/// "12.3 kB", "4.0 GB" (powers of 1000).
QString sizeText(double bytes);
/// "950", "11 M", "4.2 G": counts too large to be read digit by digit.
QString amountText(double value);
/// "13 µs", "4.2 ms", "1.3 s".
QString durationText(double seconds);

} // namespace vitral
