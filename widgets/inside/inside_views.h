// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every view of the room, in the order of its rail. A new view is one line in inside_views.cpp. Thread: GUI.

#include <vector>

class QWidget;

namespace vitral {

class InsideController;
class InsideView;

std::vector<InsideView*> makeInsideViews(InsideController& inside, QWidget* parent);

} // namespace vitral
