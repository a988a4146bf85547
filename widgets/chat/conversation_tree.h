// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tree of the open conversation in memory: which messages there are, which child of each is being looked at, and
// the texts fetched so far. Pure bookkeeping, no store, no widgets. Thread: GUI.

#include "core/chat/conversation.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace vitral {

struct Siblings {
    std::vector<MessageId> ids; ///< oldest first
    int current = 0;
};

class ConversationTree {
public:
    void reset(std::vector<MessageNode> nodes, std::vector<Message> path);
    void clear();

    /// Adds a message below its parent and makes it the active child.
    void add(std::shared_ptr<Message> message, bool forkedFromToken = false);
    /// Takes a message and all below it out of sight; the active child moves to a neighbour.
    void remove(MessageId id);
    void setActive(MessageId id);                ///< id becomes its parent's active child
    void keep(std::shared_ptr<Message> message); ///< a text fetched later

    /// Root to leaf along active children; `missing` are ids whose text is not here yet (then the path stops there).
    [[nodiscard]] std::vector<std::shared_ptr<Message>> activePath(std::vector<MessageId>* missing = nullptr) const;
    [[nodiscard]] Siblings siblings(MessageId id) const;
    [[nodiscard]] const MessageNode* node(MessageId id) const;
    [[nodiscard]] std::shared_ptr<Message> message(MessageId id) const;
    [[nodiscard]] MessageId activeRoot() const { return activeRoot_; }
    [[nodiscard]] std::vector<MessageNode> nodes() const; ///< for the tree picture
    [[nodiscard]] bool empty() const { return nodes_.empty(); }
    /// Messages from the root to `id`, whatever is active.
    [[nodiscard]] std::vector<std::shared_ptr<Message>> pathTo(MessageId id) const;

private:
    [[nodiscard]] const std::vector<MessageId>& childrenOf(MessageId parent) const;

    std::unordered_map<MessageId, MessageNode> nodes_;
    std::unordered_map<MessageId, std::shared_ptr<Message>> messages_;
    std::vector<MessageId> roots_;
    MessageId activeRoot_ = kNoMessage;
};

} // namespace vitral
