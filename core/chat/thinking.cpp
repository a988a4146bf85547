// SPDX-License-Identifier: Apache-2.0
// Finding reasoning sections in the text of an answer. One pass from left to right, so that a growing answer is divided
// the same way at every length, but for a marker that is not complete yet (pendingMarkerBytes).
#include "core/chat/template.h"

#include <algorithm>
#include <array>
#include <optional>

namespace vitral {
namespace {

struct Markers {
    std::string_view open, close;
};

// Longer openings before those they begin with. The last of the channel forms stands for a final answer.
constexpr std::array<Markers, 14> kMarkers = {{
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
    {"<reasoning>", "</reasoning>"},
    {"<seed:think>", "</seed:think>"},
    {"<mm:think>", "</mm:think>"},
    {"[THINK]", "[/THINK]"},
    {"<|START_THINKING|>", "<|END_THINKING|>"},
    {"<|begin_of_thought|>", "<|end_of_thought|>"},
    {"◁think▷", "◁/think▷"},
    {"<|channel>thought", "<channel|>"},
    {"<|channel|>analysis<|message|>", "<|end|>"},
    {"<|channel|>commentary<|message|>", "<|end|>"},
    {"<|think|>", "<|/think|>"},
}};
/// What gpt-oss writes between its channels: part of the markers, not of the answer.
constexpr std::array<std::string_view, 3> kBetween = {"<|start|>assistant", "<|channel|>final<|message|>",
                                                      "<|return|>"};

const Markers* openingAt(std::string_view text, std::size_t at) {
    for (const Markers& m : kMarkers)
        if (text.substr(at).starts_with(m.open))
            return &m;
    return nullptr;
}

enum class Where : std::uint8_t { Anywhere, AtLineEdge };

/// The first closing marker of the kinds that prompts open by themselves, when no opening stands before it. At the edge
/// of a line: a marker in the middle of a sentence is rather being talked about.
std::optional<std::pair<std::size_t, std::string_view>> firstClose(std::string_view text, Where where) {
    std::optional<std::pair<std::size_t, std::string_view>> best;
    for (std::size_t i = 0; i < 7; ++i) {
        const std::string_view close = kMarkers[i].close;
        for (auto at = text.find(close); at != std::string_view::npos; at = text.find(close, at + 1)) {
            const std::size_t end = at + close.size();
            if (where == Where::Anywhere || at == 0 || text[at - 1] == '\n' ||
                (end < text.size() && text[end] == '\n')) {
                if (!best || at < best->first)
                    best = {at, close};
                break;
            }
        }
    }
    return best;
}

std::size_t skipBetween(std::string_view text, std::size_t at) {
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view part : kBetween)
            if (text.substr(at).starts_with(part)) {
                at += part.size();
                again = true;
            }
    }
    return at;
}

/// From the opening on; returns where the section ends.
std::size_t addSpan(std::string_view text, std::size_t begin, std::size_t contentBegin, std::string_view close,
                    std::vector<ThinkingSpan>& spans) {
    const auto at = text.find(close, contentBegin);
    if (at == std::string_view::npos) {
        spans.push_back({begin, text.size(), contentBegin, text.size(), false});
        return text.size();
    }
    const std::size_t end = skipBetween(text, at + close.size());
    spans.push_back({begin, end, contentBegin, at, true});
    return end;
}

bool isFence(std::string_view line) {
    const auto first = line.find_first_not_of(' ');
    return first != std::string_view::npos && first < 4 &&
           (line.substr(first).starts_with("```") || line.substr(first).starts_with("~~~"));
}

} // namespace

std::vector<ThinkingSpan> findThinking(std::string_view answer, StartsThinking starts) {
    std::vector<ThinkingSpan> spans;
    std::size_t at = 0;
    const std::size_t firstText = std::min(answer.find_first_not_of(" \t\r\n"), answer.size());
    const auto orphan = firstClose(answer, starts == StartsThinking::Yes ? Where::Anywhere : Where::AtLineEdge);
    // An answer may repeat the opening that its prompt already made.
    if (starts == StartsThinking::Yes && openingAt(answer, firstText) == nullptr) {
        if (!orphan)
            return {{0, answer.size(), 0, answer.size(), false}};
        at = addSpan(answer, 0, 0, orphan->second, spans);
    }
    bool inFence = false, seenOpening = !spans.empty();
    bool lineStart = true;
    while (at < answer.size()) {
        if (lineStart) {
            const std::string_view line = answer.substr(at, answer.find('\n', at) - at);
            if (isFence(line))
                inFence = !inFence;
            const std::size_t text = at + std::min(line.find_first_not_of(" \t\r"), line.size());
            const Markers* opening = inFence || text >= answer.size() ? nullptr : openingAt(answer, text);
            if (opening != nullptr) {
                seenOpening = true;
                at = addSpan(answer, text, text + opening->open.size(), opening->close, spans);
                continue; // what follows a section counts as the beginning of a line
            }
        }
        // A closing marker that nothing opened: the prompt had opened it.
        if (!seenOpening && orphan && at <= orphan->first && !inFence) {
            const auto lineEnd = std::min(answer.find('\n', at), answer.size());
            if (orphan->first < lineEnd) {
                spans.clear();
                seenOpening = true;
                at = addSpan(answer, 0, 0, orphan->second, spans);
                lineStart = true;
                continue;
            }
        }
        const auto lineEnd = answer.find('\n', at);
        if (lineEnd == std::string_view::npos)
            break;
        at = lineEnd + 1;
        lineStart = true;
    }
    return spans;
}

StartsThinking opensThinking(std::string_view prompt) {
    while (!prompt.empty() && (prompt.back() == '\n' || prompt.back() == ' '))
        prompt.remove_suffix(1);
    for (const Markers& m : kMarkers)
        if (prompt.ends_with(m.open))
            return StartsThinking::Yes;
    return StartsThinking::No;
}

std::size_t pendingMarkerBytes(std::string_view answer) {
    std::size_t longest = 0;
    const auto look = [&](std::string_view marker) {
        for (std::size_t n = std::min(marker.size() - 1, answer.size()); n > longest; --n)
            if (answer.ends_with(marker.substr(0, n)))
                longest = n;
    };
    for (const Markers& m : kMarkers) {
        look(m.open);
        look(m.close);
    }
    for (const std::string_view part : kBetween)
        look(part);
    return longest;
}

} // namespace vitral
