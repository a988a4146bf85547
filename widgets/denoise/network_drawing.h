// SPDX-License-Identifier: Apache-2.0
#pragma once
// A network as its own recorded list of operations tells it: its blocks with their sizes and shares of the time, and
// which block of the way down each block of the way up reads (skip connections). Values; thread: any.

#include "core/backend/operation_list.h"
#include "core/diffusion/recording.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

enum class NetworkSide : std::uint8_t { Before, Down, Middle, Up, After };

struct NetworkBlock {
    std::string name; ///< "unet.down.0.res.1": as the network gives it to an observer
    NetworkSide side = NetworkSide::Down;
    int row = 0; ///< of the picture: the skip it stands at; below all of them in the middle
    std::int64_t channels = 0, height = 0, width = 0;
    int nOperation = 0;
    std::int64_t timeNs = 0, flops = 0, weightBytes = 0;
};

struct NetworkSkip {
    int from = -1, to = -1; ///< blocks; to: the one that reads it
};

struct NetworkDrawing {
    std::vector<NetworkBlock> blocks; ///< in the order they were carried out
    std::vector<NetworkSkip> skips;   ///< in the order of DenoiseSettings::skipScales
    int nRow = 1;
    std::int64_t totalNs = 0;
    [[nodiscard]] bool empty() const { return blocks.empty(); }
    [[nodiscard]] int find(const std::string& name) const; ///< -1: none
};

/// `features`: of that evaluation; they say the sizes of the blocks. Networks without skips stand in one column.
[[nodiscard]] NetworkDrawing drawNetwork(const OperationList& list, const diffusion::NetworkInfo& network,
                                         const std::vector<std::shared_ptr<const diffusion::FeatureMap>>& features);

/// The channels of a feature map, the one with the largest root mean square first.
struct ChannelMap {
    std::int32_t channel = 0;
    double low = 0, high = 0, mean = 0, rms = 0;
};
[[nodiscard]] std::vector<ChannelMap> rankedChannels(const diffusion::FeatureMap& map);
[[nodiscard]] diffusion::Picture channelPicture(const diffusion::FeatureMap& map, std::int32_t channel);

} // namespace vitral
