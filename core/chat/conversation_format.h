// SPDX-License-Identifier: Apache-2.0
#pragma once
// A conversation as text: JSON keeps the whole tree with tokens bit for bit; Markdown keeps one path for reading.
// Pure functions on plain values; the store calls them. Thread: any.

#include "core/base/result.h"
#include "core/chat/conversation.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct ConversationDump {
    ConversationInfo info;
    std::vector<Message> messages;         ///< parents before children; ids unique
    std::map<MessageId, MessageId> active; ///< parent (kNoMessage: root) to the child that is shown
};

[[nodiscard]] std::string conversationToJson(const ConversationDump& dump);
/// Hostile input gives InvalidFile with the place; parents come before children in what it returns.
Result<ConversationDump> conversationFromJson(std::string_view json);

[[nodiscard]] std::string conversationToMarkdown(const ConversationInfo& info, std::span<const Message> path);
Result<ConversationDump> conversationFromMarkdown(std::string_view markdown);

} // namespace vitral
