// SPDX-License-Identifier: Apache-2.0
#pragma once
// WordPiece (BERT): from the beginning of a word, the longest piece that fits, then the longest continuation, and so
// on; a word that cannot be covered is unknown as a whole. Thread: any; immutable.

#include "core/tokenizer/piece_trie.h"
#include "core/tokenizer/subword_model.h"
#include "core/tokenizer/vocabulary.h"

#include <optional>
#include <string>

namespace vitral {

struct WordPieceOptions {
    std::string beginning;                  ///< before the pieces that begin a word ("▁" in GGUF files)
    std::string continuing;                 ///< before the pieces that go on ("##" in tokenizer.json)
    std::size_t maxCharactersPerWord = 100; ///< a longer word is unknown, as in the reference
    std::optional<TokenId> unknown;
};

class WordPieceModel final : public SubwordModel {
public:
    /// `vocabulary` must outlive the model.
    WordPieceModel(const Vocabulary& vocabulary, WordPieceOptions options);

    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::WordPiece; }
    void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                    EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const override;

private:
    /// Bytes of the longest piece, at most `rest`, that begins at the beginning of `rest`; its id in `id`.
    [[nodiscard]] std::size_t longest(std::int32_t node, std::string_view rest, TokenId& id) const;
    void traceFailures(std::string_view rest, std::size_t found, std::uint32_t at, const std::string& mark,
                       EncodeTrace::PreToken& trace) const;

    const Vocabulary& vocabulary_;
    WordPieceOptions options_;
    PieceTrie trie_;
    std::int32_t beginningNode_ = 0, continuingNode_ = 0; ///< after the marks; kNowhere where no piece has them
};

} // namespace vitral
