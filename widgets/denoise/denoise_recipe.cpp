// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_recipe.h"

#include "core/base/json_depth.h"
#include "core/io/picture_file.h"
#include "widgets/denoise/picture_image.h"

#include <QCoreApplication>

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <utility>

namespace vitral {

using namespace diffusion;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kMostNameLength = 200;

class RecipeWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::RecipeWords)
};

tl::unexpected<Error> refuse(ErrorCode code, const QString& sentence) {
    return fail(code, sentence.toStdString());
}

std::filesystem::path filePath(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

PictureLimits limits() {
    PictureLimits limits;
    limits.side = kMostPictureEdge;
    return limits;
}

Pixels8 pixels8(const QImage& image) {
    const int channels = image.isGrayscale() ? 1 : 3;
    const QImage rgb = image.convertToFormat(QImage::Format_RGB32);
    Pixels8 pixels(rgb.width(), rgb.height(), channels);
    std::uint8_t* to = pixels.values.data();
    for (int y = 0; y < rgb.height(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(rgb.constScanLine(y));
        for (int x = 0; x < rgb.width(); ++x) {
            *to++ = std::uint8_t(qRed(line[x]));
            if (channels == 3) {
                *to++ = std::uint8_t(qGreen(line[x]));
                *to++ = std::uint8_t(qBlue(line[x]));
            }
        }
    }
    return pixels;
}

QImage imageOf(const Pixels8& pixels) {
    QImage image(pixels.width, pixels.height, QImage::Format_ARGB32);
    if (image.isNull())
        return image;
    const int n = pixels.channels;
    const std::uint8_t* from = pixels.values.data();
    for (int y = 0; y < pixels.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < pixels.width; ++x, from += n)
            line[x] = n < 3 ? qRgba(from[0], from[0], from[0], n == 2 ? from[1] : 255)
                            : qRgba(from[0], from[1], from[2], n == 4 ? from[3] : 255);
    }
    return image;
}

std::string pngText(const Picture& picture) {
    const Result<std::string> png = encodePng(pixels8(imageFromPixels(picture)));
    return png ? QByteArray::fromRawData(png->data(), qsizetype(png->size())).toBase64().toStdString() : std::string();
}

Result<PicturePtr> pictureOf(const Json& json, const char* key, bool onePlane) {
    const auto found = json.find(key);
    if (found == json.end())
        return PicturePtr();
    if (!found->is_string())
        return refuse(ErrorCode::InvalidFile,
                      RecipeWords::tr("The recipe is damaged: \"%1\" is missing or wrong.").arg(QLatin1String(key)));
    const QByteArray bytes = QByteArray::fromBase64(QByteArray::fromStdString(found->get_ref<const std::string&>()));
    VITRAL_TRY_ASSIGN(const Pixels8 pixels,
                      decodePicture(std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size()))), limits()));
    Picture picture =
        pictureFromImage(imageOf(pixels), onePlane || pixels.channels < 3 ? 1 : 3, pixels.width, pixels.height);
    if (picture.empty())
        return refuse(ErrorCode::InvalidFile,
                      RecipeWords::tr("The recipe is damaged: \"%1\" is missing or wrong.").arg(QLatin1String(key)));
    if (onePlane)
        for (float& v : picture.values)
            v = (v + 1) / 2;
    return std::make_shared<const Picture>(std::move(picture));
}

Json toJson(const DenoiseRecipe& recipe, const DenoiseFunctions& functions, int depth) {
    Json json;
    json["version"] = 1;
    json["model"]["name"] = recipe.model.toStdString();
    if (!recipe.architecture.isEmpty())
        json["model"]["architecture"] = recipe.architecture.toStdString();
    json["settings"] = Json::parse(functions.toJson(recipe.settings), nullptr, false);
    if (recipe.settings.init)
        json["init"] = pngText(*recipe.settings.init);
    if (recipe.settings.mask) {
        Picture mask = *recipe.settings.mask; // 0..1 to -1..1
        for (float& v : mask.values)
            v = 2 * v - 1;
        json["mask"] = pngText(mask);
    }
    if (recipe.parent && depth < kMostRecipeDepth) {
        json["branchStep"] = recipe.branchStep;
        json["parent"] = toJson(*recipe.parent, functions, depth + 1);
    }
    return json;
}

Result<DenoiseRecipe> fromJson(const Json& json, const DenoiseFunctions& functions, int depth) {
    const auto wrong = [](const char* what) {
        return refuse(ErrorCode::InvalidFile,
                      RecipeWords::tr("The recipe is damaged: \"%1\" is missing or wrong.").arg(QLatin1String(what)));
    };
    if (depth > kMostRecipeDepth)
        return wrong("parent");
    if (!json.is_object())
        return wrong("model");
    DenoiseRecipe recipe;
    const auto version = json.find("version");
    if (version == json.end() || !version->is_number_integer())
        return wrong("version");
    if (version->get<std::int64_t>() != 1)
        return refuse(ErrorCode::Unsupported, RecipeWords::tr("The recipe was written by a newer version."));
    const auto model = json.find("model");
    if (model == json.end() || !model->is_object())
        return wrong("model");
    const auto text = [&](const char* key) {
        const auto found = model->find(key);
        return found != model->end() && found->is_string()
                   ? QString::fromStdString(found->get<std::string>()).left(kMostNameLength)
                   : QString();
    };
    recipe.model = text("name");
    recipe.architecture = text("architecture");
    if (recipe.model.isEmpty())
        return wrong("model");
    const auto settings = json.find("settings");
    if (settings == json.end() || !settings->is_object())
        return wrong("settings");
    const std::string settingsText = settings->dump(-1, ' ', false, Json::error_handler_t::replace);
    VITRAL_TRY_ASSIGN(recipe.settings, functions.fromJson(settingsText));
    VITRAL_TRY_ASSIGN(recipe.settings.init, pictureOf(json, "init", false));
    VITRAL_TRY_ASSIGN(recipe.settings.mask, pictureOf(json, "mask", true));
    VITRAL_TRY(functions.check(recipe.settings));
    if (const auto parent = json.find("parent"); parent != json.end()) {
        VITRAL_TRY_ASSIGN(DenoiseRecipe own, fromJson(*parent, functions, depth + 1));
        const auto step = json.find("branchStep");
        if (step == json.end() || !step->is_number_integer() || step->get<std::int64_t>() < 0 ||
            step->get<std::int64_t>() >= own.settings.steps)
            return wrong("branchStep");
        recipe.branchStep = static_cast<std::int32_t>(step->get<std::int64_t>());
        recipe.parent = std::make_shared<const DenoiseRecipe>(std::move(own));
    }
    return recipe;
}

} // namespace

QByteArray recipeToJson(const DenoiseRecipe& recipe, const DenoiseFunctions& functions) {
    return QByteArray::fromStdString(toJson(recipe, functions, 0).dump(1, ' ', false, Json::error_handler_t::replace));
}

Result<DenoiseRecipe> recipeFromJson(const QByteArray& json, const DenoiseFunctions& functions) {
    if (std::size_t(json.size()) > kMostRecipeBytes ||
        nestsDeeper(std::string_view(json.constData(), std::size_t(json.size())), 4 * kMostRecipeDepth))
        return refuse(ErrorCode::InvalidFile, RecipeWords::tr("The recipe is larger than a recipe can be."));
    const Json tree = Json::parse(json.constData(), json.constData() + json.size(), nullptr, false);
    if (tree.is_discarded())
        return refuse(ErrorCode::InvalidFile, RecipeWords::tr("The recipe is damaged: it is not JSON."));
    return fromJson(tree, functions, 0);
}

Result<void> writeRecipePng(const QString& path, const QImage& image, const DenoiseRecipe& recipe,
                            const DenoiseFunctions& functions) {
    if (image.isNull())
        return refuse(ErrorCode::InvalidArgument, RecipeWords::tr("There is no picture to save yet."));
    const std::pair<std::string, std::string> texts[] = {
        {std::string(kRecipeKeyword), recipeToJson(recipe, functions).toStdString()}, {"Software", "Vitral"}};
    return writePng(filePath(path), pixels8(image), texts);
}

Result<DenoiseRecipe> readRecipePng(const QString& path, const DenoiseFunctions& functions) {
    VITRAL_TRY_ASSIGN(const std::optional<std::string> text, readPngText(filePath(path), kRecipeKeyword));
    if (!text)
        return refuse(ErrorCode::NotFound,
                      RecipeWords::tr("This picture says nothing about how it was made; only pictures exported by "
                                      "this program do."));
    return recipeFromJson(QByteArray::fromStdString(*text), functions);
}

Result<QImage> readAnyPicture(const QString& path) {
    VITRAL_TRY_ASSIGN(const Pixels8 pixels, readPicture(filePath(path), limits()));
    QImage image = imageOf(pixels);
    if (image.isNull())
        return refuse(ErrorCode::OutOfMemory, RecipeWords::tr("The picture is too large to be held."));
    return image;
}

} // namespace vitral
