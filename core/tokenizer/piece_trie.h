// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which pieces begin at a place of a text: a double-array trie over bytes. One step a byte, however many pieces there
// are. After Aoe 1989, "An Efficient Digital Search Algorithm by Using a Double-Array Structure". Thread: any, once
// built.

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

#include <string_view>
#include <vector>

namespace vitral {

class PieceTrie {
public:
    static constexpr std::int32_t kRoot = 0;
    static constexpr std::int32_t kNowhere = -1;

    /// Of pieces spelled alike, the one that Vocabulary::find() gives is meant.
    void build(const Vocabulary& vocabulary, std::vector<TokenId> ids);

    /// The node one byte further; kNowhere where no piece goes on so.
    [[nodiscard]] std::int32_t step(std::int32_t node, unsigned char byte) const {
        const Node& from = nodes_[static_cast<std::size_t>(node)];
        const std::size_t child = static_cast<std::size_t>(from.base) + byte;
        if (from.base == 0 || child >= nodes_.size() || nodes_[child].parent != node)
            return kNowhere;
        return static_cast<std::int32_t>(child);
    }
    [[nodiscard]] std::int32_t walk(std::int32_t node, std::string_view bytes) const {
        for (std::size_t i = 0; i < bytes.size() && node != kNowhere; ++i)
            node = step(node, static_cast<unsigned char>(bytes[i]));
        return node;
    }
    /// The piece that ends at a node; -1 where none does.
    [[nodiscard]] TokenId id(std::int32_t node) const { return nodes_[static_cast<std::size_t>(node)].id; }

private:
    /// A node's children are the slots base + byte whose `parent` is the node; base 0 means no children.
    struct Node {
        std::int32_t base = 0;
        std::int32_t parent = kNowhere;
        TokenId id = -1;
    };
    std::vector<Node> nodes_{Node{}};
};

} // namespace vitral
