// SPDX-License-Identifier: Apache-2.0
// Any bytes as a picture (PNG, JPEG, BMP), as a PNG with a recipe, and as the recipe itself.

#include "core/diffusion/recipe.h"
#include "core/io/picture_file.h"
#include "tests/fuzz/fuzz_target.h"

#include <span>
#include <string_view>

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto bytes = std::as_bytes(std::span(data, size));
    const PictureLimits limits{.fileBytes = 65536, .side = 512, .pixels = 512 * 512};
    if (const auto pixels = decodePicture(bytes, limits)) {
        VITRAL_FUZZ_REQUIRE(pixels->width > 0 && pixels->height > 0 && pixels->width <= 512 && pixels->height <= 512);
        VITRAL_FUZZ_REQUIRE(pixels->values.size() ==
                            std::size_t(pixels->width) * std::size_t(pixels->height) * std::size_t(pixels->channels));
        unsigned sum = 0;
        for (const std::uint8_t value : pixels->values)
            sum += value;
        fuzzUse(sum);
        const auto again = encodePng(*pixels); // what was read can be written
        VITRAL_FUZZ_REQUIRE(again.has_value());
    } else {
        VITRAL_FUZZ_REQUIRE(pixels.error().message.size() > 15 && pixels.error().message.size() < 700);
    }
    std::string recipe(reinterpret_cast<const char*>(data), size);
    if (const auto text = findPngText(bytes, kRecipeKeyword); text && *text)
        recipe = **text;
    if (const auto read = diffusion::recipeFromJson(recipe); !read)
        VITRAL_FUZZ_REQUIRE(read.error().message.size() > 15 && read.error().message.size() < 1500);
    return 0;
}
