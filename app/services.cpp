// SPDX-License-Identifier: Apache-2.0
#include "app/services.h"

#include "core/runtime/bundled_model.h"

namespace vitral::app {

Result<std::unique_ptr<Services>> Services::create(Settings& settings, int nThread) {
    auto s = std::make_unique<Services>(settings);
    EngineOptions options;
    options.cpu.nThread = nThread;
    VITRAL_TRY_ASSIGN(s->engine, makeEnginePort(options, s->bridge));
    const std::filesystem::path file(settings.conversationsFile().toStdU16String());
    s->store = std::make_unique<StoreThread>([file] { return ConversationStore::open(file); });
    s->model = std::make_unique<ModelSession>(*s->engine, s->bridge, s->helper);
    s->chat = std::make_unique<ChatController>(*s->engine, s->bridge, *s->store, s->helper, *s->model);
    s->library = std::make_unique<ConversationLibrary>(*s->store);
    if (const auto bundled = findBundledModel())
        s->bundledModel = QString::fromStdU16String(bundled->u16string());
    return s;
}

} // namespace vitral::app
