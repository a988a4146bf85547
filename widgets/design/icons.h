// SPDX-License-Identifier: Apache-2.0
#pragma once
// Icons of one family (assets/icons: 24 x 24, round strokes of 1.75), painted in the palette's colours at any scale.
// The colour is looked up when the icon is painted, so a change of theme needs nothing. Thread: GUI.

#include <QIcon>
#include <QString>

namespace vitral::design {

enum class IconTone : std::uint8_t { Text, Muted, Accent, OnAccent, Danger };

/// `name` as in assets/icons, without ".svg".
QIcon icon(const QString& name, IconTone tone = IconTone::Text);
/// The same as a picture, for painted views.
QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal devicePixelRatio);
/// The rose window, in its own colours.
QIcon applicationIcon();

} // namespace vitral::design
