// SPDX-License-Identifier: Apache-2.0
// Pictures. PNG chunks: W3C Portable Network Graphics Specification (Third Edition), 5 and 11.3.3.

#include "core/io/picture_file.h"

#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"
#include "core/io/stb_impl.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <memory>

namespace vitral {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kMostText = std::size_t{16} << 20U;

std::uint32_t crcOf(std::string_view bytes) {
    static const std::array<std::uint32_t, 256> kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t n = 0; n < 256; ++n) {
            std::uint32_t c = n;
            for (int k = 0; k < 8; ++k)
                c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1U) : c >> 1U;
            table[n] = c;
        }
        return table;
    }();
    std::uint32_t c = 0xFFFFFFFFU;
    for (const char byte : bytes)
        c = kTable[(c ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ (c >> 8U);
    return c ^ 0xFFFFFFFFU;
}

std::string bigEndian(std::uint32_t v) {
    return {static_cast<char>(v >> 24U), static_cast<char>(v >> 16U), static_cast<char>(v >> 8U), static_cast<char>(v)};
}

std::uint32_t fromBigEndian(std::string_view b) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4; ++i)
        v = v << 8U | static_cast<unsigned char>(b[i]);
    return v;
}

std::string textChunk(const std::string& keyword, const std::string& text) {
    // No compression, no language, no translated keyword.
    const std::string body = "iTXt" + keyword + std::string(5, '\0') + text;
    return bigEndian(static_cast<std::uint32_t>(body.size() - 4)) + body + bigEndian(crcOf(body));
}

std::string_view viewOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct FreePixels {
    void operator()(unsigned char* p) const { stbFree(p); }
};

/// Whether every Huffman table of a JPEG has at most 256 codes. Older versions of stb_image write more than that past
/// the table's end (found by fuzz_picture). The walk goes from marker to marker as theirs does: segments by their
/// length, everything between them skipped.
bool huffmanTablesFit(std::span<const std::byte> bytes) {
    const auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned>(bytes[i]) : 0U; };
    std::size_t start = 0;
    while (at(start) == 0xff && at(start + 1) == 0xff)
        ++start; // bytes that fill may stand before the first marker, too
    if (at(start) != 0xff || at(start + 1) != 0xd8)
        return true; // no JPEG
    for (std::size_t i = start + 2; i + 1 < bytes.size();) {
        const unsigned marker = at(i + 1);
        if (at(i) != 0xff || marker == 0xff || marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9)) {
            ++i; // no marker, or one without a segment
            continue;
        }
        const std::size_t length = at(i + 2) << 8U | at(i + 3);
        const std::size_t end = i + 2 + length;
        if (marker == 0xc4)
            for (std::size_t table = i + 4; table < end;) { // the last may run over the end: theirs does
                unsigned n = 0;
                for (std::size_t k = 1; k <= 16; ++k)
                    n += at(table + k);
                if (n > 256)
                    return false;
                table += 17 + n;
            }
        i = std::max(end, i + 2);
    }
    return true;
}

/// Whether every chunk of a PNG lies within the file: stb_image asks for a chunk's bytes before it reads them.
bool pngChunksFit(std::span<const std::byte> bytes) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
    if (bytes.size() < 8 || at(0) != 0x89 || at(1) != 'P')
        return true; // no PNG
    for (std::size_t i = 8; i + 8 <= bytes.size();) {
        const std::size_t length = at(i) << 24U | at(i + 1) << 16U | at(i + 2) << 8U | at(i + 3);
        if (at(i + 4) == 'I' && at(i + 5) == 'E')
            return true; // IEND
        if (length > bytes.size() - i - 8)
            return false;
        i += length + 12;
    }
    return true;
}

} // namespace

Result<Pixels8> decodePicture(std::span<const std::byte> bytes, const PictureLimits& limits) {
    if (bytes.size() > std::min<std::size_t>(limits.fileBytes, std::numeric_limits<int>::max()))
        return fail(ErrorCode::Unsupported, fmt::format("This picture's file has {} MB; {} MB are allowed.",
                                                        bytes.size() >> 20U, limits.fileBytes >> 20U));
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const auto n = static_cast<int>(bytes.size());
    int width = 0, height = 0, channels = 0;
    if (!huffmanTablesFit(bytes))
        return fail(ErrorCode::InvalidFile, "This picture is broken (a JPEG with a Huffman table of too many codes).");
    if (!pngChunksFit(bytes))
        return fail(ErrorCode::InvalidFile, "This picture is broken (a part of the PNG ends beyond the file).");
    if (n == 0 || !stbInfo(data, n, &width, &height, &channels) || width <= 0 || height <= 0)
        return fail(ErrorCode::InvalidFile, "This is no picture that can be read here: PNG, JPEG and BMP can.");
    if (width > limits.side || height > limits.side || std::int64_t{width} * height > limits.pixels)
        return fail(ErrorCode::Unsupported,
                    fmt::format("This picture has {} x {} pixels; at most {} on a side and {} million in all are "
                                "allowed.",
                                width, height, limits.side, limits.pixels >> 20U));
    const std::unique_ptr<unsigned char, FreePixels> pixels(stbDecode(data, n, &width, &height, &channels, 0));
    if (!pixels)
        return fail(ErrorCode::InvalidFile, fmt::format("This picture is broken ({}).", stbReason()));
    if (channels < 1 || channels > 4 || width > limits.side || height > limits.side ||
        std::int64_t{width} * height > limits.pixels)
        return fail(ErrorCode::InvalidFile, "This picture contradicts itself about its size.");
    Pixels8 out(width, height, channels);
    std::memcpy(out.values.data(), pixels.get(), out.values.size());
    return out;
}

Result<Pixels8> readPicture(const std::filesystem::path& path, const PictureLimits& limits) {
    VITRAL_TRY_ASSIGN(const MappedFile file, MappedFile::open(path));
    auto pixels = decodePicture(file.bytes(), limits);
    if (!pixels)
        return failWith(path.filename().string(), pixels.error());
    return pixels;
}

Result<std::string> encodePng(const Pixels8& pixels, PictureTexts texts) {
    if (pixels.width <= 0 || pixels.height <= 0 || pixels.channels < 1 || pixels.channels > 4 ||
        pixels.values.size() != static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) *
                                    static_cast<std::size_t>(pixels.channels))
        return fail(ErrorCode::InvalidArgument, "There are no pixels to write.");
    if (pixels.values.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) / 2)
        return fail(ErrorCode::InvalidArgument, "This picture is too large to be written as PNG here.");
    std::string png;
    const bool written = stbWritePng(
        [](void* context, void* data, int size) {
            static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
        },
        &png, pixels.width, pixels.height, pixels.channels, pixels.values.data());
    constexpr std::size_t kAfterHeader = 8 + 25; // signature and IHDR
    if (!written || png.size() < kAfterHeader)
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to write this picture.");
    std::string chunks;
    for (const auto& [keyword, text] : texts) {
        if (keyword.empty() || keyword.size() > 79 || text.size() > kMostText ||
            keyword.find('\0') != std::string::npos || text.find('\0') != std::string::npos)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("The text \"{}\" cannot stand in a PNG.", keyword.substr(0, 40)));
        chunks += textChunk(keyword, text);
    }
    png.insert(kAfterHeader, chunks);
    return png;
}

Result<void> writePng(const std::filesystem::path& path, const Pixels8& pixels, PictureTexts texts) {
    VITRAL_TRY_ASSIGN(const std::string png, encodePng(pixels, texts));
    return writeFileAtomically(path, png);
}

Result<std::optional<std::string>> findPngText(std::span<const std::byte> bytes, std::string_view keyword) {
    std::string_view rest = viewOf(bytes);
    if (!rest.starts_with(kSignature))
        return fail(ErrorCode::InvalidFile, "This is no PNG picture.");
    rest.remove_prefix(kSignature.size());
    while (rest.size() >= 12) {
        const std::size_t n = fromBigEndian(rest);
        const std::string_view type = rest.substr(4, 4);
        if (n > rest.size() - 12)
            return fail(ErrorCode::InvalidFile, "This PNG picture ends in the middle of a part.");
        std::string_view body = rest.substr(8, n);
        rest.remove_prefix(12 + n);
        if (type == "IEND")
            break;
        if ((type != "iTXt" && type != "tEXt") || body.size() <= keyword.size() || !body.starts_with(keyword) ||
            body[keyword.size()] != '\0')
            continue;
        body.remove_prefix(keyword.size() + 1);
        if (type == "iTXt") {
            if (body.size() < 2 || body[0] != '\0')
                continue; // compressed: not ours
            body.remove_prefix(2);
            for (int part = 0; part < 2; ++part) { // language, translated keyword
                const std::size_t end = body.find('\0');
                if (end == std::string_view::npos)
                    return fail(ErrorCode::InvalidFile, "A text of this PNG picture is broken.");
                body.remove_prefix(end + 1);
            }
        }
        if (body.size() > kMostText)
            return fail(ErrorCode::InvalidFile, "A text of this PNG picture is longer than any recipe.");
        return std::string(body);
    }
    return std::nullopt;
}

Result<std::optional<std::string>> readPngText(const std::filesystem::path& path, std::string_view keyword) {
    VITRAL_TRY_ASSIGN(const MappedFile file, MappedFile::open(path));
    return findPngText(file.bytes(), keyword);
}

} // namespace vitral
