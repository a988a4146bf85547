// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a trainer learns from: the different pre-tokens of a text, each with the number of times it occurs. Trainers
// look at each only once, which is why training on a book takes as long as training on its list of words. Thread: one
// at a time; read-only afterwards.

#include "core/base/result.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/pre_tokenizer.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::train {

/// How text becomes pre-tokens, before a trainer and later before the trained model.
struct Cutting {
    Normalizer normalizer;
    PreTokenizer preTokenizer;
    bool byteLevel = false; ///< the symbols of a pre-token are its bytes, spelled in the byte alphabet

    /// `normalizer` and `preTokenizer` are the members of a tokenizer.json of these names; empty means null.
    static Result<Cutting> fromJson(std::string_view normalizer, std::string_view preTokenizer);
};

class WordCounts {
public:
    struct Word {
        std::uint64_t offset = 0;
        std::uint32_t bytes = 0;
        std::uint64_t count = 0;
    };

    /// Counts the pre-tokens of one text, cut as a whole. Errors: Cancelled; what normalising and cutting can fail
    /// with.
    Result<void> add(std::string_view text, const Cutting& cutting, const std::stop_token& stop = {});
    /// The same line by line, line ends included: how the `tokenizers` package reads files.
    Result<void> addLines(std::string_view text, const Cutting& cutting, const std::stop_token& stop = {});
    void addWord(std::string_view word, std::uint64_t count = 1);
    /// Whether the symbols of the words are their bytes; set by add(), or here where only addWord() is used.
    void setByteLevel(bool byteLevel) { byteLevel_ = byteLevel; }
    [[nodiscard]] bool byteLevel() const { return byteLevel_; }

    /// In the order of their first occurrence.
    [[nodiscard]] const std::vector<Word>& words() const { return words_; }
    [[nodiscard]] std::string_view text(const Word& word) const {
        return std::string_view(pool_).substr(word.offset, word.bytes);
    }
    /// Bytes of the texts as they came.
    [[nodiscard]] std::uint64_t textBytes() const { return textBytes_; }

private:
    void grow();
    struct Slot {
        std::uint32_t tag = 0;
        std::int32_t word = -1;
    };
    std::string pool_;
    std::vector<Word> words_;
    std::vector<Slot> slots_; ///< open addressing, a power of two
    std::uint64_t textBytes_ = 0;
    bool byteLevel_ = false;
    std::string normalised_, written_;
    std::vector<PrePiece> pieces_;
};

} // namespace vitral::train
