// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much text a text is: bytes, characters, words. For comparing what tokenizers make of the same passage in many
// languages. Thread: any.
//
// Characters are extended grapheme clusters (PCRE2's \X): what a reader calls a letter, accents and emoji families
// included. Words follow Unicode's rules (UAX 29) as far as PCRE2 allows: a run of letters, marks, digits and
// connectors with single apostrophes, dots and the like inside; each Han or Hiragana character is a word of its own, as
// UAX 29 has it without a dictionary. Thai, Lao, Khmer and Myanmar write no blanks and need a dictionary: there a run
// of letters between blanks counts as one word, and `wordsAreRuns` says so.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <string_view>

namespace vitral {

struct TextCounts {
    std::uint64_t bytes = 0;
    std::uint64_t codePoints = 0; ///< an invalid byte counts as one
    std::uint64_t characters = 0; ///< grapheme clusters
    std::uint64_t words = 0;
    bool wordsAreRuns = false; ///< most letters belong to a script without blanks: words mean little
};

/// Errors: Unsupported (text on which the expressions need too much work).
Result<TextCounts> countText(std::string_view text);

/// One passage in one tokenizer.
struct PassageCost {
    TextCounts text;
    std::uint64_t tokens = 0;
    [[nodiscard]] double perWord() const { return ratio(text.words); }
    [[nodiscard]] double perCharacter() const { return ratio(text.characters); }
    [[nodiscard]] double perByte() const { return ratio(text.bytes); }

private:
    [[nodiscard]] double ratio(std::uint64_t n) const {
        return n > 0 ? static_cast<double>(tokens) / static_cast<double>(n) : 0;
    }
};

/// Tokens without those that stand around every text. Errors: those of encode().
Result<PassageCost> passageCost(const Tokenizer& tokenizer, std::string_view text, const TextCounts& counts);

} // namespace vitral
