// SPDX-License-Identifier: Apache-2.0
#pragma once
// What PathView knows of the word on show. Private to it.

#include "core/tokenizer/explain.h"
#include "core/tokenizer/unigram_lattice.h"
#include "widgets/tokenroom/path_view.h"

namespace vitral {

struct PathView::Word {
    TokenCut::Traced traced;
    std::size_t token = 0;          ///< index of the token that was asked for
    std::size_t firstToken = 0;     ///< of the word
    std::size_t begin = 0, end = 0; ///< bytes of the text the word was made from
    std::size_t firstNeighbour = 0; ///< index of the pre-token that the strip begins with
    std::vector<MergeNode> nodes;
    std::vector<std::uint32_t> letterEnds;    ///< of the word, in EncodeTrace::normalised; Unigram
    std::vector<std::vector<int>> waysPieces; ///< for each way, indices into the lattice's pieces

    [[nodiscard]] const EncodeTrace::PreToken& pre() const { return traced.trace.preTokens[traced.preToken]; }
    [[nodiscard]] std::size_t firstTokenOfNeighbour(int pane) const {
        std::size_t index = token - traced.inPreToken;
        const std::size_t wanted = firstNeighbour + static_cast<std::size_t>(pane);
        for (std::size_t i = traced.preToken; i > wanted; --i)
            index -= traced.trace.preTokens[i - 1].ids.size();
        for (std::size_t i = traced.preToken; i < wanted; ++i)
            index += traced.trace.preTokens[i].ids.size();
        return index;
    }
};

} // namespace vitral
