// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/word_heat.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

bool sound(const CrossMap& map) {
    return map.height > 0 && map.width > 0 && map.nHead > 0 && map.nToken > 0 &&
           map.weights.size() ==
               std::size_t(map.nHead) * std::size_t(map.nToken) * std::size_t(map.height) * std::size_t(map.width);
}

// Adds factor * plane, enlarged by linear interpolation between the middles of its pixels.
void add(std::span<const float> plane, std::int32_t w, std::int32_t h, float* out, std::int32_t outW,
         std::int32_t outH) {
    for (std::int32_t y = 0; y < outH; ++y) {
        const double fy = std::clamp((y + 0.5) * h / outH - 0.5, 0.0, h - 1.0);
        const auto y0 = std::int32_t(fy);
        const std::int32_t y1 = std::min(y0 + 1, h - 1);
        const auto ty = float(fy - y0);
        for (std::int32_t x = 0; x < outW; ++x) {
            const double fx = std::clamp((x + 0.5) * w / outW - 0.5, 0.0, w - 1.0);
            const auto x0 = std::int32_t(fx);
            const std::int32_t x1 = std::min(x0 + 1, w - 1);
            const auto tx = float(fx - x0);
            const auto at = [&](std::int32_t yy, std::int32_t xx) {
                return plane[std::size_t(yy) * std::size_t(w) + std::size_t(xx)];
            };
            const float top = at(y0, x0) * (1 - tx) + at(y0, x1) * tx;
            const float bottom = at(y1, x0) * (1 - tx) + at(y1, x1) * tx;
            out[std::size_t(y) * std::size_t(outW) + std::size_t(x)] += top * (1 - ty) + bottom * ty;
        }
    }
}

} // namespace

std::vector<std::string> heatBlocks(const DenoiseRecording& recording) {
    std::vector<std::string> blocks;
    for (const DenoiseStepPtr& step : recording.steps)
        for (const auto& map : step->cross)
            if (map && sound(*map) && std::find(blocks.begin(), blocks.end(), map->block) == blocks.end())
                blocks.push_back(map->block);
    return blocks;
}

std::int32_t heatHeads(const DenoiseRecording& recording, const std::string& block) {
    std::int32_t most = 0;
    for (const DenoiseStepPtr& step : recording.steps)
        for (const auto& map : step->cross)
            if (map && sound(*map) && (block.empty() || map->block == block))
                most = std::max(most, map->nHead);
    return most;
}

WordHeat wordHeat(const DenoiseRecording& recording, const HeatChoice& choice, const std::stop_token& stop) {
    WordHeat heat;
    std::vector<const CrossMap*> maps;
    std::vector<std::string> blocks;
    for (std::size_t i = 0; i < recording.steps.size(); ++i) {
        if (choice.step >= 0 && std::size_t(choice.step) != i)
            continue;
        bool any = false;
        for (const auto& map : recording.steps[i]->cross) {
            if (!map || !sound(*map) || (!choice.block.empty() && map->block != choice.block) ||
                (choice.head >= 0 && choice.head >= map->nHead))
                continue;
            if (!maps.empty() && map->nToken != maps.front()->nToken)
                continue; // another prompt's: a branch
            maps.push_back(map.get());
            any = true;
            heat.width = std::max(heat.width, map->width);
            heat.height = std::max(heat.height, map->height);
            if (std::find(blocks.begin(), blocks.end(), map->block) == blocks.end())
                blocks.push_back(map->block);
            heat.nHead = std::max(heat.nHead, choice.head >= 0 ? 1 : map->nHead);
        }
        heat.nStep += any ? 1 : 0;
    }
    if (maps.empty())
        return {};
    heat.nBlock = std::int32_t(blocks.size());
    heat.nToken = maps.front()->nToken;
    const std::size_t n = std::size_t(heat.width) * std::size_t(heat.height);
    heat.weights.assign(std::size_t(heat.nToken) * n, 0.0F);
    std::vector<float> plane;
    for (const CrossMap* map : maps) {
        const std::size_t nPixel = std::size_t(map->width) * std::size_t(map->height);
        const std::int32_t first = choice.head >= 0 ? choice.head : 0;
        const std::int32_t last = choice.head >= 0 ? choice.head + 1 : map->nHead;
        const float share = 1.0F / (float(maps.size()) * float(last - first));
        for (std::int32_t word = 0; word < map->nToken; ++word) {
            if (stop.stop_requested())
                return {};
            plane.assign(nPixel, 0.0F);
            for (std::int32_t head = first; head < last; ++head) {
                const std::uint16_t* from =
                    map->weights.data() + (std::size_t(head) * std::size_t(map->nToken) + std::size_t(word)) * nPixel;
                for (std::size_t i = 0; i < nPixel; ++i)
                    plane[i] += halfToFloat(from[i]) * share;
            }
            float* out = heat.weights.data() + std::size_t(word) * n;
            if (map->width == heat.width && map->height == heat.height)
                for (std::size_t i = 0; i < n; ++i)
                    out[i] += plane[i];
            else
                add(plane, map->width, map->height, out, heat.width, heat.height);
        }
    }
    heat.leastSum = INFINITY;
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::int32_t word = 0; word < heat.nToken; ++word)
            sum += heat.word(word)[i];
        heat.leastSum = std::min(heat.leastSum, sum);
        heat.mostSum = std::max(heat.mostSum, sum);
    }
    return heat;
}

} // namespace vitral
