// SPDX-License-Identifier: Apache-2.0
#include "widgets/design/palette.h"

#include <QApplication>

#include <algorithm>
#include <cmath>

namespace vitral::design {
namespace {

Palette makeLight() {
    Palette p;
    p.scheme = Scheme::Light;
    p.sunken = QColor(0xEC, 0xE8, 0xE1);
    p.window = QColor(0xF5, 0xF2, 0xED);
    p.surface = QColor(0xFC, 0xFB, 0xF8);
    p.raised = QColor(0xFF, 0xFF, 0xFF);
    p.border = QColor(0xDE, 0xD8, 0xCE);
    p.borderStrong = QColor(0x8C, 0x85, 0x79);
    p.text = QColor(0x22, 0x20, 0x2B);
    p.textMuted = QColor(0x5F, 0x5A, 0x66);
    p.accent = QColor(0x2A, 0x4B, 0xA0);
    p.accentHover = QColor(0x1F, 0x3B, 0x86);
    p.accentText = QColor(0xFF, 0xFF, 0xFF);
    p.accentSoft = QColor(0xE2, 0xE8, 0xF7);
    p.link = QColor(0x2A, 0x4B, 0xA0);
    p.selection = QColor(0xC6, 0xD4, 0xF5);
    p.selectionText = p.text;
    p.bubble = QColor(0xE7, 0xEB, 0xF6);
    p.codeBackground = QColor(0xF1, 0xEE, 0xE8);
    p.danger = QColor(0xA3, 0x1F, 0x36);
    p.dangerSoft = QColor(0xFB, 0xE6, 0xE8);
    p.warning = QColor(0x7A, 0x4F, 0x00);
    p.warningSoft = QColor(0xFB, 0xF0, 0xD6);
    p.success = QColor(0x1B, 0x66, 0x45);
    p.glass = {QColor(0x2A, 0x4B, 0xA0), QColor(0x80, 0x52, 0x00), QColor(0x1B, 0x66, 0x45), QColor(0xA3, 0x1F, 0x36),
               QColor(0x65, 0x39, 0x96), QColor(0x0D, 0x61, 0x6C), QColor(0x9C, 0x2C, 0x68)};
    p.glassPane = {QColor(0xBF, 0xCF, 0xF6), QColor(0xF8, 0xDC, 0x9A), QColor(0xB5, 0xE3, 0xCB),
                   QColor(0xF8, 0xC3, 0xC9), QColor(0xDC, 0xC8, 0xF4), QColor(0xB3, 0xE2, 0xE6),
                   QColor(0xF7, 0xC7, 0xDF)};
    p.lead = QColor(0x3B, 0x38, 0x44);
    p.codeKeyword = QColor(0x65, 0x39, 0x96);
    p.codeString = QColor(0x1B, 0x66, 0x45);
    p.codeNumber = QColor(0x8A, 0x47, 0x00);
    p.codeComment = QColor(0x63, 0x5E, 0x6A);
    p.codeName = QColor(0x2A, 0x4B, 0xA0);
    return p;
}

Palette makeDark() {
    Palette p;
    p.scheme = Scheme::Dark;
    p.sunken = QColor(0x0E, 0x0E, 0x13);
    p.window = QColor(0x14, 0x14, 0x1A);
    p.surface = QColor(0x1A, 0x1A, 0x22);
    p.raised = QColor(0x23, 0x23, 0x2D);
    p.border = QColor(0x2F, 0x2F, 0x3B);
    p.borderStrong = QColor(0x73, 0x70, 0x84);
    p.text = QColor(0xEC, 0xE9, 0xF1);
    p.textMuted = QColor(0xAA, 0xA6, 0xB6);
    p.accent = QColor(0x93, 0xB2, 0xFF);
    p.accentHover = QColor(0xB4, 0xC9, 0xFF);
    p.accentText = QColor(0x10, 0x18, 0x33);
    p.accentSoft = QColor(0x25, 0x2E, 0x4A);
    p.link = QColor(0xA4, 0xBE, 0xFF);
    p.selection = QColor(0x35, 0x45, 0x78);
    p.selectionText = p.text;
    p.bubble = QColor(0x22, 0x28, 0x3C);
    p.codeBackground = QColor(0x11, 0x11, 0x17);
    p.danger = QColor(0xFF, 0x91, 0x9C);
    p.dangerSoft = QColor(0x3D, 0x1D, 0x25);
    p.warning = QColor(0xF3, 0xC2, 0x66);
    p.warningSoft = QColor(0x38, 0x2C, 0x14);
    p.success = QColor(0x78, 0xD7, 0xA9);
    p.glass = {QColor(0x9D, 0xB9, 0xFF), QColor(0xF3, 0xC2, 0x66), QColor(0x78, 0xD7, 0xA9), QColor(0xFF, 0x91, 0x9C),
               QColor(0xC8, 0xA8, 0xF8), QColor(0x70, 0xD3, 0xDC), QColor(0xF7, 0xA0, 0xCB)};
    p.glassPane = {QColor(0x2B, 0x43, 0x8E), QColor(0x6B, 0x4A, 0x0C), QColor(0x1D, 0x5A, 0x40),
                   QColor(0x84, 0x24, 0x38), QColor(0x56, 0x36, 0x86), QColor(0x12, 0x57, 0x60),
                   QColor(0x80, 0x2A, 0x5A)};
    p.lead = QColor(0x05, 0x05, 0x08);
    p.codeKeyword = QColor(0xC8, 0xA8, 0xF8);
    p.codeString = QColor(0x78, 0xD7, 0xA9);
    p.codeNumber = QColor(0xF3, 0xC2, 0x66);
    p.codeComment = QColor(0x97, 0x93, 0xA3);
    p.codeName = QColor(0x9D, 0xB9, 0xFF);
    return p;
}

double linear(double c) {
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c) {
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

} // namespace

const Palette& palette(Scheme scheme) {
    static const Palette light = makeLight();
    static const Palette dark = makeDark();
    return scheme == Scheme::Dark ? dark : light;
}

const Palette& paletteFor(const QPalette& qpalette) {
    return palette(qpalette.color(QPalette::Active, QPalette::Window).lightnessF() < 0.5F ? Scheme::Dark
                                                                                          : Scheme::Light);
}

// Not the widget's own: under a style sheet, a hidden widget learns of a new application palette only when shown.
const Palette& paletteFor(const QWidget*) {
    return paletteFor(QApplication::palette());
}

QPalette makeQPalette(const Palette& p) {
    QPalette q;
    q.setColor(QPalette::Window, p.window);
    q.setColor(QPalette::WindowText, p.text);
    q.setColor(QPalette::Base, p.surface);
    q.setColor(QPalette::AlternateBase, p.window);
    q.setColor(QPalette::Text, p.text);
    q.setColor(QPalette::PlaceholderText, p.textMuted);
    q.setColor(QPalette::Button, p.raised);
    q.setColor(QPalette::ButtonText, p.text);
    q.setColor(QPalette::BrightText, p.danger);
    q.setColor(QPalette::ToolTipBase, p.raised);
    q.setColor(QPalette::ToolTipText, p.text);
    q.setColor(QPalette::Highlight, p.selection);
    q.setColor(QPalette::HighlightedText, p.selectionText);
    q.setColor(QPalette::Link, p.link);
    q.setColor(QPalette::LinkVisited, p.ink(Glass::Violet));
    q.setColor(QPalette::Light, p.raised);
    q.setColor(QPalette::Midlight, p.surface);
    q.setColor(QPalette::Mid, p.border);
    q.setColor(QPalette::Dark, p.borderStrong);
    q.setColor(QPalette::Shadow, p.lead);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        q.setColor(QPalette::Disabled, role, blend(p.window, p.textMuted, 0.6));
    q.setColor(QPalette::Disabled, QPalette::Highlight, p.border);
    return q;
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QColor blend(const QColor& bottom, const QColor& top, double alpha) {
    const auto mix = [alpha](double x, double y) { return static_cast<float>(x + (y - x) * alpha); };
    return QColor::fromRgbF(mix(bottom.redF(), top.redF()), mix(bottom.greenF(), top.greenF()),
                            mix(bottom.blueF(), top.blueF()));
}

} // namespace vitral::design
