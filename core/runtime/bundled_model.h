// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where the model that comes with the program lies. No path of a build machine is baked in: everything is found from
// the running executable or from the environment. Thread: any.

#include "core/base/result.h"

#include <filesystem>
#include <vector>

namespace vitral {

/// The folder of the running executable, links resolved. Errors: Io.
Result<std::filesystem::path> executableFolder();

/// The bundled GGUF file. Looked for, in this order: the folder (and its subfolders) of the environment variable
/// VITRAL_MODEL_DIR, which alone counts when it is set; ../share/vitral/models beside the executable's folder;
/// assets/models in any of the six folders above the executable (a build tree inside the source tree). Where a folder
/// holds several, the first by name is taken. Errors: NotFound with what was looked at.
Result<std::filesystem::path> findBundledModel();

/// findBundledModel() with the places given: for tests. `modelDir` empty means that the variable is not set.
Result<std::filesystem::path> findBundledModelFrom(const std::filesystem::path& executableFolder,
                                                   const std::filesystem::path& modelDir);

/// The folders named above that exist, in that order (VITRAL_MODEL_DIR alone where it is set).
std::vector<std::filesystem::path> bundledModelFolders();

/// Models that draw: NAME/NAME.safetensors in those folders, by name, each name once.
std::vector<std::filesystem::path> bundledPictureModels();

/// The bundled model that draws where none is named (vitral-emoji-pixel.safetensors), looked for in the same places.
/// Errors: NotFound.
Result<std::filesystem::path> findBundledPictureModel();

} // namespace vitral
