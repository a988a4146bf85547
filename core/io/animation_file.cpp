// SPDX-License-Identifier: Apache-2.0
// Animated WebP. API: libwebp's <webp/mux.h>, WebPAnimEncoder.

#include "core/io/animation_file.h"

#include "core/base/atomic_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

#ifdef VITRAL_HAVE_WEBP
#include <webp/encode.h>
#include <webp/mux.h>
#endif

namespace vitral {

#ifdef VITRAL_HAVE_WEBP

namespace {

struct FreeEncoder {
    void operator()(WebPAnimEncoder* e) const { WebPAnimEncoderDelete(e); }
};
struct Picture {
    WebPPicture p;
    bool ready = false;
    Picture() { ready = WebPPictureInit(&p) != 0; }
    ~Picture() { WebPPictureFree(&p); }
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;
};
struct Data {
    WebPData d;
    Data() { WebPDataInit(&d); }
    ~Data() { WebPDataClear(&d); }
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;
};

std::vector<std::uint8_t> rgbOf(const Pixels8& p) {
    if (p.channels == 3)
        return p.values;
    const auto nIn = static_cast<std::size_t>(p.channels);
    std::vector<std::uint8_t> out(p.values.size() / nIn * 3);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = p.values[i / 3 * nIn + (nIn >= 3 ? i % 3 : 0)];
    return out;
}

} // namespace

bool canWriteAnimation() {
    return true;
}

Result<std::string> encodeAnimation(std::span<const AnimationFrame> frames, float quality, std::stop_token stop) {
    if (frames.empty())
        return fail(ErrorCode::InvalidArgument, "There are no pictures to make a film of.");
    const Pixels8& first = frames.front().pixels;
    for (const AnimationFrame& f : frames)
        if (f.pixels.width != first.width || f.pixels.height != first.height || f.pixels.width < 1 ||
            f.pixels.height < 1 || f.pixels.channels < 1 || f.pixels.channels > 4 ||
            f.pixels.values.size() != static_cast<std::size_t>(f.pixels.width) *
                                          static_cast<std::size_t>(f.pixels.height) *
                                          static_cast<std::size_t>(f.pixels.channels))
            return fail(ErrorCode::InvalidArgument, "All pictures of a film must have the same size.");
    if (first.width > WEBP_MAX_DIMENSION || first.height > WEBP_MAX_DIMENSION)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A WebP film has at most {} pixels on a side.", WEBP_MAX_DIMENSION));

    const auto noMemory = [] { return fail(ErrorCode::OutOfMemory, "There is not enough memory to make this film."); };
    WebPAnimEncoderOptions options;
    WebPConfig config;
    if (!WebPAnimEncoderOptionsInit(&options) || !WebPConfigInit(&config))
        return fail(ErrorCode::Unsupported, "The libwebp of this machine does not fit the one this was built with.");
    config.lossless = quality < 0 ? 1 : 0;
    config.quality = quality < 0 ? 50.0F : quality; // without loss: the effort
    const std::unique_ptr<WebPAnimEncoder, FreeEncoder> encoder(
        WebPAnimEncoderNew(first.width, first.height, &options));
    if (!encoder)
        return noMemory();
    int milliseconds = 0;
    for (const AnimationFrame& f : frames) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The film was stopped.");
        Picture picture;
        const std::vector<std::uint8_t> rgb = rgbOf(f.pixels);
        picture.p.use_argb = 1;
        picture.p.width = first.width;
        picture.p.height = first.height;
        if (!picture.ready || !WebPPictureImportRGB(&picture.p, rgb.data(), first.width * 3) ||
            !WebPAnimEncoderAdd(encoder.get(), &picture.p, milliseconds, &config))
            return noMemory();
        milliseconds += std::max(1, f.milliseconds);
    }
    Data data;
    if (!WebPAnimEncoderAdd(encoder.get(), nullptr, milliseconds, nullptr) ||
        !WebPAnimEncoderAssemble(encoder.get(), &data.d))
        return noMemory();
    return std::string(reinterpret_cast<const char*>(data.d.bytes), data.d.size);
}

#else

bool canWriteAnimation() {
    return false;
}

Result<std::string> encodeAnimation(std::span<const AnimationFrame>, float, std::stop_token) {
    return fail(ErrorCode::Unsupported, "This program was built without libwebp and cannot write films.");
}

#endif

Result<void> writeAnimation(const std::filesystem::path& path, std::span<const AnimationFrame> frames, float quality,
                            std::stop_token stop) {
    VITRAL_TRY_ASSIGN(const std::string bytes, encodeAnimation(frames, quality, std::move(stop)));
    return writeFileAtomically(path, bytes);
}

} // namespace vitral
