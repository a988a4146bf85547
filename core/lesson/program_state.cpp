// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/program_state.h"

#include "core/base/json_depth.h"
#include "core/lesson/commands.h"
#include "core/lesson/lesson.h"
#include "core/lesson/markdown.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace vitral {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 2; ///< 1: without "screen" and "left_out"
constexpr int kMaxDepth = 24;
constexpr std::size_t kMaxScreenBytes = 64U << 10U;
constexpr std::string_view kPrefix = "vitral:1:";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void put(Json& out, const char* key, const std::string& text) {
    if (!text.empty())
        out[key] = text;
}

/// A JSON object kept as text by us stands as an object in the file, so that people can read it.
void putObject(Json& out, const char* key, const std::string& text) {
    if (text.empty())
        return;
    if (Json value = Json::parse(text, nullptr, false); value.is_object() && !value.empty())
        out[key] = std::move(value);
}

Result<void> takeText(const Json& in, const char* key, std::string& text, std::size_t limit) {
    const auto at = in.find(key);
    if (at == in.end())
        return {};
    if (!at->is_string() || at->get_ref<const std::string&>().size() > limit)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("\"{}\" in this state should be a text of at most {} bytes.", key, limit));
    text = at->get<std::string>();
    return {};
}

Result<void> takeObject(const Json& in, const std::string& key, std::string& text) {
    const auto at = in.find(key);
    if (at == in.end())
        return {};
    if (!at->is_object())
        return fail(ErrorCode::InvalidFile, fmt::format("\"{}\" in this state should be an object {{...}}.", key));
    text = at->dump(-1, ' ', false, Json::error_handler_t::replace);
    return {};
}

enum class Kind { Number, Switch, Text, List };

/// What the settings of sampling hold, by name (widgets/chat/generation_settings.cpp writes them).
constexpr std::pair<std::string_view, Kind> kGeneration[] = {
    {"system_prompt", Kind::Text},
    {"context_tokens", Kind::Number},
    {"max_tokens", Kind::Number},
    {"kv_q8", Kind::Switch},
    {"context_shift", Kind::Switch},
    {"thinking", Kind::Switch},
    {"temperature", Kind::Number},
    {"dynamic_temp_range", Kind::Number},
    {"dynamic_temp_exponent", Kind::Number},
    {"top_k", Kind::Number},
    {"top_p", Kind::Number},
    {"min_p", Kind::Number},
    {"typical_p", Kind::Number},
    {"top_n_sigma", Kind::Number},
    {"xtc_probability", Kind::Number},
    {"xtc_threshold", Kind::Number},
    {"dry_multiplier", Kind::Number},
    {"dry_base", Kind::Number},
    {"dry_allowed_length", Kind::Number},
    {"dry_penalty_last_n", Kind::Number},
    {"dry_sequence_breakers", Kind::List},
    {"penalty_last_n", Kind::Number},
    {"repetition_penalty", Kind::Number},
    {"frequency_penalty", Kind::Number},
    {"presence_penalty", Kind::Number},
    {"mirostat2", Kind::Switch},
    {"mirostat_tau", Kind::Number},
    {"mirostat_eta", Kind::Number},
    {"logit_bias", Kind::List},
    {"grammar", Kind::Text},
    {"json_schema", Kind::Text},
    {"seed", Kind::Text},
    {"order", Kind::List},
};

Result<void> checkGeneration(const Json& in) {
    const auto at = in.find("generation");
    if (at == in.end())
        return {};
    for (const auto& [name, kind] : kGeneration) {
        const auto value = at->find(name);
        if (value == at->end())
            continue;
        const bool fits = kind == Kind::Number   ? value->is_number()
                          : kind == Kind::Switch ? value->is_boolean()
                          : kind == Kind::Text   ? value->is_string()
                                                 : value->is_array();
        if (!fits)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("\"{}\" of \"generation\" in this state should be {}.", name,
                                    kind == Kind::Number   ? "a number"
                                    : kind == Kind::Switch ? "true or false"
                                    : kind == Kind::Text   ? "a text"
                                                           : "a list"));
    }
    return {};
}

constexpr std::string_view kFields[] = {"vitral_state", "model",        "run",        "composer", "depth",
                                        "lesson",       "conversation", "generation", "recipe",   "rooms",
                                        "do",           "screen",       "left_out"};

/// "unit", or "unit:stop" with a stop from 1.
bool isLessonPlace(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view unit = text.substr(0, colon);
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    if (unit.empty() || !std::all_of(unit.begin(), unit.end(), plain))
        return false;
    if (colon == std::string_view::npos)
        return true;
    const std::string_view stop = text.substr(colon + 1);
    return !stop.empty() && stop.size() <= 4 && stop != "0" &&
           std::all_of(stop.begin(), stop.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<ProgramState> read(const Json& in) {
    if (!in.is_object() || !in.contains("vitral_state"))
        return fail(ErrorCode::InvalidFile, "This is not a state of Vitral.");
    const Json& version = in["vitral_state"];
    if (!version.is_number_integer() || version.get<std::int64_t>() < 1)
        return fail(ErrorCode::InvalidFile, "The version of this state is not a number.");
    if (version.get<std::int64_t>() > kVersion)
        return fail(ErrorCode::Unsupported,
                    "A newer version of Vitral wrote this state; update the program to open it.");
    for (const auto& [name, value] : in.items())
        if (std::find(std::begin(kFields), std::end(kFields), name) == std::end(kFields))
            return fail(ErrorCode::InvalidFile, fmt::format("\"{}\" is no field of a state.", name.substr(0, 80)));
    ProgramState state;
    if (const auto model = in.find("model"); model != in.end()) {
        if (!model->is_object())
            return fail(ErrorCode::InvalidFile, "\"model\" in this state should have a name and a fingerprint.");
        VITRAL_TRY(takeText(*model, "name", state.modelName, 400));
        VITRAL_TRY(takeText(*model, "fingerprint", state.modelFingerprint, 64));
    }
    VITRAL_TRY(takeText(in, "run", state.run, 400));
    if (state.run.find_first_of("/\\:") != std::string::npos || state.run.rfind("..", 0) == 0)
        return fail(ErrorCode::InvalidFile,
                    "The recorded run of this state should lie beside it, without a folder in its "
                    "name.");
    VITRAL_TRY(takeText(in, "composer", state.composer, 200'000));
    VITRAL_TRY(takeText(in, "depth", state.depth, 20));
    if (!state.depth.empty() && !lessonDepth(state.depth))
        return fail(ErrorCode::InvalidFile, "The depth of this state is user, power, developer or researcher.");
    VITRAL_TRY(takeText(in, "lesson", state.lesson, 200));
    if (!state.lesson.empty() && !isLessonPlace(state.lesson))
        return fail(ErrorCode::InvalidFile, "\"lesson\" in this state should be a unit and its step, such as cats:2.");
    VITRAL_TRY(takeObject(in, "conversation", state.conversation));
    VITRAL_TRY(takeObject(in, "generation", state.generation));
    VITRAL_TRY(checkGeneration(in));
    VITRAL_TRY(takeObject(in, "recipe", state.recipe));
    VITRAL_TRY(takeObject(in, "screen", state.screen));
    if (state.screen.size() > kMaxScreenBytes)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("\"screen\" in this state should be at most {} bytes.", kMaxScreenBytes));
    if (const auto left = in.find("left_out"); left != in.end()) {
        const auto known = [](const Json& name) {
            return name.is_string() && std::find(std::begin(kLeftOut), std::end(kLeftOut),
                                                 name.get_ref<const std::string&>()) != std::end(kLeftOut);
        };
        if (!left->is_array() || left->size() > std::size(kLeftOut) || !std::all_of(left->begin(), left->end(), known))
            return fail(ErrorCode::InvalidFile,
                        "\"left_out\" in this state should be a list of what it may leave out.");
        for (const Json& name : *left)
            state.leftOut.push_back(name.get<std::string>());
    }
    if (const auto rooms = in.find("rooms"); rooms != in.end()) {
        if (!rooms->is_object() || rooms->size() > 50)
            return fail(ErrorCode::InvalidFile, "\"rooms\" in this state should hold an object for each room.");
        for (const auto& [name, value] : rooms->items())
            VITRAL_TRY(takeObject(*rooms, name, state.rooms[name]));
    }
    if (const auto commands = in.find("do"); commands != in.end()) {
        if (!commands->is_array() || commands->size() > 200)
            return fail(ErrorCode::InvalidFile, "\"do\" in this state should be a list of at most 200 commands.");
        for (const Json& command : *commands) {
            if (!command.is_string())
                return fail(ErrorCode::InvalidFile, "Every command in this state should be a text.");
            const auto& text = command.get_ref<const std::string&>();
            const auto known = findCommand(text);
            if (!known)
                return fail(ErrorCode::InvalidFile, "\"" + text.substr(0, 80) +
                                                        "\" in this state is not a command; vitral-cli lesson words "
                                                        "lists them.");
            if (!known->file.empty())
                return fail(ErrorCode::InvalidFile,
                            "\"" + text.substr(0, 80) + "\" opens a file, which a state may not.");
            state.commands.push_back(text);
        }
    }
    return state;
}

} // namespace

std::string stateJson(const ProgramState& state) {
    Json out;
    out["vitral_state"] = kVersion;
    if (!state.modelName.empty())
        out["model"] = {{"name", state.modelName}, {"fingerprint", state.modelFingerprint}};
    put(out, "run", state.run);
    put(out, "composer", state.composer);
    put(out, "depth", state.depth);
    put(out, "lesson", state.lesson);
    putObject(out, "conversation", state.conversation);
    putObject(out, "generation", state.generation);
    putObject(out, "recipe", state.recipe);
    putObject(out, "screen", state.screen);
    if (!state.leftOut.empty())
        out["left_out"] = state.leftOut;
    for (const auto& [name, text] : state.rooms)
        if (Json value = Json::parse(text, nullptr, false); value.is_object())
            out["rooms"][name] = std::move(value);
    if (!state.commands.empty())
        out["do"] = state.commands;
    return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<ProgramState> stateFromJson(std::string_view json) {
    if (json.size() > kMaxStateBytes)
        return fail(ErrorCode::InvalidFile, "This state is larger than 4 MiB.");
    if (!validUtf8(json) || nestsDeeper(json, kMaxDepth))
        return fail(ErrorCode::InvalidFile, "This is not a state of Vitral.");
    try {
        const Json in = Json::parse(json, nullptr, false);
        if (in.is_discarded())
            return fail(ErrorCode::InvalidFile, "This is not a state of Vitral, or it was cut off.");
        return read(in);
    } catch (const std::exception& error) {
        return fail(ErrorCode::InvalidFile, std::string("This state could not be read (") + error.what() + ").");
    }
}

Result<std::string> stateLink(const ProgramState& state) {
    const std::string json = Json::parse(stateJson(state)).dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string link(kPrefix);
    for (std::size_t i = 0; i < json.size(); i += 3) {
        unsigned bits = 0;
        const std::size_t n = std::min<std::size_t>(3, json.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8U | (k < n ? static_cast<unsigned char>(json[i + k]) : 0U);
        for (std::size_t k = 0; k <= n; ++k)
            link += kDigits[bits >> (18 - 6 * k) & 63U];
    }
    if (link.size() > kMaxLinkBytes)
        return fail(ErrorCode::InvalidArgument,
                    "This state is too long for a link (it holds the whole conversation); save it as a file instead.");
    return link;
}

bool looksLikeLink(std::string_view text) {
    while (!text.empty() &&
           (text.front() == ' ' || text.front() == '\n' || text.front() == '\t' || text.front() == '<'))
        text.remove_prefix(1);
    return text.substr(0, 7) == "vitral:";
}

Result<ProgramState> stateFromLink(std::string_view link) {
    if (link.size() > 2 * kMaxLinkBytes)
        return fail(ErrorCode::InvalidFile, "This link is too long.");
    std::string plain;
    for (const char c : link)
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '<' && c != '>' && c != '=')
            plain += c;
    if (plain.rfind("vitral:", 0) != 0)
        return fail(ErrorCode::InvalidFile, "A link of Vitral begins with \"vitral:\".");
    if (plain.rfind(kPrefix, 0) != 0)
        return fail(ErrorCode::Unsupported, "This link is of a kind this version does not know; update the program.");
    std::string json;
    unsigned bits = 0;
    int nBits = 0;
    for (const char c : std::string_view(plain).substr(kPrefix.size())) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos)
            return fail(ErrorCode::InvalidFile, "This link is damaged; copy it again, whole.");
        bits = bits << 6U | static_cast<unsigned>(digit);
        nBits += 6;
        if (nBits >= 8) {
            nBits -= 8;
            json += static_cast<char>(bits >> static_cast<unsigned>(nBits) & 255U);
        }
    }
    if (json.empty() || json.back() != '}')
        return fail(ErrorCode::InvalidFile, "This link was cut off; copy it again, whole.");
    return stateFromJson(json);
}

std::string modelFingerprint(std::uint64_t sizeBytes, std::string_view head, std::string_view tail) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](unsigned char byte) {
        hash ^= byte;
        hash *= 0x100000001b3U;
    };
    for (unsigned i = 0; i < 8; ++i)
        add(static_cast<unsigned char>(sizeBytes >> (8 * i) & 255U));
    for (const std::string_view part : {head, tail})
        for (const char c : part)
            add(static_cast<unsigned char>(c));
    return fmt::format("{:016x}", hash);
}

} // namespace vitral
