// SPDX-License-Identifier: Apache-2.0
#pragma once
// Learns the merges of a byte-pair encoding: the most frequent pair of neighbouring symbols becomes a symbol, again and
// again. Merges, ids and ties are those of the BPE trainer of the `tokenizers` package (golden tests), also where that
// is peculiar; its two choices by hash order are made by code point here. Training goes on in steps, so that a window
// can watch it and stop it. Thread: one at a time.
// After Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units".

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/train/word_counts.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral::train {

struct BpeTrainOptions {
    std::size_t vocabSize = 30000;             ///< special tokens and alphabet included
    std::uint64_t minFrequency = 0;            ///< a rarer pair ends the training
    std::vector<std::string> specialTokens;    ///< take the first ids, in this order
    std::vector<char32_t> initialAlphabet;     ///< characters that are in, seen or not
    std::optional<std::size_t> limitAlphabet;  ///< the most frequent characters only; the others are left out of words
    std::string continuingPrefix;              ///< before every symbol but the first of a word ("##")
    std::string endOfWordSuffix;               ///< after the last symbol of a word ("</w>")
    std::optional<std::size_t> maxTokenLength; ///< in characters; as in the reference, a token stays below it
    /// Characters with prefix or suffix take ids after the alphabet, here in order of their code points. The reference
    /// takes them in hash order, a new one in every run; a list in its order makes the ties fall as in that run.
    std::vector<std::string> decoratedFirst;
};

/// The alphabet of byte-level tokenizers: the 256 characters that stand for bytes.
[[nodiscard]] std::vector<char32_t> byteLevelAlphabet();

/// One merge, as it was made.
struct BpeStep {
    TokenId left = -1, right = -1, result = -1;
    std::uint64_t count = 0;  ///< of the pair, when it was chosen
    std::uint64_t tokens = 0; ///< in the whole text, after this merge: the compression curve
};

class BpeTraining {
public:
    /// Splits the words into characters and counts their pairs. `words` is not needed afterwards.
    /// Errors: Cancelled; InvalidArgument (more words or symbols than 32 bits count).
    static Result<BpeTraining> begin(const WordCounts& words, BpeTrainOptions options,
                                     const std::stop_token& stop = {});
    ~BpeTraining();
    BpeTraining(BpeTraining&&) noexcept;
    BpeTraining& operator=(BpeTraining&&) noexcept;

    /// Makes at most `merges` more; false when there is nothing left to do. Errors: Cancelled; every merge made so far
    /// stands, but a merge that was stopped in its middle ends the training.
    Result<bool> advance(std::size_t merges, const std::stop_token& stop = {});

    /// Pieces by id: special tokens, alphabet, characters with prefix or suffix, results of merges.
    [[nodiscard]] const std::vector<std::string>& pieces() const;
    [[nodiscard]] const std::vector<BpeStep>& steps() const;
    /// Tokens of the text before the first merge.
    [[nodiscard]] std::uint64_t initialTokens() const;
    /// Pieces that are no results of merges.
    [[nodiscard]] std::size_t initialPieces() const;
    /// Pieces after the first `steps` merges; ids are given in order, so these are pieces()[0, n).
    [[nodiscard]] std::size_t piecesAfter(std::size_t steps) const;
    [[nodiscard]] const BpeTrainOptions& options() const;
    /// The list of merges for a tokenizer, made by the first `steps` steps: a pair that was merged twice (two ways to
    /// the same piece make that possible) keeps its last place, as in the reference.
    [[nodiscard]] std::vector<BpeStep> merges(std::size_t steps = ~std::size_t{0}) const;

    /// The pairs that would be merged next, most frequent first, at most `n`: a look at the queue, O(queue).
    [[nodiscard]] std::vector<BpeStep> mostFrequent(std::size_t n) const;

private:
    struct State;
    explicit BpeTraining(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace vitral::train
