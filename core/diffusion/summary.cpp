// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/summary.h"

#include "core/base/rng.h"
#include "core/diffusion/checkpoint.h"
#include "core/diffusion/diffusers_folder.h"
#include "core/diffusion/unet.h"
#include "core/diffusion/vitral_file.h"
#include "core/io/safetensors.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace vitral::diffusion {

namespace {

PartSummary partOf(std::string name, const TensorSource& source, std::string detail) {
    PartSummary part;
    part.name = std::move(name);
    part.detail = std::move(detail);
    part.nTensor = static_cast<std::int64_t>(source.count());
    part.nParameter = source.nParameter();
    part.bytes = source.totalBytes();
    std::set<std::string_view> types;
    for (const auto& [tensor, entry] : source.entries())
        if (entry.readable)
            types.insert(dtypeInfo(entry.view.dtype).name);
    part.types = fmt::format("{}", fmt::join(types, " + "));
    return part;
}

std::string channelsOf(const UNetConfig& config) {
    std::vector<std::int64_t> channels;
    for (const UNetLevel& level : config.down)
        channels.push_back(level.channels);
    return fmt::format("{} channels{}", fmt::join(channels, ", "),
                       config.conditional ? fmt::format("; words of {} numbers", config.crossWidth) : "");
}

} // namespace

bool canSummarizeDiffusion(const std::filesystem::path& path) {
    return looksLikeVitralFile(path) || looksLikeDiffusersFolder(path) || looksLikeCheckpoint(path);
}

Result<DiffusionSummary> summarizeDiffusion(const std::filesystem::path& path) {
    DiffusionSummary summary;
    ModelParts parts;
    if (looksLikeVitralFile(path)) {
        summary.container = "own file";
        VITRAL_TRY_ASSIGN(parts, readVitralFile(path));
    } else if (looksLikeDiffusersFolder(path)) {
        summary.container = "diffusers folder";
        VITRAL_TRY_ASSIGN(parts, readDiffusersFolder(path));
    } else if (looksLikeCheckpoint(path)) {
        summary.container = "checkpoint";
        VITRAL_TRY_ASSIGN(parts, readCheckpoint(path));
    } else {
        return fail(ErrorCode::Unsupported, fmt::format("{} is no diffusion model of a kind whose parts can be listed.",
                                                        path.filename().string()));
    }
    // The networks as they would be, without weights: they know what they take.
    const DiffusionLoadOptions options;
    std::vector<NetLoader::Wanted> wanted;
    NetLoader loader(wanted, options);
    VITRAL_TRY_ASSIGN(const auto unet,
                      UNet::load(loader, *parts.unetConfig, parts.textConfig ? parts.tokens.nToken : 77));
    const NetworkInfo& info = unet->info();
    std::int32_t factor = 1;
    if (parts.vaeConfig) {
        VITRAL_TRY_ASSIGN(const auto vae, AutoencoderKl::load(loader, *parts.vaeConfig));
        factor = vae->factor();
        summary.decodeBytes = vae->scratchBytes(info.defaultHeight * factor, info.defaultWidth * factor);
    }
    summary.height = info.defaultHeight * factor;
    summary.width = info.defaultWidth * factor;
    summary.stepBytes = unet->scratchBytes(2, info.defaultHeight, info.defaultWidth);
    summary.crossBlocks = info.crossBlocks;
    summary.skips = info.skips;
    summary.parts.push_back(partOf("U-Net", parts.unet, channelsOf(*parts.unetConfig)));
    if (parts.textConfig)
        summary.parts.push_back(partOf("text encoder", parts.text,
                                       fmt::format("{} layers, {} numbers a word, {} tokens", parts.textConfig->nLayer,
                                                   parts.textConfig->width, parts.tokens.nToken)));
    if (parts.secondTextConfig)
        summary.parts.push_back(partOf("second text encoder", parts.secondText,
                                       fmt::format("{} layers, {} numbers a word", parts.secondTextConfig->nLayer,
                                                   parts.secondTextConfig->width)));
    if (parts.vaeConfig)
        summary.parts.push_back(
            partOf("autoencoder", parts.vae,
                   fmt::format("{} channels in latents {} times smaller", parts.vaeConfig->latentChannels, factor)));
    for (const PartSummary& part : summary.parts)
        parts.info.weightBytes += part.bytes;
    summary.info = std::move(parts.info);
    summary.schedule = parts.schedule;
    return summary;
}

namespace {

struct RandomShape {
    const char* name;
    const char* unet;
    const char* text;
    const char* vae;
    const char* prediction;
};
constexpr const char* kVae = R"({"block_out_channels":[128,256,512,512],"layers_per_block":2,"latent_channels":4,
    "norm_num_groups":32,"scaling_factor":0.18215})";
const RandomShape kShapes[] = {
    {"sd15",
     R"({"_class_name":"UNet2DConditionModel","sample_size":64,"block_out_channels":[320,640,1280,1280],
         "layers_per_block":2,"attention_head_dim":8,"cross_attention_dim":768,
         "down_block_types":["CrossAttnDownBlock2D","CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"],
         "up_block_types":["UpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D"]})",
     R"({"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12})", kVae,
     "epsilon"},
    {"sd21",
     R"({"_class_name":"UNet2DConditionModel","sample_size":96,"block_out_channels":[320,640,1280,1280],
         "layers_per_block":2,"attention_head_dim":[5,10,20,20],"cross_attention_dim":1024,"use_linear_projection":true,
         "down_block_types":["CrossAttnDownBlock2D","CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"],
         "up_block_types":["UpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D"]})",
     R"({"hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":23,"num_attention_heads":16,
         "hidden_act":"gelu"})",
     kVae, "v_prediction"},
    {"sd15-tiny",
     R"({"_class_name":"UNet2DConditionModel","sample_size":16,"block_out_channels":[64,128,128],
         "layers_per_block":1,"attention_head_dim":8,"cross_attention_dim":64,
         "down_block_types":["CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"],
         "up_block_types":["UpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D"]})",
     R"({"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4})",
     R"({"block_out_channels":[32,64,64],"layers_per_block":1,"latent_channels":4,"scaling_factor":0.18215})",
     "epsilon"},
    {"sd15-tiny-inpaint",
     R"({"_class_name":"UNet2DConditionModel","sample_size":16,"in_channels":9,"block_out_channels":[64,128],
         "layers_per_block":1,"attention_head_dim":8,"cross_attention_dim":64,
         "down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"]})",
     R"({"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4})",
     R"({"block_out_channels":[32,64,64],"layers_per_block":1,"latent_channels":4,"scaling_factor":0.18215})",
     "epsilon"},
};

} // namespace

std::vector<std::string> randomDiffusionShapes() {
    std::vector<std::string> names;
    for (const RandomShape& shape : kShapes)
        names.emplace_back(shape.name);
    return names;
}

namespace {

Result<const RandomShape*> shapeNamed(const std::string& name) {
    const auto* const shape =
        std::find_if(std::begin(kShapes), std::end(kShapes), [&](const RandomShape& one) { return name == one.name; });
    if (shape == std::end(kShapes))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no shape {}; there are {}.", name, fmt::join(randomDiffusionShapes(), ", ")));
    return shape;
}

Result<void> askUNet(NetLoader& loader, const JsonConfig& json) {
    VITRAL_TRY_ASSIGN(const UNetConfig config, readUNetConfig(json));
    VITRAL_TRY(UNet::load(loader, config, 77));
    return {};
}

Result<void> askText(NetLoader& loader, const JsonConfig& json) {
    VITRAL_TRY_ASSIGN(const ClipConfig config, readClipConfig(json));
    ClipTokens tokens;
    VITRAL_TRY_ASSIGN(tokens.tokenizer, builtInClipTokenizer());
    VITRAL_TRY(ClipText::load(loader, config, std::move(tokens)));
    return {};
}

Result<void> askAutoencoder(NetLoader& loader, const JsonConfig& json) {
    VITRAL_TRY_ASSIGN(const VaeConfig config, readVaeConfig(json));
    VITRAL_TRY(AutoencoderKl::load(loader, config));
    return {};
}

/// The tensors of one part: what `ask` asks the loader for.
Result<void> addPart(std::vector<RandomTensor>& all, const std::string& part, const char* config,
                     Result<void> (*ask)(NetLoader& loader, const JsonConfig& json)) {
    const DiffusionLoadOptions options;
    std::vector<NetLoader::Wanted> wanted;
    NetLoader loader(wanted, options);
    VITRAL_TRY_ASSIGN(const JsonConfig json, JsonConfig::parse(config, part));
    VITRAL_TRY(ask(loader, json));
    for (const NetLoader::Wanted& one : wanted)
        all.push_back({part + "." + one.name, one.shape});
    return {};
}

} // namespace

Result<std::vector<RandomTensor>> randomDiffusionTensors(const std::string& name) {
    VITRAL_TRY_ASSIGN(const RandomShape* shape, shapeNamed(name));
    std::vector<RandomTensor> all;
    VITRAL_TRY(addPart(all, "unet", shape->unet, askUNet));
    VITRAL_TRY(addPart(all, "te", shape->text, askText));
    VITRAL_TRY(addPart(all, "vae", shape->vae, askAutoencoder));
    return all;
}

Result<void> writeRandomDiffusion(const std::string& name, std::uint64_t seed, const std::filesystem::path& path,
                                  std::stop_token stop) {
    VITRAL_TRY_ASSIGN(const RandomShape* shape, shapeNamed(name));
    VITRAL_TRY_ASSIGN(const std::vector<RandomTensor> all, randomDiffusionTensors(name));
    SafetensorsWriter writer;
    writer.setMetadata("vitral.diffusion",
                       fmt::format(R"j({{"version":1,"name":"random {0}","architecture":"random weights ({0})",
"unet":{1},"text_encoder":{2},"vae":{3},"tokenizer":"clip",
"tokenizer_config":{{"bos_token":"<|startoftext|>","eos_token":"<|endoftext|>","pad_token":"<|endoftext|>"}},
"scheduler":{{"beta_schedule":"scaled_linear","beta_start":0.00085,"beta_end":0.012,"steps_offset":1,
"prediction_type":"{4}"}},"defaults":{{"guidance":7.5,"steps":20}}}})j",
                                   name, shape->unet, shape->text, shape->vae, shape->prediction));
    for (const RandomTensor& one : all)
        VITRAL_TRY(writer.addTensor(one.name, DType::F16, one.shape));
    VITRAL_TRY(writer.begin(path));
    Rng rng(seed);
    std::vector<std::uint16_t> row;
    for (const RandomTensor& one : all) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Writing was stopped.");
        const bool isNorm =
            one.shape.rank == 1 && one.name.find("norm") != std::string::npos && one.name.ends_with(".weight");
        const auto nIn = static_cast<double>(one.shape.count() / std::max<std::int64_t>(one.shape[0], 1));
        const double spread = one.shape.rank == 1 ? 0.02 : std::sqrt(3.0 / nIn);
        // A piece at a time: an embedding of 49,408 words need not be in memory whole.
        for (std::int64_t done = 0; done < one.shape.count();) {
            row.resize(static_cast<std::size_t>(std::min<std::int64_t>(one.shape.count() - done, 1 << 16)));
            for (std::uint16_t& v : row)
                v = floatToHalf(static_cast<float>((2 * rng.uniform() - 1) * spread + (isNorm ? 1.0 : 0.0)));
            VITRAL_TRY(writer.write(std::as_bytes(std::span(row))));
            done += static_cast<std::int64_t>(row.size());
        }
    }
    return writer.finish();
}

} // namespace vitral::diffusion
