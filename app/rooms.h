// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every room beside the conversation, in the order of the switcher. A new room is one line in rooms.cpp. Thread: GUI.

#include <vector>

class QWidget;

namespace vitral {
class Room;
}

namespace vitral::app {

struct Services;

std::vector<Room*> makeRooms(Services& services, QWidget* parent);

} // namespace vitral::app
