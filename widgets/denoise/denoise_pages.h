// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every page of the room, in the order of its rail. A new page is one line in denoise_pages.cpp. Thread: GUI.

#include <vector>

class QWidget;

namespace vitral {

class DenoiseController;
class DenoisePage;

std::vector<DenoisePage*> makeDenoisePages(DenoiseController& denoise, QWidget* parent);

} // namespace vitral
