// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/model_parts.h"

#include "core/diffusion/layers.h"
#include "core/diffusion/taesd.h"
#include "core/diffusion/unet.h"

#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{64} << 20U;

/// "F16", "Q8_0 + F16"
std::string typesText(const std::set<DType>& types) {
    std::string text;
    for (const DType type : types)
        text += (text.empty() ? "" : " + ") + std::string(dtypeInfo(type).name);
    return text;
}

} // namespace

Result<std::string> readConfigFile(const std::filesystem::path& path) {
    return readTextFile(path, kMaxConfigBytes);
}

Result<ScheduleSpec> readSchedule(const JsonConfig& json) {
    ScheduleSpec spec;
    VITRAL_TRY_ASSIGN(const std::int64_t nTrain, json.integer("num_train_timesteps", 1000, 1, 100000));
    spec.nTrain = static_cast<std::int32_t>(nTrain);
    VITRAL_TRY_ASSIGN(spec.betaStart, json.real("beta_start", 1e-4, 1e-12, 0.999));
    VITRAL_TRY_ASSIGN(spec.betaEnd, json.real("beta_end", 0.02, 1e-12, 0.999));
    VITRAL_TRY_ASSIGN(spec.zeroTerminalSnr, json.boolean("rescale_betas_zero_snr", false));
    VITRAL_TRY_ASSIGN(spec.shift, json.real("shift", 1.0, 1e-3, 1e3));
    VITRAL_TRY_ASSIGN(const std::int64_t offset, json.integer("steps_offset", 0, 0, spec.nTrain));
    spec.stepsOffset = static_cast<std::int32_t>(offset);
    VITRAL_TRY_ASSIGN(const std::string prediction, json.text("prediction_type", "epsilon"));
    VITRAL_TRY_ASSIGN(const std::string betas, json.text("beta_schedule", "linear"));
    VITRAL_TRY_ASSIGN(const std::string kind, json.text("_class_name", ""));
    const bool flow = prediction.starts_with("flow") || kind.starts_with("FlowMatch");
    if (flow)
        spec.prediction = Prediction::Flow;
    else if (prediction == "epsilon")
        spec.prediction = Prediction::Epsilon;
    else if (prediction == "v_prediction")
        spec.prediction = Prediction::V;
    else if (prediction == "sample")
        spec.prediction = Prediction::X0;
    else
        return fail(ErrorCode::Unsupported,
                    fmt::format("The key prediction_type of {} is \"{}\"; this version knows epsilon, v_prediction, "
                                "sample and flow.",
                                json.what(), prediction.substr(0, 60)));
    if (flow)
        spec.kind = BetaKind::Flow;
    else if (betas == "linear")
        spec.kind = BetaKind::Linear;
    else if (betas == "scaled_linear")
        spec.kind = BetaKind::ScaledLinear;
    else if (betas == "squaredcos_cap_v2")
        spec.kind = BetaKind::Cosine;
    else
        return fail(ErrorCode::Unsupported,
                    fmt::format("The key beta_schedule of {} is \"{}\"; this version knows linear, scaled_linear and "
                                "squaredcos_cap_v2.",
                                json.what(), betas.substr(0, 60)));
    return spec;
}

Result<DiffusionModelPtr> assemble(ModelParts parts, const DiffusionLoadOptions& options) {
    if (!parts.unetConfig)
        return fail(ErrorCode::InvalidFile, "The model has no U-Net.");
    auto model = std::make_shared<DiffusionModel>();
    model->info = std::move(parts.info);
    model->schedule = parts.schedule;
    model->backend = options.backend;
    NetLoader::Progress progress;
    for (const TensorSource* source : {&parts.unet, &parts.vae, &parts.text, &parts.secondText}) {
        progress.allBytes += source->totalBytes();
        for (const auto& owner : source->owners())
            model->files.push_back(owner);
    }
    const WeightForm form = weightForm(options.precision);
    std::set<DType> types;
    const auto count = [&](const NetLoader& loader) {
        model->info.weightBytes += loader.weightBytes();
        model->info.residentBytes += loader.residentBytes();
        types.insert(loader.types().begin(), loader.types().end());
    };
    const auto loadText = [&](const TensorSource& source, const ClipConfig& config, const ClipTokens& tokens) {
        NetLoader loader(source, "The text encoder", form, options, &progress);
        auto text = ClipText::load(loader, config, tokens);
        count(loader);
        return text;
    };
    std::int64_t textWidth = 0;
    if (parts.textConfig) {
        VITRAL_TRY_ASSIGN(auto text, loadText(parts.text, *parts.textConfig, parts.tokens));
        textWidth = parts.textConfig->width;
        model->textEncoder = text;
        if (parts.secondTextConfig) {
            VITRAL_TRY_ASSIGN(auto second, loadText(parts.secondText, *parts.secondTextConfig, parts.secondTokens));
            textWidth += parts.secondTextConfig->width;
            model->textEncoder = std::make_shared<const JoinedText>(std::move(text), std::move(second));
        }
    }
    if (model->textEncoder && parts.unetConfig->conditional && textWidth != parts.unetConfig->crossWidth)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The text encoder gives {} numbers a word, but the U-Net's cross_attention_dim is {}.",
                                textWidth, parts.unetConfig->crossWidth));
    if (parts.unetConfig->nTextTime > 0 && (parts.textConfig || parts.secondTextConfig)) {
        // The refiner is told an aesthetic score too, and lacks the first text encoder.
        const std::int64_t nPooled = parts.unetConfig->nTextTime - 6 * parts.unetConfig->textTimeWidth;
        const std::int64_t given = parts.secondTextConfig ? parts.secondTextConfig->nPooled : 0;
        if (given != nPooled)
            return fail(ErrorCode::Unsupported,
                        fmt::format("This U-Net wants the text as a whole in {} numbers and six of the picture's "
                                    "measures, as Stable Diffusion XL's base does; the text encoders here give {}. "
                                    "Refiners are not known.",
                                    nPooled, given));
    }
    {
        NetLoader loader(parts.unet, "The U-Net", form, options, &progress);
        VITRAL_TRY_ASSIGN(model->denoiser, UNet::load(loader, *parts.unetConfig,
                                                      model->textEncoder ? model->textEncoder->maxTokens() : 77));
        count(loader);
    }
    if (parts.vaeConfig) {
        NetLoader loader(parts.vae, "The autoencoder", form, options, &progress);
        VITRAL_TRY_ASSIGN(model->autoencoder, AutoencoderKl::load(loader, *parts.vaeConfig));
        count(loader);
        if (model->autoencoder->channels() != model->denoiser->info().outChannels)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The U-Net writes {} channels, but the autoencoder's latents have {}.",
                                    model->denoiser->info().outChannels, model->autoencoder->channels()));
    }
    if (!options.tinyDecoder.empty()) {
        VITRAL_TRY_ASSIGN(model->tinyDecoder, loadTinyAutoencoder(options.tinyDecoder, options));
        if (model->tinyDecoder->channels() != model->denoiser->info().outChannels)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("The tiny autoencoder is for latents of {} channels; this model's have {}.",
                                    model->tinyDecoder->channels(), model->denoiser->info().outChannels));
    }
    model->info.weightTypes = typesText(types);
    if (options.progress)
        options.progress(1.0);
    return DiffusionModelPtr(std::move(model));
}

} // namespace vitral::diffusion
