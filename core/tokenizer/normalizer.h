// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is done to the text before it is cut: Unicode normal forms, lower case, blanks made visible, BERT's cleaning,
// SentencePiece's compiled character map. Works on any bytes; an invalid byte passes every step unchanged, except
// BERT's cleaning, which drops it as it drops U+FFFD. Thread: any; immutable.

#include "core/base/result.h"
#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/regex.h"

#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct NormalStep {
    enum class Kind : std::uint8_t {
        Nfc,
        Nfd,
        Nfkc,
        Nfkd,
        Lowercase,
        StripAccents,   ///< drops \p{Mn}
        Strip,          ///< white space at the ends
        Prepend,        ///< `text` in front, where there is any text
        Append,         ///< `text` behind, where there is any text (SentencePiece's treat_whitespace_as_suffix)
        Replace,        ///< `pattern` (literal, or regex where isRegex) by `text`
        CollapseBlanks, ///< runs of U+0020 become one, those at the ends go (SentencePiece's remove_extra_whitespaces)
        Bert,           ///< cleanText, spaceCjk, stripAccents, lowercase
        Charsmap,       ///< SentencePiece's compiled map
        Nmt,            ///< controls go, blanks of all kinds become U+0020
    };
    Kind kind = Kind::Nfc;
    std::string pattern;
    std::string text;
    bool isRegex = false;
    Regex regex;
    bool cleanText = true, spaceCjk = true, stripAccents = true, lowercase = true; ///< Bert
    bool left = true, right = true;                                                ///< Strip
    Charsmap charsmap;
    bool byGrapheme = false; ///< Charsmap: as the tokenizers package applies it, see normalizer.cpp
};

/// Which ends of the whole text a part reaches: steps that work on the ends leave the others alone.
struct TextEnds {
    bool start = true, end = true;
};

class Normalizer {
public:
    void add(NormalStep step) { steps_.push_back(std::move(step)); }
    void addReplace(std::string_view pattern, std::string_view text);
    void addPrepend(std::string_view text);
    [[nodiscard]] bool empty() const { return steps_.empty(); }
    /// Writes the normalised `text` to `out` (cleared first). Errors: a pattern that needs too much work.
    Result<void> run(std::string_view text, std::string& out, TextEnds ends = {}) const;
    [[nodiscard]] const std::vector<NormalStep>& steps() const { return steps_; }

private:
    std::vector<NormalStep> steps_;
};

} // namespace vitral
