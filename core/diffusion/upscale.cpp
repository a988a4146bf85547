// SPDX-License-Identifier: Apache-2.0
// Super-resolution by tiles.

#include "core/diffusion/upscale.h"

#include "core/diffusion/pixels.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::diffusion {
namespace {

struct Grid {
    std::int32_t width = 0, height = 0, tile = 0, overlap = 0;
    std::vector<std::int32_t> xs, ys; ///< where tiles begin
};

/// Starts of tiles that cover n pixels and share at least `overlap`.
std::vector<std::int32_t> startsOf(std::int32_t n, std::int32_t tile, std::int32_t overlap) {
    if (n <= tile)
        return {0};
    const std::int32_t nTile = (n - overlap + tile - overlap - 1) / (tile - overlap);
    std::vector<std::int32_t> out;
    for (std::int32_t i = 0; i < nTile; ++i)
        out.push_back(static_cast<std::int32_t>(static_cast<std::int64_t>(n - tile) * i / (nTile - 1)));
    return out;
}

Result<Grid> gridOf(const UpscaleJob& job) {
    if (!job.base.model || !job.base.model->denoiser)
        return fail(ErrorCode::InvalidArgument, "Load a model first.");
    VITRAL_TRY(checkSettings(job.base.settings));
    const PicturePtr& init = job.base.settings.init;
    if (!init)
        return fail(ErrorCode::InvalidArgument, "Give a picture to enlarge.");
    if (job.base.settings.mask)
        return fail(ErrorCode::InvalidArgument, "A picture is enlarged as a whole: leave out the mask.");
    if (!(job.factor >= 1 && job.factor <= 8))
        return fail(ErrorCode::InvalidArgument, "A picture can be enlarged 1 to 8 times.");
    const DiffusionModel& model = *job.base.model;
    const NetworkInfo& net = model.denoiser->info();
    const std::int32_t scale = model.autoencoder ? model.autoencoder->factor() : 1;
    Grid g;
    g.tile = job.tile > 0 ? job.tile : std::min(net.defaultWidth, net.defaultHeight) * scale;
    g.overlap = job.overlap >= 0 ? job.overlap : g.tile / 4;
    const std::int32_t multiple = std::max(1, net.sizeMultiple) * scale;
    if (g.tile % multiple != 0 ||
        (!net.anySize && (g.tile != net.defaultWidth * scale || g.tile != net.defaultHeight * scale)))
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("Tiles of {} pixels do not fit this model; try {}.", g.tile,
                        net.anySize ? std::max(multiple, g.tile / multiple * multiple) : net.defaultWidth * scale));
    if (g.overlap > g.tile / 2)
        return fail(ErrorCode::InvalidArgument, "Tiles may share at most half of their width.");
    const auto large = [&](std::int32_t v) {
        return std::max(g.tile, static_cast<std::int32_t>(std::lround(v * job.factor)));
    };
    g.width = large(init->width);
    g.height = large(init->height);
    if (g.width > 16384 || g.height > 16384)
        return fail(ErrorCode::InvalidArgument, "The enlarged picture would have more than 16,384 pixels on a side.");
    g.xs = startsOf(g.width, g.tile, g.overlap);
    g.ys = startsOf(g.height, g.tile, g.overlap);
    return g;
}

DenoiseJob tileJob(const UpscaleJob& job, const Grid& g, PicturePtr init, std::uint64_t index) {
    DenoiseJob tile = job.base;
    tile.branchFrom = nullptr;
    tile.settings.init = std::move(init);
    tile.settings.width = tile.settings.height = g.tile;
    tile.settings.seed += index;
    tile.request = {};
    tile.request.steps = false;
    tile.request.preview = PreviewKind::None;
    return tile;
}

Picture cropped(const Picture& p, std::int32_t x0, std::int32_t y0, std::int32_t size) {
    Picture out(p.channels, size, size);
    for (std::int32_t c = 0; c < p.channels; ++c)
        for (std::int32_t y = 0; y < size; ++y)
            std::copy_n(p.channel(c) + static_cast<std::ptrdiff_t>(y0 + y) * p.width + x0, size,
                        out.channel(c) + static_cast<std::ptrdiff_t>(y) * size);
    return out;
}

/// Rises from the edges of a tile to 1 where it overlaps no other.
float fade(std::int32_t i, std::int32_t tile, std::int32_t overlap) {
    const std::int32_t edge = std::min(i, tile - 1 - i) + 1;
    return overlap <= 0 ? 1.0F : std::min(1.0F, static_cast<float>(edge) / static_cast<float>(overlap + 1));
}

} // namespace

Result<UpscalePlan> planUpscale(const UpscaleJob& job) {
    VITRAL_TRY_ASSIGN(const Grid g, gridOf(job));
    UpscalePlan plan;
    plan.width = g.width;
    plan.height = g.height;
    plan.nTile = static_cast<std::int32_t>(g.xs.size() * g.ys.size());
    const auto blank = std::make_shared<const Picture>(job.base.settings.init->channels, g.tile, g.tile);
    VITRAL_TRY_ASSIGN(plan.oneTile, planDenoise(tileJob(job, g, blank, 0)));
    return plan;
}

Result<Picture> upscale(const UpscaleJob& job, std::stop_token stop,
                        const std::function<void(double, const Picture&)>& progress) {
    VITRAL_TRY_ASSIGN(const Grid g, gridOf(job));
    const Picture large = resized(*job.base.settings.init, g.height, g.width);
    Picture sum, shown;
    std::vector<float> weights(static_cast<std::size_t>(g.width) * static_cast<std::size_t>(g.height));
    const std::size_t nTile = g.xs.size() * g.ys.size();
    for (std::size_t i = 0; i < nTile; ++i) {
        const std::int32_t x0 = g.xs[i % g.xs.size()], y0 = g.ys[i / g.xs.size()];
        const auto init = std::make_shared<const Picture>(cropped(large, x0, y0, g.tile));
        VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr run, denoise(tileJob(job, g, init, i), stop, {}));
        const Picture& tile = *run->result;
        if (sum.empty()) {
            sum = Picture(tile.channels, g.height, g.width);
            shown = withChannels(large, tile.channels);
        }
        for (std::int32_t y = 0; y < g.tile; ++y)
            for (std::int32_t x = 0; x < g.tile; ++x) {
                const auto at = static_cast<std::size_t>(y0 + y) * static_cast<std::size_t>(g.width) +
                                static_cast<std::size_t>(x0 + x);
                const float w = fade(x, g.tile, g.overlap) * fade(y, g.tile, g.overlap);
                weights[at] += w;
                for (std::int32_t c = 0; c < tile.channels; ++c) {
                    sum.channel(c)[at] += w * tile.channel(c)[static_cast<std::ptrdiff_t>(y) * g.tile + x];
                    shown.channel(c)[at] = sum.channel(c)[at] / weights[at];
                }
            }
        if (progress)
            progress(static_cast<double>(i + 1) / static_cast<double>(nTile), shown);
    }
    return shown;
}

} // namespace vitral::diffusion
