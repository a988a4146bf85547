// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/latent_trip.h"

#include "core/diffusion/pixels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

using namespace diffusion;

Result<LatentTrip> goThereAndBack(const Autoencoder& autoencoder, NetworkContext& context, const Picture& given,
                                  bool fromLatent, bool eachChannel) {
    LatentTrip trip;
    trip.fromLatent = fromLatent;
    if (fromLatent) {
        trip.latent = std::make_shared<const Picture>(given);
    } else {
        trip.pixels = std::make_shared<const Picture>(withChannels(given, 3));
        VITRAL_TRY_ASSIGN(Picture latent, autoencoder.encode(context, *trip.pixels));
        trip.latent = std::make_shared<const Picture>(std::move(latent));
    }
    VITRAL_TRY_ASSIGN(Picture decoded, autoencoder.decode(context, *trip.latent));
    trip.decoded = std::make_shared<const Picture>(std::move(decoded));
    if (trip.pixels) // a model of grey pictures loses no colours: what it was given counts as it reads it
        trip.pixels = std::make_shared<const Picture>(withChannels(*trip.pixels, trip.decoded->channels));
    if (fromLatent && autoencoder.canEncode()) {
        VITRAL_TRY_ASSIGN(Picture again, autoencoder.encode(context, *trip.decoded));
        trip.again = std::make_shared<const Picture>(std::move(again));
    }
    for (std::int32_t c = 0; eachChannel && c < trip.latent->channels; ++c) {
        Picture flat = *trip.latent;
        const std::size_t n = flat.size() / std::size_t(flat.channels);
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i)
            mean += double(flat.channel(c)[i]) / double(n);
        std::fill_n(flat.channel(c), n, float(mean));
        VITRAL_TRY_ASSIGN(Picture picture, autoencoder.decode(context, flat));
        trip.without.push_back(std::make_shared<const Picture>(std::move(picture)));
    }
    return trip;
}

Picture between(const Picture& a, const Picture& b, double f) {
    if (!a.sameShape(b) || a.size() != b.size())
        return {};
    Picture out(a.channels, a.height, a.width);
    for (std::size_t i = 0; i < out.size(); ++i)
        out.values[i] = float(double(a.values[i]) + f * (double(b.values[i]) - double(a.values[i])));
    return out;
}

Loss lossOf(const Picture& a, const Picture& b) {
    Loss loss;
    if (!a.sameShape(b) || a.size() != b.size() || a.empty())
        return {NAN, NAN, NAN};
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = double(a.values[i]) - double(b.values[i]);
        sum += d * d;
        loss.largest = std::max(loss.largest, std::fabs(d));
    }
    loss.rms = std::sqrt(sum / double(a.size()));
    loss.psnr = loss.rms > 0 ? 20 * std::log10(2 / loss.rms) : std::numeric_limits<double>::infinity();
    return loss;
}

} // namespace vitral
