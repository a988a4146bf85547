// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every page of the room, in the order of its rail. A new page is one line in token_views.cpp. Thread: GUI.

#include <vector>

class QWidget;

namespace vitral {

class TokenController;
class TokenView;

std::vector<TokenView*> makeTokenViews(TokenController& tokens, QWidget* parent);

} // namespace vitral
