// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/ldm_names.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <unordered_map>

namespace vitral::diffusion {

namespace {

using Names = std::unordered_map<std::string, std::string>;
constexpr std::int64_t kMaxBlocks = 256, kMaxDepth = 64;

/// Replaces the longest beginning (whole parts between points) that `names` knows.
TensorSource::Rename byPrefix(Names names) {
    return [names = std::move(names)](std::string_view name) -> std::optional<std::string> {
        std::string begin(name);
        while (true) {
            if (const auto at = names.find(begin); at != names.end())
                return at->second + std::string(name.substr(begin.size()));
            const std::size_t point = begin.rfind('.');
            if (point == std::string::npos)
                return std::nullopt;
            begin.resize(point);
        }
    };
}

void resNames(Names& names, const std::string& from, const std::string& to) {
    for (const auto& [a, b] :
         std::initializer_list<std::pair<const char*, const char*>>{{"in_layers.0", "norm1"},
                                                                    {"in_layers.2", "conv1"},
                                                                    {"emb_layers.1", "time_emb_proj"},
                                                                    {"out_layers.0", "norm2"},
                                                                    {"out_layers.3", "conv2"},
                                                                    {"skip_connection", "conv_shortcut"}})
        names[fmt::format("{}.{}", from, a)] = fmt::format("{}.{}", to, b);
}

tl::unexpected<Error> lacks(std::string_view part, std::string_view tensor) {
    return fail(ErrorCode::InvalidFile, fmt::format("The checkpoint's {} lacks the tensor {}.", part, tensor));
}

/// What a level has in common, of its residual block and what stands after it.
void readAttention(const TensorSource& raw, const std::string& at, UNetLevel& level, std::int64_t& crossWidth) {
    if (!raw.has(at + ".norm.weight"))
        return;
    level.attention = BlockAttention::Transformer;
    level.depth = 0;
    while (level.depth < kMaxDepth && raw.has(fmt::format("{}.transformer_blocks.{}.norm1.weight", at, level.depth)))
        ++level.depth;
    level.depth = std::max<std::int64_t>(level.depth, 1);
    const Shape shape = raw.shapeOf(at + ".transformer_blocks.0.attn2.to_k.weight");
    if (shape.rank == 2)
        crossWidth = shape[1];
}

/// Stable Diffusion 1 has 8 heads everywhere, 2 and XL heads of 64 numbers; the tensors do not say.
std::int64_t headsFor(std::int64_t channels, std::int64_t crossWidth) {
    if (crossWidth == 1024 || crossWidth == 2048 || crossWidth == 1280)
        return std::max<std::int64_t>(channels / 64, 1);
    return 8;
}

} // namespace

Result<LdmUNet> unetFromLdm(const TensorSource& raw) {
    LdmUNet result;
    UNetConfig& config = result.config;
    Names names{{"time_embed.0", "time_embedding.linear_1"},
                {"time_embed.2", "time_embedding.linear_2"},
                {"label_emb.0.0", "add_embedding.linear_1"},
                {"label_emb.0.2", "add_embedding.linear_2"},
                {"input_blocks.0.0", "conv_in"},
                {"out.0", "conv_norm_out"},
                {"out.2", "conv_out"}};
    const Shape in = raw.shapeOf("input_blocks.0.0.weight"), out = raw.shapeOf("out.2.weight");
    if (in.rank != 4)
        return lacks("U-Net", "input_blocks.0.0.weight");
    if (out.rank != 4)
        return lacks("U-Net", "out.2.weight");
    config.inChannels = in[1];
    config.outChannels = out[0];
    config.crossWidth = 768;

    UNetLevel level;
    for (std::int64_t i = 1; i < kMaxBlocks; ++i) {
        const std::string at = fmt::format("input_blocks.{}", i);
        const std::size_t iLevel = config.down.size();
        if (raw.has(at + ".0.in_layers.0.weight")) {
            const Shape conv = raw.shapeOf(at + ".0.out_layers.3.weight");
            if (conv.rank != 4)
                return lacks("U-Net", at + ".0.out_layers.3.weight");
            level.channels = conv[0];
            resNames(names, at + ".0", fmt::format("down_blocks.{}.resnets.{}", iLevel, level.nRes));
            readAttention(raw, at + ".1", level, config.crossWidth);
            names[at + ".1"] = fmt::format("down_blocks.{}.attentions.{}", iLevel, level.nRes);
            ++level.nRes;
        } else if (raw.has(at + ".0.op.weight")) {
            level.resample = true;
            names[at + ".0.op"] = fmt::format("down_blocks.{}.downsamplers.0.conv", iLevel);
            config.down.push_back(level);
            level = {};
        } else {
            break;
        }
    }
    config.down.push_back(level);
    for (const UNetLevel& one : config.down)
        if (one.nRes == 0)
            return fail(ErrorCode::InvalidFile, "The checkpoint's U-Net has a level without blocks.");

    UNetLevel mid;
    readAttention(raw, "middle_block.1", mid, config.crossWidth);
    config.midAttention = mid.attention;
    config.midDepth = mid.depth;
    resNames(names, "middle_block.0", "mid_block.resnets.0");
    names["middle_block.1"] = "mid_block.attentions.0";
    resNames(names, "middle_block.2", "mid_block.resnets.1");

    std::int64_t o = 0;
    for (std::size_t i = 0; i < config.down.size(); ++i) {
        UNetLevel up = config.down[config.down.size() - 1 - i];
        up.resample = i + 1 < config.down.size();
        up.attention = BlockAttention::None;
        const std::int64_t nRes = up.nRes + 1;
        for (up.nRes = 0; up.nRes < nRes; ++up.nRes, ++o) {
            const std::string at = fmt::format("output_blocks.{}", o);
            resNames(names, at + ".0", fmt::format("up_blocks.{}.resnets.{}", i, up.nRes));
            readAttention(raw, at + ".1", up, config.crossWidth);
            names[at + ".1"] = fmt::format("up_blocks.{}.attentions.{}", i, up.nRes);
            for (const char* conv : {".1.conv", ".2.conv"})
                names[at + conv] = fmt::format("up_blocks.{}.upsamplers.0.conv", i);
        }
        config.up.push_back(up);
    }
    for (std::vector<UNetLevel>* levels : {&config.down, &config.up})
        for (UNetLevel& one : *levels) {
            one.nHead = headsFor(one.channels, config.crossWidth);
            if (one.attention != BlockAttention::None && one.channels % one.nHead != 0)
                return fail(ErrorCode::InvalidFile, fmt::format("The checkpoint's U-Net has {} channels in a block, "
                                                                "which {} heads do not divide.",
                                                                one.channels, one.nHead));
        }
    config.midHead = config.down.back().nHead;
    if (config.midAttention == BlockAttention::Transformer && config.down.back().channels % config.midHead != 0)
        return fail(ErrorCode::InvalidFile, "The checkpoint's U-Net has channels that its heads do not divide.");
    if (config.down.front().channels % 2 != 0)
        return fail(ErrorCode::InvalidFile, "The checkpoint's U-Net begins with an odd number of channels.");
    config.nGroup = config.down.front().channels % 32 == 0 ? 32 : 8;
    if (const Shape label = raw.shapeOf("label_emb.0.0.weight"); label.rank == 2 && label[1] > 6 * 256) {
        config.nTextTime = label[1];
        config.textTimeWidth = 256;
    }
    config.sampleHeight = config.sampleWidth = config.crossWidth == 2048 ? 128 : config.crossWidth == 1024 ? 96 : 64;
    VITRAL_TRY_ASSIGN(result.source, raw.renamed(byPrefix(std::move(names))));
    return result;
}

Result<LdmVae> vaeFromLdm(const TensorSource& raw) {
    LdmVae result;
    VaeConfig& config = result.config;
    std::int64_t n = 0;
    while (n < 16 && raw.has(fmt::format("decoder.up.{}.block.0.norm1.weight", n)))
        ++n;
    if (n == 0)
        return lacks("autoencoder", "decoder.up.0.block.0.norm1.weight");
    config.nRes = -1;
    while (config.nRes < 32 && raw.has(fmt::format("decoder.up.0.block.{}.norm1.weight", config.nRes + 1)))
        ++config.nRes;
    if (config.nRes < 1)
        return lacks("autoencoder", "decoder.up.0.block.1.norm1.weight");
    Names names{{"quant_conv", "quant_conv"}, {"post_quant_conv", "post_quant_conv"}};
    for (std::int64_t i = 0; i < n; ++i) {
        const Shape conv = raw.shapeOf(fmt::format("decoder.up.{}.block.0.conv1.weight", i));
        if (conv.rank != 4)
            return lacks("autoencoder", fmt::format("decoder.up.{}.block.0.conv1.weight", i));
        config.channels.push_back(conv[0]);
        for (const auto& [from, to, side] :
             {std::tuple{fmt::format("encoder.down.{}", i), fmt::format("encoder.down_blocks.{}", i), "down"},
              std::tuple{fmt::format("decoder.up.{}", i), fmt::format("decoder.up_blocks.{}", n - 1 - i), "up"}}) {
            for (std::int64_t j = 0; j <= config.nRes; ++j) {
                names[fmt::format("{}.block.{}", from, j)] = fmt::format("{}.resnets.{}", to, j);
                names[fmt::format("{}.block.{}.nin_shortcut", from, j)] =
                    fmt::format("{}.resnets.{}.conv_shortcut", to, j);
            }
            names[fmt::format("{}.{}sample.conv", from, side)] = fmt::format("{}.{}samplers.0.conv", to, side);
        }
    }
    for (const std::string half : {"encoder", "decoder"}) {
        names[half + ".conv_in"] = half + ".conv_in";
        names[half + ".conv_out"] = half + ".conv_out";
        names[half + ".norm_out"] = half + ".conv_norm_out";
        names[half + ".mid.block_1"] = half + ".mid_block.resnets.0";
        names[half + ".mid.block_2"] = half + ".mid_block.resnets.1";
        const std::string attention = half + ".mid_block.attentions.0.";
        names[half + ".mid.attn_1.norm"] = attention + "group_norm";
        names[half + ".mid.attn_1.q"] = attention + "to_q";
        names[half + ".mid.attn_1.k"] = attention + "to_k";
        names[half + ".mid.attn_1.v"] = attention + "to_v";
        names[half + ".mid.attn_1.proj_out"] = attention + "to_out.0";
    }
    const Shape in = raw.shapeOf("decoder.conv_in.weight"), out = raw.shapeOf("decoder.conv_out.weight");
    if (in.rank != 4 || out.rank != 4)
        return lacks("autoencoder", in.rank != 4 ? "decoder.conv_in.weight" : "decoder.conv_out.weight");
    config.latentChannels = in[1];
    config.inChannels = config.outChannels = out[0];
    config.quant = raw.has("quant_conv.weight");
    config.postQuant = raw.has("post_quant_conv.weight");
    config.midAttention = raw.has("decoder.mid.attn_1.q.weight");
    config.nGroup = config.channels.front() % 32 == 0 ? 32 : 4;
    VITRAL_TRY_ASSIGN(result.source, raw.renamed(byPrefix(std::move(names))));
    return result;
}

namespace {

/// OpenCLIP keeps queries, keys and values in one matrix, one above the other.
Result<void> takeApart(const TensorSource& raw, const std::string& name, const std::string& to, const char* suffix,
                       std::int64_t width, TensorSource& source) {
    const TensorSource::Entry* entry = raw.find(name);
    if (entry == nullptr)
        return lacks("text encoder", name);
    const Shape& shape = entry->view.shape;
    if (!entry->readable || shape.rank < 1 || shape[0] != 3 * width)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The text encoder's tensor {} has the shape {}, where {} rows belong.", entry->fileName,
                                shape.toString(), 3 * width));
    const std::size_t part = entry->view.bytes.size() / 3;
    int i = 0;
    for (const char* which : {"q", "k", "v"}) {
        TensorSource::Entry piece = *entry;
        piece.view.shape.dims[0] = width;
        piece.view.bytes = entry->view.bytes.subspan(static_cast<std::size_t>(i++) * part, part);
        VITRAL_TRY(source.add(fmt::format("{}.{}_proj.{}", to, which, suffix), std::move(piece)));
    }
    return {};
}

/// OpenCLIP multiplies by its text_projection from the other side.
Result<void> addTransposed(const TensorSource& raw, const std::string& name, const std::string& to,
                           TensorSource& source) {
    const TensorSource::Entry* entry = raw.find(name);
    if (entry == nullptr || !entry->readable || entry->view.shape.rank != 2 || isQuantised(entry->view.dtype))
        return fail(ErrorCode::Unsupported, fmt::format("The checkpoint's {} is no plain matrix.", name));
    const auto unit = static_cast<std::size_t>(dtypeInfo(entry->view.dtype).blockBytes);
    const auto nRow = static_cast<std::size_t>(entry->view.shape[0]),
               nCol = static_cast<std::size_t>(entry->view.shape[1]);
    auto bytes = std::make_shared<std::vector<std::byte>>(entry->view.bytes.size());
    for (std::size_t i = 0; i < nRow; ++i)
        for (std::size_t j = 0; j < nCol; ++j)
            std::memcpy(bytes->data() + (j * nRow + i) * unit, entry->view.bytes.data() + (i * nCol + j) * unit, unit);
    TensorSource::Entry turned = *entry;
    turned.view.shape = Shape{entry->view.shape[1], entry->view.shape[0]};
    turned.view.bytes = *bytes;
    source.keepAlive(std::move(bytes));
    return source.add(to, std::move(turned));
}

Result<void> fromOpenClip(const TensorSource& raw, LdmText& result) {
    ClipConfig& config = result.config;
    Names names{{"token_embedding", "text_model.embeddings.token_embedding"},
                {"positional_embedding", "text_model.embeddings.position_embedding.weight"},
                {"ln_final", "text_model.final_layer_norm"}};
    config.width = raw.shapeOf("token_embedding.weight")[1];
    config.nLayer = 0;
    while (config.nLayer < 256 && raw.has(fmt::format("transformer.resblocks.{}.ln_1.weight", config.nLayer)))
        ++config.nLayer;
    for (std::int64_t i = 0; i < config.nLayer; ++i) {
        const std::string from = fmt::format("transformer.resblocks.{}.", i);
        const std::string to = fmt::format("text_model.encoder.layers.{}.", i);
        for (const auto& [a, b] :
             std::initializer_list<std::pair<const char*, const char*>>{{"ln_1", "layer_norm1"},
                                                                        {"ln_2", "layer_norm2"},
                                                                        {"attn.out_proj", "self_attn.out_proj"},
                                                                        {"mlp.c_fc", "mlp.fc1"},
                                                                        {"mlp.c_proj", "mlp.fc2"}})
            names[from + a] = to + b;
    }
    VITRAL_TRY_ASSIGN(result.source, raw.renamed(byPrefix(std::move(names))));
    for (std::int64_t i = 0; i < config.nLayer; ++i) {
        const std::string from = fmt::format("transformer.resblocks.{}.attn.in_proj_", i);
        const std::string to = fmt::format("text_model.encoder.layers.{}.self_attn", i);
        VITRAL_TRY(takeApart(raw, from + "weight", to, "weight", config.width, result.source));
        VITRAL_TRY(takeApart(raw, from + "bias", to, "bias", config.width, result.source));
    }
    config.activation = ClipActivation::GeluErf;
    if (raw.has("text_projection"))
        VITRAL_TRY(addTransposed(raw, "text_projection", "text_projection.weight", result.source));
    return {};
}

} // namespace

Result<LdmText> textFromLdm(const TensorSource& raw) {
    LdmText result;
    const bool open = raw.shapeOf("token_embedding.weight").rank == 2;
    if (open) {
        VITRAL_TRY(fromOpenClip(raw, result));
    } else {
        VITRAL_TRY_ASSIGN(result.source,
                          raw.renamed([](std::string_view name) { return std::optional(std::string(name)); }));
    }
    ClipConfig& config = result.config;
    const TensorSource& source = result.source;
    const Shape words = source.shapeOf("text_model.embeddings.token_embedding.weight");
    const Shape positions = source.shapeOf("text_model.embeddings.position_embedding.weight");
    const Shape hidden = source.shapeOf("text_model.encoder.layers.0.mlp.fc1.weight");
    if (words.rank != 2 || positions.rank != 2 || hidden.rank != 2)
        return lacks("text encoder", words.rank != 2       ? "text_model.embeddings.token_embedding.weight"
                                     : positions.rank != 2 ? "text_model.embeddings.position_embedding.weight"
                                                           : "text_model.encoder.layers.0.mlp.fc1.weight");
    config.nVocab = words[0];
    config.width = words[1];
    config.nPosition = positions[0];
    config.hidden = hidden[0];
    if (!open) {
        config.nLayer = 0;
        while (config.nLayer < 256 &&
               source.has(fmt::format("text_model.encoder.layers.{}.layer_norm1.weight", config.nLayer)))
            ++config.nLayer;
    }
    config.nHead = config.width % 64 == 0 ? config.width / 64 : 4;
    if (config.width % config.nHead != 0 || config.nPosition < 3 || config.nPosition > 4096)
        return fail(ErrorCode::InvalidFile, "The checkpoint's text encoder has a width or a length that cannot be.");
    return result;
}

} // namespace vitral::diffusion
