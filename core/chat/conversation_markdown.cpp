// SPDX-License-Identifier: Apache-2.0
#include "core/chat/conversation_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <utility>

namespace vitral {

std::string_view roleName(Role role) {
    constexpr std::array<std::string_view, 4> names = {"system", "user", "assistant", "tool"};
    return names.at(std::size_t(role) & 3U);
}

std::optional<Role> roleFromName(std::string_view name) {
    for (const Role role : {Role::System, Role::User, Role::Assistant, Role::Tool})
        if (roleName(role) == name)
            return role;
    return std::nullopt;
}

namespace {

// Between messages stands an HTML comment, invisible where Markdown is shown; a line of a message that looks like one
// gets a backslash in front, and loses it on the way back.
constexpr std::string_view kMark = "<!-- vitral:";
constexpr std::string_view kPromptRole = "system-prompt";

bool looksLikeMark(std::string_view line) {
    while (line.starts_with('\\'))
        line.remove_prefix(1);
    return line.starts_with(kMark);
}

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    for (;;) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return lines;
        text.remove_prefix(end + 1);
    }
}

void putSection(std::string& out, std::string_view role, std::string_view heading, std::string_view text) {
    out += fmt::format("\n{}{} -->\n## {}\n\n", kMark, role, heading);
    for (const std::string_view line : linesOf(text)) {
        if (looksLikeMark(line))
            out += '\\';
        out += line;
        out += '\n';
    }
}

std::string heading(Role role) {
    std::string name(roleName(role));
    name[0] = char(std::toupper(std::uint8_t(name[0])));
    return name;
}

std::string heading(const Message& m) {
    if (m.modelName.empty())
        return heading(m.role);
    std::string model = m.modelName; // one line
    std::replace_if(
        model.begin(), model.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return fmt::format("{} ({})", heading(m.role), model);
}

/// The model's name in a heading of ours: "## Assistant (Qwen 2.5)"; empty where there is none.
std::string modelIn(std::string_view line, Role role) {
    const std::string begin = "## " + heading(role) + " (";
    if (line.ends_with('\r')) // a file that Windows has been at
        line.remove_suffix(1);
    if (!line.starts_with(begin) || !line.ends_with(')'))
        return {};
    line.remove_prefix(begin.size());
    line.remove_suffix(1);
    return std::string(line);
}

void pushMessage(ConversationDump& dump, Role role, std::string text, std::string modelName = {}) {
    Message m;
    m.id = MessageId(dump.messages.size()) + 1;
    m.parent = MessageId(dump.messages.size());
    m.role = role;
    m.text = std::move(text);
    m.modelName = std::move(modelName);
    dump.messages.push_back(std::move(m));
}

std::string joined(std::span<const std::string_view> lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string_view line = lines[i];
        if (looksLikeMark(line) && line.starts_with('\\'))
            line.remove_prefix(1);
        if (i != 0)
            text += '\n';
        text += line;
    }
    return text;
}

ConversationDump fromOurMarkdown(const std::vector<std::string_view>& lines) {
    ConversationDump dump;
    if (lines.front().starts_with("# "))
        dump.info.title = lines.front().substr(2);
    std::vector<std::size_t> marks;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i].starts_with(kMark))
            marks.push_back(i);
    for (std::size_t k = 0; k < marks.size(); ++k) {
        std::string_view role = lines[marks[k]].substr(kMark.size());
        role = role.substr(0, role.find(' '));
        std::size_t begin = marks[k] + 1, end = k + 1 < marks.size() ? marks[k + 1] : lines.size();
        const Role speaker = roleFromName(role).value_or(Role::User);
        std::string modelName;
        if (begin < end && lines[begin].starts_with("## "))
            modelName = modelIn(lines[begin++], speaker);
        if (begin < end && lines[begin].empty())
            ++begin;
        if (begin < end) // the empty line before the next mark, or after the last line end
            --end;
        std::string text = joined(std::span(lines).subspan(begin, end - begin));
        if (role == kPromptRole)
            dump.info.systemPrompt = std::move(text);
        else
            pushMessage(dump, speaker, std::move(text), std::move(modelName));
    }
    return dump;
}

/// "## User", "### Assistant:", "**Human:**" and their like; nothing else on the line.
std::optional<Role> roleHeading(std::string_view line) {
    std::string word;
    bool marked = false;
    for (const char c : line) {
        if (c == '#' || c == '*')
            marked = true;
        else if (c != ' ' && c != ':' && c != '\r')
            word += char(std::tolower(std::uint8_t(c)));
    }
    if (!marked)
        return std::nullopt;
    constexpr std::pair<std::string_view, Role> words[] = {
        {"user", Role::User},       {"human", Role::User},          {"you", Role::User},
        {"utilizador", Role::User}, {"assistant", Role::Assistant}, {"ai", Role::Assistant},
        {"model", Role::Assistant}, {"chatgpt", Role::Assistant},   {"assistente", Role::Assistant},
        {"system", Role::System},   {"sistema", Role::System},      {"tool", Role::Tool}};
    for (const auto& [name, role] : words)
        if (word == name)
            return role;
    return std::nullopt;
}

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(std::uint8_t(text.back())))
        text.pop_back();
    const auto begin = text.find_first_not_of("\r\n");
    return begin == std::string::npos ? std::string() : text.substr(begin);
}

ConversationDump fromForeignMarkdown(const std::vector<std::string_view>& lines) {
    ConversationDump dump;
    std::size_t begin = 0;
    if (lines.front().starts_with("# ") && !roleHeading(lines.front())) {
        dump.info.title = lines.front().substr(2);
        begin = 1;
    }
    Role role = Role::User;
    std::size_t from = begin;
    const auto flush = [&](std::size_t to) {
        std::string text = trimmed(joined(std::span(lines).subspan(from, to - from)));
        if (!text.empty())
            pushMessage(dump, role, std::move(text));
    };
    for (std::size_t i = begin; i < lines.size(); ++i)
        if (const auto next = roleHeading(lines[i])) {
            flush(i);
            role = *next;
            from = i + 1;
        }
    flush(lines.size());
    return dump;
}

} // namespace

std::string conversationToMarkdown(const ConversationInfo& info, std::span<const Message> path) {
    std::string title = info.title;
    std::replace(title.begin(), title.end(), '\n', ' ');
    std::string out = fmt::format("# {}\n", title);
    if (!info.systemPrompt.empty())
        putSection(out, kPromptRole, "System prompt", info.systemPrompt);
    for (const Message& m : path)
        putSection(out, roleName(m.role), heading(m), m.text);
    return out;
}

Result<ConversationDump> conversationFromMarkdown(std::string_view markdown) {
    const auto lines = linesOf(markdown);
    const bool ours =
        std::any_of(lines.begin(), lines.end(), [](std::string_view line) { return line.starts_with(kMark); });
    ConversationDump dump = ours ? fromOurMarkdown(lines) : fromForeignMarkdown(lines);
    if (dump.messages.empty())
        return fail(ErrorCode::InvalidFile, "This file holds no text to make a conversation of.");
    return dump;
}

} // namespace vitral
