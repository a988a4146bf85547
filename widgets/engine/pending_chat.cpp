// SPDX-License-Identifier: Apache-2.0
// Stands in for the part of core/chat that is being written (templates and context assembly); this file is compiled
// only while that is missing, and is then deleted.
#include "core/chat/context_assembly.h"

namespace vitral {

Result<AssembledContext> assembleContext(std::span<const Message> path, const Tokenizer& tokenizer, const ChatTemplate*,
                                         const AssembleOptions& options) {
    AssembledContext context;
    context.nCtx = options.nCtx;
    for (const Message& m : path)
        context.text += (m.role == Role::User ? "User: " : "Assistant: ") + m.text + "\n";
    context.text += "Assistant:";
    VITRAL_TRY_ASSIGN(context.ids, tokenizer.encode(context.text));
    return context;
}

Result<std::shared_ptr<const ChatTemplate>> ChatTemplate::parse(std::string_view) {
    return fail(ErrorCode::Unsupported, "Chat templates are not part of this build.");
}

std::vector<ThinkingSpan> findThinking(std::string_view) {
    return {};
}

} // namespace vitral
