// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/tiles.h"

#include "core/base/assert.h"

#include <algorithm>

namespace vitral::diffusion {

std::vector<std::int32_t> tileStarts(std::int32_t length, std::int32_t side, std::int32_t overlap) {
    if (length <= side)
        return {0};
    // As few tiles as cover it, evenly spread: the last one never overlaps much more than the others.
    const std::int32_t step = std::max(side - overlap, 1);
    const std::int32_t n = (length - side + step - 1) / step + 1;
    std::vector<std::int32_t> starts;
    for (std::int32_t i = 0; i < n; ++i)
        starts.push_back(static_cast<std::int32_t>(std::int64_t{length - side} * i / (n - 1)));
    return starts;
}

namespace {

Picture cut(const Picture& from, std::int32_t top, std::int32_t left, std::int32_t height, std::int32_t width) {
    Picture piece(from.channels, height, width);
    for (std::int32_t c = 0; c < from.channels; ++c)
        for (std::int32_t y = 0; y < height; ++y)
            std::copy_n(from.channel(c) + std::ptrdiff_t{top + y} * from.width + left, width,
                        piece.channel(c) + std::ptrdiff_t{y} * width);
    return piece;
}

/// Weight of a pixel by its distance from the tile's edge: rises over the overlap.
float rise(std::int32_t at, std::int32_t length, std::int32_t overlap) {
    const std::int32_t edge = std::min(at, length - 1 - at) + 1;
    return static_cast<float>(std::min(edge, overlap)) / static_cast<float>(std::max(overlap, 1));
}

} // namespace

Result<void> runTiles(const Picture& input, std::int32_t inUnit, Picture& output, std::int32_t outUnit,
                      const TileRules& rules, const std::function<Result<Picture>(const Picture&)>& run,
                      const std::function<void(double)>& progress) {
    const std::int32_t height = input.height / inUnit, width = input.width / inUnit;
    const auto tops = tileStarts(height, rules.side, rules.overlap);
    const auto lefts = tileStarts(width, rules.side, rules.overlap);
    const std::int32_t tileH = std::min(height, rules.side), tileW = std::min(width, rules.side);
    std::fill(output.values.begin(), output.values.end(), 0.0F);
    std::vector<float> total(static_cast<std::size_t>(output.height) * static_cast<std::size_t>(output.width));
    std::size_t done = 0;
    for (const std::int32_t top : tops) {
        for (const std::int32_t left : lefts) {
            VITRAL_TRY_ASSIGN(const Picture piece,
                              run(cut(input, top * inUnit, left * inUnit, tileH * inUnit, tileW * inUnit)));
            VITRAL_ASSERT(piece.height == tileH * outUnit && piece.width == tileW * outUnit &&
                              piece.channels == output.channels,
                          "a tile keeps its place");
            for (std::int32_t y = 0; y < piece.height; ++y) {
                const float wy = rise(y, piece.height, rules.overlap * outUnit);
                for (std::int32_t x = 0; x < piece.width; ++x) {
                    const float w = wy * rise(x, piece.width, rules.overlap * outUnit);
                    const auto to =
                        static_cast<std::size_t>(top * outUnit + y) * static_cast<std::size_t>(output.width) +
                        static_cast<std::size_t>(left * outUnit + x);
                    const auto from = static_cast<std::size_t>(y) * static_cast<std::size_t>(piece.width) +
                                      static_cast<std::size_t>(x);
                    total[to] += w;
                    for (std::int32_t c = 0; c < output.channels; ++c)
                        output.channel(c)[to] += w * piece.channel(c)[from];
                }
            }
            ++done;
            if (progress)
                progress(static_cast<double>(done) / static_cast<double>(tops.size() * lefts.size()));
        }
    }
    for (std::int32_t c = 0; c < output.channels; ++c)
        for (std::size_t i = 0; i < total.size(); ++i)
            output.channel(c)[i] /= total[i];
    return {};
}

} // namespace vitral::diffusion
