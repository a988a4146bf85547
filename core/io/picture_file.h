// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pictures in files: PNG, JPEG and BMP are read (stb_image), PNG is written, with texts beside the pixels. Every file
// is hostile: sizes are read and judged before anything is decoded. Thread: any.

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral {

/// 8 bits a value, rows from the top, channels interleaved: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
struct Pixels8 {
    std::int32_t width = 0, height = 0, channels = 0;
    std::vector<std::uint8_t> values;

    Pixels8() = default;
    Pixels8(std::int32_t w, std::int32_t h, std::int32_t c)
        : width(w), height(h), channels(c),
          values(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * static_cast<std::size_t>(c)) {}
};

struct PictureLimits {
    std::size_t fileBytes = std::size_t{256} << 20U;
    std::int32_t side = 16384;
    std::int64_t pixels = std::int64_t{64} << 20U; ///< width * height
};

/// Errors: NotFound, Io, InvalidFile (not a picture, broken), Unsupported (too large: says how large and what is
/// allowed).
Result<Pixels8> readPicture(const std::filesystem::path& path, const PictureLimits& limits = {});
Result<Pixels8> decodePicture(std::span<const std::byte> bytes, const PictureLimits& limits = {});

/// Keyword (Latin letters, 1..79) and UTF-8 text, each an iTXt chunk before the pixels.
using PictureTexts = std::span<const std::pair<std::string, std::string>>;
/// Errors: InvalidArgument (no pixels, a keyword or text that does not fit), OutOfMemory.
Result<std::string> encodePng(const Pixels8& pixels, PictureTexts texts = {});
/// Written beside and renamed. Errors: those of encodePng, Io.
Result<void> writePng(const std::filesystem::path& path, const Pixels8& pixels, PictureTexts texts = {});

/// The text of an uncompressed iTXt or tEXt chunk of a PNG; nothing where there is none. Errors: NotFound, Io,
/// InvalidFile (not a PNG, a chunk that ends beyond the file).
Result<std::optional<std::string>> readPngText(const std::filesystem::path& path, std::string_view keyword);
Result<std::optional<std::string>> findPngText(std::span<const std::byte> bytes, std::string_view keyword);

/// The keyword of a recipe: JSON with "model" and "settings" (docs/diffusion.md).
inline constexpr std::string_view kRecipeKeyword = "vitral";

} // namespace vitral
