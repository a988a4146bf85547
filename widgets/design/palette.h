// SPDX-License-Identifier: Apache-2.0
#pragma once
// The stained-glass palette as named values, light and dark (docs/design.md). Widgets ask paletteFor(this), which
// looks at the application's QPalette, so there is no theme object to pass around; a change arrives as PaletteChange.
// Thread: GUI (the tables themselves are immutable).

#include <QColor>
#include <QPalette>

#include <array>

class QWidget;

namespace vitral::design {

enum class Scheme : std::uint8_t { Light, Dark };

/// The panes: categorical colours that stay apart for colour-blind people when used with a label or a shape.
enum class Glass : std::uint8_t { Cobalt, Amber, Emerald, Ruby, Violet, Teal, Rose };
inline constexpr int kGlassCount = 7;

struct Palette {
    Scheme scheme = Scheme::Light;
    // Surfaces, from the back of the room to the front.
    QColor sunken, window, surface, raised;
    QColor border, borderStrong;
    // Text; each at least 4.5:1 on window, surface, raised and sunken.
    QColor text, textMuted;
    // The one accent: primary buttons, focus rings, selection, links.
    QColor accent, accentHover, accentText, accentSoft, link;
    QColor selection, selectionText;
    QColor bubble; ///< what the person wrote
    QColor codeBackground;
    QColor danger, dangerSoft, warning, warningSoft, success;
    std::array<QColor, kGlassCount> glass;     ///< readable as text (4.5:1)
    std::array<QColor, kGlassCount> glassPane; ///< as a filled area behind `text` (4.5:1)
    QColor lead;                               ///< the dark line between panes
    // Code highlighting; each 4.5:1 on codeBackground.
    QColor codeKeyword, codeString, codeNumber, codeComment, codeName;

    [[nodiscard]] const QColor& pane(Glass g) const { return glassPane[static_cast<std::size_t>(g)]; }
    [[nodiscard]] const QColor& ink(Glass g) const { return glass[static_cast<std::size_t>(g)]; }
};

const Palette& palette(Scheme scheme);
/// By the lightness of the application's window colour.
const Palette& paletteFor(const QWidget* widget);
const Palette& paletteFor(const QPalette& qpalette);

/// Qt's own roles, so that Fusion and every standard dialog follow.
QPalette makeQPalette(const Palette& palette);

/// WCAG 2.1 contrast ratio of two opaque colours, 1..21.
double contrastRatio(const QColor& a, const QColor& b);
/// `top` with alpha over opaque `bottom`.
QColor blend(const QColor& bottom, const QColor& top, double alpha);

} // namespace vitral::design
