// SPDX-License-Identifier: Apache-2.0
#pragma once
// Chat templates: the Jinja subset that models carry, interpreted with bounded time and memory and no code execution.
// Thread: any; a ChatTemplate is immutable.

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct TemplateInput {
    // Members are JSON values as transformers passes them: messages = [{"role", "content", "tool_calls"?, ...}, ...],
    // tools = [...] or null, extra = {"enable_thinking": false, ...}.
    std::string messagesJson;
    std::string toolsJson; ///< empty: none
    std::string extraJson; ///< empty: none; further variables
    bool addGenerationPrompt = true;
    std::string bosToken, eosToken;
    std::int64_t nowUnixSeconds = 0; ///< what strftime_now() sees
};

class ChatTemplate {
public:
    /// Errors: InvalidArgument with line and column.
    static Result<std::shared_ptr<const ChatTemplate>> parse(std::string_view source);
    virtual ~ChatTemplate() = default;
    /// Errors: InvalidArgument (raise_exception's own words, or what was undefined, with the line); a template that
    /// runs too long or makes too much text is stopped with a sentence.
    [[nodiscard]] virtual Result<std::string> render(const TemplateInput& input) const = 0;

    /// What the template is seen to understand, by trial renderings.
    struct Capabilities {
        bool system = false, tools = false, thinking = false;
    };
    [[nodiscard]] virtual Capabilities capabilities() const = 0;
};

/// Where "thinking" (reasoning) stands in an answer, so that it can fold: byte ranges, with and without the markers.
struct ThinkingSpan {
    std::size_t begin, end, contentBegin, contentEnd;
    bool closed; ///< false: the answer ends (so far) inside
};
enum class StartsThinking : std::uint8_t { No, Yes };
/// Knows <think>, <thinking>, <thought>, <reasoning>, <seed:think>, <mm:think>, [THINK], <|START_THINKING|>,
/// <|channel|>analysis, <|channel>thought and their like, at the beginning of an answer or of a line, outside code.
/// `starts`: the prompt itself opened the section (see opensThinking). A closing marker without an opening one means
/// the same. Spans are in order and do not overlap; calling it again on a longer answer keeps the earlier ones.
std::vector<ThinkingSpan> findThinking(std::string_view answer, StartsThinking starts = StartsThinking::No);
/// Whether a rendered prompt ends inside a thinking section that the answer will close.
StartsThinking opensThinking(std::string_view prompt);
/// Bytes at the end of a growing answer that could become a marker: not to be shown yet.
std::size_t pendingMarkerBytes(std::string_view answer);

} // namespace vitral
