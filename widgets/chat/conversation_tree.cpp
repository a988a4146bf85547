// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/conversation_tree.h"

#include <algorithm>

namespace vitral {
namespace {
constexpr std::size_t kPreviewBytes = 80;

/// At most kPreviewBytes, never cut inside a character.
std::string beginning(const std::string& text) {
    std::size_t n = std::min(text.size(), kPreviewBytes);
    while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U)
        --n;
    return text.substr(0, n);
}
} // namespace

void ConversationTree::clear() {
    nodes_.clear();
    messages_.clear();
    roots_.clear();
    activeRoot_ = kNoMessage;
}

void ConversationTree::reset(std::vector<MessageNode> nodes, std::vector<Message> path) {
    clear();
    for (MessageNode& node : nodes) {
        if (node.id == kNoMessage)
            continue;
        if (node.parent == kNoMessage)
            roots_.push_back(node.id);
        nodes_.emplace(node.id, std::move(node));
    }
    std::sort(roots_.begin(), roots_.end());
    if (!path.empty())
        activeRoot_ = path.front().id;
    else if (!roots_.empty())
        activeRoot_ = roots_.back();
    for (Message& message : path) {
        const MessageId id = message.id;
        messages_[id] = std::make_shared<Message>(std::move(message));
    }
}

void ConversationTree::add(std::shared_ptr<Message> message, bool forkedFromToken) {
    MessageNode node{};
    node.id = message->id;
    node.parent = message->parent;
    node.role = message->role;
    node.preview = beginning(message->text);
    node.forkedFromToken = forkedFromToken;
    if (node.parent == kNoMessage) {
        roots_.push_back(node.id);
        activeRoot_ = node.id;
    } else if (const auto parent = nodes_.find(node.parent); parent != nodes_.end()) {
        parent->second.children.push_back(node.id);
        parent->second.activeChild = node.id;
    }
    messages_[node.id] = std::move(message);
    nodes_.emplace(node.id, std::move(node));
}

void ConversationTree::remove(MessageId id) {
    const auto it = nodes_.find(id);
    if (it == nodes_.end())
        return;
    const MessageId parent = it->second.parent;
    std::vector<MessageId>* list = nullptr;
    MessageId* active = &activeRoot_;
    if (parent == kNoMessage) {
        list = &roots_;
    } else if (const auto p = nodes_.find(parent); p != nodes_.end()) {
        list = &p->second.children;
        active = &p->second.activeChild;
    }
    if (list == nullptr)
        return;
    const auto at = std::find(list->begin(), list->end(), id);
    if (at == list->end())
        return;
    const auto index = static_cast<std::size_t>(at - list->begin());
    list->erase(at);
    if (*active == id)
        *active = list->empty() ? kNoMessage : (*list)[std::min(index, list->size() - 1)];
    std::vector<MessageId> doomed{id};
    while (!doomed.empty()) {
        const MessageId next = doomed.back();
        doomed.pop_back();
        if (const auto n = nodes_.find(next); n != nodes_.end()) {
            doomed.insert(doomed.end(), n->second.children.begin(), n->second.children.end());
            nodes_.erase(n);
        }
        messages_.erase(next);
    }
}

void ConversationTree::setActive(MessageId id) {
    const auto it = nodes_.find(id);
    if (it == nodes_.end())
        return;
    if (it->second.parent == kNoMessage)
        activeRoot_ = id;
    else if (const auto p = nodes_.find(it->second.parent); p != nodes_.end())
        p->second.activeChild = id;
}

void ConversationTree::keep(std::shared_ptr<Message> message) {
    const MessageId id = message->id;
    if (nodes_.contains(id))
        messages_[id] = std::move(message);
}

std::vector<std::shared_ptr<Message>> ConversationTree::activePath(std::vector<MessageId>* missing) const {
    std::vector<std::shared_ptr<Message>> path;
    bool whole = true;
    MessageId id = activeRoot_;
    while (id != kNoMessage) {
        const auto node = nodes_.find(id);
        if (node == nodes_.end())
            break;
        if (const auto m = messages_.find(id); m == messages_.end()) {
            whole = false;
            if (missing != nullptr)
                missing->push_back(id);
        } else if (whole) {
            path.push_back(m->second);
        }
        MessageId next = node->second.activeChild;
        if (next == kNoMessage && !node->second.children.empty())
            next = node->second.children.back();
        id = next;
    }
    return path;
}

const std::vector<MessageId>& ConversationTree::childrenOf(MessageId parent) const {
    static const std::vector<MessageId> none;
    if (parent == kNoMessage)
        return roots_;
    const auto it = nodes_.find(parent);
    return it == nodes_.end() ? none : it->second.children;
}

Siblings ConversationTree::siblings(MessageId id) const {
    Siblings result;
    if (const auto it = nodes_.find(id); it != nodes_.end())
        result.ids = childrenOf(it->second.parent);
    const auto at = std::find(result.ids.begin(), result.ids.end(), id);
    result.current = at == result.ids.end() ? 0 : static_cast<int>(at - result.ids.begin());
    return result;
}

const MessageNode* ConversationTree::node(MessageId id) const {
    const auto it = nodes_.find(id);
    return it == nodes_.end() ? nullptr : &it->second;
}

std::shared_ptr<Message> ConversationTree::message(MessageId id) const {
    const auto it = messages_.find(id);
    return it == messages_.end() ? nullptr : it->second;
}

std::vector<MessageNode> ConversationTree::nodes() const {
    std::vector<MessageNode> all;
    all.reserve(nodes_.size());
    for (const auto& [id, node] : nodes_) {
        all.push_back(node);
        const auto message = messages_.find(id); // an answer has grown since its node was made
        if (message != messages_.end())
            all.back().preview = beginning(message->second->text);
    }
    std::sort(all.begin(), all.end(), [](const MessageNode& a, const MessageNode& b) { return a.id < b.id; });
    return all;
}

std::vector<std::shared_ptr<Message>> ConversationTree::pathTo(MessageId id) const {
    std::vector<std::shared_ptr<Message>> path;
    while (id != kNoMessage) {
        const auto node = nodes_.find(id);
        const auto m = messages_.find(id);
        if (node == nodes_.end() || m == messages_.end())
            break;
        path.push_back(m->second);
        id = node->second.parent;
    }
    std::reverse(path.begin(), path.end());
    return path;
}

} // namespace vitral
