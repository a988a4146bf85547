// SPDX-License-Identifier: Apache-2.0
#pragma once
// A denoiser whose answer is known in closed form, and whole runs made with it: the pictures of class c are normal with
// mean m_c (a bright disc at a place of its own) and variance s^2 in every value, so
//   E[x_0 | x_t] = m_c + alpha s^2 / (alpha^2 s^2 + sigma^2) (x_t - alpha m_c).
// Real numbers for views and controllers, without a network. DDIM without noise between steps (Song et al. 2021).

#include "core/diffusion/denoise.h"

#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

namespace vitral::test {

inline constexpr double kGaussSpread = 0.25;

/// class -1: the mean over all four places.
inline diffusion::Picture gaussMean(std::int32_t classId, std::int32_t channels, std::int32_t edge) {
    diffusion::Picture mean(channels, edge, edge);
    for (std::int32_t c = 0; c < channels; ++c)
        for (std::int32_t y = 0; y < edge; ++y)
            for (std::int32_t x = 0; x < edge; ++x) {
                double value = 0;
                for (std::int32_t k = 0; k < 4; ++k) {
                    if (classId >= 0 && k != classId % 4)
                        continue;
                    const double dx = x - edge * (k % 2 == 0 ? 0.3 : 0.7), dy = y - edge * (k / 2 == 0 ? 0.3 : 0.7);
                    const double inside = dx * dx + dy * dy < edge * edge * 0.04 ? 1.0 - 0.25 * c : -0.8;
                    value += inside * (classId >= 0 ? 1.0 : 0.25);
                }
                mean.channel(c)[y * edge + x] = static_cast<float>(value);
            }
    return mean;
}

inline void gaussX0(std::span<const float> x, const diffusion::StepTime& time, const diffusion::Picture& mean,
                    std::span<float> out) {
    const double ss = kGaussSpread * kGaussSpread;
    const double gain = time.alpha * ss / (time.alpha * time.alpha * ss + time.sigma * time.sigma);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(mean.values[i] + gain * (x[i] - time.alpha * mean.values[i]));
}

/// The same as a network that predicts noise, on the linear schedule of DDPM.
class GaussDenoiser : public diffusion::Denoiser {
public:
    GaussDenoiser(std::int32_t channels, std::int32_t edge) {
        info_.kind = "closed form";
        info_.inChannels = info_.outChannels = channels;
        info_.defaultHeight = info_.defaultWidth = edge;
        info_.nParameter = 0;
        info_.crossBlocks = {"unet.down.0.attn.0.cross", "unet.mid.attn.0.cross"}; // recordings may have these
    }
    [[nodiscard]] const diffusion::NetworkInfo& info() const override { return info_; }
    Result<void> predict(diffusion::NetworkContext& context, const diffusion::NetworkInput& input,
                         std::span<float> out) const override {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped");
        double product = 1;
        for (int i = 0; i <= static_cast<int>(input.timestep); ++i)
            product *= 1 - (1e-4 + (0.02 - 1e-4) * i / 999.0);
        const diffusion::StepTime time{input.timestep, std::sqrt(product), std::sqrt(1 - product)};
        const std::size_t n = out.size() / static_cast<std::size_t>(input.nImage);
        for (std::int32_t image = 0; image < input.nImage; ++image) {
            const auto at = static_cast<std::size_t>(image) * n;
            const auto i = static_cast<std::size_t>(image);
            const diffusion::Conditioning* c = i < input.conditioning.size() ? input.conditioning[i] : nullptr;
            const std::int32_t cls = c == nullptr || c->classId >= 4 ? -1 : c->classId;
            const diffusion::Picture mean = gaussMean(cls, info_.inChannels, input.height);
            gaussX0(input.x.subspan(at, n), time, mean, out.subspan(at, n));
            for (std::size_t k = at; k < at + n; ++k)
                out[k] = static_cast<float>((input.x[k] - time.alpha * out[k]) / time.sigma);
        }
        return {};
    }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t nImage, std::int32_t height,
                                           std::int32_t width) const override {
        return static_cast<std::size_t>(nImage) * height * width * 4U;
    }

private:
    diffusion::NetworkInfo info_;
};

inline std::shared_ptr<diffusion::DiffusionModel> gaussModel(std::int32_t channels = 3, std::int32_t edge = 16,
                                                             std::shared_ptr<Backend> backend = nullptr) {
    auto model = std::make_shared<diffusion::DiffusionModel>();
    model->info.name = "Gauss";
    model->info.architecture = "closed form";
    model->info.classNames = {"top left", "top right", "bottom left", "bottom right"};
    model->info.nullClass = 4;
    model->info.defaultSteps = 10;
    model->info.defaultSolver = diffusion::SolverKind::Ddim;
    model->denoiser = std::make_shared<GaussDenoiser>(channels, edge);
    model->backend = std::move(backend);
    return model;
}

struct GaussRun {
    diffusion::DenoiseSettings settings;
    std::int32_t channels = 3, edge = 16;
    bool cross = false; ///< with a cross-attention of two heads over the words
    diffusion::DenoiseRecordingPtr parent;
    std::int32_t branchStep = 0;
    std::int32_t nSteps = -1; ///< only so many are done yet
};

inline std::uint16_t halfBits(float value) { // round to nearest even; values of weights only: 0 .. 1
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    if (value < 6.2e-5F)
        return static_cast<std::uint16_t>(std::lround(value * 16777216.0F));
    const std::uint32_t rounded = bits + 0xFFFU + ((bits >> 13U) & 1U);
    return static_cast<std::uint16_t>((rounded - 0x38000000U) >> 13U);
}

inline std::shared_ptr<const diffusion::CrossMap> gaussCross(const std::string& block, std::int32_t edge,
                                                             std::int32_t nToken, std::int32_t step) {
    auto map = std::make_shared<diffusion::CrossMap>();
    map->block = block;
    map->height = map->width = edge;
    map->nHead = 2;
    map->nToken = nToken;
    map->weights.resize(static_cast<std::size_t>(2 * nToken * edge * edge));
    for (std::int32_t h = 0; h < 2; ++h)
        for (std::int32_t y = 0; y < edge; ++y)
            for (std::int32_t x = 0; x < edge; ++x) {
                std::vector<double> scores;
                double sum = 0;
                for (std::int32_t w = 0; w < nToken; ++w) { // every word looks at a place of its own
                    const double cx = edge * (0.5 + 0.4 * std::cos(w * 1.7 + h)),
                                 cy = edge * (0.5 + 0.4 * std::sin(w * 1.7 + h));
                    const double d = ((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (edge * edge);
                    scores.push_back(std::exp(-d * (4 + step)));
                    sum += scores.back();
                }
                for (std::int32_t w = 0; w < nToken; ++w)
                    map->weights[static_cast<std::size_t>(((h * nToken + w) * edge + y) * edge + x)] =
                        halfBits(static_cast<float>(scores[static_cast<std::size_t>(w)] / sum));
            }
    return map;
}

inline std::shared_ptr<diffusion::DenoiseRecording> gaussRecording(GaussRun run) {
    using namespace diffusion;
    auto r = std::make_shared<DenoiseRecording>();
    DenoiseSettings& s = run.settings;
    s.width = s.height = run.edge;
    r->settings = s;
    r->model = gaussModel()->info;
    r->parent = run.parent;
    r->branchStep = run.branchStep;
    std::vector<double> cumulative;
    double product = 1;
    for (int i = 0; i < 1000; ++i)
        cumulative.push_back(product *= 1 - (1e-4 + (0.02 - 1e-4) * i / 999.0));
    for (std::int32_t i = 0; i < s.steps; ++i) {
        const int t = (s.steps - 1 - i) * 1000 / s.steps + 1;
        r->times.push_back({double(t), std::sqrt(cumulative[static_cast<std::size_t>(t)]),
                            std::sqrt(1 - cumulative[static_cast<std::size_t>(t)])});
    }
    r->times.push_back({0, 1, 0});
    const Picture conditionalMean = gaussMean(s.classId, run.channels, run.edge);
    const Picture freeMean = gaussMean(-1, run.channels, run.edge);
    auto x = std::make_shared<Picture>(run.channels, run.edge, run.edge);
    std::mt19937_64 random(s.seed);
    std::normal_distribution<float> normal;
    for (float& v : x->values)
        v = normal(random);
    std::int32_t first = 0;
    if (run.parent) {
        first = run.branchStep;
        r->steps.assign(run.parent->steps.begin(), run.parent->steps.begin() + first);
        *x = *run.parent->steps[static_cast<std::size_t>(first)]->x;
    }
    const std::int32_t n = run.nSteps < 0 ? s.steps : std::min(run.nSteps, s.steps);
    r->conditioning.words = {"<start>", "a", "red", "disc", "<end>"};
    r->conditioning.nToken = 5;
    for (std::int32_t i = first; i < n; ++i) {
        auto step = std::make_shared<DenoiseStep>();
        step->index = i;
        step->from = r->times[static_cast<std::size_t>(i)];
        step->to = r->times[static_cast<std::size_t>(i) + 1];
        const double at = s.steps > 1 ? double(i) / s.steps : 0;
        step->guidance = at >= s.guidanceBegin && at < s.guidanceEnd ? s.guidance : 1;
        const auto make = [&] { return std::make_shared<Picture>(run.channels, run.edge, run.edge); };
        auto x0 = make(), eps = make(), conditional = make(), unconditional = make(), next = make();
        std::vector<float> clean(x->size());
        const auto epsOf = [&](const Picture& mean, Picture& out) {
            gaussX0(x->values, step->from, mean, clean);
            for (std::size_t k = 0; k < clean.size(); ++k)
                out.values[k] = static_cast<float>((x->values[k] - step->from.alpha * clean[k]) / step->from.sigma);
        };
        epsOf(conditionalMean, *conditional);
        epsOf(freeMean, *unconditional);
        for (std::size_t k = 0; k < x->size(); ++k) {
            const double u = unconditional->values[k], c = conditional->values[k];
            eps->values[k] = static_cast<float>(step->guidance == 1 ? c : u + step->guidance * (c - u));
            x0->values[k] = static_cast<float>((x->values[k] - step->from.sigma * eps->values[k]) / step->from.alpha);
            next->values[k] = static_cast<float>(step->to.alpha * x0->values[k] + step->to.sigma * eps->values[k]);
        }
        step->x = x;
        step->x0 = x0;
        step->eps = eps;
        step->next = next;
        step->conditional = conditional;
        if (step->guidance != 1)
            step->unconditional = unconditional;
        step->preview = x0;
        step->seconds = 0.01;
        if (run.cross) {
            step->cross = {gaussCross("unet.down.0.attn.0.cross", run.edge / 2, 5, i),
                           gaussCross("unet.mid.attn.0.cross", run.edge / 4, 5, i)};
        }
        r->steps.push_back(step);
        x = next;
    }
    if (n == s.steps)
        r->result = r->steps.back()->next;
    r->totalSeconds = 0.01 * n;
    return r;
}

} // namespace vitral::test
