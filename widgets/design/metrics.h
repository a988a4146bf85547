// SPDX-License-Identifier: Apache-2.0
#pragma once
// Spacing, corner radii, the type scale and durations: every number of the visual language (docs/design.md).

#include <QFont>

namespace vitral::design {

// A 4-pixel grid; 8 is the usual distance.
inline constexpr int kSpace1 = 4;
inline constexpr int kSpace2 = 8;
inline constexpr int kSpace3 = 12;
inline constexpr int kSpace4 = 16;
inline constexpr int kSpace5 = 24;
inline constexpr int kSpace6 = 32;
inline constexpr int kSpace7 = 48;

inline constexpr int kRadiusSmall = 4;
inline constexpr int kRadius = 8;
inline constexpr int kRadiusLarge = 16;

inline constexpr int kIconSmall = 16;
inline constexpr int kIcon = 20;
inline constexpr int kControlHeight = 32;
inline constexpr int kReadingWidth = 760; ///< longest comfortable line of chat text, at font scale 1

// Motion: short, and only where something really moved.
inline constexpr int kFastMs = 120;
inline constexpr int kCalmMs = 200;
inline constexpr int kFrameMs = 16;

/// One scale for the whole program, in pixels at font scale 1.
enum class TextRole : std::uint8_t { Caption, Small, Body, Reading, Title, Heading, Display };

/// Font of that role at the application's current font scale (QApplication::font() is Body).
QFont font(TextRole role);
QFont strongFont(TextRole role);
QFont codeFont(TextRole role);
/// Pixel size of a role when Body is `bodyPx`.
int textPx(TextRole role, double bodyPx);
inline constexpr int kBodyPx = 14;

/// Adds the bundled fonts (assets/fonts). Once, after QApplication. Returns the family to use; the system's own when
/// the files cannot be read.
QString installFonts();

} // namespace vitral::design
