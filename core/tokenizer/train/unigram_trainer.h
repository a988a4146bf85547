// SPDX-License-Identifier: Apache-2.0
#pragma once
// Learns a Unigram model: begins with every substring that repeats, estimates their probabilities by
// expectation-maximisation, drops those whose loss costs least, and so on until few enough are left. Follows the
// Unigram trainer of the `tokenizers` package (golden tests); where that one goes by hash order, this one goes by first
// occurrence or code point. Training goes on in steps. Thread: one at a time.
// After Kudo 2018, "Subword Regularization: Improving Neural Network Translation Models with Multiple Subword
// Candidates".

#include "core/base/result.h"
#include "core/tokenizer/train/word_counts.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral::train {

struct UnigramTrainOptions {
    std::size_t vocabSize = 8000;     ///< special tokens included
    int subIterations = 2;            ///< rounds of expectation and maximisation between two prunings
    double shrinkingFactor = 0.75;    ///< of the pieces, what one pruning leaves; in (0, 1)
    std::size_t maxPieceLength = 16;  ///< characters
    std::size_t seedSize = 1'000'000; ///< pieces to begin with
    /// The loss of a piece normalised as Kudo and sentencepiece do it. The `tokenizers` package has a slip there that
    /// favours frequent pieces (huggingface/tokenizers issue 2069); false gives its vocabularies.
    bool correctedLoss = false;
    std::vector<std::string> specialTokens;  ///< take the first ids, with score 0
    std::vector<char32_t> initialAlphabet;   ///< characters that must be in the vocabulary, seen or not
    std::optional<std::string> unknownToken; ///< comes first where it is none of the special tokens
};

struct UnigramPiece {
    std::string text;
    double score = 0; ///< natural logarithm of the probability
};

class UnigramTraining {
public:
    enum class Phase : std::uint8_t { Expectation, Pruning, Done };
    /// What a step left behind.
    struct Step {
        Phase phase = Phase::Done; ///< what was done
        std::size_t pieces = 0;    ///< how many there are now
        double objective = 0;      ///< Expectation: minus the mean log probability of a word, nats
        std::uint64_t tokens = 0;  ///< Expectation: of the whole text, by its best cut before the step
    };

    /// Finds the pieces to begin with. `words` is not needed afterwards. Bytes that are no UTF-8 are left out.
    /// Errors: Cancelled; InvalidArgument (options out of range, byte-level words, no text, more different characters
    /// than the vocabulary has room for).
    static Result<UnigramTraining> begin(const WordCounts& words, UnigramTrainOptions options,
                                         const std::stop_token& stop = {});
    ~UnigramTraining();
    UnigramTraining(UnigramTraining&&) noexcept;
    UnigramTraining& operator=(UnigramTraining&&) noexcept;

    /// One round of expectation and maximisation, or one pruning; false when training is done. Errors: Cancelled, and
    /// the step can be made again.
    Result<bool> advance(const std::stop_token& stop = {});
    [[nodiscard]] const std::vector<Step>& steps() const;

    /// The vocabulary as it is now, cut down to its size: special tokens, then pieces by falling score. After the last
    /// step, the result.
    [[nodiscard]] std::vector<UnigramPiece> vocabulary() const;
    [[nodiscard]] const UnigramTrainOptions& options() const;
    /// The id of the unknown token in vocabulary(), where the options name one.
    [[nodiscard]] std::optional<std::size_t> unknownId() const;

private:
    struct State;
    explicit UnigramTraining(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The pieces a training begins with: all characters by falling count, then substrings of 2 to `maxLength` characters
/// that occur at least twice in the list of words and do not always go on with the same character, by falling
/// count x length; scores are counts. Words are code points; a word with a NUL in it counts as two.
Result<std::vector<UnigramPiece>> seedPieces(const std::vector<std::u32string>& words,
                                             const std::vector<std::uint64_t>& counts, std::size_t maxLength,
                                             std::size_t limit, const std::stop_token& stop);

} // namespace vitral::train
