// SPDX-License-Identifier: Apache-2.0
#include "app/rooms.h"

#include "app/services.h"
#include "core/diffusion/summary.h"
#include "core/runtime/bundled_model.h"
#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/hub/disk_page.h"
#include "widgets/hub/library_room.h"
#include "widgets/tokenroom/token_room.h"

namespace vitral::app {

namespace {

/// What came with the program and draws, as lines of the library. Only headers are read. Thread: any.
std::vector<ModelEntry> bundledPictures() {
    std::vector<ModelEntry> entries;
    for (const std::filesystem::path& path : bundledPictureModels()) {
        ModelEntry entry;
        entry.path = QString::fromStdU16String(path.u16string());
        entry.source = ModelSource::Bundled;
        entry.name = QString::fromStdU16String(path.stem().u16string());
        std::error_code error;
        entry.fileBytes = static_cast<qint64>(std::filesystem::file_size(path, error));
        if (const auto summary = diffusion::summarizeDiffusion(path)) {
            entry.known = true;
            entry.name = QString::fromStdString(summary->info.name);
            entry.architecture = QString::fromStdString(summary->info.architecture);
            if (!summary->parts.empty())
                entry.quantisation = QString::fromStdString(summary->parts.front().types);
            entry.licence = QString::fromStdString(summary->info.licence);
            entry.neededBytes = summary->info.weightBytes + summary->stepBytes + summary->decodeBytes;
        } else {
            entry.problem = errorText(summary.error(), Doing::LoadModel);
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace

std::vector<Room*> makeRooms(Services& services, QWidget* parent) {
    auto* library = new LibraryRoom(*services.hub, services.scanner, services.settings.modelFolders(),
                                    services.bundledModel, parent);
    library->disk()->setPictures(bundledPictures);
    return {
        new TokenRoom(*services.tokens, parent),
        new DenoiseRoom(*services.denoise,
                        diffusionPlaces(services.settings.modelFolders() + QStringList{services.hub->folder()}),
                        parent),
        library,
    };
}

} // namespace vitral::app
