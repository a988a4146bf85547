// SPDX-License-Identifier: Apache-2.0
#pragma once
// BPE by a list of merges: byte-level (GPT-2 and nearly everything since) and by characters with byte fallback (what
// tokenizer.json makes of SentencePiece models). Thread: any; immutable.

#include "core/base/result.h"
#include "core/tokenizer/boundary_filter.h"
#include "core/tokenizer/load.h"
#include "core/tokenizer/subword_model.h"
#include "core/tokenizer/vocabulary.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitral {

struct BpeOptions {
    bool byteLevel = false;       ///< symbols are bytes, pieces are spelled in the byte alphabet
    bool ignoreMerges = false;    ///< a pre-token that is a piece as a whole is that piece (Llama 3, Tekken)
    bool byteFallback = false;    ///< an unknown character becomes its <0xNN> pieces
    bool fuseUnknown = false;     ///< neighbouring unknown characters become one unknown token
    bool strict = false;          ///< a merge whose parts or result are no pieces is an error, not an inner symbol
    bool lastMergeWins = false;   ///< which rank a pair listed twice has (tokenizer.json: the last, GGUF: the first)
    std::string continuingPrefix; ///< before every symbol but the first of a word ("##")
    std::string endOfWordSuffix;  ///< after the last symbol of a word ("</w>", CLIP)
    std::optional<TokenId> unknown;
};

class BpeModel final : public SubwordModel {
public:
    using Merge = std::pair<std::string_view, std::string_view>;
    /// `vocabulary` must outlive the model. Errors: InvalidFile (a merge that cannot be), naming its number;
    /// Cancelled.
    static Result<std::unique_ptr<BpeModel>> create(const Vocabulary& vocabulary, const std::vector<Merge>& merges,
                                                    BpeOptions options, const ReadStep& step = {});

    [[nodiscard]] TokenizerKind kind() const override;
    void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                    EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const override;
    [[nodiscard]] bool separates(std::string_view word, std::size_t at) const override {
        return !options_.byteLevel && options_.continuingPrefix.empty() && options_.endOfWordSuffix.empty() &&
               !options_.ignoreMerges && boundaries_.separates(word, at);
    }

private:
    explicit BpeModel(const Vocabulary& vocabulary, BpeOptions options);
    Result<void> addMerges(const std::vector<Merge>& merges, const ReadStep& step);
    void insertPair(std::uint64_t key, std::uint32_t rank, std::int32_t result);
    [[nodiscard]] MergeAnswer lookup(std::int32_t left, std::int32_t right) const;
    void initialSymbols(std::string_view word, ModelScratch& scratch) const;
    void initialBytes(std::string_view word, std::vector<MergeSymbol>& symbols) const;
    void addCharacter(std::string_view character, std::uint32_t at, bool isFirst, bool isLast,
                      ModelScratch& scratch) const;
    void encodeStretch(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                       EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const;
    void appendSymbol(const MergeSymbol& symbol, std::string_view word, std::vector<TokenId>& out) const;

    struct Pair {
        std::uint64_t key = ~std::uint64_t{0};
        std::uint32_t rank = 0;
        std::int32_t result = -1;
    };
    const Vocabulary& vocabulary_;
    BpeOptions options_;
    std::vector<Pair> pairs_; ///< open addressing by (left << 32 | right)
    int pairShift_ = 64;
    Vocabulary inner_; ///< symbols that merges make but the vocabulary lacks; ids from vocabulary_.size() on
    std::array<std::int32_t, 256> byteIds_{};     ///< byte-level: the symbol of a byte
    std::array<std::int32_t, 256> lastByteIds_{}; ///< the same at the end of a word, with the suffix
    std::array<std::int32_t, 256> fallbackIds_{}; ///< <0xNN>
    BoundaryFilter boundaries_;
};

} // namespace vitral
