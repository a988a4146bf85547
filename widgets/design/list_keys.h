// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the keys of a list do, for widgets that paint their own lines. Thread: GUI.

#include <Qt>

#include <algorithm>
#include <optional>

namespace vitral::design {

/// Where the current one of `count` goes by a key; nothing: the key moves nothing. `place` -1: none is current. `page`
/// is how many are seen at once; lists that lie have Left and Right and no pages.
[[nodiscard]] inline std::optional<int> placeByKey(int key, int place, int count, int page,
                                                   Qt::Orientation along = Qt::Vertical) {
    const bool stands = along == Qt::Vertical;
    const auto moved = [&](int by) { return std::clamp(place + by, 0, std::max(0, count - 1)); };
    if (key == (stands ? Qt::Key_Up : Qt::Key_Left))
        return moved(-1);
    if (key == (stands ? Qt::Key_Down : Qt::Key_Right))
        return moved(1);
    if (stands && key == Qt::Key_PageUp)
        return moved(-std::max(1, page));
    if (stands && key == Qt::Key_PageDown)
        return moved(std::max(1, page));
    if (key == Qt::Key_Home)
        return 0;
    if (key == Qt::Key_End)
        return std::max(0, count - 1);
    return std::nullopt;
}

} // namespace vitral::design
