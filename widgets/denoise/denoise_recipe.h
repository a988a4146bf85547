// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a picture was made, as text: the model's name, every setting, the picture it started from, and the run it was
// branched off. It stands in exported PNG files and in the room's own list, and is enough, with the model, to make the
// run again. Every reader treats it as hostile: sizes, depth and numbers are checked. Thread: any.

#include "widgets/denoise/denoise_functions.h"

#include <QByteArray>
#include <QImage>
#include <QString>

#include <memory>
#include <vector>

namespace vitral {

struct DenoiseRecipe {
    QString architecture;                        ///< may be empty
    QString model;                               ///< its name
    diffusion::DenoiseSettings settings;         ///< with init and mask
    std::shared_ptr<const DenoiseRecipe> parent; ///< branched off its step `branchStep`
    std::int32_t branchStep = 0;
};

/// It stands in a PNG under kRecipeKeyword (core/io/picture_file.h), as those of the command line do.
inline constexpr std::size_t kMostRecipeBytes = std::size_t{64} << 20U;
inline constexpr int kMostRecipeDepth = 16;
inline constexpr int kMostPictureEdge = 8192;

/// UTF-8 JSON; pictures as PNG in base64.
[[nodiscard]] QByteArray recipeToJson(const DenoiseRecipe& recipe, const DenoiseFunctions& functions);
/// Errors: InvalidFile (what is wrong, and where).
Result<DenoiseRecipe> recipeFromJson(const QByteArray& json, const DenoiseFunctions& functions);

/// A picture with its recipe as PNG text. Errors: Io, InvalidArgument (no picture).
Result<void> writeRecipePng(const QString& path, const QImage& image, const DenoiseRecipe& recipe,
                            const DenoiseFunctions& functions);
/// Errors: Io, InvalidFile (not a PNG, damaged), NotFound (a picture without a recipe), those of recipeFromJson.
Result<DenoiseRecipe> readRecipePng(const QString& path, const DenoiseFunctions& functions);
/// Any picture file core/io/picture_file reads, at most kMostPictureEdge each way. Errors: those of readPicture.
Result<QImage> readAnyPicture(const QString& path);

} // namespace vitral
