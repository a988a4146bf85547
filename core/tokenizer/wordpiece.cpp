// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/wordpiece.h"

#include "core/tokenizer/utf8.h"

#include <algorithm>

namespace vitral {

WordPieceModel::WordPieceModel(const Vocabulary& vocabulary, WordPieceOptions options)
    : vocabulary_(vocabulary), options_(std::move(options)) {
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < vocabulary.size(); ++i)
        if (vocabulary.type(static_cast<TokenId>(i)) != TokenType::Control)
            ids.push_back(static_cast<TokenId>(i));
    trie_.build(vocabulary, std::move(ids));
    beginningNode_ = trie_.walk(PieceTrie::kRoot, options_.beginning);
    continuingNode_ = trie_.walk(PieceTrie::kRoot, options_.continuing);
}

std::size_t WordPieceModel::longest(std::int32_t node, std::string_view rest, TokenId& id) const {
    std::size_t best = 0;
    for (std::size_t at = 0; at < rest.size() && node != PieceTrie::kNowhere;) {
        const std::size_t end = at + utf8At(rest, at).bytes; // a piece ends where a character does
        node = trie_.walk(node, rest.substr(at, end - at));
        at = end;
        if (node != PieceTrie::kNowhere && trie_.id(node) >= 0) {
            id = trie_.id(node);
            best = end;
        }
    }
    return best;
}

void WordPieceModel::traceFailures(std::string_view rest, std::size_t found, std::uint32_t at, const std::string& mark,
                                   EncodeTrace::PreToken& trace) const {
    // The search as BERT describes it: from the whole rest down, one character less each time. Ends that are longer
    // than any piece are not worth a line.
    std::vector<std::size_t> ends;
    for (std::size_t end = 0; end < rest.size() && mark.size() + end < vocabulary_.longest();)
        ends.push_back(end += utf8At(rest, end).bytes);
    for (auto end = ends.rbegin(); end != ends.rend() && *end > found; ++end)
        trace.lattice.push_back({at, at + static_cast<std::uint32_t>(*end), -1, 0, false});
}

void WordPieceModel::encodeWord(std::string_view word, ModelScratch&, std::vector<TokenId>& out,
                                EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    const std::size_t before = out.size();
    std::size_t characters = 0;
    for (std::size_t at = 0; at < word.size() && characters <= options_.maxCharactersPerWord; ++characters)
        at += utf8At(word, at).bytes;
    bool covered = characters <= options_.maxCharactersPerWord;
    for (std::size_t at = 0; covered && at < word.size();) {
        TokenId id = -1;
        const std::string_view rest = word.substr(at);
        const std::size_t bytes = longest(at == 0 ? beginningNode_ : continuingNode_, rest, id);
        const auto place = static_cast<std::uint32_t>(at) + traceOffset;
        if (trace)
            traceFailures(rest, bytes, place, at == 0 ? options_.beginning : options_.continuing, *trace);
        covered = bytes > 0;
        if (!covered)
            break;
        out.push_back(id);
        if (trace)
            trace->lattice.push_back({place, place + static_cast<std::uint32_t>(bytes), id, 1, true});
        at += bytes;
    }
    if (!covered) {
        out.resize(before);
        if (options_.unknown)
            out.push_back(*options_.unknown);
        if (trace)
            for (EncodeTrace::LatticeNode& node : trace->lattice)
                node.onBestPath = false;
    }
    if (trace)
        trace->ids.assign(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
}

} // namespace vitral
