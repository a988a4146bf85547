// SPDX-License-Identifier: Apache-2.0
#include "core/chat/conversation_format.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utf8proc.h>

namespace vitral {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kFormatName = "vitral-conversation";
constexpr int kFormatVersion = 1;

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        utf8proc_int32_t code = 0;
        const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                        utf8proc_ssize_t(text.size()), &code);
        if (n <= 0)
            return false;
        text.remove_prefix(std::size_t(n));
    }
    return true;
}

/// Writes by hand: a hundred thousand tokens with ten alternatives each would be a million nodes of a JSON tree.
class Writer {
public:
    std::string out;

    void text(std::string_view key, std::string_view value) {
        // A token may be half a character: such bytes are written as hexadecimal digits under another name.
        if (isUtf8(value)) {
            name(key);
            quoted(value);
            return;
        }
        name(std::string(key) + "Hex");
        out += '"';
        for (const char c : value)
            out += fmt::format("{:02x}", std::uint8_t(c));
        out += '"';
    }
    void integer(std::string_view key, std::int64_t value) {
        name(key);
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
    template <class Float>
    void real(std::string_view key, Float value) {
        name(key);
        number(value);
    }
    template <class Float>
    void number(Float value) {
        // JSON has no infinity: a log-probability of null is minus infinity.
        if (value == 0 && std::signbit(value))
            out += "-0.0"; // "-0" would be read as an integer
        else if (std::isfinite(value))
            fmt::format_to(std::back_inserter(out), "{}", value);
        else
            out += "null";
    }
    void name(std::string_view key) {
        if (out.back() != '{')
            out += ',';
        quoted(key);
        out += ':';
    }

private:
    void quoted(std::string_view value) {
        out += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (c == '\n') {
                out += "\\n";
            } else if (std::uint8_t(c) < 0x20 || c == 0x7F) {
                out += fmt::format("\\u{:04x}", std::uint8_t(c));
            } else {
                out += c;
            }
        }
        out += '"';
    }
};

constexpr std::string_view kStateNames[] = {"complete", "streaming", "stopped", "failed"};

void writeToken(Writer& w, const MessageToken& token) {
    w.out += '{';
    w.integer("id", token.score.id);
    w.text("bytes", token.bytes);
    w.real("logProbability", token.score.logProbability);
    w.integer("rank", token.score.rank);
    w.real("entropy", token.score.entropy);
    if (!token.score.top.empty()) {
        w.name("top");
        w.out += '[';
        for (std::size_t i = 0; i < token.score.top.size(); ++i) {
            fmt::format_to(std::back_inserter(w.out), "{}[{},", i == 0 ? "" : ",", token.score.top[i].id);
            w.number(token.score.top[i].logProbability);
            w.out += ']';
        }
        w.out += ']';
    }
    w.out += '}';
}

void writeMessage(Writer& w, const Message& m) {
    w.out += '{';
    w.integer("id", m.id);
    w.integer("parent", m.parent);
    w.text("role", roleName(m.role));
    w.text("state", kStateNames[std::size_t(m.state)]);
    w.text("text", m.text);
    w.text("model", m.modelName);
    w.text("params", m.paramsJson);
    w.text("note", m.note);
    w.integer("createdUnixMs", m.createdUnixMs);
    w.integer("promptTokens", m.nPromptTokens);
    w.integer("cachedTokens", m.nCachedTokens);
    w.real("prefillSeconds", m.prefillSeconds);
    w.real("decodeSeconds", m.decodeSeconds);
    w.integer("forkedFrom", m.forkedFrom);
    w.integer("forkedAtToken", m.forkedAtToken);
    if (m.startsThinking)
        w.integer("startsThinking", 1);
    if (m.leftOut)
        w.integer("leftOut", 1);
    w.name("tokens");
    w.out += '[';
    for (std::size_t i = 0; i < m.tokens.size(); ++i) {
        if (i != 0)
            w.out += ",\n";
        writeToken(w, m.tokens[i]);
    }
    w.out += "]}";
}

// Reading. A member that is missing or of another type gives its neutral value; only what the tree needs is required.

std::int64_t integerOf(const Json& object, const char* key, std::int64_t otherwise = 0) {
    const auto it = object.find(key);
    return it != object.end() && it->is_number_integer() ? it->get<std::int64_t>() : otherwise;
}
std::int32_t smallOf(const Json& object, const char* key, std::int32_t otherwise = 0) {
    const std::int64_t value = integerOf(object, key, otherwise);
    return value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()
               ? otherwise
               : std::int32_t(value);
}
double realOf(const Json& object, const char* key, double otherwise) {
    const auto it = object.find(key);
    return it != object.end() && it->is_number() ? it->get<double>() : otherwise;
}
std::string textOf(const Json& object, const std::string& key) {
    if (const auto it = object.find(key); it != object.end() && it->is_string())
        return it->get<std::string>();
    const auto it = object.find(key + "Hex");
    if (it == object.end() || !it->is_string())
        return {};
    const auto& hex = it->get_ref<const std::string&>();
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        if (std::from_chars(&hex[i], &hex[i] + 2, value, 16).ec != std::errc())
            return {};
        bytes += char(std::uint8_t(value));
    }
    return bytes;
}

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

MessageToken readToken(const Json& json) {
    MessageToken token;
    token.score.id = smallOf(json, "id");
    token.bytes = textOf(json, "bytes");
    token.score.logProbability = float(realOf(json, "logProbability", double(kMinusInfinity)));
    token.score.rank = smallOf(json, "rank");
    token.score.entropy = float(realOf(json, "entropy", 0));
    if (const auto top = json.find("top"); top != json.end() && top->is_array())
        for (const Json& pair : *top)
            if (pair.is_array() && pair.size() == 2 && pair[0].is_number_integer())
                token.score.top.push_back(
                    {pair[0].get<std::int32_t>(), pair[1].is_number() ? pair[1].get<float>() : kMinusInfinity});
    return token;
}

Result<Message> readMessage(const Json& json, std::size_t index) {
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, fmt::format("Message {} of this file is not an object.", index + 1));
    Message m;
    m.id = integerOf(json, "id");
    m.parent = integerOf(json, "parent");
    const std::string role = textOf(json, "role");
    const auto known = roleFromName(role);
    if (!known)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("Message {} of this file has no known role (\"{}\").", index + 1, role.substr(0, 40)));
    m.role = *known;
    const std::string state = textOf(json, "state");
    for (std::size_t i = 0; i < std::size(kStateNames); ++i)
        if (state == kStateNames[i])
            m.state = MessageState(i);
    m.text = textOf(json, "text");
    if (m.text.empty())
        m.text = textOf(json, "content"); // what other programs call it
    m.modelName = textOf(json, "model");
    m.paramsJson = textOf(json, "params");
    m.note = textOf(json, "note");
    m.createdUnixMs = integerOf(json, "createdUnixMs");
    m.nPromptTokens = smallOf(json, "promptTokens");
    m.nCachedTokens = smallOf(json, "cachedTokens");
    m.prefillSeconds = realOf(json, "prefillSeconds", 0);
    m.decodeSeconds = realOf(json, "decodeSeconds", 0);
    m.forkedFrom = integerOf(json, "forkedFrom");
    m.forkedAtToken = smallOf(json, "forkedAtToken", -1);
    m.startsThinking = smallOf(json, "startsThinking", 0) != 0;
    m.leftOut = smallOf(json, "leftOut", 0) != 0;
    if (const auto tokens = json.find("tokens"); tokens != json.end() && tokens->is_array())
        for (const Json& token : *tokens)
            if (token.is_object())
                m.tokens.push_back(readToken(token));
    return m;
}

/// Messages of other programs: a plain list of {"role", "content"} becomes one path.
void chainPlainMessages(std::vector<Message>& messages) {
    for (const Message& m : messages)
        if (m.id != kNoMessage)
            return;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        messages[i].id = MessageId(i) + 1;
        messages[i].parent = MessageId(i);
    }
}

Result<void> checkTree(const std::vector<Message>& messages) {
    std::unordered_set<MessageId> seen;
    for (const Message& m : messages) {
        if (m.id <= 0 || !seen.insert(m.id).second)
            return fail(
                ErrorCode::InvalidFile,
                fmt::format("Two messages of this file have the number {}, or it is not a number above 0.", m.id));
        if (m.parent != kNoMessage && (m.parent == m.id || !seen.contains(m.parent)))
            return fail(ErrorCode::InvalidFile,
                        fmt::format("Message {} of this file answers message {}, which does not "
                                    "stand before it.",
                                    m.id, m.parent));
    }
    return {};
}

} // namespace

std::string conversationToJson(const ConversationDump& dump) {
    Writer w;
    w.out = "{";
    w.text("format", kFormatName);
    w.integer("version", kFormatVersion);
    w.text("title", dump.info.title);
    w.text("folder", dump.info.folder);
    w.text("modelPath", dump.info.modelPath);
    w.text("systemPrompt", dump.info.systemPrompt);
    w.integer("updatedUnixMs", dump.info.updatedUnixMs);
    w.name("active");
    w.out += '[';
    for (const auto& [parent, child] : dump.active)
        fmt::format_to(std::back_inserter(w.out), "{}[{},{}]", w.out.back() == '[' ? "" : ",", parent, child);
    w.out += ']';
    w.name("messages");
    w.out += "[\n";
    for (std::size_t i = 0; i < dump.messages.size(); ++i) {
        if (i != 0)
            w.out += ",\n";
        writeMessage(w, dump.messages[i]);
    }
    w.out += "\n]}\n";
    return std::move(w.out);
}

Result<ConversationDump> conversationFromJson(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return fail(ErrorCode::InvalidFile, "This file is not JSON.");
    const Json* list = nullptr;
    if (json.is_array())
        list = &json;
    else if (json.is_object()) {
        if (const auto it = json.find("messages"); it != json.end() && it->is_array())
            list = &*it;
        if (integerOf(json, "version", kFormatVersion) > kFormatVersion && textOf(json, "format") == kFormatName)
            return fail(ErrorCode::Unsupported,
                        "This conversation was exported by a newer version of the program; update it first.");
    }
    if (list == nullptr)
        return fail(ErrorCode::InvalidFile, "This JSON is not a conversation: it has no list of messages.");
    ConversationDump dump;
    for (std::size_t i = 0; i < list->size(); ++i) {
        VITRAL_TRY_ASSIGN(Message m, readMessage((*list)[i], i));
        dump.messages.push_back(std::move(m));
    }
    if (dump.messages.empty())
        return fail(ErrorCode::InvalidFile, "This file holds no text to make a conversation of.");
    chainPlainMessages(dump.messages);
    VITRAL_TRY(checkTree(dump.messages));
    if (json.is_object()) {
        dump.info.title = textOf(json, "title");
        dump.info.folder = textOf(json, "folder");
        dump.info.modelPath = textOf(json, "modelPath");
        dump.info.systemPrompt = textOf(json, "systemPrompt");
        dump.info.updatedUnixMs = integerOf(json, "updatedUnixMs");
        if (const auto active = json.find("active"); active != json.end() && active->is_array())
            for (const Json& pair : *active)
                if (pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() && pair[1].is_number_integer())
                    dump.active[pair[0].get<MessageId>()] = pair[1].get<MessageId>();
    }
    return dump;
}

} // namespace vitral
