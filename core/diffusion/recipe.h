// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is written into an exported picture, so that dropping it on the program restores the run; and sheets of
// pictures. Thread: any.

#include "core/diffusion/model.h"
#include "core/diffusion/settings.h"
#include "core/io/picture_file.h"

#include <span>
#include <string>
#include <string_view>

namespace vitral::diffusion {

/// The JSON under kRecipeKeyword of a PNG: {"version": 1, "model": {"name", "architecture"}, "settings": {...}}. No
/// path of somebody's machine stands in it.
struct Recipe {
    std::string modelName, architecture;
    DenoiseSettings settings; ///< pictures are missing; `init` and `mask` say that there were some
    bool init = false, mask = false;
};
[[nodiscard]] std::string recipeJson(const DiffusionInfo& model, const DenoiseSettings& settings);
/// Errors: InvalidArgument (what is wrong in it), Unsupported (a newer version).
Result<Recipe> recipeFromJson(std::string_view json);
/// Errors: those of readPngText and recipeFromJson; NotFound where the picture has no recipe.
Result<Recipe> readRecipe(const std::filesystem::path& png);

/// -1..1 to 8 bits, rounded and cut; one channel is grey, others RGB.
[[nodiscard]] Pixels8 toPixels8(const Picture& picture);
/// Back; a transparent picture is laid on white.
[[nodiscard]] Picture fromPixels8(const Pixels8& pixels);
/// A mask, 0..1: brightness, where transparent 0.
[[nodiscard]] Picture maskFromPixels8(const Pixels8& pixels);

/// Pictures of one size side by side, `nColumn` a row, `gap` pixels of grey between; each pixel `zoom` pixels wide.
/// Of pictures that differ in size from the first only the first counts. Empty where there is none.
[[nodiscard]] Picture contactSheet(std::span<const PicturePtr> pictures, std::int32_t nColumn, std::int32_t gap = 2,
                                   std::int32_t zoom = 1);
/// A cloud of points [2, 1, N] as a grey picture of [-range, range] squared; darker where there are more.
[[nodiscard]] Picture pointsPicture(const Picture& points, std::int32_t size, float range);

} // namespace vitral::diffusion
