// SPDX-License-Identifier: Apache-2.0
#pragma once
// What vitral-cli inspect says of recorded denoising runs and of pictures that carry a recipe.

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace vitral {
class SafetensorsFile;
}

namespace vitral::cli {

Result<std::string> denoiseRunText(const SafetensorsFile& file, bool asJson);
/// Errors: those of readRecipe.
Result<std::string> recipeText(const std::filesystem::path& png, bool asJson);

} // namespace vitral::cli
