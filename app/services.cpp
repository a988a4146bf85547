// SPDX-License-Identifier: Apache-2.0
#include "app/services.h"

#include "core/runtime/bundled_model.h"
#include "widgets/chat/error_text.h"

#include <QCoreApplication>

namespace vitral::app {

Result<std::unique_ptr<Services>> Services::create(Settings& settings, int nThread) {
    auto s = std::make_unique<Services>(settings);
    EngineOptions options;
    options.cpu.nThread = nThread;
    VITRAL_TRY_ASSIGN(s->engine, makeEnginePort(options, s->bridge));
    const std::filesystem::path file(settings.conversationsFile().toStdU16String());
    // A disk that refuses is no reason not to chat: then everything is kept in memory, and the window says so.
    Services* services = s.get();
    s->store = std::make_unique<StoreThread>([file, services]() -> Result<std::unique_ptr<ConversationStore>> {
        auto store = ConversationStore::open(file);
        if (store)
            return store;
        const Error error = store.error();
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [services, error] {
                emit services->library->openingNote(
                    QCoreApplication::translate("vitral::app::Services",
                                                "Conversations cannot be stored and are kept only until the program "
                                                "ends; export what you want to keep. %1")
                        .arg(errorText(error, Doing::Store)));
            },
            Qt::QueuedConnection);
        return ConversationStore::open({});
    });
    s->model = std::make_unique<ModelSession>(*s->engine, s->bridge, s->helper);
    s->chat = std::make_unique<ChatController>(*s->engine, s->bridge, *s->store, s->helper, *s->model);
    s->library = std::make_unique<ConversationLibrary>(*s->store);
    s->inside = std::make_unique<InsideController>(*s->engine, s->bridge, *s->chat, *s->model);
    if (const auto bundled = findBundledModel())
        s->bundledModel = QString::fromStdU16String(bundled->u16string());
    s->tokens = std::make_unique<TokenController>(settings.dataDir() + QStringLiteral("/tokens"), s->chat.get(),
                                                  s->model.get(), s->bundledModel);
    s->denoise = std::make_unique<DenoiseController>(
        *s->engine, s->bridge, settings.dataDir() + QStringLiteral("/denoise"), coreDenoiseFunctions());
    const QString chosen = settings.downloadFolder();
    s->hub =
        std::make_unique<HubController>(chosen.isEmpty() ? settings.dataDir() + QStringLiteral("/models") : chosen);
    QObject::connect(s->hub.get(), &HubController::folderChanged, s->hub.get(),
                     [services = s.get(), before = s->hub->folder()](const QString& folder) mutable {
                         // What lies in the older folder is still found.
                         QStringList folders = services->settings.modelFolders();
                         if (!folders.contains(before))
                             services->settings.setModelFolders(folders << before);
                         services->settings.setDownloadFolder(folder);
                         before = folder;
                     });
    return s;
}

} // namespace vitral::app
