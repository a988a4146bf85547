// SPDX-License-Identifier: Apache-2.0
#include "core/model/registry.h"

#include "core/io/byte_reader.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace vitral {
namespace {

struct Architecture {
    std::string_view name; ///< general.architecture
    std::unique_ptr<Decoder> (*make)();
};

constexpr std::array<Architecture, 20> kArchitectures{{
    {"gemma", makeGemma},       {"gemma2", makeGemma2},     {"gemma3", makeGemma3},     {"gpt-oss", makeGptOss},
    {"gpt2", makeGpt2},         {"gptneox", makeGptNeoX},   {"granite", makeGranite},   {"granitemoe", makeGranite},
    {"llama", makeLlama},       {"mistral3", makeMistral3}, {"olmo2", makeOlmo2},       {"olmoe", makeOlmoe},
    {"phi2", makePhi2},         {"phi3", makePhi3},         {"qwen2", makeQwen2},       {"qwen3", makeQwen3},
    {"qwen3moe", makeQwen3Moe}, {"smollm3", makeSmolLm3},   {"stablelm", makeStableLm}, {"starcoder2", makeStarCoder2},
}};

constexpr auto architectureNames() {
    std::array<std::string_view, kArchitectures.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = kArchitectures[i].name;
    return names;
}
constexpr auto kNames = architectureNames();

} // namespace

std::span<const std::string_view> knownArchitectures() {
    return kNames;
}

Result<std::shared_ptr<const Model>> loadModel(const std::filesystem::path& path, const LoadOptions& options) {
    if (options.backend == nullptr)
        return fail(ErrorCode::Bug, "A model was to be loaded without a backend to hold it.");
    VITRAL_TRY_ASSIGN(std::shared_ptr<const GgufFile> file, GgufFile::open(path));
    VITRAL_TRY_ASSIGN(const std::string architecture, file->string("general.architecture", ""));
    if (architecture.empty())
        return fail(ErrorCode::InvalidFile, "The model file lacks the key general.architecture.");
    const auto* const known = std::find_if(kArchitectures.begin(), kArchitectures.end(),
                                           [&](const Architecture& a) { return a.name == architecture; });
    if (known == kArchitectures.end())
        return fail(
            ErrorCode::Unsupported,
            fmt::format("The model file's architecture is {}, which this version does not know. It knows: {}.",
                        quotedName(architecture), fmt::join(kNames, ", ")));
    if (options.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "Loading was stopped.");
    VITRAL_TRY_ASSIGN(std::shared_ptr<const Tokenizer> tokenizer, tokenizerFromGguf(file));
    std::unique_ptr<Decoder> model = known->make();
    VITRAL_TRY(model->load(std::move(file), std::move(tokenizer), path.stem().string(), options));
    return std::shared_ptr<const Model>(std::move(model));
}

} // namespace vitral
