// SPDX-License-Identifier: Apache-2.0
#pragma once
// The step that turns one pre-token into ids. BPE, SentencePiece BPE, Unigram and WordPiece implement it. Thread: any;
// a model is immutable, and everything that changes while encoding lies in the caller's scratch.

#include "core/tokenizer/merge_loop.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/word_cache.h"

#include <string_view>
#include <vector>

namespace vitral {

/// Buffers of one encode() call.
struct ModelScratch {
    MergeScratch merge;
    WordCache cache;
    std::vector<TokenId> ids;
    std::vector<double> bestScore;
    std::vector<std::int32_t> bestStart;
    std::vector<TokenId> bestId;
    std::string text;
    bool cutEverywhere = false; ///< Unigram: one lattice from each possible cut to the next, as in very long words
};

class SubwordModel {
public:
    virtual ~SubwordModel() = default;
    [[nodiscard]] virtual TokenizerKind kind() const = 0;
    /// Appends the ids of `word`, any bytes, not empty. With a trace, fills its merges, lattice and ids; byte offsets
    /// in it are offsets in `word` plus `traceOffset`.
    virtual void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                            EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const = 0;
    /// Whether a word can be cut at `at` and its two sides encoded apart with the same result; false where the model
    /// cannot tell. 0 < at < word.size(), between characters.
    [[nodiscard]] virtual bool separates(std::string_view /*word*/, std::size_t /*at*/) const { return false; }
};

} // namespace vitral
