// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tokens of a message as blocks: one pane each, line breaks shown and obeyed, bytes that are no whole character
// shown as hexadecimal. Thread: any.

#include "core/chat/conversation.h"
#include "widgets/transcript/rich_block.h"

#include <span>
#include <vector>

namespace vitral {

/// What a pane says for these bytes. `lineBreak` is set when a line ends here.
QString visibleToken(std::string_view bytes, bool* lineBreak = nullptr);

/// `firstToken` is the index of tokens[0] in its message. Only the last block can change when tokens follow.
std::vector<RichBlock> tokenBlocks(std::span<const MessageToken> tokens, int firstToken);

} // namespace vitral
