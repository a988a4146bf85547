// SPDX-License-Identifier: Apache-2.0
// Recipes in pictures, and pictures in 8 bits.

#include "core/diffusion/recipe.h"

#include "core/diffusion/pixels.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::diffusion {

std::string recipeJson(const DiffusionInfo& model, const DenoiseSettings& settings) {
    using Json = nlohmann::ordered_json;
    const Json json = {{"version", 1},
                       {"model", {{"name", model.name}, {"architecture", model.architecture}}},
                       {"settings", Json::parse(settingsToJson(settings))}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Recipe> recipeFromJson(std::string_view text) {
    using Json = nlohmann::json;
    if (text.size() > (std::size_t{16} << 20U) || std::count(text.begin(), text.end(), '[') > 4096)
        return fail(ErrorCode::InvalidArgument, "The recipe in this picture is too long to be one.");
    int depth = 0;
    const Json json = Json::parse(
        text.begin(), text.end(),
        [&](int d, Json::parse_event_t, Json&) {
            depth = std::max(depth, d);
            return d <= 16;
        },
        false);
    if (!json.is_object() || depth > 16)
        return fail(ErrorCode::InvalidArgument, "The recipe in this picture is not one of this program.");
    const auto version = json.find("version");
    if (version == json.end() || !version->is_number_integer())
        return fail(ErrorCode::InvalidArgument, "The recipe in this picture is not one of this program.");
    if (version->get<std::int64_t>() != 1)
        return fail(ErrorCode::Unsupported, "The recipe in this picture was written by a newer version.");
    const auto settings = json.find("settings"), model = json.find("model");
    if (settings == json.end() || !settings->is_object())
        return fail(ErrorCode::InvalidArgument, "The recipe in this picture has no settings.");
    Recipe out;
    VITRAL_TRY_ASSIGN(out.settings, settingsFromJson(settings->dump()));
    out.init = settings->contains("init");
    out.mask = settings->contains("mask");
    if (model != json.end() && model->is_object()) {
        out.modelName = model->value("name", Json()).is_string() ? (*model)["name"].get<std::string>() : "";
        out.architecture =
            model->value("architecture", Json()).is_string() ? (*model)["architecture"].get<std::string>() : "";
    }
    return out;
}

Result<Recipe> readRecipe(const std::filesystem::path& png) {
    VITRAL_TRY_ASSIGN(const std::optional<std::string> text, readPngText(png, kRecipeKeyword));
    if (!text)
        return fail(ErrorCode::NotFound, fmt::format("The picture {} carries no recipe.", png.filename().string()));
    return recipeFromJson(*text);
}

Pixels8 toPixels8(const Picture& picture) {
    Pixels8 out(picture.width, picture.height, picture.channels == 1 ? 1 : 3);
    const Picture rgb = withChannels(picture, out.channels);
    const auto nChannel = static_cast<std::size_t>(out.channels);
    const std::size_t n = rgb.size() / nChannel;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t c = 0; c < nChannel; ++c) {
            const float v = (rgb.values[c * n + i] + 1) * 127.5F + 0.5F;
            out.values[i * nChannel + c] = static_cast<std::uint8_t>(v >= 0 ? std::min(v, 255.0F) : 0.0F); // NaN: 0
        }
    return out;
}

Picture fromPixels8(const Pixels8& pixels) {
    const bool alpha = pixels.channels == 2 || pixels.channels == 4;
    const auto nIn = static_cast<std::size_t>(pixels.channels), nOut = nIn - (alpha ? 1 : 0);
    Picture out(static_cast<std::int32_t>(nOut), pixels.height, pixels.width);
    const std::size_t n = out.size() / nOut;
    for (std::size_t i = 0; i < n; ++i) {
        const float a = alpha ? static_cast<float>(pixels.values[i * nIn + nOut]) / 255 : 1;
        for (std::size_t c = 0; c < nOut; ++c)
            out.values[c * n + i] = (static_cast<float>(pixels.values[i * nIn + c]) / 127.5F - 1) * a + (1 - a);
    }
    return out;
}

Picture maskFromPixels8(const Pixels8& pixels) {
    Picture out(1, pixels.height, pixels.width);
    const auto nIn = static_cast<std::size_t>(pixels.channels);
    const bool alpha = nIn == 2 || nIn == 4;
    const std::size_t nColour = nIn - (alpha ? 1 : 0);
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        float sum = 0;
        for (std::size_t c = 0; c < nColour; ++c)
            sum += static_cast<float>(pixels.values[i * nIn + c]);
        const float a = alpha ? static_cast<float>(pixels.values[i * nIn + nColour]) / 255 : 1;
        out.values[i] = sum / static_cast<float>(nColour) / 255 * a;
    }
    return out;
}

Picture contactSheet(std::span<const PicturePtr> pictures, std::int32_t nColumn, std::int32_t gap, std::int32_t zoom) {
    std::vector<PicturePtr> same;
    for (const PicturePtr& p : pictures)
        if (p && !p->empty() && (same.empty() || p->sameShape(*same.front())))
            same.push_back(p);
    if (same.empty())
        return {};
    const Picture& first = *same.front();
    const auto n = static_cast<std::int32_t>(same.size());
    nColumn = std::clamp(nColumn, 1, n);
    zoom = std::max(1, zoom);
    const std::int32_t nRow = (n + nColumn - 1) / nColumn, w = first.width * zoom, h = first.height * zoom;
    Picture out(first.channels, nRow * h + (nRow - 1) * gap, nColumn * w + (nColumn - 1) * gap);
    for (std::int32_t i = 0; i < n; ++i)
        for (std::int32_t c = 0; c < first.channels; ++c)
            for (std::int32_t y = 0; y < h; ++y) {
                const float* from =
                    same[static_cast<std::size_t>(i)]->channel(c) + static_cast<std::ptrdiff_t>(y / zoom) * first.width;
                float* to = out.channel(c) + static_cast<std::ptrdiff_t>(i / nColumn * (h + gap) + y) * out.width +
                            i % nColumn * (w + gap);
                for (std::int32_t x = 0; x < w; ++x)
                    to[x] = from[x / zoom];
            }
    return out;
}

Picture pointsPicture(const Picture& points, std::int32_t size, float range) {
    Picture out(1, size, size);
    std::fill(out.values.begin(), out.values.end(), 1.0F);
    if (points.channels < 2)
        return out;
    for (std::int32_t i = 0; i < points.width * points.height; ++i) {
        const float x = points.channel(0)[i], y = points.channel(1)[i];
        const float px = (x / range + 1) / 2 * static_cast<float>(size),
                    py = (1 - y / range) / 2 * static_cast<float>(size);
        if (!(px >= 0 && px < static_cast<float>(size) && py >= 0 && py < static_cast<float>(size)))
            continue;
        float& v =
            out.values[static_cast<std::size_t>(py) * static_cast<std::size_t>(size) + static_cast<std::size_t>(px)];
        v = std::max(-1.0F, v - 0.8F);
    }
    return out;
}

} // namespace vitral::diffusion
