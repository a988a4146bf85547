// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/unet_config.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

constexpr std::int64_t kMaxChannels = 16384;

tl::unexpected<Error> unknown(const JsonConfig& json, std::string_view key, std::string_view value,
                              std::string_view known) {
    return fail(ErrorCode::Unsupported, fmt::format("The key {} of {} is \"{}\"; this version knows {}.", key,
                                                    json.what(), value.substr(0, 60), known));
}

/// A key that must have one value to be understood here.
Result<void> onlyText(const JsonConfig& json, std::string_view key, std::string_view known) {
    VITRAL_TRY_ASSIGN(const std::string value, json.text(key, known));
    if (value != known)
        return unknown(json, key, value, known);
    return {};
}

Result<void> onlyFlag(const JsonConfig& json, std::string_view key, bool known) {
    VITRAL_TRY_ASSIGN(const bool value, json.boolean(key, known));
    if (value != known)
        return unknown(json, key, value ? "true" : "false", known ? "true" : "false");
    return {};
}

struct Lists {
    std::vector<std::int64_t> channels, nRes, heads, depth, upDepth;
    std::vector<bool> onlyCross;
};

Result<std::vector<bool>> onlyCrossOf(const JsonConfig& json, std::size_t n) {
    if (!json.isArray("only_cross_attention")) {
        VITRAL_TRY_ASSIGN(const bool all, json.boolean("only_cross_attention", false));
        return std::vector<bool>(n, all);
    }
    return fail(
        ErrorCode::Unsupported,
        fmt::format("The key only_cross_attention of {} is a list, which this version does not know.", json.what()));
}

/// SD 1.x says attention_head_dim and means the number of heads; diffusers has kept to that.
Result<std::vector<std::int64_t>> headsOf(const JsonConfig& json, const std::vector<std::int64_t>& channels,
                                          bool conditional) {
    if (conditional) {
        const char* key = json.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
        return json.integers(key, channels.size(), 8, 1, 1024);
    }
    std::vector<std::int64_t> heads(channels.size(), 1);
    if (json.isNull("attention_head_dim")) // one head, as wide as the block
        return heads;
    VITRAL_TRY_ASSIGN(const std::int64_t width, json.integer("attention_head_dim", 8, 1, kMaxChannels));
    for (std::size_t i = 0; i < heads.size(); ++i) // 0 where they do not divide: an error where there is attention
        heads[i] = channels[i] % width == 0 ? channels[i] / width : 0;
    return heads;
}

Result<BlockAttention> attentionOf(const JsonConfig& json, const std::string& type, std::string_view direction,
                                   bool conditional) {
    const auto is = [&](std::string_view prefix) { return type == fmt::format("{}{}Block2D", prefix, direction); };
    if (is(""))
        return BlockAttention::None;
    if (conditional && is("CrossAttn"))
        return BlockAttention::Transformer;
    if (!conditional && is("Attn"))
        return BlockAttention::Plain;
    return unknown(json, fmt::format("{}_block_types", direction == "Down" ? "down" : "up"), type,
                   conditional ? fmt::format("{0}Block2D and CrossAttn{0}Block2D", direction)
                               : fmt::format("{0}Block2D and Attn{0}Block2D", direction));
}

Result<void> checkHeads(const JsonConfig& json, std::int64_t channels, std::int64_t nHead) {
    if (nHead == 0 || channels % nHead != 0)
        return fail(ErrorCode::InvalidFile, fmt::format("{} asks for attention heads in a block of {} channels that do "
                                                        "not divide them.",
                                                        json.what(), channels));
    return {};
}

/// Everything that would change the arithmetic and is not carried out here.
Result<void> refuseOthers(const JsonConfig& json, bool conditional) {
    for (const char* key : {"act_fn"}) {
        VITRAL_TRY_ASSIGN(const std::string value, json.text(key, "silu"));
        if (value != "silu" && value != "swish")
            return unknown(json, key, value, "silu");
    }
    VITRAL_TRY(onlyText(json, "resnet_time_scale_shift", "default"));
    VITRAL_TRY(onlyText(json, "time_embedding_type", "positional"));
    for (const char* key : {"encoder_hid_dim", "time_cond_proj_dim", "time_embedding_dim", "timestep_post_act",
                            "time_embedding_act_fn", "cross_attention_norm", "attn_norm_num_groups"})
        if (json.has(key))
            return fail(ErrorCode::Unsupported,
                        fmt::format("{} gives the key {}, which this version does not know.", json.what(), key));
    VITRAL_TRY(onlyFlag(json, "dual_cross_attention", false));
    VITRAL_TRY(onlyFlag(json, "class_embeddings_concat", false));
    VITRAL_TRY(onlyFlag(json, "resnet_skip_time_act", false));
    VITRAL_TRY_ASSIGN(const double outScale, json.real("resnet_out_scale_factor", 1.0, -1e6, 1e6));
    VITRAL_TRY_ASSIGN(const double midScale, json.real("mid_block_scale_factor", 1.0, -1e6, 1e6));
    if (outScale != 1.0 || midScale != 1.0)
        return fail(ErrorCode::Unsupported, fmt::format("{} scales the output of its blocks, which this version does "
                                                        "not know.",
                                                        json.what()));
    for (const char* key : {"conv_in_kernel", "conv_out_kernel"}) {
        VITRAL_TRY_ASSIGN(const std::int64_t kernel, json.integer(key, 3, 0, 64));
        if (kernel != 3)
            return unknown(json, key, std::to_string(kernel), "3");
    }
    if (json.has("downsample_padding")) {
        VITRAL_TRY_ASSIGN(const std::int64_t padding, json.integer("downsample_padding", 1, 0, 64));
        if (padding != 1)
            return unknown(json, "downsample_padding", std::to_string(padding), "1");
    }
    if (!conditional) {
        VITRAL_TRY(onlyText(json, "downsample_type", "conv"));
        VITRAL_TRY(onlyText(json, "upsample_type", "conv"));
    }
    return {};
}

Result<void> readMid(const JsonConfig& json, UNetConfig& config) {
    config.midAttention = config.conditional ? BlockAttention::Transformer : BlockAttention::Plain;
    if (!config.conditional) {
        VITRAL_TRY_ASSIGN(const bool attention, json.boolean("add_attention", true));
        if (!attention)
            config.midAttention = BlockAttention::None;
    }
    const std::string_view usual = config.conditional ? "UNetMidBlock2DCrossAttn" : "UNetMidBlock2D";
    if (json.isNull("mid_block_type")) {
        config.nMidRes = 0;
        config.midAttention = BlockAttention::None;
        return {};
    }
    VITRAL_TRY_ASSIGN(const std::string type, json.text("mid_block_type", usual));
    if (type != usual)
        return unknown(json, "mid_block_type", type, usual);
    const UNetLevel& last = config.down.back();
    config.midHead = last.nHead;
    config.midDepth = last.depth;
    if (config.midAttention != BlockAttention::None)
        VITRAL_TRY(checkHeads(json, last.channels, config.midHead));
    return {};
}

Result<void> readClasses(const JsonConfig& json, UNetConfig& config) {
    if (json.has("class_embed_type"))
        return fail(ErrorCode::Unsupported, fmt::format("{} gives the key class_embed_type; this version knows class "
                                                        "embeddings by num_class_embeds only.",
                                                        json.what()));
    VITRAL_TRY_ASSIGN(config.nClass, json.integer("num_class_embeds", 0, 0, 1 << 24));
    VITRAL_TRY_ASSIGN(const std::string added, json.text("addition_embed_type", ""));
    if (added.empty())
        return {};
    if (added != "text_time")
        return unknown(json, "addition_embed_type", added, "text_time");
    VITRAL_TRY_ASSIGN(config.nTextTime, json.integer("projection_class_embeddings_input_dim", {}, 1, 1 << 20));
    VITRAL_TRY_ASSIGN(config.textTimeWidth, json.integer("addition_time_embed_dim", 256, 2, 1 << 16));
    if (config.nTextTime <= 6 * config.textTimeWidth)
        return fail(
            ErrorCode::InvalidFile,
            fmt::format("{}'s projection_class_embeddings_input_dim leaves no room for a pooled text.", json.what()));
    return {};
}

Result<void> readSampleSize(const JsonConfig& json, UNetConfig& config) {
    if (json.isArray("sample_size")) {
        VITRAL_TRY_ASSIGN(const auto size, json.integers("sample_size", 2, {}, 1, 8192));
        config.sampleHeight = size[0];
        config.sampleWidth = size[1];
        return {};
    }
    VITRAL_TRY_ASSIGN(config.sampleHeight, json.integer("sample_size", config.conditional ? 64 : 32, 1, 8192));
    config.sampleWidth = config.sampleHeight;
    return {};
}

} // namespace

Result<UNetConfig> readUNetConfig(const JsonConfig& json) {
    UNetConfig config;
    VITRAL_TRY_ASSIGN(const std::string kind, json.text("_class_name", "UNet2DConditionModel"));
    if (kind != "UNet2DConditionModel" && kind != "UNet2DModel")
        return unknown(json, "_class_name", kind, "UNet2DConditionModel and UNet2DModel");
    config.conditional = kind == "UNet2DConditionModel";
    VITRAL_TRY(refuseOthers(json, config.conditional));
    VITRAL_TRY_ASSIGN(config.inChannels, json.integer("in_channels", config.conditional ? 4 : 3, 1, kMaxChannels));
    VITRAL_TRY_ASSIGN(config.outChannels, json.integer("out_channels", config.conditional ? 4 : 3, 1, kMaxChannels));
    VITRAL_TRY(readSampleSize(json, config));

    VITRAL_TRY_ASSIGN(const auto channels, json.integers("block_out_channels", 0, {}, 1, kMaxChannels));
    const std::size_t n = channels.size();
    VITRAL_TRY_ASSIGN(const auto nRes, json.integers("layers_per_block", n, 2, 1, 32));
    VITRAL_TRY_ASSIGN(const auto heads, headsOf(json, channels, config.conditional));
    if (json.isArray("transformer_layers_per_block") && json.has("reverse_transformer_layers_per_block"))
        return fail(ErrorCode::Unsupported,
                    fmt::format("{} gives the key reverse_transformer_layers_per_block, which this version does not "
                                "know.",
                                json.what()));
    VITRAL_TRY_ASSIGN(const auto depth, json.integers("transformer_layers_per_block", n, 1, 1, 64));
    VITRAL_TRY_ASSIGN(const auto onlyCross, onlyCrossOf(json, n));
    VITRAL_TRY_ASSIGN(auto downTypes, json.texts("down_block_types", n));
    VITRAL_TRY_ASSIGN(auto upTypes, json.texts("up_block_types", n));
    if (downTypes.size() != n || upTypes.size() != n)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{} lists {} down blocks and {} up blocks for {} block_out_channels.", json.what(),
                                downTypes.size(), upTypes.size(), n));
    for (std::size_t i = 0; i < n; ++i) {
        UNetLevel level;
        level.channels = channels[i];
        level.nRes = nRes[i];
        level.nHead = heads[i];
        level.depth = depth[i];
        level.onlyCross = onlyCross[i];
        level.resample = i + 1 < n;
        VITRAL_TRY_ASSIGN(level.attention, attentionOf(json, downTypes[i], "Down", config.conditional));
        if (level.attention != BlockAttention::None)
            VITRAL_TRY(checkHeads(json, level.channels, level.nHead));
        config.down.push_back(level);
    }
    for (std::size_t i = 0; i < n; ++i) {
        UNetLevel level = config.down[n - 1 - i];
        level.nRes += 1;
        level.resample = i + 1 < n;
        VITRAL_TRY_ASSIGN(level.attention, attentionOf(json, upTypes[i], "Up", config.conditional));
        if (level.attention != BlockAttention::None)
            VITRAL_TRY(checkHeads(json, level.channels, level.nHead));
        config.up.push_back(level);
    }
    VITRAL_TRY(readMid(json, config));
    VITRAL_TRY_ASSIGN(config.crossWidth, json.integer("cross_attention_dim", 1280, 1, 1 << 16));
    VITRAL_TRY_ASSIGN(config.nGroup, json.integer("norm_num_groups", 32, 1, kMaxChannels));
    VITRAL_TRY_ASSIGN(config.normEps, json.real("norm_eps", 1e-5, 0, 1));
    VITRAL_TRY_ASSIGN(config.linearProjection, json.boolean("use_linear_projection", false));
    VITRAL_TRY_ASSIGN(config.flipSinToCos, json.boolean("flip_sin_to_cos", true));
    VITRAL_TRY_ASSIGN(config.freqShift, json.real("freq_shift", 0.0, -1, 1));
    VITRAL_TRY_ASSIGN(config.centerInput, json.boolean("center_input_sample", false));
    if (config.down.front().channels % 2 != 0 || config.down.front().channels < 4)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{}'s first block has {} channels; an embedding of the time needs an even number.",
                                json.what(), config.down.front().channels));
    VITRAL_TRY(readClasses(json, config));
    return config;
}

} // namespace vitral::diffusion
