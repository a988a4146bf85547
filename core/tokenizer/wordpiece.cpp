// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/wordpiece.h"

#include "core/tokenizer/utf8.h"

#include <algorithm>

namespace vitral {

void WordPieceModel::encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                                EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    const std::size_t before = out.size();
    std::vector<std::size_t> ends; // of each character
    for (std::size_t at = 0; at < word.size() && ends.size() <= options_.maxCharactersPerWord;) {
        at += utf8At(word, at).bytes;
        ends.push_back(at);
    }
    bool covered = ends.size() <= options_.maxCharactersPerWord;
    std::size_t next = 0; // index of the first character not yet covered
    while (covered && next < ends.size()) {
        const std::size_t begin = next == 0 ? 0 : ends[next - 1];
        const std::string& mark = next == 0 ? options_.beginning : options_.continuing;
        TokenId found = -1;
        for (std::size_t last = ends.size(); last-- > next && found < 0;) {
            scratch.text = mark;
            scratch.text += word.substr(begin, ends[last] - begin);
            found = vocabulary_.find(scratch.text);
            if (found >= 0 && vocabulary_.type(found) == TokenType::Control)
                found = -1;
            if (trace && (found >= 0 || scratch.text.size() <= vocabulary_.longest()))
                trace->lattice.push_back({static_cast<std::uint32_t>(begin) + traceOffset,
                                          static_cast<std::uint32_t>(ends[last]) + traceOffset, found,
                                          found >= 0 ? 1.0 : 0.0, found >= 0});
            if (found >= 0) {
                out.push_back(found);
                next = last + 1;
            }
        }
        covered = found >= 0;
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
