// SPDX-License-Identifier: Apache-2.0
#pragma once
// WordPiece (BERT): from the beginning of a word, the longest piece that fits, then the longest continuation, and so
// on; a word that cannot be covered is unknown as a whole. Thread: any; immutable.

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
    WordPieceModel(const Vocabulary& vocabulary, WordPieceOptions options)
        : vocabulary_(vocabulary), options_(std::move(options)) {}

    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::WordPiece; }
    void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                    EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const override;

private:
    const Vocabulary& vocabulary_;
    WordPieceOptions options_;
};

} // namespace vitral
