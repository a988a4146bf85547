// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/network_drawing.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

// The longest block name that the scope is or begins with: "unet.up.0.attn.1.cross" belongs to "unet.up.0.attn.1".
std::string blockOf(const std::string& scope, const std::vector<std::string>& names) {
    std::string best;
    for (const std::string& name : names)
        if (name.size() > best.size() && scope.starts_with(name) &&
            (scope.size() == name.size() || scope[name.size()] == '.'))
            best = name;
    return best.empty() ? scope : best;
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

} // namespace

int NetworkDrawing::find(const std::string& name) const {
    const auto at = std::find_if(blocks.begin(), blocks.end(), [&](const NetworkBlock& b) { return b.name == name; });
    return at == blocks.end() ? -1 : int(at - blocks.begin());
}

NetworkDrawing drawNetwork(const OperationList& list, const NetworkInfo& network,
                           const std::vector<std::shared_ptr<const FeatureMap>>& features) {
    NetworkDrawing drawing;
    for (const Operation& op : list.operations) {
        const std::string name = blockOf(op.scope, network.featureBlocks);
        int at = drawing.find(name);
        if (at < 0) {
            NetworkBlock block;
            block.name = name;
            at = int(drawing.blocks.size());
            drawing.blocks.push_back(std::move(block));
        }
        NetworkBlock& block = drawing.blocks[std::size_t(at)];
        ++block.nOperation;
        block.timeNs += op.timeNs;
        block.flops += op.flops;
        for (const OperandInfo& weight : op.weights)
            block.weightBytes += weight.bytes;
        if (!op.outputs.empty())
            block.channels = op.outputs.back().shape.nCol();
        drawing.totalNs += op.timeNs;
    }
    for (const auto& map : features)
        if (const int at = drawing.find(map->block); at >= 0) {
            NetworkBlock& block = drawing.blocks[std::size_t(at)];
            block.channels = map->channels;
            block.height = map->height;
            block.width = map->width;
        }

    // Which way a block lies is in its name; what was done before the first block only prepares.
    const int nBlock = int(drawing.blocks.size());
    const bool isU = !network.skips.empty();
    int firstBlock = nBlock, lastBlock = -1;
    for (int i = 0; i < nBlock; ++i)
        if (std::find(network.featureBlocks.begin(), network.featureBlocks.end(),
                      drawing.blocks[std::size_t(i)].name) != network.featureBlocks.end()) {
            firstBlock = std::min(firstBlock, i);
            lastBlock = i;
        }
    for (int i = 0; i < nBlock; ++i) {
        NetworkBlock& block = drawing.blocks[std::size_t(i)];
        block.side = i < firstBlock                 ? NetworkSide::Before
                     : i > lastBlock                ? NetworkSide::After
                     : contains(block.name, ".up.") ? NetworkSide::Up
                     : contains(block.name, ".mid") ? NetworkSide::Middle
                                                    : NetworkSide::Down;
    }
    if (!isU) {
        for (int i = 0; i < nBlock; ++i)
            drawing.blocks[std::size_t(i)].row = i;
        drawing.nRow = std::max(1, nBlock);
        return drawing;
    }
    // Skip i leaves the block it is named after; the way up reads them last first, one a residual block.
    std::vector<int> readers;
    for (int i = 0; i < nBlock; ++i)
        if (drawing.blocks[std::size_t(i)].side == NetworkSide::Up &&
            contains(drawing.blocks[std::size_t(i)].name, ".res."))
            readers.push_back(i);
    const int nSkip = int(network.skips.size());
    for (int i = 0; i < nSkip; ++i) {
        NetworkSkip skip;
        skip.from = drawing.find(network.skips[std::size_t(i)]);
        const int reader = nSkip - 1 - i;
        skip.to = reader < int(readers.size()) ? readers[std::size_t(reader)] : -1;
        drawing.skips.push_back(skip);
    }
    drawing.nRow = nSkip + 1;
    for (int i = 0, row = 0; i < nBlock; ++i) {
        NetworkBlock& block = drawing.blocks[std::size_t(i)];
        switch (block.side) {
        case NetworkSide::Before:
        case NetworkSide::After:
            block.row = 0;
            break;
        case NetworkSide::Down:
            block.row = std::min(row, nSkip - 1);
            for (const NetworkSkip& skip : drawing.skips)
                if (skip.from == i)
                    ++row;
            break;
        case NetworkSide::Middle:
            block.row = nSkip;
            row = nSkip;
            break;
        case NetworkSide::Up:
            for (int k = 0; k < nSkip; ++k)
                if (drawing.skips[std::size_t(k)].to == i)
                    row = k;
            block.row = std::clamp(row, 0, nSkip - 1);
            break;
        }
    }
    return drawing;
}

std::vector<ChannelMap> rankedChannels(const FeatureMap& map) {
    std::vector<ChannelMap> out;
    const std::size_t n = std::size_t(map.height) * std::size_t(map.width);
    if (n == 0 || map.values.size() < n * std::size_t(map.channels))
        return out;
    for (std::int32_t c = 0; c < map.channels; ++c) {
        ChannelMap one;
        one.channel = c;
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double v = double(halfToFloat(map.values[std::size_t(c) * n + i]));
            one.low = i == 0 ? v : std::min(one.low, v);
            one.high = i == 0 ? v : std::max(one.high, v);
            sum += v;
            squares += v * v;
        }
        one.mean = sum / double(n);
        one.rms = std::sqrt(squares / double(n));
        out.push_back(one);
    }
    std::stable_sort(out.begin(), out.end(), [](const ChannelMap& a, const ChannelMap& b) { return a.rms > b.rms; });
    return out;
}

Picture channelPicture(const FeatureMap& map, std::int32_t channel) {
    Picture picture(1, map.height, map.width);
    const std::size_t n = picture.size();
    for (std::size_t i = 0; i < n; ++i)
        picture.values[i] = halfToFloat(map.values[std::size_t(channel) * n + i]);
    return picture;
}

} // namespace vitral
