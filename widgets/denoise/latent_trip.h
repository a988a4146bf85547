// SPDX-License-Identifier: Apache-2.0
#pragma once
// A picture into the latent space and back, or a latent out of it and back in, and what was lost on the way. Thread:
// goThereAndBack on the engine thread; the rest any.

#include "core/diffusion/model.h"

#include <vector>

namespace vitral {

struct LatentTrip {
    bool fromLatent = false;                    ///< else from a picture
    diffusion::PicturePtr pixels;               ///< given; null where it began at a latent
    diffusion::PicturePtr latent;               ///< given, or the picture encoded (mean of the posterior)
    diffusion::PicturePtr decoded;              ///< pixels of the latent
    diffusion::PicturePtr again;                ///< fromLatent: `decoded` encoded; null where there is no encoder
    std::vector<diffusion::PicturePtr> without; ///< decoded with one channel at its mean, if asked for
};
/// Errors: those of the autoencoder; InvalidArgument where it has no encoder and a picture is given.
Result<LatentTrip> goThereAndBack(const diffusion::Autoencoder& autoencoder, diffusion::NetworkContext& context,
                                  const diffusion::Picture& given, bool fromLatent, bool eachChannel);

/// a + f (b - a), number by number. Empty where the shapes differ.
[[nodiscard]] diffusion::Picture between(const diffusion::Picture& a, const diffusion::Picture& b, double f);

struct Loss {
    double rms = 0, largest = 0;
    double psnr = 0; ///< dB against a range of 2 (-1..1); infinite where nothing is lost
};
[[nodiscard]] Loss lossOf(const diffusion::Picture& a, const diffusion::Picture& b);

} // namespace vitral
