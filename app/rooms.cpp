// SPDX-License-Identifier: Apache-2.0
#include "app/rooms.h"

#include "app/services.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/hub/library_room.h"
#include "widgets/tokenroom/token_room.h"

namespace vitral::app {

std::vector<Room*> makeRooms(Services& services, QWidget* parent) {
    return {
        new TokenRoom(*services.tokens, parent),
        new DenoiseRoom(*services.denoise,
                        diffusionPlaces(services.settings.modelFolders() + QStringList{services.hub->folder()}),
                        parent),
        new LibraryRoom(*services.hub, services.scanner, services.settings.modelFolders(), services.bundledModel,
                        parent),
    };
}

} // namespace vitral::app
