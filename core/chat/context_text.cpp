// SPDX-License-Identifier: Apache-2.0
#include "core/chat/context_text.h"

#include "core/base/log.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral {
namespace {

using Json = nlohmann::ordered_json;

/// A piece of what a person or model wrote, as it is handed to the template.
struct Part {
    MessageId message = kNoMessage;
    SpanKind kind = SpanKind::History;
    std::string text;
};
struct Turn {
    Role role = Role::User;
    std::vector<Part> content; ///< joined by an empty line
    std::vector<Part> reasoning;
};

std::string_view trimmed(std::string_view text, std::string_view what) {
    const auto begin = text.find_first_not_of(what);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

/// Divides an answer into reasoning and what was said.
void splitAnswer(const Message& m, SpanKind kind, Turn& turn) {
    std::string said, thought;
    std::size_t at = 0;
    for (const ThinkingSpan& span : findThinking(m.text, m.startsThinking ? StartsThinking::Yes : StartsThinking::No)) {
        said += m.text.substr(at, span.begin - at);
        thought += m.text.substr(span.contentBegin, span.contentEnd - span.contentBegin);
        at = span.end;
    }
    if (at == 0) {
        turn.content.push_back({m.id, kind, m.text});
        return;
    }
    said += m.text.substr(at);
    turn.content.push_back({m.id, kind, std::string(trimmed(said, "\n"))});
    turn.reasoning.push_back({m.id, kind, std::string(trimmed(thought, "\n"))});
}

std::vector<Turn> turnsOf(std::span<const Message> path, const AssembleOptions& options) {
    std::vector<Turn> turns;
    const auto isLeftOut = [&](MessageId id) {
        return id != kNoMessage &&
               std::find(options.leaveOut.begin(), options.leaveOut.end(), id) != options.leaveOut.end();
    };
    if (!options.systemPrompt.empty() && (path.empty() || path.front().role != Role::System))
        turns.push_back({Role::System, {{kNoMessage, SpanKind::System, options.systemPrompt}}, {}});
    for (const Message& m : path) {
        if (isLeftOut(m.id))
            continue;
        const bool isLast = &m == &path.back();
        const SpanKind kind = m.role == Role::System                ? SpanKind::System
                              : isLast && m.role != Role::Assistant ? SpanKind::Question
                                                                    : SpanKind::History;
        Turn turn{m.role, {}, {}};
        if (m.role == Role::Assistant)
            splitAnswer(m, kind, turn);
        else
            turn.content.push_back({m.id, kind, m.text});
        turns.push_back(std::move(turn));
    }
    return turns;
}

void appendParts(std::vector<Part>& to, std::vector<Part>& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

/// For templates without a system role: its text goes in front of the first question.
void foldSystem(std::vector<Turn>& turns) {
    std::vector<Part> system;
    std::erase_if(turns, [&](Turn& turn) {
        if (turn.role != Role::System)
            return false;
        appendParts(system, turn.content);
        return true;
    });
    if (system.empty())
        return;
    const auto user =
        std::find_if(turns.begin(), turns.end(), [](const Turn& turn) { return turn.role == Role::User; });
    if (user == turns.end()) {
        turns.insert(turns.begin(), {Role::User, std::move(system), {}});
        return;
    }
    appendParts(system, user->content);
    user->content = std::move(system);
}

/// For templates that want the roles to alternate.
void mergeNeighbours(std::vector<Turn>& turns) {
    std::vector<Turn> merged;
    for (Turn& turn : turns) {
        if (!merged.empty() && merged.back().role == turn.role && turn.role != Role::Tool) {
            appendParts(merged.back().content, turn.content);
            appendParts(merged.back().reasoning, turn.reasoning);
        } else {
            merged.push_back(std::move(turn));
        }
    }
    turns = std::move(merged);
}

// Private-use characters around a number: no template, and hardly a message, contains them.
std::string sentinel(std::size_t i) {
    return fmt::format("\xEE\x80\x80{}\xEE\x80\x81", i);
}

enum class Words : std::uint8_t { Real, Sentinels };

/// The messages as JSON. With sentinels, texts[i] is the text that sentinel i stands for.
std::string messagesJson(const std::vector<Turn>& turns, Words words, std::vector<const Part*>& order) {
    order.clear();
    const auto joined = [&](const std::vector<Part>& parts) {
        std::string text;
        for (const Part& part : parts) {
            if (&part != &parts.front())
                text += "\n\n";
            // An empty text stays empty: templates ask whether there is one.
            const bool mark = words == Words::Sentinels && !part.text.empty();
            if (mark)
                order.push_back(&part);
            text += mark ? sentinel(order.size() - 1) : part.text;
        }
        return text;
    };
    Json list = Json::array();
    for (const Turn& turn : turns) {
        Json message = {{"role", roleName(turn.role)}, {"content", joined(turn.content)}};
        if (!turn.reasoning.empty())
            message["reasoning_content"] = joined(turn.reasoning);
        list.push_back(std::move(message));
    }
    return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct Piece {
    std::string literal; ///< before the sentinel
    std::size_t index;   ///< of the sentinel
};

/// Divides a rendering with sentinels; `tail` is what follows the last one.
std::vector<Piece> piecesOf(std::string_view text, std::string& tail) {
    std::vector<Piece> pieces;
    constexpr std::string_view open = "\xEE\x80\x80", close = "\xEE\x80\x81";
    std::string literal;
    for (;;) {
        const auto begin = text.find(open);
        const auto end = begin == std::string_view::npos ? begin : text.find(close, begin);
        if (end == std::string_view::npos)
            break;
        literal += text.substr(0, begin);
        pieces.push_back(
            {std::exchange(literal, {}),
             std::size_t(std::strtoul(std::string(text.substr(begin + 3, end - begin - 3)).c_str(), nullptr, 10))});
        text.remove_prefix(end + close.size());
    }
    tail = literal + std::string(text);
    return pieces;
}

/// Marks [begin, end) of the text as coming from `part`, and what lies between as template.
void put(ContextText& context, std::size_t begin, std::size_t end, const Part* part) {
    const std::size_t at = context.spans.empty() ? 0 : context.spans.back().textEnd;
    if (begin > at)
        context.spans.push_back({SpanKind::Template, kNoMessage, at, begin, 0, 0});
    if (end > begin)
        context.spans.push_back({part == nullptr ? SpanKind::Template : part->kind,
                                 part == nullptr ? kNoMessage : part->message, begin, end, 0, 0});
}

/// Exact: the rendering with sentinels, with the texts put back (whole or stripped, as templates do), must give the
/// real one byte by byte. False when the template looks into the texts.
bool matchExactly(ContextText& context, std::string_view marked, const std::vector<const Part*>& order) {
    std::string tail;
    const std::vector<Piece> pieces = piecesOf(marked, tail);
    const std::string_view text = context.text;
    std::size_t at = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (!text.substr(at).starts_with(pieces[i].literal) || pieces[i].index >= order.size())
            return false;
        at += pieces[i].literal.size();
        const Part& part = *order[pieces[i].index];
        const std::string_view next =
            i + 1 < pieces.size() ? std::string_view(pieces[i + 1].literal) : std::string_view(tail);
        constexpr std::string_view blanks = " \t\n\r\f\v";
        const std::string_view whole = part.text, both = trimmed(whole, blanks);
        const std::size_t front = both.empty() ? whole.size() : std::size_t(both.data() - whole.data());
        const std::array<std::string_view, 5> variants = {
            whole, whole.substr(front), whole.substr(0, front + both.size()), trimmed(whole, "\n"), both};
        const auto fits = [&](std::string_view variant) {
            return text.substr(at).starts_with(variant) && text.substr(at + variant.size()).starts_with(next);
        };
        const auto variant = std::find_if(variants.begin(), variants.end(), fits);
        if (variant == variants.end())
            return false;
        put(context, at, at + variant->size(), &part);
        at += variant->size();
    }
    return text.substr(at) == tail;
}

/// Otherwise: each text where it is first found after the one before.
void matchBySearch(ContextText& context, const std::vector<const Part*>& order) {
    context.spans.clear();
    std::size_t at = 0;
    for (const Part* part : order) {
        const std::string_view wanted = trimmed(part->text, " \t\n\r\f\v");
        const auto found = wanted.empty() ? std::string::npos : context.text.find(wanted, at);
        if (found == std::string::npos)
            continue;
        put(context, found, found + wanted.size(), part);
        at = found + wanted.size();
    }
}

void addEnd(ContextText& context, std::size_t generationPromptBegin) {
    const std::size_t last = context.spans.empty() ? 0 : context.spans.back().textEnd;
    const std::size_t begin = std::max(generationPromptBegin, last);
    put(context, begin, begin, nullptr);
    if (begin < context.text.size())
        context.spans.push_back({SpanKind::GenerationPrompt, kNoMessage, begin, context.text.size(), 0, 0});
}

ContextText plainLayout(const std::vector<Turn>& turns, const AssembleOptions& options) {
    ContextText context;
    for (const Turn& turn : turns) {
        std::string name(roleName(turn.role));
        name[0] = char(name[0] - 'a' + 'A');
        if (turn.role != Role::System)
            context.text += name + ": ";
        for (const Part& part : turn.content) {
            const std::size_t begin = context.text.size();
            context.text += part.text;
            put(context, begin, context.text.size(), &part);
        }
        context.text += turn.role == Role::System ? "\n\n" : "\n";
    }
    const std::size_t promptBegin = context.text.size();
    if (options.addGenerationPrompt)
        context.text += "Assistant:";
    addEnd(context, promptBegin);
    return context;
}

Result<ContextText> renderTurns(const std::vector<Turn>& turns, const ChatTemplate& chatTemplate,
                                const AssembleOptions& options, const SpecialTexts& special) {
    TemplateInput input;
    input.toolsJson = options.toolsJson;
    input.extraJson = options.extraJson;
    input.addGenerationPrompt = options.addGenerationPrompt;
    input.bosToken = special.bos;
    input.eosToken = special.eos;
    input.nowUnixSeconds = options.nowUnixSeconds;
    std::vector<const Part*> order;
    input.messagesJson = messagesJson(turns, Words::Real, order);
    ContextText context;
    VITRAL_TRY_ASSIGN(context.text, chatTemplate.render(input));
    // The end that only a request for an answer adds.
    std::size_t promptBegin = context.text.size();
    if (options.addGenerationPrompt) {
        input.addGenerationPrompt = false;
        if (const auto without = chatTemplate.render(input)) {
            const auto pair = std::mismatch(context.text.begin(), context.text.end(), without->begin(), without->end());
            promptBegin = std::size_t(pair.first - context.text.begin());
        }
        input.addGenerationPrompt = true;
    }
    input.messagesJson = messagesJson(turns, Words::Sentinels, order);
    const auto marked = chatTemplate.render(input);
    if (!marked || !matchExactly(context, *marked, order))
        matchBySearch(context, order);
    addEnd(context, promptBegin);
    return context;
}

} // namespace

Result<ContextText> renderContext(std::span<const Message> path, const ChatTemplate* chatTemplate,
                                  const AssembleOptions& options, const SpecialTexts& special) {
    std::vector<Turn> turns = turnsOf(path, options);
    if (chatTemplate == nullptr) {
        logMessage(LogLevel::Info, "chat",
                   "this model has no chat template; a plain layout (User: ... Assistant:) is used");
        return plainLayout(turns, options);
    }
    if (turns.empty())
        return ContextText{};
    if (!chatTemplate->capabilities().system)
        foldSystem(turns);
    auto context = renderTurns(turns, *chatTemplate, options, special);
    if (context)
        return context;
    // Some templates refuse what a person is free to do: two questions in a row, an instruction in the middle.
    std::vector<Turn> milder = turns;
    mergeNeighbours(milder);
    if (auto second = renderTurns(milder, *chatTemplate, options, special))
        return second;
    foldSystem(milder);
    mergeNeighbours(milder);
    if (auto third = renderTurns(milder, *chatTemplate, options, special))
        return third;
    return context;
}

} // namespace vitral
