// SPDX-License-Identifier: Apache-2.0
#pragma once
// SentencePiece's BPE (Llama 2, Mistral, Gemma, Phi-3): characters merge into whatever piece has the best score, and
// what stays unknown falls back to byte pieces <0xNN>. Follows sentencepiece's bpe_model: control, unknown and byte
// pieces are never the result of a merge, so a typed "<s>" is text. Thread: any; immutable.

#include "core/tokenizer/boundary_filter.h"
#include "core/tokenizer/subword_model.h"
#include "core/tokenizer/vocabulary.h"

#include <array>
#include <optional>

namespace vitral {

class SentencePieceBpeModel final : public SubwordModel {
public:
    /// `vocabulary` must outlive the model; its scores must be set.
    SentencePieceBpeModel(const Vocabulary& vocabulary, std::optional<TokenId> unknown);

    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::SentencePieceBpe; }
    void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                    EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const override;
    [[nodiscard]] bool separates(std::string_view word, std::size_t at) const override {
        return boundaries_.separates(word, at);
    }

private:
    void encodeStretch(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                       EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const;
    void appendPiece(std::string_view text, TokenId id, std::vector<TokenId>& out) const;
    void appendUnused(std::string_view text, std::vector<TokenId>& out) const;
    [[nodiscard]] TokenId mergeable(std::string_view text) const;

    const Vocabulary& vocabulary_;
    std::vector<std::uint32_t> rankOfScore_; ///< by id: pieces of equal score share a rank, the best score has rank 0
    std::array<TokenId, 256> byteIds_{};
    std::optional<TokenId> unknown_;
    BoundaryFilter boundaries_;
};

} // namespace vitral
