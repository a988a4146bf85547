// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cross-attention as pictures: how much each pixel looks at each word, of one block and head at one step, or averaged
// over any of them. A weight is a share: over all words (special ones included) they add up to 1 at every pixel.
// Thread: any.

#include "core/diffusion/recording.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral {

struct HeatChoice {
    std::string block;      ///< empty: all recorded blocks, brought to the size of the finest
    std::int32_t head = -1; ///< -1: all
    std::int32_t step = -1; ///< -1: all steps
    bool operator==(const HeatChoice&) const = default;
};

struct WordHeat {
    std::int32_t width = 0, height = 0, nToken = 0;
    std::vector<float> weights;                    ///< [nToken, height, width]
    std::int32_t nBlock = 0, nHead = 0, nStep = 0; ///< averaged over
    double leastSum = 0, mostSum = 0;              ///< over the words, of all pixels: 1 but for rounding to F16
    [[nodiscard]] const float* word(std::int32_t i) const {
        return weights.data() + std::size_t(i) * std::size_t(width) * std::size_t(height);
    }
    [[nodiscard]] bool empty() const { return weights.empty(); }
};

/// Empty where nothing of that kind is recorded, or when asked to stop.
[[nodiscard]] WordHeat wordHeat(const diffusion::DenoiseRecording& recording, const HeatChoice& choice,
                                const std::stop_token& stop = {});
/// Names of the blocks recorded in any step, in order; and the largest number of heads.
[[nodiscard]] std::vector<std::string> heatBlocks(const diffusion::DenoiseRecording& recording);
[[nodiscard]] std::int32_t heatHeads(const diffusion::DenoiseRecording& recording, const std::string& block);

} // namespace vitral
