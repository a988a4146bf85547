// SPDX-License-Identifier: Apache-2.0
#pragma once
// A widget of the window as a picture, with what Vulkan draws (a window of the system's, which grab() leaves blank)
// painted from the same plan. Thread: GUI.

#include <QImage>

class QWidget;

namespace vitral::app {

/// `scale`: pixels per point; 0: those of the screen.
[[nodiscard]] QImage viewPicture(QWidget* view, double scale = 0);

} // namespace vitral::app
