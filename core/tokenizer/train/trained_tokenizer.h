// SPDX-License-Identifier: Apache-2.0
#pragma once
// What training gives: a tokenizer.json that this program and the `tokenizers` package read to the same ids, or a
// Tokenizer at once. Thread: any.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/train/bpe_trainer.h"
#include "core/tokenizer/train/unigram_trainer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral::train {

/// The members of a tokenizer.json around the model, as JSON texts; empty means null.
struct TokenizerStyle {
    std::string normalizer, preTokenizer, postProcessor, decoder;
};
/// Bytes, cut by one of the known splitters ("gpt2", "cl100k", "qwen2", "o200k", "tekken"). Errors: InvalidArgument.
Result<TokenizerStyle> byteLevelStyle(std::string_view splitter);
/// BERT's: cleaned, lower case without accents if `lowercase`, cut at blanks and punctuation.
TokenizerStyle bertStyle(bool lowercase);
/// SentencePiece's: NFKC, blanks collapsed and made visible, cut before each.
TokenizerStyle sentencePieceStyle();

struct TrainedTokenizer {
    enum class Kind : std::uint8_t { Bpe, WordPiece, Unigram };
    Kind kind = Kind::Bpe;
    std::vector<std::string> pieces;                 ///< by id
    std::vector<std::pair<TokenId, TokenId>> merges; ///< Bpe, by rank
    std::vector<double> scores;                      ///< Unigram, by id
    std::vector<std::string> specialTokens;
    std::string unknownToken; ///< WordPiece: must be a piece
    std::string continuingPrefix, endOfWordSuffix;
    std::ptrdiff_t unknownId = -1; ///< Unigram
    TokenizerStyle style;

    [[nodiscard]] std::string toJson() const;
    /// Through AtomicFile: the old file stands until the new one is whole.
    Result<void> save(const std::filesystem::path& path) const;
    /// The same, made from the JSON. Errors: see tokenizerFromJson().
    Result<std::shared_ptr<const Tokenizer>> tokenizer() const;
};

/// The BPE as it is after `steps` merges (all, unless told): what a scrubber shows.
[[nodiscard]] TrainedTokenizer trainedBpe(const BpeTraining& training, TokenizerStyle style,
                                          std::size_t steps = ~std::size_t{0});
[[nodiscard]] TrainedTokenizer trainedWordPiece(const BpeTraining& training, TokenizerStyle style,
                                                std::string unknownToken = "[UNK]",
                                                std::size_t steps = ~std::size_t{0});
[[nodiscard]] TrainedTokenizer trainedUnigram(const UnigramTraining& training, TokenizerStyle style);

} // namespace vitral::train
