// SPDX-License-Identifier: Apache-2.0
#pragma once
// From pieces back to text. Every token decodes on its own, knowing only whether it is the first one: that is what
// makes streaming possible. Thread: any; immutable.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral {

struct DecoderRules {
    bool byteAlphabet = false;    ///< pieces are spelled in the byte alphabet
    bool byteFallback = false;    ///< <0xNN> is a byte
    bool cleanUp = false;         ///< WordPiece: no blank before punctuation, " n't" joined, ...
    bool joinsWords = false;      ///< WordPiece: a piece without the prefix begins a word
    std::string continuingPrefix; ///< "##"; with joinsWords
    std::string endOfWordSuffix;  ///< "</w>" becomes a blank
    std::size_t stripFirst = 0;   ///< blanks dropped from the beginning of the text
    std::vector<std::pair<std::string, std::string>> replacements; ///< literal, in order ("▁" -> " ")

    /// Appends the text of one piece. `isRaw`: an added token, whose content is text already.
    void append(std::string_view piece, bool isByte, bool isRaw, bool isFirst, std::string& out) const;
};

/// The byte that a piece like "<0x0A>" names; -1 for any other piece.
[[nodiscard]] int byteOfPiece(std::string_view piece);

} // namespace vitral
