// SPDX-License-Identifier: Apache-2.0
// Pixels, latents and masks.

#include "core/diffusion/pixels.h"

#include <algorithm>
#include <cmath>

namespace vitral::diffusion {
namespace {

Picture mapped(const Picture& picture, float scale, float offset) {
    Picture out = picture;
    if (scale != 1 || offset != 0)
        for (float& v : out.values)
            v = v * scale + offset;
    return out;
}

struct Tap {
    std::int32_t first = 0;
    std::vector<float> weights;
};

/// What each of nOut places reads of nIn.
std::vector<Tap> tapsOf(std::int32_t nIn, std::int32_t nOut) {
    std::vector<Tap> taps(static_cast<std::size_t>(nOut));
    const double step = static_cast<double>(nIn) / nOut;
    for (std::int32_t i = 0; i < nOut; ++i) {
        Tap& tap = taps[static_cast<std::size_t>(i)];
        if (step <= 1) {
            const double at = std::clamp((i + 0.5) * step - 0.5, 0.0, static_cast<double>(nIn - 1));
            tap.first = static_cast<std::int32_t>(at);
            const auto part = static_cast<float>(at - tap.first);
            tap.weights.push_back(1 - part);
            if (part > 0)
                tap.weights.push_back(part);
            continue;
        }
        const double from = i * step, to = std::min((i + 1) * step, static_cast<double>(nIn));
        tap.first = std::min(static_cast<std::int32_t>(from), nIn - 1);
        for (std::int32_t k = tap.first; k < nIn && k < to; ++k)
            tap.weights.push_back(
                static_cast<float>((std::min<double>(k + 1, to) - std::max<double>(k, from)) / (to - from)));
    }
    return taps;
}

} // namespace

Picture pixelsOf(const DiffusionInfo& info, const Picture& x) {
    return mapped(x, info.pixelScale, info.pixelOffset);
}

Picture fromPixels(const DiffusionInfo& info, const Picture& pixels) {
    return mapped(pixels, 1 / info.pixelScale, -info.pixelOffset / info.pixelScale);
}

Picture projectLatent(const DiffusionInfo& info, const Picture& latent) {
    const auto nChannel = static_cast<std::size_t>(latent.channels);
    if (info.previewProjection.size() != (nChannel + 1) * 3)
        return {};
    Picture out(3, latent.height, latent.width);
    const std::size_t n = out.size() / 3;
    for (std::size_t rgb = 0; rgb < 3; ++rgb) {
        float* to = out.values.data() + rgb * n;
        std::fill_n(to, n, info.previewProjection[nChannel * 3 + rgb]);
        for (std::size_t c = 0; c < nChannel; ++c) {
            const float weight = info.previewProjection[c * 3 + rgb];
            const float* from = latent.values.data() + c * n;
            for (std::size_t i = 0; i < n; ++i)
                to[i] += weight * from[i];
        }
    }
    return out;
}

Picture resized(const Picture& picture, std::int32_t height, std::int32_t width) {
    if (picture.height == height && picture.width == width)
        return picture;
    const std::vector<Tap> rows = tapsOf(picture.height, height), cols = tapsOf(picture.width, width);
    Picture out(picture.channels, height, width);
    std::vector<float> line(static_cast<std::size_t>(picture.width));
    for (std::int32_t c = 0; c < picture.channels; ++c) {
        const float* from = picture.channel(c);
        float* to = out.channel(c);
        for (const Tap& row : rows) {
            std::fill(line.begin(), line.end(), 0.0F);
            for (std::size_t k = 0; k < row.weights.size(); ++k) {
                const float* in = from + (static_cast<std::size_t>(row.first) + k) * line.size();
                for (std::size_t i = 0; i < line.size(); ++i)
                    line[i] += row.weights[k] * in[i];
            }
            for (const Tap& col : cols) {
                float sum = 0;
                for (std::size_t k = 0; k < col.weights.size(); ++k)
                    sum += col.weights[k] * line[static_cast<std::size_t>(col.first) + k];
                *to++ = sum;
            }
        }
    }
    return out;
}

Picture latentMask(const Picture& mask, std::int32_t height, std::int32_t width) {
    Picture out(1, height, width);
    const float* from = mask.channel(0);
    for (std::int32_t y = 0; y < height; ++y)
        for (std::int32_t x = 0; x < width; ++x) {
            const auto sy = static_cast<std::int64_t>(y) * mask.height / height;
            const auto sx = static_cast<std::int64_t>(x) * mask.width / width;
            out.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] =
                from[sy * mask.width + sx] >= 0.5F ? 1.0F : 0.0F;
        }
    return out;
}

Picture withChannels(const Picture& picture, std::int32_t channels) {
    if (picture.channels == channels)
        return picture;
    Picture out(channels, picture.height, picture.width);
    const std::size_t n = out.size() / static_cast<std::size_t>(channels);
    if (channels == 1 && picture.channels >= 3) {
        for (std::size_t i = 0; i < n; ++i)
            out.values[i] =
                0.299F * picture.values[i] + 0.587F * picture.values[n + i] + 0.114F * picture.values[2 * n + i];
        return out;
    }
    for (std::int32_t c = 0; c < channels; ++c)
        std::copy_n(picture.channel(picture.channels == 1 ? 0 : std::min(c, picture.channels - 1)), n, out.channel(c));
    return out;
}

} // namespace vitral::diffusion
