// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/vitral_file.h"

#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

constexpr std::string_view kKey = "vitral.diffusion";

const std::string* metadataOf(const SafetensorsFile& file) {
    for (const auto& [key, value] : file.metadata())
        if (key == kKey)
            return &value;
    return nullptr;
}

Result<void> readDefaults(const JsonConfig& json, ModelParts& parts) {
    if (!json.has("defaults"))
        return {};
    VITRAL_TRY_ASSIGN(const JsonConfig defaults, json.object("defaults"));
    VITRAL_TRY_ASSIGN(parts.info.defaultGuidance, defaults.real("guidance", 1.0, 0, 100));
    VITRAL_TRY_ASSIGN(const std::int64_t steps, defaults.integer("steps", 20, 1, 1000));
    parts.info.defaultSteps = static_cast<std::int32_t>(steps);
    VITRAL_TRY_ASSIGN(const std::string solver, defaults.text("solver", ""));
    if (!solver.empty()) {
        VITRAL_TRY_ASSIGN(parts.info.defaultSolver, solverFromName(solver));
    }
    VITRAL_TRY_ASSIGN(const std::int64_t width, defaults.integer("width", 0, 0, 8192));
    VITRAL_TRY_ASSIGN(const std::int64_t height, defaults.integer("height", 0, 0, 8192));
    parts.defaultWidth = static_cast<std::int32_t>(width);
    parts.defaultHeight = static_cast<std::int32_t>(height);
    return {};
}

} // namespace

bool looksLikeVitralFile(const std::filesystem::path& path) {
    if (path.extension() != ".safetensors")
        return false;
    const auto file = SafetensorsFile::open(path);
    return file && metadataOf(**file) != nullptr;
}

Result<ModelParts> readVitralFile(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(const auto file, SafetensorsFile::open(path));
    const std::string* text = metadataOf(*file);
    if (text == nullptr)
        return fail(ErrorCode::InvalidFile, fmt::format("{} has no metadata \"{}\".", path.filename().string(), kKey));
    VITRAL_TRY_ASSIGN(const JsonConfig json, JsonConfig::parse(*text, "the model's metadata"));
    VITRAL_TRY_ASSIGN(const std::int64_t version, json.integer("version", 1, 1, 1 << 20));
    if (version != 1)
        return fail(ErrorCode::Unsupported,
                    fmt::format("The file is of version {}; this program knows version 1.", version));
    ModelParts parts;
    VITRAL_TRY_ASSIGN(parts.info.name, json.text("name", path.stem().string()));
    VITRAL_TRY_ASSIGN(parts.info.architecture, json.text("architecture", parts.info.name));
    VITRAL_TRY_ASSIGN(parts.info.licence, json.text("licence", ""));
    VITRAL_TRY_ASSIGN(parts.info.classNames, json.texts("classes", 100000));
    VITRAL_TRY_ASSIGN(const std::int64_t nullClass, json.integer("null_class", -1, -1, 1 << 24));
    parts.info.nullClass = static_cast<std::int32_t>(nullClass);
    VITRAL_TRY(readDefaults(json, parts));
    VITRAL_TRY_ASSIGN(parts.info.previewProjection, json.rows("preview", 3, 1025));

    VITRAL_TRY_ASSIGN(const JsonConfig unet, json.object("unet"));
    VITRAL_TRY_ASSIGN(parts.unetConfig, readUNetConfig(unet));
    VITRAL_TRY_ASSIGN(const JsonConfig scheduler, json.object("scheduler"));
    VITRAL_TRY_ASSIGN(parts.schedule, readSchedule(scheduler));
    VITRAL_TRY(parts.unet.add(file, underPrefix("unet.")));
    if (json.has("text_encoder")) {
        VITRAL_TRY_ASSIGN(const JsonConfig encoder, json.object("text_encoder"));
        VITRAL_TRY_ASSIGN(parts.textConfig, readClipConfig(encoder));
        if (!json.has("tokenizer"))
            return fail(ErrorCode::InvalidFile, "The model's metadata hold a text encoder, but no tokenizer for it.");
        std::shared_ptr<const Tokenizer> tokenizer;
        if (json.isObject("tokenizer")) {
            VITRAL_TRY_ASSIGN(tokenizer, tokenizerFromJson(json.dump("tokenizer"), json.dump("tokenizer_config")));
        } else if (const auto named = json.text("tokenizer", ""); named && *named == "clip") {
            VITRAL_TRY_ASSIGN(tokenizer, builtInClipTokenizer());
        } else {
            return fail(ErrorCode::InvalidFile,
                        "The model's metadata describe a tokenizer neither as an object nor as \"clip\".");
        }
        VITRAL_TRY_ASSIGN(const JsonConfig config,
                          JsonConfig::parse(json.has("tokenizer_config") ? json.dump("tokenizer_config") : "{}",
                                            "the model's tokenizer_config"));
        VITRAL_TRY_ASSIGN(parts.tokens, readClipTokens(std::move(tokenizer), config, parts.textConfig->nPosition));
        for (const char* prefix : {"text_encoder.", "te."}) // the second is stable-diffusion.cpp's
            VITRAL_TRY(parts.text.add(file, underPrefix(prefix)));
    }
    if (json.has("vae")) {
        VITRAL_TRY_ASSIGN(const JsonConfig vae, json.object("vae"));
        VITRAL_TRY_ASSIGN(parts.vaeConfig, readVaeConfig(vae));
        VITRAL_TRY(parts.vae.add(file, underPrefix("vae.")));
    }
    return parts;
}

Result<DiffusionModelPtr> loadVitralFile(const std::filesystem::path& path, const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(ModelParts parts, readVitralFile(path));
    return assemble(std::move(parts), options);
}

} // namespace vitral::diffusion
