// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/checkpoint.h"

#include "core/diffusion/ldm_names.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kUNet = "model.diffusion_model.", kVae = "first_stage_model.";
constexpr std::string_view kFirstBlock = "model.diffusion_model.input_blocks.0.0.weight";

struct OpenFile {
    TensorSource all;
    std::string prediction; ///< metadata "modelspec.prediction_type"
    std::string licence;
};

Result<OpenFile> openFile(const fs::path& path) {
    OpenFile file;
    if (path.extension() == ".gguf") {
        VITRAL_TRY_ASSIGN(auto gguf, GgufFile::open(path));
        VITRAL_TRY_ASSIGN(file.licence, gguf->string("general.license", ""));
        VITRAL_TRY(file.all.add(std::move(gguf)));
        return file;
    }
    VITRAL_TRY_ASSIGN(auto tensors, SafetensorsFile::open(path));
    for (const auto& [key, value] : tensors->metadata()) {
        if (key == "modelspec.prediction_type")
            file.prediction = value;
        if (key == "modelspec.license" || key == "license")
            file.licence = value;
    }
    VITRAL_TRY(file.all.add(std::move(tensors)));
    return file;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
    });
    return text;
}

/// Stable Diffusion 2 at 768 pixels predicts v, its base at 512 the noise; the tensors are the same.
Prediction predictionOf(const OpenFile& file, const fs::path& path, std::int64_t crossWidth) {
    if (!file.prediction.empty())
        return file.prediction.starts_with("v") ? Prediction::V : Prediction::Epsilon;
    if (file.all.has("v_pred"))
        return Prediction::V;
    const std::string name = lower(path.stem().string());
    if (name.find("vpred") != std::string::npos || name.find("v-pred") != std::string::npos)
        return Prediction::V;
    const bool base = name.find("base") != std::string::npos || name.find("512") != std::string::npos;
    return crossWidth == 1024 && !base ? Prediction::V : Prediction::Epsilon;
}

/// A tokenizer beside the checkpoint wins over the built-in one.
Result<ClipTokens> tokensFor(const fs::path& path, const ClipConfig& config, bool padWithZero) {
    for (const char* name : {"tokenizer", "."}) {
        std::error_code error;
        if (fs::exists(path.parent_path() / name / "merges.txt", error))
            return readTokenizerFolder(path.parent_path() / name, config.nPosition);
    }
    VITRAL_TRY_ASSIGN(auto tokenizer, builtInClipTokenizer());
    VITRAL_TRY_ASSIGN(const JsonConfig json,
                      JsonConfig::parse(padWithZero ? R"({"bos_token":"<|startoftext|>","eos_token":"<|endoftext|>",
                                                          "pad_token":"!"})"
                                                    : R"({"bos_token":"<|startoftext|>","eos_token":"<|endoftext|>",
                                                          "pad_token":"<|endoftext|>"})",
                                        "CLIP's tokenizer"));
    return readClipTokens(std::move(tokenizer), json, config.nPosition);
}

Result<void> readTexts(const OpenFile& file, const fs::path& path, ModelParts& parts) {
    struct Place {
        const char* prefix;
        bool second;
    };
    for (const Place& place :
         {Place{"cond_stage_model.transformer.", false}, Place{"cond_stage_model.model.", false},
          Place{"conditioner.embedders.0.transformer.", false}, Place{"conditioner.embedders.1.model.", true}}) {
        VITRAL_TRY_ASSIGN(const TensorSource raw, file.all.renamed(underPrefix(place.prefix)));
        if (raw.empty())
            continue;
        const bool xl = std::string_view(place.prefix).starts_with("conditioner.");
        VITRAL_TRY_ASSIGN(LdmText text, textFromLdm(raw));
        const bool open = text.config.activation == ClipActivation::GeluErf;
        if (xl) {
            text.config.finalNorm = false;
            text.config.nSkip = place.second ? 0 : 1;
            if (place.second)
                text.config.nPooled = text.source.shapeOf("text_projection.weight")[0];
        } else if (open) {
            text.config.nSkip = 1; // Stable Diffusion 2 looks at the last layer but one, normalised
        }
        VITRAL_TRY_ASSIGN(ClipTokens tokens, tokensFor(path, text.config, open));
        (place.second ? parts.secondTextConfig : parts.textConfig) = text.config;
        (place.second ? parts.secondTokens : parts.tokens) = std::move(tokens);
        (place.second ? parts.secondText : parts.text) = std::move(text.source);
    }
    return {};
}

} // namespace

bool looksLikeCheckpoint(const fs::path& path) {
    if (path.extension() == ".safetensors") {
        const auto file = SafetensorsFile::open(path);
        return file && (*file)->findTensor(kFirstBlock) != nullptr;
    }
    if (path.extension() == ".gguf") {
        const auto file = GgufFile::open(path);
        return file && (*file)->findTensor(kFirstBlock) != nullptr;
    }
    return false;
}

void describeStableDiffusion(ModelParts& parts) {
    const UNetConfig& unet = *parts.unetConfig;
    if (!parts.vaeConfig || parts.vaeConfig->latentChannels != 4 || !unet.conditional ||
        (unet.inChannels != 4 && unet.inChannels != 9) || unet.outChannels != 4)
        return;
    DiffusionInfo& info = parts.info;
    if (unet.crossWidth == 768)
        info.architecture = "Stable Diffusion 1.x";
    else if (unet.crossWidth == 1024)
        info.architecture = "Stable Diffusion 2.x";
    else if (unet.crossWidth == 2048 && unet.nTextTime > 0)
        info.architecture = "Stable Diffusion XL";
    else
        return;
    if (unet.inChannels == 9) // x, the mask, and the picture without what is painted anew
        info.architecture += " inpainting";
    info.defaultGuidance = 7.5;
    info.defaultSteps = 25;
    if (unet.crossWidth != 2048) // keturn's linear approximation (discuss.huggingface.co, topic 23204)
        info.previewProjection = {0.298F, 0.207F,  0.208F,  0.187F,  0.286F, 0.173F, -0.158F, 0.189F,
                                  0.264F, -0.184F, -0.271F, -0.473F, 0.0F,   0.0F,   0.0F};
}

Result<ModelParts> readCheckpoint(const fs::path& path) {
    VITRAL_TRY_ASSIGN(const OpenFile file, openFile(path));
    ModelParts parts;
    parts.info.name = path.stem().string();
    parts.info.licence = file.licence;
    VITRAL_TRY_ASSIGN(const TensorSource rawUNet, file.all.renamed(underPrefix(std::string(kUNet))));
    VITRAL_TRY_ASSIGN(LdmUNet unet, unetFromLdm(rawUNet));
    parts.unetConfig = unet.config;
    parts.unet = std::move(unet.source);
    VITRAL_TRY_ASSIGN(const TensorSource rawVae, file.all.renamed(underPrefix(std::string(kVae))));
    if (rawVae.empty())
        return fail(ErrorCode::InvalidFile, "The checkpoint holds a U-Net, but no autoencoder (first_stage_model).");
    VITRAL_TRY_ASSIGN(LdmVae vae, vaeFromLdm(rawVae));
    if (unet.config.crossWidth == 2048)
        vae.config.scale = 0.13025;
    parts.vaeConfig = vae.config;
    parts.vae = std::move(vae.source);
    VITRAL_TRY(readTexts(file, path, parts));
    if (!parts.textConfig)
        return fail(ErrorCode::InvalidFile,
                    "The checkpoint holds a U-Net, but no text encoder (cond_stage_model) that this version knows.");
    parts.info.zeroNegative = parts.secondTextConfig.has_value(); // as its makers' own sampler does
    parts.schedule.kind = BetaKind::ScaledLinear;
    parts.schedule.betaStart = 0.00085;
    parts.schedule.betaEnd = 0.012;
    parts.schedule.stepsOffset = 1;
    parts.schedule.prediction = predictionOf(file, path, unet.config.crossWidth);
    if (unet.config.crossWidth == 1024 && parts.schedule.prediction == Prediction::Epsilon)
        parts.unetConfig->sampleHeight = parts.unetConfig->sampleWidth = 64;
    parts.info.architecture = "latent diffusion";
    describeStableDiffusion(parts);
    return parts;
}

Result<DiffusionModelPtr> loadCheckpoint(const fs::path& path, const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(ModelParts parts, readCheckpoint(path));
    return assemble(std::move(parts), options);
}

} // namespace vitral::diffusion
