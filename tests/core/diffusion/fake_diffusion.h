// SPDX-License-Identifier: Apache-2.0
#pragma once
// A model without weights for tests of runs: its network is the exact denoiser of Gaussians around a picture that the
// class (or the first token) names, so that a run must end near that picture.

#include "core/diffusion/model.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>

namespace vitral::diffusion {

class FakeDenoiser final : public Denoiser {
public:
    /// `paints`: takes a mask and the masked picture besides x, as Stable Diffusion's inpainting networks.
    FakeDenoiser(ScheduleSpec spec, std::int32_t channels, std::int32_t size, bool paints = false)
        : schedule_(*NoiseSchedule::make(spec)) {
        info_.kind = "fake";
        info_.inChannels = info_.outChannels = channels;
        if (paints)
            info_.inChannels = 2 * channels + 1;
        info_.defaultHeight = info_.defaultWidth = size;
        info_.crossBlocks = {"fake.cross"};
        info_.featureBlocks = {"fake.features"};
        info_.skips = {"fake.skip"};
    }
    [[nodiscard]] const NetworkInfo& info() const override { return info_; }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t, std::int32_t, std::int32_t) const override { return 64; }

    /// The clean picture of a class, in -1..1.
    static float clean(std::int32_t classId, std::size_t i) {
        return 0.8F * std::sin(0.37F * static_cast<float>(i + 1) * static_cast<float>(classId + 2));
    }

    Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const override {
        ++nEvaluation;
        lastInput.assign(input.x.begin(), input.x.end());
        for (int wait = 0; wait < sleepMs && !context.stop.stop_requested(); ++wait)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The picture was stopped.");
        const double a = schedule_.alpha(input.timestep), s = schedule_.sigma(input.timestep), spread = 0.05;
        const double var = a * a * spread * spread + s * s;
        const std::size_t n = out.size() / static_cast<std::size_t>(input.nImage);
        for (std::size_t image = 0; image < static_cast<std::size_t>(input.nImage); ++image) {
            const Conditioning* c = input.conditioning.empty() ? nullptr : input.conditioning[image];
            for (std::size_t i = 0; i < n; ++i) {
                const double mean = static_cast<double>(clean(c == nullptr ? -1 : c->classId, i));
                const double x = static_cast<double>(input.x[image * (input.x.size() / input.nImage) + i]);
                const double x0 = mean + a * spread * spread / var * (x - a * mean);
                out[image * n + i] = static_cast<float>((x - a * x0) / s); // epsilon
            }
        }
        if (context.observer != nullptr) {
            context.workspace.reset();
            const std::int64_t nPixel = std::int64_t{input.height} * input.width;
            if (context.observer->wantsCross("fake.cross"))
                VITRAL_TRY(giveCross(context, input, nPixel));
            if (context.observer->wantsFeatures("fake.features")) {
                VITRAL_TRY_ASSIGN(const Tensor x, context.workspace.make(input.nImage * nPixel, 3));
                std::vector<float> values(static_cast<std::size_t>(input.nImage * nPixel * 3));
                for (std::size_t i = 0; i < values.size(); ++i)
                    values[i] = static_cast<float>(i % 97);
                context.backend.write(x, values);
                context.observer->giveFeatures("fake.features", x, input.height, input.width);
            }
        }
        return {};
    }

    mutable std::vector<float> lastInput;
    mutable std::atomic<int> nEvaluation = 0;
    int sleepMs = 0; ///< a slow network that looks for a stop

private:
    /// Two heads of two dimensions, three words; all queries zero, so that every word has a third.
    static Result<void> giveCross(NetworkContext& context, const NetworkInput& input, std::int64_t nPixel) {
        VITRAL_TRY_ASSIGN(const Tensor q, context.workspace.make(input.nImage * nPixel, 4));
        VITRAL_TRY_ASSIGN(const Tensor k, context.workspace.make(input.nImage * 3, 4));
        VITRAL_TRY_ASSIGN(const Tensor lse, context.workspace.make(input.nImage * nPixel, 2));
        context.backend.write(q, std::vector<float>(static_cast<std::size_t>(q.nRow() * 4)));
        context.backend.write(k, std::vector<float>(static_cast<std::size_t>(k.nRow() * 4), 1.0F));
        context.backend.write(lse, std::vector<float>(static_cast<std::size_t>(lse.nRow() * 2), std::log(3.0F)));
        context.observer->giveCross("fake.cross", q, k, lse, 2, 0.5F, input.height, input.width);
        return {};
    }

    NetworkInfo info_;
    NoiseSchedule schedule_;
};

/// Halves pixels to latents by 2x2 means of one channel, and back by repeating.
class FakeAutoencoder final : public Autoencoder {
public:
    [[nodiscard]] std::int32_t factor() const override { return 2; }
    [[nodiscard]] std::int32_t channels() const override { return 1; }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t h, std::int32_t w) const override {
        return static_cast<std::size_t>(h) * static_cast<std::size_t>(w) * 4;
    }
    Result<Picture> decode(NetworkContext&, const Picture& latent,
                           const std::function<void(double)>& progress) const override {
        Picture out(3, latent.height * 2, latent.width * 2);
        for (std::int32_t c = 0; c < 3; ++c)
            for (std::int32_t y = 0; y < out.height; ++y)
                for (std::int32_t x = 0; x < out.width; ++x)
                    out.channel(c)[y * out.width + x] = latent.channel(0)[y / 2 * latent.width + x / 2];
        if (progress)
            progress(1);
        return out;
    }
    Result<Picture> encode(NetworkContext&, const Picture& pixels, const std::function<void(double)>&) const override {
        Picture out(1, pixels.height / 2, pixels.width / 2);
        for (std::int32_t y = 0; y < out.height; ++y)
            for (std::int32_t x = 0; x < out.width; ++x) {
                const float* p = pixels.channel(0) + 2 * y * pixels.width + 2 * x;
                out.channel(0)[y * out.width + x] = (p[0] + p[1] + p[pixels.width] + p[pixels.width + 1]) / 4;
            }
        return out;
    }
};

inline std::shared_ptr<DiffusionModel> fakeModel(bool latent = false, std::int32_t size = 8) {
    auto model = std::make_shared<DiffusionModel>();
    model->info.name = "fake";
    model->info.classNames = {"zero", "one", "two"};
    model->info.nullClass = 3;
    model->info.previewProjection = latent ? std::vector<float>{1, 1, 1, 0, 0, 0} : std::vector<float>{};
    model->denoiser = std::make_shared<FakeDenoiser>(model->schedule, 1, size);
    if (latent)
        model->autoencoder = std::make_shared<FakeAutoencoder>();
    model->backend = *makeCpuBackend({});
    return model;
}

} // namespace vitral::diffusion
