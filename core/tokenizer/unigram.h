// SPDX-License-Identifier: Apache-2.0
#pragma once
// Unigram language model (T5, XLM-R, ALBERT): of all ways to cut a word into pieces, the one whose pieces' log
// probabilities add up to most. Viterbi over the lattice of pieces, which a trie finds; linear in the text for a given
// longest piece. After Kudo 2018, "Subword Regularization". Thread: any; immutable.

#include "core/base/result.h"
#include "core/tokenizer/boundary_filter.h"
#include "core/tokenizer/piece_trie.h"
#include "core/tokenizer/subword_model.h"
#include "core/tokenizer/unigram_lattice.h"
#include "core/tokenizer/vocabulary.h"

#include <array>
#include <memory>
#include <optional>

namespace vitral {

struct UnigramOptions {
    std::optional<TokenId> unknown;
    bool byteFallback = false;
    std::vector<double> scores; ///< by id, in the precision of the file; empty: the vocabulary's own
};

class UnigramModel final : public SubwordModel {
public:
    /// A word with more bytes is cut where no piece can cross, into one lattice each.
    static constexpr std::size_t kLongestLattice = 1 << 16;

    /// `vocabulary` must outlive the model; its scores must be set. Errors: InvalidFile (a score that is no number, no
    /// unknown piece).
    static Result<std::unique_ptr<UnigramModel>> create(const Vocabulary& vocabulary, UnigramOptions options);

    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::Unigram; }
    void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                    EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const override;
    /// Adds every way to cut `word` to a lattice, in which it begins at `offset`; id -1 is a character without a piece.
    void fillLattice(std::string_view word, std::uint32_t offset, UnigramLattice& lattice) const;
    /// The ids of a way through a lattice over `text`: unknown neighbours are one token, or their bytes.
    void appendPath(const UnigramLattice& lattice, const UnigramLattice::Path& path, std::string_view text,
                    std::vector<TokenId>& out) const;
    [[nodiscard]] bool separates(std::string_view word, std::size_t at) const override {
        return boundaries_.separates(word, at);
    }

private:
    UnigramModel(const Vocabulary& vocabulary, UnigramOptions options)
        : vocabulary_(vocabulary), options_(std::move(options)) {}
    void encodeStretch(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                       EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const;
    template <class Offer>
    void forPieces(std::string_view word, const Offer& offer) const;
    void appendUnknown(std::string_view text, std::vector<TokenId>& out) const;
    void appendPath(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out) const;

    const Vocabulary& vocabulary_;
    UnigramOptions options_;
    PieceTrie trie_;
    std::array<TokenId, 256> byteIds_{};
    double unknownScore_ = 0;
    BoundaryFilter boundaries_;
};

} // namespace vitral
