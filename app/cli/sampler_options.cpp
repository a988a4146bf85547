// SPDX-License-Identifier: Apache-2.0
#include "app/cli/sampler_options.h"

#include "core/base/mapped_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace vitral::cli {

namespace {

constexpr std::size_t kMaxGrammarBytes = std::size_t{4} << 20U;

struct StageName {
    SamplerStage stage;
    std::string_view name;
};
constexpr std::array kStages{
    StageName{SamplerStage::LogitBias, "logit-bias"},
    StageName{SamplerStage::Grammar, "grammar"},
    StageName{SamplerStage::Penalties, "penalties"},
    StageName{SamplerStage::Dry, "dry"},
    StageName{SamplerStage::TopNSigma, "top-n-sigma"},
    StageName{SamplerStage::TopK, "top-k"},
    StageName{SamplerStage::Typical, "typical"},
    StageName{SamplerStage::TopP, "top-p"},
    StageName{SamplerStage::MinP, "min-p"},
    StageName{SamplerStage::Xtc, "xtc"},
    StageName{SamplerStage::Temperature, "temperature"},
    StageName{SamplerStage::Mirostat2, "mirostat2"},
};

/// One numeric parameter: exactly one of the members is used.
struct Number {
    std::string_view name;
    float SamplerParams::*real = nullptr;
    std::int32_t SamplerParams::*integer = nullptr;
    std::string_view help;
};
const std::array kNumbers{
    Number{"temperature", &SamplerParams::temperature, nullptr, "0: always the likeliest token"},
    Number{"dynatemp-range", &SamplerParams::dynamicTempRange, nullptr,
           "Temperature moves by this with entropy; 0: off"},
    Number{"dynatemp-exponent", &SamplerParams::dynamicTempExponent, nullptr, "Shape of that movement"},
    Number{"top-k", nullptr, &SamplerParams::topK, "Only the k likeliest tokens; 0: off"},
    Number{"top-p", &SamplerParams::topP, nullptr, "Only the likeliest tokens that together reach p; 1: off"},
    Number{"min-p", &SamplerParams::minP, nullptr, "Only tokens at least p times as likely as the likeliest; 0: off"},
    Number{"typical", &SamplerParams::typicalP, nullptr, "Locally typical tokens of total mass p; 1: off"},
    Number{"top-n-sigma", &SamplerParams::topNSigma, nullptr,
           "Only logits within n deviations of the greatest; 0: off"},
    Number{"xtc-probability", &SamplerParams::xtcProbability, nullptr, "How often XTC drops the top choices; 0: off"},
    Number{"xtc-threshold", &SamplerParams::xtcThreshold, nullptr, "What counts as a top choice for XTC"},
    Number{"dry-multiplier", &SamplerParams::dryMultiplier, nullptr, "Strength of DRY against repetition; 0: off"},
    Number{"dry-base", &SamplerParams::dryBase, nullptr, "Base of its growth"},
    Number{"dry-allowed-length", nullptr, &SamplerParams::dryAllowedLength, "Repetitions this long go unpunished"},
    Number{"dry-last-n", nullptr, &SamplerParams::dryPenaltyLastN, "Tokens DRY looks back on; -1: all"},
    Number{"penalty-last-n", nullptr, &SamplerParams::penaltyLastN, "Tokens the penalties look back on"},
    Number{"repeat-penalty", &SamplerParams::repetitionPenalty, nullptr, "1: off"},
    Number{"frequency-penalty", &SamplerParams::frequencyPenalty, nullptr, "0: off"},
    Number{"presence-penalty", &SamplerParams::presencePenalty, nullptr, "0: off"},
    Number{"mirostat-tau", &SamplerParams::mirostatTau, nullptr, "Surprise that mirostat 2 aims at"},
    Number{"mirostat-eta", &SamplerParams::mirostatEta, nullptr, "How fast it learns"},
};

template <class T>
std::optional<T> parseNumber(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

Result<std::vector<SamplerStage>> parseOrder(std::string_view text) {
    std::vector<SamplerStage> order;
    while (!text.empty()) {
        const std::string_view name = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), name.size() + 1));
        const auto it =
            std::find_if(kStages.begin(), kStages.end(), [&](const StageName& s) { return s.name == name; });
        if (it == kStages.end()) {
            std::string known;
            for (const StageName& s : kStages)
                known += (known.empty() ? "" : ", ") + std::string(s.name);
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" is not a sampler stage; the stages are {}.", name, known));
        }
        order.push_back(it->stage);
    }
    return order;
}

} // namespace

Result<SamplerParams> SamplerArguments::resolve() const {
    SamplerParams resolved = params;
    for (const std::string& item : logitBias) {
        const std::size_t equals = item.find('=');
        const auto id = parseNumber<TokenId>(std::string_view(item).substr(0, equals));
        const auto value =
            equals == std::string::npos ? std::nullopt : parseNumber<float>(std::string_view(item).substr(equals + 1));
        if (!id || !value)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("--logit-bias takes ID=VALUE, for example 42=-5.5, not \"{}\".", item));
        resolved.logitBias.emplace_back(*id, *value);
    }
    if (!order.empty()) {
        VITRAL_TRY_ASSIGN(resolved.order, parseOrder(order));
    }
    if (!grammarFile.empty()) {
        VITRAL_TRY_ASSIGN(resolved.grammar, readTextFile(grammarFile, kMaxGrammarBytes, Streams::Allowed));
    }
    if (!schemaFile.empty()) {
        VITRAL_TRY_ASSIGN(resolved.jsonSchema, readTextFile(schemaFile, kMaxGrammarBytes, Streams::Allowed));
    }
    return resolved;
}

void addSamplerOptions(CLI::App& command, SamplerArguments& arguments) {
    const std::string group = "Sampling";
    for (const Number& number : kNumbers) {
        const std::string flag = "--" + std::string(number.name);
        CLI::Option* option =
            number.real != nullptr
                ? command.add_option(flag, arguments.params.*number.real, std::string(number.help))
                : command.add_option(flag, arguments.params.*number.integer, std::string(number.help));
        option->capture_default_str()->type_name("NUMBER")->group(group);
    }
    command.add_flag("--mirostat2", arguments.params.mirostat2, "Mirostat 2 in place of the truncating stages")
        ->group(group);
    command.add_option("--seed", arguments.params.seed, "0: a fresh one, told on standard error with --verbose")
        ->check(CLI::NonNegativeNumber) // -1 would count from the other end
        ->type_name("NUMBER")
        ->group(group);
    command.add_option("--logit-bias", arguments.logitBias, "Adds VALUE to the logit of token ID; may be repeated")
        ->type_name("ID=VALUE")
        ->allow_extra_args(false)
        ->group(group);
    command.add_option("--samplers", arguments.order, "Order of the stages, separated by commas")
        ->type_name("NAMES")
        ->group(group);
    command.add_option("--grammar", arguments.grammarFile, "File with a GBNF grammar the answer must follow")
        ->type_name("FILE")
        ->group(group);
    command.add_option("--json-schema", arguments.schemaFile, "File with a JSON schema the answer must follow")
        ->type_name("FILE")
        ->group(group);
}

Result<void> setSamplerParameter(SamplerParams& params, std::string_view name, std::string_view value) {
    const auto bad = [&] {
        return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" is not a value for {}.", value, name));
    };
    if (name == "seed") {
        const auto seed = parseNumber<std::uint64_t>(value);
        if (!seed)
            return bad();
        params.seed = *seed;
        return {};
    }
    for (const Number& number : kNumbers) {
        if (number.name != name)
            continue;
        if (number.real != nullptr) {
            const auto real = parseNumber<float>(value);
            if (!real)
                return bad();
            params.*number.real = *real;
        } else {
            const auto integer = parseNumber<std::int32_t>(value);
            if (!integer)
                return bad();
            params.*number.integer = *integer;
        }
        return {};
    }
    std::string known = "seed";
    for (const Number& number : kNumbers)
        known += ", " + std::string(number.name);
    return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" cannot be set; these can: {}.", name, known));
}

Result<void> checkBiases(const SamplerParams& params, std::int64_t nVocab) {
    for (const auto& bias : params.logitBias)
        if (bias.first < 0 || bias.first >= nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("--logit-bias names token {}; this vocabulary has {} tokens.", bias.first, nVocab));
    return {};
}

std::string_view samplerStageName(SamplerStage stage) {
    for (const StageName& s : kStages)
        if (s.stage == stage)
            return s.name;
    return "unknown";
}

} // namespace vitral::cli
