// SPDX-License-Identifier: Apache-2.0
#include "widgets/tree/tree_layout.h"

#include <algorithm>

namespace vitral {

namespace {

/// Depth-first order of everything reachable from the roots, each node once.
void walkDown(const std::vector<MessageNode>& nodes, TreeLayout& layout) {
    std::unordered_map<MessageId, int> byId;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        byId.emplace(nodes[i].id, static_cast<int>(i));
    struct Pending {
        int iNode;
        int depth;
    };
    std::vector<Pending> stack;
    for (std::size_t i = nodes.size(); i-- > 0;)
        if (nodes[i].parent == kNoMessage)
            stack.push_back({static_cast<int>(i), 0});
    while (!stack.empty()) {
        const Pending now = stack.back();
        stack.pop_back();
        const MessageNode& node = nodes[static_cast<std::size_t>(now.iNode)];
        if (!layout.index.emplace(node.id, layout.places.size()).second)
            continue;
        layout.places.push_back({node.id, 0, now.depth, now.iNode, false});
        layout.nDepth = std::max(layout.nDepth, now.depth + 1);
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
            if (const auto found = byId.find(*child); found != byId.end() && !layout.index.contains(*child))
                stack.push_back({found->second, now.depth + 1});
    }
}

/// Leaves get columns in order; a parent stands between its first and last child. Children come after their parent in
/// `places`, so one walk forwards (leaves) and one backwards (parents) are enough.
void placeColumns(const std::vector<MessageNode>& nodes, TreeLayout& layout) {
    constexpr double kUnset = -1;
    std::vector<double> first(layout.places.size(), kUnset);
    std::vector<double> last(layout.places.size(), kUnset);
    std::vector<bool> hasChild(layout.places.size(), false);
    const auto parentOf = [&](const TreePlace& place) {
        const auto found = layout.index.find(nodes[static_cast<std::size_t>(place.iNode)].parent);
        return found == layout.index.end() ? layout.places.size() : found->second;
    };
    for (const TreePlace& place : layout.places)
        if (const std::size_t parent = parentOf(place); parent < layout.places.size())
            hasChild[parent] = true;
    for (std::size_t i = 0; i < layout.places.size(); ++i)
        if (!hasChild[i])
            layout.places[i].column = layout.nColumn++;
    for (std::size_t i = layout.places.size(); i-- > 0;) {
        TreePlace& place = layout.places[i];
        if (hasChild[i])
            place.column = (first[i] + last[i]) / 2;
        if (const std::size_t parent = parentOf(place); parent < layout.places.size()) {
            first[parent] = first[parent] == kUnset ? place.column : std::min(first[parent], place.column);
            last[parent] = std::max(last[parent], place.column);
        }
    }
}

} // namespace

TreeLayout layOutTree(const std::vector<MessageNode>& nodes, std::span<const MessageId> activePath) {
    TreeLayout layout;
    layout.places.reserve(nodes.size());
    walkDown(nodes, layout);
    placeColumns(nodes, layout);
    for (const MessageId id : activePath)
        if (const auto found = layout.index.find(id); found != layout.index.end())
            layout.places[found->second].onActivePath = true;
    return layout;
}

} // namespace vitral
