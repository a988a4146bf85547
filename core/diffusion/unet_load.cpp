// SPDX-License-Identifier: Apache-2.0
// Loading a U-Net: which tensors its configuration calls for, and the names it goes by.
#include "core/diffusion/unet.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

Result<std::shared_ptr<const UNet>> UNet::load(NetLoader& loader, const UNetConfig& config, std::int64_t nWord) {
    std::shared_ptr<UNet> net(new UNet());
    net->config_ = config;
    net->nWord_ = nWord;
    const std::int64_t first = config.down.front().channels, width = config.timeWidth();
    VITRAL_TRY_ASSIGN(net->in_, loader.conv("conv_in", first, config.inChannels));
    VITRAL_TRY_ASSIGN(net->time1_, loader.linear("time_embedding.linear_1", width, first));
    VITRAL_TRY_ASSIGN(net->time2_, loader.linear("time_embedding.linear_2", width, width));
    if (config.nClass > 0) {
        VITRAL_TRY_ASSIGN(net->classes_, loader.table("class_embedding.weight", config.nClass, width));
    }
    if (config.nTextTime > 0) {
        VITRAL_TRY_ASSIGN(net->added1_, loader.linear("add_embedding.linear_1", width, config.nTextTime));
        VITRAL_TRY_ASSIGN(net->added2_, loader.linear("add_embedding.linear_2", width, width));
    }
    VITRAL_TRY(net->loadLevels(loader));
    VITRAL_TRY_ASSIGN(net->outNorm_, loader.groupNorm("conv_norm_out", first, config.nGroup, config.normEps));
    VITRAL_TRY_ASSIGN(net->out_, loader.conv("conv_out", config.outChannels, first));
    net->info_.nParameter = loader.nParameter();
    net->kept_ = loader.kept();
    net->describe();
    return std::shared_ptr<const UNet>(std::move(net));
}

Result<void> UNet::loadAttention(NetLoader& loader, Level& level, const UNetLevel& spec, const std::string& prefix,
                                 std::int64_t i, const std::string& name) {
    const std::string at = fmt::format("{}.attentions.{}", prefix, i);
    if (spec.attention == BlockAttention::Transformer) {
        VITRAL_TRY_ASSIGN(auto block, SpatialTransformer::load(loader, at, spec.channels, spec.nHead, spec.depth,
                                                               config_.crossWidth, config_.nGroup, spec.onlyCross,
                                                               config_.linearProjection, name));
        level.transformers.push_back(std::move(block));
    } else if (spec.attention == BlockAttention::Plain) {
        VITRAL_TRY_ASSIGN(auto block, PixelAttention::load(loader, at, spec.channels, spec.nHead, config_.nGroup,
                                                           config_.normEps, name));
        level.attentions.push_back(std::move(block));
    } else {
        return {};
    }
    level.attentionNames.push_back(name);
    return {};
}

Result<void> UNet::loadLevels(NetLoader& loader) {
    const std::int64_t width = config_.timeWidth();
    const auto load = [&](const std::string& prefix, std::int64_t nIn, std::int64_t nOut, std::string name) {
        return ResBlock::load(loader, prefix, nIn, nOut, width, config_.nGroup, config_.normEps, std::move(name));
    };
    // Channels of the skip connections, as the way down leaves them.
    std::vector<std::int64_t> skips{config_.down.front().channels};
    info_.skips.emplace_back("unet.in");
    std::int64_t channels = config_.down.front().channels;
    for (std::size_t i = 0; i < config_.down.size(); ++i) {
        const UNetLevel& spec = config_.down[i];
        const std::string prefix = fmt::format("down_blocks.{}", i), name = fmt::format("unet.down.{}", i);
        Level level;
        for (std::int64_t j = 0; j < spec.nRes; ++j) {
            VITRAL_TRY_ASSIGN(auto block, load(fmt::format("{}.resnets.{}", prefix, j), channels, spec.channels,
                                               fmt::format("{}.res.{}", name, j)));
            level.res.push_back(std::move(block));
            channels = spec.channels;
            VITRAL_TRY(loadAttention(loader, level, spec, prefix, j, fmt::format("{}.attn.{}", name, j)));
            skips.push_back(channels);
            info_.skips.push_back(
                fmt::format("{}.{}.{}", name, spec.attention == BlockAttention::None ? "res" : "attn", j));
        }
        if (spec.resample) {
            VITRAL_TRY_ASSIGN(level.resample, loader.conv(prefix + ".downsamplers.0.conv", channels, channels));
            level.resampleName = name + ".down";
            skips.push_back(channels);
            info_.skips.push_back(level.resampleName);
        }
        down_.push_back(std::move(level));
    }
    for (std::int64_t j = 0; j < config_.nMidRes; ++j) {
        const std::string name = j + 1 == config_.nMidRes ? "unet.mid" : fmt::format("unet.mid.res.{}", j);
        VITRAL_TRY_ASSIGN(auto block, load(fmt::format("mid_block.resnets.{}", j), channels, channels, name));
        midRes_.push_back(std::move(block));
    }
    if (config_.midAttention != BlockAttention::None) {
        UNetLevel spec;
        spec.channels = channels;
        spec.attention = config_.midAttention;
        spec.nHead = config_.midHead;
        spec.depth = config_.midDepth;
        VITRAL_TRY(loadAttention(loader, mid_, spec, "mid_block", 0, "unet.mid.attn.0"));
    }
    for (std::size_t i = 0; i < config_.up.size(); ++i) {
        const UNetLevel& spec = config_.up[i];
        const std::string prefix = fmt::format("up_blocks.{}", i), name = fmt::format("unet.up.{}", i);
        Level level;
        for (std::int64_t j = 0; j < spec.nRes; ++j) {
            if (skips.empty())
                return fail(ErrorCode::InvalidFile, "The U-Net's way up reads more skip connections than its way down "
                                                    "leaves.");
            VITRAL_TRY_ASSIGN(auto block, load(fmt::format("{}.resnets.{}", prefix, j), channels + skips.back(),
                                               spec.channels, fmt::format("{}.res.{}", name, j)));
            skips.pop_back();
            level.res.push_back(std::move(block));
            channels = spec.channels;
            VITRAL_TRY(loadAttention(loader, level, spec, prefix, j, fmt::format("{}.attn.{}", name, j)));
        }
        if (spec.resample) {
            VITRAL_TRY_ASSIGN(level.resample, loader.conv(prefix + ".upsamplers.0.conv", channels, channels));
            level.resampleName = name + ".up";
        }
        up_.push_back(std::move(level));
    }
    return {};
}

/// The description, and the blocks in the order of the pass; after everything has its final address.
void UNet::describe() {
    info_.kind = "U-Net";
    info_.inChannels = static_cast<std::int32_t>(config_.inChannels);
    info_.outChannels = static_cast<std::int32_t>(config_.outChannels);
    info_.defaultHeight = static_cast<std::int32_t>(config_.sampleHeight);
    info_.defaultWidth = static_cast<std::int32_t>(config_.sampleWidth);
    for (const UNetLevel& level : config_.down)
        info_.sizeMultiple *= level.resample ? 2 : 1;
    auto& features = info_.featureBlocks;
    features.emplace_back("unet.in");
    const auto addCross = [&](const SpatialTransformer& block) {
        for (const auto& layer : block.layers)
            info_.crossBlocks.push_back(layer.crossName);
    };
    const auto add = [&](const Level& level) {
        for (std::size_t i = 0; i < level.res.size(); ++i) {
            allRes_.push_back(&level.res[i]);
            features.push_back(level.res[i].name);
            if (i < level.attentionNames.size())
                features.push_back(level.attentionNames[i]);
            if (i < level.transformers.size())
                addCross(level.transformers[i]);
        }
        if (!level.resample.empty())
            features.push_back(level.resampleName);
    };
    for (const Level& level : down_)
        add(level);
    for (std::size_t i = 0; i < midRes_.size(); ++i) {
        allRes_.push_back(&midRes_[i]);
        if (i + 1 == midRes_.size())
            continue;
        features.push_back(midRes_[i].name);
        for (const std::string& name : mid_.attentionNames)
            features.push_back(name);
        for (const SpatialTransformer& block : mid_.transformers)
            addCross(block);
    }
    features.emplace_back("unet.mid");
    for (const Level& level : up_)
        add(level);
}

} // namespace vitral::diffusion
