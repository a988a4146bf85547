// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pictures of a denoising run as images on the screen, and their numbers. Pixels are -1..1 (what lies beyond is cut,
// and counted); noise and differences are centred on nothing, with a range that is told; latents show their channels,
// or a linear projection to colours. Thread: any.

#include "core/diffusion/recording.h"

#include <QImage>
#include <QString>

#include <span>
#include <vector>

namespace vitral {

struct PictureStats {
    double low = 0, high = 0, mean = 0;
    double norm = 0; ///< Euclidean length of the whole picture as one vector
    double rms = 0;  ///< norm / sqrt(n)
};
[[nodiscard]] PictureStats pictureStats(const diffusion::Picture& picture);

struct ShownPicture {
    QImage image;             ///< null: nothing to show
    QSize pixels;             ///< of the values behind it; the image may be tiles of channels
    int nTileColumn = 1;      ///< tiles in a row of the image
    double low = 0, high = 0; ///< values of the darkest and the lightest colour
    double cutShare = 0;      ///< share of the values beyond them
};

/// What a picture's numbers mean, hence how they are coloured.
enum class PictureSort : std::uint8_t {
    Pixels, ///< 1 or 3 channels in -1..1
    Signed, ///< noise, predictions, differences: grey (or white) is nothing
    Latent, ///< channels without colours of their own
};
enum class LatentLook : std::uint8_t { Colours, Channels };

struct PictureLook {
    PictureSort sort = PictureSort::Pixels;
    LatentLook latent = LatentLook::Channels;
    std::vector<float> projection; ///< [channels + 1][3] to RGB in -1..1; empty: channels are shown
    double range = 0;              ///< of Signed and of channels: +-; 0: the picture's own largest
};
[[nodiscard]] ShownPicture showPicture(const diffusion::Picture& picture, const PictureLook& look);

/// Latents to RGB in -1..1 by a linear projection [channels + 1 (bias)][3]; an empty picture where it does not fit.
[[nodiscard]] diffusion::Picture projectLatent(const diffusion::Picture& latent, std::span<const float> projection);

/// Any image into pixels of a model, fitted into width x height: the middle is kept, what sticks out is cut.
[[nodiscard]] diffusion::Picture pictureFromImage(const QImage& image, int channels, int width, int height);
[[nodiscard]] QImage imageFromPixels(const diffusion::Picture& pixels);

/// a - b; an empty picture where the shapes differ.
[[nodiscard]] diffusion::Picture difference(const diffusion::Picture& a, const diffusion::Picture& b);

} // namespace vitral
