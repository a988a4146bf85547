// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/diffusers_folder.h"

#include "core/base/mapped_file.h"
#include "core/diffusion/checkpoint.h"
#include "core/tokenizer/list_files.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace vitral::diffusion {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMaxShards = 256;

bool isThere(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
}

fs::path folderOf(const fs::path& path) {
    return path.filename() == "model_index.json" ? path.parent_path() : path;
}

/// "unet/config.json"
std::string shortName(const fs::path& path) {
    return (path.parent_path().filename() / path.filename()).string();
}

Result<JsonConfig> readJson(const fs::path& path) {
    VITRAL_TRY_ASSIGN(const std::string text, readConfigFile(path));
    return JsonConfig::parse(text, shortName(path));
}

std::vector<std::string> filesIn(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end && names.size() < 4096; it.increment(error))
        names.push_back(it->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// Shards that an index names; a name that leaves the folder is refused.
Result<std::vector<std::string>> shardsOf(const fs::path& index) {
    VITRAL_TRY_ASSIGN(const std::string text, readConfigFile(index));
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto map = json.is_object() ? json.find("weight_map") : json.end();
    if (!json.is_object() || map == json.end() || !map->is_object())
        return fail(ErrorCode::InvalidFile, fmt::format("{} has no weight_map.", shortName(index)));
    std::set<std::string> names;
    for (const auto& [tensor, file] : map->items()) {
        const std::string name = file.is_string() ? file.get<std::string>() : "";
        if (name.empty() || name.find_first_of("/\\") != std::string::npos || name == ".." || names.size() > kMaxShards)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("{} names a file that is none of its folder.", shortName(index)));
        names.insert(name);
    }
    return std::vector<std::string>(names.begin(), names.end());
}

/// The files that hold a part's weights: one file before shards; the plain name before variants, of which fp16 comes
/// last.
Result<std::vector<std::string>> weightFiles(const fs::path& folder) {
    const auto names = filesIn(folder);
    // "model.safetensors" (two parts), "model.non_ema.safetensors", "model.fp16.safetensors"
    const auto rank = [](const std::string& name) {
        return std::pair(name.find("fp16") != std::string::npos, std::count(name.begin(), name.end(), '.'));
    };
    const auto pick = [&](const auto& fits) {
        std::string best;
        for (const std::string& name : names)
            if (fits(name) && (best.empty() || rank(name) < rank(best)))
                best = name;
        return best;
    };
    const std::string single = pick([](const std::string& name) {
        return name.ends_with(".safetensors") && name.find("-of-") == std::string::npos;
    });
    if (!single.empty())
        return std::vector<std::string>{single};
    const std::string index = pick([](const std::string& name) {
        return name.find(".safetensors.index") != std::string::npos && name.ends_with(".json");
    });
    if (!index.empty())
        return shardsOf(folder / index);
    for (const std::string& name : names)
        if (name.ends_with(".bin") || name.ends_with(".pt") || name.ends_with(".ckpt"))
            return fail(ErrorCode::Unsupported,
                        fmt::format("{} has its weights in {} only: a Python pickle, which can run code when it is "
                                    "opened. Save the model as .safetensors.",
                                    folder.filename().string(), name));
    return fail(ErrorCode::NotFound, fmt::format("The folder {} holds no .safetensors file.", folder.string()));
}

Result<void> addWeights(const fs::path& folder, TensorSource& source) {
    VITRAL_TRY_ASSIGN(const auto names, weightFiles(folder));
    for (const std::string& name : names) {
        VITRAL_TRY_ASSIGN(auto file, SafetensorsFile::open(folder / name));
        VITRAL_TRY(source.add(std::move(file)));
    }
    return {};
}

/// What fills up a prompt stands in special_tokens_map.json in Stable Diffusion 2 and contradicts the other file there.
Result<std::string> tokenizerConfig(const fs::path& folder) {
    nlohmann::json merged = nlohmann::json::object();
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
        if (!isThere(folder / name))
            continue;
        VITRAL_TRY_ASSIGN(const std::string text, readConfigFile(folder / name));
        const auto json = nlohmann::json::parse(text, nullptr, false);
        if (!json.is_object())
            return fail(ErrorCode::InvalidFile, fmt::format("{} is not a JSON object.", shortName(folder / name)));
        for (const char* key : {"bos_token", "eos_token", "pad_token", "unk_token", "model_max_length"})
            if (const auto at = json.find(key); at != json.end() && !at->is_null())
                merged[key] = *at;
    }
    return merged.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

Result<ClipTokens> readTokenizerFolder(const fs::path& folder, std::int64_t nPosition) {
    VITRAL_TRY_ASSIGN(const std::string config, tokenizerConfig(folder));
    std::shared_ptr<const Tokenizer> tokenizer;
    if (isThere(folder / "merges.txt")) {
        VITRAL_TRY_ASSIGN(const std::string merges, readConfigFile(folder / "merges.txt"));
        std::string vocabulary;
        if (isThere(folder / "vocab.json")) {
            VITRAL_TRY_ASSIGN(vocabulary, readConfigFile(folder / "vocab.json"));
        }
        VITRAL_TRY_ASSIGN(tokenizer, tokenizerFromClip(vocabulary, merges, config));
    } else if (isThere(folder / "tokenizer.json")) {
        VITRAL_TRY_ASSIGN(const std::string text, readConfigFile(folder / "tokenizer.json"));
        VITRAL_TRY_ASSIGN(tokenizer, tokenizerFromJson(text, config));
    } else {
        return fail(ErrorCode::NotFound,
                    fmt::format("The folder {} holds neither merges.txt nor tokenizer.json.", folder.string()));
    }
    VITRAL_TRY_ASSIGN(const JsonConfig json, JsonConfig::parse(config, "tokenizer_config.json"));
    return readClipTokens(std::move(tokenizer), json, nPosition);
}

bool looksLikeDiffusersFolder(const fs::path& path) {
    return isThere(folderOf(path) / "model_index.json") &&
           (path.filename() == "model_index.json" || fs::is_directory(path)) && isThere(folderOf(path) / "unet");
}

Result<ModelParts> readDiffusersFolder(const fs::path& path) {
    const fs::path folder = folderOf(path);
    ModelParts parts;
    parts.info.name = folder.filename().empty() ? folder.parent_path().filename().string() : folder.filename().string();
    VITRAL_TRY_ASSIGN(const JsonConfig index, readJson(folder / "model_index.json"));
    VITRAL_TRY_ASSIGN(const std::string pipeline, index.text("_class_name", ""));

    VITRAL_TRY_ASSIGN(const JsonConfig unet, readJson(folder / "unet" / "config.json"));
    VITRAL_TRY_ASSIGN(parts.unetConfig, readUNetConfig(unet));
    VITRAL_TRY(addWeights(folder / "unet", parts.unet));
    VITRAL_TRY_ASSIGN(const JsonConfig scheduler, readJson(folder / "scheduler" / "scheduler_config.json"));
    VITRAL_TRY_ASSIGN(parts.schedule, readSchedule(scheduler));
    if (isThere(folder / "vae")) {
        VITRAL_TRY_ASSIGN(const JsonConfig vae, readJson(folder / "vae" / "config.json"));
        VITRAL_TRY_ASSIGN(parts.vaeConfig, readVaeConfig(vae));
        VITRAL_TRY(addWeights(folder / "vae", parts.vae));
    }
    const bool two = isThere(folder / "text_encoder_2");
    const auto readText = [&](const std::string& suffix, std::optional<ClipConfig>& config, ClipTokens& tokens,
                              TensorSource& source) -> Result<void> {
        const fs::path at = folder / ("text_encoder" + suffix);
        VITRAL_TRY_ASSIGN(const JsonConfig json, readJson(at / "config.json"));
        VITRAL_TRY_ASSIGN(config, readClipConfig(json));
        if (two) { // SDXL: the last layer but one, as it is; pooled from the second
            config->finalNorm = false;
            if (suffix.empty()) {
                config->nSkip = 1;
            } else {
                VITRAL_TRY_ASSIGN(config->nPooled, json.integer("projection_dim", config->width, 1, 1 << 16));
            }
        }
        VITRAL_TRY_ASSIGN(tokens, readTokenizerFolder(folder / ("tokenizer" + suffix), config->nPosition));
        return addWeights(at, source);
    };
    if (isThere(folder / "text_encoder"))
        VITRAL_TRY(readText("", parts.textConfig, parts.tokens, parts.text));
    if (two)
        VITRAL_TRY(readText("_2", parts.secondTextConfig, parts.secondTokens, parts.secondText));
    VITRAL_TRY_ASSIGN(parts.info.zeroNegative, index.boolean("force_zeros_for_empty_prompt", false));
    describeStableDiffusion(parts);
    if (parts.info.architecture.empty())
        parts.info.architecture = pipeline.empty() ? "diffusers U-Net" : pipeline;
    return parts;
}

Result<DiffusionModelPtr> loadDiffusersFolder(const fs::path& path, const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(ModelParts parts, readDiffusersFolder(path));
    return assemble(std::move(parts), options);
}

} // namespace vitral::diffusion
