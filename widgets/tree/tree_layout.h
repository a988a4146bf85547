// SPDX-License-Identifier: Apache-2.0
#pragma once
// Places the messages of a conversation on a grid: depth downwards, every leaf in a column of its own, a parent in the
// middle above its children. Linear time and no recursion, so a chain of 100,000 messages is fine. Thread: any.

#include "core/chat/conversation.h"

#include <span>
#include <unordered_map>
#include <vector>

namespace vitral {

struct TreePlace {
    MessageId id = kNoMessage;
    double column = 0; ///< in columns, may be halves
    int depth = 0;     ///< 0: a root
    int iNode = 0;     ///< index into the vector that was laid out
    bool onActivePath = false;
};

struct TreeLayout {
    std::vector<TreePlace> places;                    ///< parents before children, top to bottom
    std::unordered_map<MessageId, std::size_t> index; ///< id to place
    double nColumn = 0;
    int nDepth = 0;
};

/// Children that are not in `nodes` are ignored, as are nodes that cannot be reached from a root (a damaged store must
/// not hang the picture). `activePath`: the messages on screen in the chat.
TreeLayout layOutTree(const std::vector<MessageNode>& nodes, std::span<const MessageId> activePath);

} // namespace vitral
