// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every painted view of this folder can give away: its picture as lines and text (for PNG, SVG and PDF) and its
// numbers as text. Thread: GUI.

#include <QString>

class QPainter;
class QSize;
class QSizeF;

namespace vitral {

class Painted {
public:
    virtual ~Painted() = default;
    /// Device-independent pixels of the whole picture.
    [[nodiscard]] virtual QSize pictureSize() const = 0;
    /// Paints the picture at the origin, in the colours of the current theme.
    virtual void paintPicture(QPainter& painter) const = 0;
    /// RFC 4180, a point as decimal mark whatever the language, first line the names. Empty: nothing to give.
    [[nodiscard]] virtual QString csv() const = 0;
};

/// A field for csv(): quoted where it must be.
[[nodiscard]] QString csvField(const QString& text);
[[nodiscard]] QString csvNumber(double value); ///< "" for NaN

} // namespace vitral
