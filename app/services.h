// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything behind the window, made in the right order and taken down in the reverse one. Thread: GUI.

#include "app/settings.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/chat/conversation_library.h"
#include "widgets/denoise/denoise_controller.h"
#include "widgets/hub/hub_controller.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/tokenroom/token_controller.h"

#include <memory>

namespace vitral::app {

struct Services {
    /// Errors: those of Engine::create.
    static Result<std::unique_ptr<Services>> create(Settings& settings, int nThread);

    explicit Services(Settings& s) : settings(s) {}

    Settings& settings;
    // The order is the point: the engine dies before its sink, view models before what they call.
    Worker helper;  ///< context assembly, templates
    Worker scanner; ///< folders of models
    EngineBridge bridge;
    std::unique_ptr<EnginePort> engine;
    std::unique_ptr<StoreThread> store;
    std::unique_ptr<ModelSession> model;
    std::unique_ptr<ChatController> chat;
    std::unique_ptr<ConversationLibrary> library;
    std::unique_ptr<InsideController> inside;
    std::unique_ptr<TokenController> tokens;
    std::unique_ptr<DenoiseController> denoise;
    std::unique_ptr<HubController> hub;
    QString bundledModel; ///< path; empty: not found
};

} // namespace vitral::app
