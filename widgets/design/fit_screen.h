// SPDX-License-Identifier: Apache-2.0
#pragma once
// A window opens at its usual size, or as large as its screen lets it: at 150 % and more a projector of 1280 x 720 has
// room for less than most windows like. Thread: GUI.

#include "widgets/design/metrics.h"

#include <QScreen>
#include <QWidget>

namespace vitral::design {

/// Before `window` is shown; of its parent's screen where it has a parent. What the system draws around it is left
/// free.
inline QSize fitScreen(const QWidget& window, QSize usual) {
    const QWidget* near = window.parentWidget() != nullptr ? window.parentWidget() : &window;
    return usual.boundedTo(near->screen()->availableSize() - QSize(kSpace4, kSpace6));
}

} // namespace vitral::design
