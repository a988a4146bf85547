// SPDX-License-Identifier: Apache-2.0
// From JSON to the interpreter and back, with the preparations that apply_chat_template of transformers makes.
#include "core/chat/template.h"

#include "core/chat/jinja/parser.h"
#include "core/chat/jinja/runtime.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <new>
#include <nlohmann/json.hpp>

namespace vitral {
namespace {

using Json = nlohmann::ordered_json; // keys in the order given, as in Python
using jinja::TemplateError;
using jinja::Value;

constexpr std::size_t kMaxSourceBytes = 4U << 20U;
constexpr std::int64_t kMaxStepsOfAll = 200'000'000;

Value toValue(const Json& json) {
    switch (json.type()) {
    case Json::value_t::boolean:
        return Value::boolean(json.get<bool>());
    case Json::value_t::number_integer:
        return Value::integer(json.get<std::int64_t>());
    case Json::value_t::number_unsigned: {
        const auto n = json.get<std::uint64_t>();
        return n <= std::uint64_t(INT64_MAX) ? Value::integer(std::int64_t(n)) : Value::real(double(n));
    }
    case Json::value_t::number_float:
        return Value::real(json.get<double>());
    case Json::value_t::string:
        return Value::string(json.get<std::string>());
    case Json::value_t::array: {
        std::vector<Value> items;
        items.reserve(json.size());
        for (const Json& item : json)
            items.push_back(toValue(item));
        return Value::list(std::move(items));
    }
    case Json::value_t::object: {
        std::vector<jinja::Entry> entries;
        entries.reserve(json.size());
        for (const auto& [key, item] : json.items())
            entries.emplace_back(Value::string(key), toValue(item));
        return Value::dict(std::move(entries));
    }
    default:
        return Value::none();
    }
}

/// JSON deeper than this is refused before the recursive walk above.
bool isTooDeep(std::string_view text) {
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            i += c == '\\' ? 1 : 0;
            inString = c != '"';
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > jinja::kMaxValueDepth)
                return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

Result<Json> parseJson(const std::string& text, std::string_view what) {
    if (isTooDeep(text))
        return fail(ErrorCode::InvalidArgument, fmt::format("The {} are nested too deeply.", what));
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return fail(ErrorCode::InvalidArgument, fmt::format("The {} are not valid JSON.", what));
    return json;
}

/// Reasoning is passed under several names; templates read one or another of them.
void aliasReasoning(Json& messages) {
    for (Json& message : messages) {
        if (!message.is_object())
            continue;
        const Json* reasoning = nullptr;
        for (const char* name : {"reasoning_content", "thinking", "reasoning"})
            if (reasoning == nullptr && message.contains(name) && !message[name].is_null())
                reasoning = &message[name];
        if (reasoning == nullptr)
            continue;
        Json fuller = Json::object();
        fuller["thinking"] = *reasoning;
        for (const auto& [key, value] : message.items())
            fuller[key] = value;
        fuller["reasoning_content"] = *reasoning;
        message = std::move(fuller);
    }
}

Error sentenceFor(const TemplateError& error) {
    switch (error.kind) {
    case TemplateError::Kind::Raised:
        return {ErrorCode::InvalidArgument,
                fmt::format("The chat template refuses this conversation: {} (line {})", error.message, error.line)};
    case TemplateError::Kind::Limit:
        return {ErrorCode::InvalidArgument,
                fmt::format("The chat template was stopped at line {}: {}.", error.line, error.message)};
    case TemplateError::Kind::Syntax:
        return {ErrorCode::InvalidArgument,
                fmt::format("The chat template is not valid at line {}: {}", error.line, error.message)};
    default:
        return {ErrorCode::InvalidArgument,
                fmt::format("The chat template failed at line {}: {}", error.line, error.message)};
    }
}

class JinjaTemplate final : public ChatTemplate {
public:
    explicit JinjaTemplate(jinja::Template tree) : tree_(std::move(tree)) {}

    [[nodiscard]] Result<std::string> render(const TemplateInput& input) const override {
        // Some templates look through all messages once for each message: the budget grows with the conversation.
        const auto nBytes = std::int64_t(input.messagesJson.size() + input.toolsJson.size());
        const auto nMessages = std::int64_t(
            std::min<std::ptrdiff_t>(std::count(input.messagesJson.begin(), input.messagesJson.end(), '{'), 5'000));
        jinja::Limits limits;
        limits.maxSteps = std::min(limits.maxSteps + 20 * nBytes + 10 * nMessages * nMessages, kMaxStepsOfAll);
        return renderWithin(input, limits);
    }

    /// Found when first asked for; many templates are only ever rendered.
    [[nodiscard]] Capabilities capabilities() const override {
        std::call_once(capabilitiesFound_, [this] { findCapabilities(); });
        return capabilities_;
    }

private:
    void findCapabilities() const;
    [[nodiscard]] Result<std::string> renderWithin(const TemplateInput& input, const jinja::Limits& limits) const {
        std::map<std::string, Value, std::less<>> variables;
        try {
            VITRAL_TRY(prepare(input, variables));
            jinja::Runtime runtime(
                tree_,
                [&](const std::string& name) -> std::optional<Value> {
                    const auto it = variables.find(name);
                    return it == variables.end() ? std::nullopt : std::optional(it->second);
                },
                input.nowUnixSeconds, limits);
            return runtime.render();
        } catch (const TemplateError& error) {
            return tl::unexpected(sentenceFor(error));
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory, "There is not enough memory to apply the chat template.");
        }
    }

    static Result<void> prepare(const TemplateInput& input, std::map<std::string, Value, std::less<>>& variables) {
        VITRAL_TRY_ASSIGN(Json messages, parseJson(input.messagesJson, "messages"));
        if (!messages.is_array())
            return fail(ErrorCode::InvalidArgument, "The messages are not a list.");
        aliasReasoning(messages);
        variables["messages"] = toValue(messages);
        variables["tools"] = Value::none();
        variables["documents"] = Value::none();
        if (!input.toolsJson.empty()) {
            VITRAL_TRY_ASSIGN(const Json tools, parseJson(input.toolsJson, "tools"));
            variables["tools"] = toValue(tools);
        }
        variables["add_generation_prompt"] = Value::boolean(input.addGenerationPrompt);
        variables["bos_token"] = Value::string(input.bosToken);
        variables["eos_token"] = Value::string(input.eosToken);
        if (!input.extraJson.empty()) {
            VITRAL_TRY_ASSIGN(const Json extra, parseJson(input.extraJson, "template variables"));
            if (!extra.is_object())
                return fail(ErrorCode::InvalidArgument, "The template variables are not a JSON object.");
            for (const auto& [key, value] : extra.items())
                variables[key] = toValue(value);
        }
        return {};
    }

    jinja::Template tree_;
    mutable std::once_flag capabilitiesFound_;
    mutable Capabilities capabilities_;
};

/// Trial renderings with words that no template contains: what comes out again was understood.
void JinjaTemplate::findCapabilities() const {
    const auto tryRender = [&](std::string messages, std::string tools, std::string extra) {
        TemplateInput input;
        input.messagesJson = std::move(messages);
        input.toolsJson = std::move(tools);
        input.extraJson = std::move(extra);
        return renderWithin(input, {.maxSteps = 300'000}).value_or(std::string());
    };
    const std::string question = R"({"role":"user","content":"qzuser"})";
    capabilities_.system =
        tryRender(R"([{"role":"system","content":"qzsystem"},)" + question + "]", "", "").find("qzsystem") !=
        std::string::npos;
    capabilities_.tools =
        tryRender(
            "[" + question + "]",
            R"([{"type":"function","function":{"name":"qztool","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string","description":"x"}},"required":["a"]}}}])",
            "")
            .find("qztool") != std::string::npos;
    // Either a switch changes the prompt, or the reasoning of an answer is written somewhere.
    const std::string plain = tryRender("[" + question + "]", "", "");
    for (const char* name : {"enable_thinking", "thinking"})
        for (const char* value : {"true", "false"})
            if (const auto text = tryRender("[" + question + "]", "", fmt::format(R"({{"{}":{}}})", name, value));
                !text.empty() && text != plain)
                capabilities_.thinking = true;
    const auto effort = [&](const char* level) {
        return tryRender("[" + question + "]", "", fmt::format(R"({{"reasoning_effort":"{}"}})", level));
    };
    if (effort("low") != effort("high"))
        capabilities_.thinking = true;
    const std::string answered =
        "[" + question + R"(,{"role":"assistant","content":"qzanswer","reasoning_content":"qzreason"}])";
    if (tryRender(answered, "", "").find("qzreason") != std::string::npos || plain.find("<think>") != std::string::npos)
        capabilities_.thinking = true;
}

} // namespace

Result<std::shared_ptr<const ChatTemplate>> ChatTemplate::parse(std::string_view source) {
    if (source.size() > kMaxSourceBytes)
        return fail(ErrorCode::InvalidArgument, "The chat template is longer than 4 MiB.");
    try {
        return std::make_shared<JinjaTemplate>(jinja::Parser(jinja::tokenize(source)).parse());
    } catch (const TemplateError& error) {
        return tl::unexpected(sentenceFor(error));
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory for the chat template.");
    }
}

} // namespace vitral
