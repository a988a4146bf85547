// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/piece_trie.h"

#include <algorithm>

namespace vitral {

void PieceTrie::build(const Vocabulary& vocabulary, std::vector<TokenId> ids) {
    std::erase_if(ids, [&](TokenId id) { return vocabulary.find(vocabulary.piece(id)) != id; });
    std::sort(ids.begin(), ids.end(), [&](TokenId a, TokenId b) { return vocabulary.piece(a) < vocabulary.piece(b); });
    nodes_.assign(1, Node{});
    std::size_t firstFree = 1;
    struct Job {
        std::size_t node, first, last, depth;
    };
    std::vector<Job> jobs{{0, 0, ids.size(), 0}};
    std::vector<std::pair<unsigned char, std::size_t>> children; // byte, first piece that goes on with it
    while (!jobs.empty()) {
        Job job = jobs.back();
        jobs.pop_back();
        if (job.first < job.last && vocabulary.piece(ids[job.first]).size() == job.depth)
            nodes_[job.node].id = ids[job.first++];
        children.clear();
        for (std::size_t i = job.first; i < job.last; ++i) {
            const auto byte = static_cast<unsigned char>(vocabulary.piece(ids[i])[job.depth]);
            if (children.empty() || children.back().first != byte)
                children.emplace_back(byte, i);
        }
        if (children.empty())
            continue;
        // The lowest base whose slots are all free, among a few; slots before firstFree are all taken.
        while (firstFree < nodes_.size() && nodes_[firstFree].parent != kNowhere)
            ++firstFree;
        const auto fits = [&](std::size_t base) {
            return std::all_of(children.begin(), children.end(), [&](const auto& child) {
                return base + child.first >= nodes_.size() || nodes_[base + child.first].parent == kNowhere;
            });
        };
        std::size_t base = std::max<std::size_t>(firstFree, 1 + children[0].first) - children[0].first;
        for (int tries = 0; !fits(base); ++tries)
            base = tries < 64 ? base + 1 : nodes_.size(); // rather a hole than a long search
        if (nodes_.size() < base + 256)
            nodes_.resize(base + 256);
        nodes_[job.node].base = static_cast<std::int32_t>(base);
        for (std::size_t c = 0; c < children.size(); ++c) {
            const std::size_t node = base + children[c].first;
            nodes_[node].parent = static_cast<std::int32_t>(job.node);
            const std::size_t last = c + 1 < children.size() ? children[c + 1].second : job.last;
            jobs.push_back({node, children[c].second, last, job.depth + 1});
        }
    }
}

} // namespace vitral
