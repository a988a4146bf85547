// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a conversation to the token ids the model receives, with a note for every stretch of them: who wrote it, whether
// it fits, what would be dropped next. Thread: any.

#include "core/base/result.h"
#include "core/chat/conversation.h"
#include "core/chat/template.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

enum class SpanKind : std::uint8_t { Template, System, History, Document, Question, GenerationPrompt };

struct ContextSpan {
    SpanKind kind;
    MessageId message = kNoMessage;
    std::size_t textBegin = 0, textEnd = 0;    ///< bytes of `text`
    std::int32_t tokenBegin = 0, tokenEnd = 0; ///< of `ids`
};

struct AssembledContext {
    std::string text; ///< the whole prompt as the model receives it
    std::vector<TokenId> ids;
    std::vector<ContextSpan> spans; ///< cover ids without gaps, in order
    std::int32_t nCtx = 0;
    /// Messages that would go next, oldest first and whole turns: as many as `nReserve` tokens for the answer need, and
    /// the oldest turn when all fits. The last message and the system prompt stay. Nothing is dropped here.
    std::vector<MessageId> droppedNext;
    bool fits = true; ///< ids and nReserve together are within nCtx
};

struct AssembleOptions {
    std::string systemPrompt;
    std::string toolsJson;
    std::string extraJson; ///< template variables such as {"enable_thinking": false}
    std::int32_t nCtx = 4096;
    std::int32_t nReserve = 256; ///< room wanted for the answer
    bool addGenerationPrompt = true;
    std::vector<MessageId> leaveOut; ///< the user's own choice of what to drop
    std::int64_t nowUnixSeconds = 0;
};

/// `path` ends with the question (or with the last answer, for a gauge); an answer to be continued is left to the
/// caller, who appends its tokens. Reasoning in answers is handed to the template apart from what was said. A template
/// without a system role gets the system prompt in front of the first question; one that refuses two questions in a row
/// gets them as one. Ids are those of the whole text at once, as the reference makes them. `chatTemplate` may be null:
/// then a plain "User: ... Assistant:" layout is used and said so in the log.
Result<AssembledContext> assembleContext(std::span<const Message> path, const Tokenizer& tokenizer,
                                         const ChatTemplate* chatTemplate, const AssembleOptions& options);

} // namespace vitral
