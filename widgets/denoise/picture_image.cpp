// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/picture_image.h"

#include "widgets/canvas/colour_map.h"

#include <algorithm>
#include <cmath>

namespace vitral {

using diffusion::Picture;

namespace {

constexpr int kMostPixels = 1 << 26;

int byteOf(double unit) { // 0..1
    return std::isfinite(unit) ? int(std::lround(std::clamp(unit, 0.0, 1.0) * 255)) : 0;
}

double largest(const Picture& picture) {
    double most = 0;
    for (const float v : picture.values)
        if (std::isfinite(v))
            most = std::max(most, std::fabs(double(v)));
    return most > 0 ? most : 1;
}

double shareBeyond(const Picture& picture, double low, double high) {
    std::size_t n = 0;
    for (const float v : picture.values)
        n += !(v >= low && v <= high) ? 1 : 0;
    return picture.values.empty() ? 0 : double(n) / double(picture.values.size());
}

// One or three channels, low..high to black..white.
QImage colours(const Picture& picture, double low, double high) {
    QImage image(picture.width, picture.height, QImage::Format_RGB32);
    if (image.isNull())
        return image;
    const double scale = 1 / (high - low);
    const bool grey = picture.channels < 3;
    for (int y = 0; y < picture.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        const std::size_t at = std::size_t(y) * std::size_t(picture.width);
        for (int x = 0; x < picture.width; ++x) {
            const std::size_t i = at + std::size_t(x);
            const int r = byteOf((picture.channel(0)[i] - low) * scale);
            line[x] = grey ? qRgb(r, r, r)
                           : qRgb(r, byteOf((picture.channel(1)[i] - low) * scale),
                                  byteOf((picture.channel(2)[i] - low) * scale));
        }
    }
    return image;
}

// Every channel for itself around nothing, as tiles.
QImage tiles(const Picture& picture, double range, int nColumn) {
    const int nRow = (picture.channels + nColumn - 1) / nColumn;
    if (double(picture.width) * nColumn * picture.height * nRow > kMostPixels)
        return {};
    QImage image(picture.width * nColumn, picture.height * nRow, QImage::Format_RGB32);
    if (image.isNull())
        return image;
    image.fill(colourAt(ColourMap::BlueOrange, 0.5));
    for (int c = 0; c < picture.channels; ++c) {
        const float* values = picture.channel(c);
        const int left = c % nColumn * picture.width, top = c / nColumn * picture.height;
        for (int y = 0; y < picture.height; ++y) {
            auto* line = reinterpret_cast<QRgb*>(image.scanLine(top + y)) + left;
            for (int x = 0; x < picture.width; ++x) {
                const double v = values[std::size_t(y) * std::size_t(picture.width) + std::size_t(x)];
                line[x] = colourAt(ColourMap::BlueOrange, std::isfinite(v) ? 0.5 + 0.5 * v / range : 0.5);
            }
        }
    }
    return image;
}

bool drawable(const Picture& picture) {
    return picture.channels > 0 && picture.width > 0 && picture.height > 0 &&
           double(picture.width) * picture.height <= kMostPixels &&
           picture.size() == std::size_t(picture.channels) * std::size_t(picture.width) * std::size_t(picture.height);
}

} // namespace

PictureStats pictureStats(const Picture& picture) {
    PictureStats s;
    if (picture.values.empty())
        return s;
    s.low = s.high = picture.values.front();
    double sum = 0, squares = 0;
    for (const float v : picture.values) {
        s.low = std::min(s.low, double(v));
        s.high = std::max(s.high, double(v));
        sum += v;
        squares += double(v) * v;
    }
    const auto n = double(picture.values.size());
    s.mean = sum / n;
    s.norm = std::sqrt(squares);
    s.rms = std::sqrt(squares / n);
    return s;
}

ShownPicture showPicture(const Picture& picture, const PictureLook& look) {
    ShownPicture shown;
    if (!drawable(picture))
        return shown;
    shown.pixels = {picture.width, picture.height};
    const bool colour = picture.channels == 1 || picture.channels == 3;
    if (look.sort == PictureSort::Latent && look.latent == LatentLook::Colours) {
        if (const Picture rgb = projectLatent(picture, look.projection); !rgb.empty()) {
            shown.low = -1, shown.high = 1;
            shown.cutShare = shareBeyond(rgb, -1, 1);
            shown.image = colours(rgb, -1, 1);
            return shown;
        }
    }
    if (look.sort == PictureSort::Pixels && colour) {
        shown.low = -1, shown.high = 1;
        shown.cutShare = shareBeyond(picture, -1, 1);
        shown.image = colours(picture, -1, 1);
        return shown;
    }
    const double range = look.range > 0 ? look.range : largest(picture);
    shown.low = -range, shown.high = range;
    shown.cutShare = shareBeyond(picture, -range, range);
    if (picture.channels == 3) { // noise of a coloured picture has the picture's colours
        shown.image = colours(picture, -range, range);
        return shown;
    }
    shown.nTileColumn = int(std::ceil(std::sqrt(double(picture.channels))));
    shown.image = tiles(picture, range, shown.nTileColumn);
    return shown;
}

Picture projectLatent(const Picture& latent, std::span<const float> projection) {
    if (latent.channels <= 0 || projection.size() != std::size_t(latent.channels + 1) * 3 || !drawable(latent))
        return {};
    Picture rgb(3, latent.height, latent.width);
    const std::size_t n = std::size_t(latent.height) * std::size_t(latent.width);
    for (int k = 0; k < 3; ++k) {
        float* out = rgb.channel(k);
        const float bias = projection[std::size_t(latent.channels) * 3 + std::size_t(k)];
        std::fill(out, out + n, bias);
        for (int c = 0; c < latent.channels; ++c) {
            const float weight = projection[std::size_t(c) * 3 + std::size_t(k)];
            const float* in = latent.channel(c);
            for (std::size_t i = 0; i < n; ++i)
                out[i] += weight * in[i];
        }
    }
    return rgb;
}

Picture pictureFromImage(const QImage& image, int channels, int width, int height) {
    if (image.isNull() || width <= 0 || height <= 0 || (channels != 1 && channels != 3) ||
        double(width) * height > kMostPixels)
        return {};
    // Transparent pictures stand on white, as in the training sets.
    QImage flat(image.size(), QImage::Format_RGB32);
    if (flat.isNull())
        return {};
    flat.fill(Qt::white);
    {
        const QImage source = image.convertToFormat(QImage::Format_ARGB32);
        for (int y = 0; y < flat.height(); ++y) {
            const auto* from = reinterpret_cast<const QRgb*>(source.constScanLine(y));
            auto* to = reinterpret_cast<QRgb*>(flat.scanLine(y));
            for (int x = 0; x < flat.width(); ++x) {
                const int a = qAlpha(from[x]);
                const auto over = [a](int c) { return (c * a + 255 * (255 - a) + 127) / 255; };
                to[x] = qRgb(over(qRed(from[x])), over(qGreen(from[x])), over(qBlue(from[x])));
            }
        }
    }
    if (flat.size() != QSize(width, height)) {
        flat = flat.scaled(width, height, Qt::KeepAspectRatioByExpanding, Qt::SmoothTransformation);
        flat = flat.copy((flat.width() - width) / 2, (flat.height() - height) / 2, width, height)
                   .convertToFormat(QImage::Format_RGB32);
    }
    Picture picture(channels, height, width);
    for (int y = 0; y < height; ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(flat.constScanLine(y));
        for (int x = 0; x < width; ++x) {
            const std::size_t i = std::size_t(y) * std::size_t(width) + std::size_t(x);
            if (channels == 1) {
                picture.values[i] = float(qGray(line[x]) / 127.5 - 1);
            } else {
                picture.channel(0)[i] = float(qRed(line[x]) / 127.5 - 1);
                picture.channel(1)[i] = float(qGreen(line[x]) / 127.5 - 1);
                picture.channel(2)[i] = float(qBlue(line[x]) / 127.5 - 1);
            }
        }
    }
    return picture;
}

QImage imageFromPixels(const Picture& pixels) {
    return drawable(pixels) && (pixels.channels == 1 || pixels.channels == 3) ? colours(pixels, -1, 1) : QImage();
}

Picture difference(const Picture& a, const Picture& b) {
    if (!a.sameShape(b) || a.size() != b.size())
        return {};
    Picture out(a.channels, a.height, a.width);
    for (std::size_t i = 0; i < out.size(); ++i)
        out.values[i] = a.values[i] - b.values[i];
    return out;
}

} // namespace vitral
