// SPDX-License-Identifier: Apache-2.0
#pragma once
// Added and special tokens: strings that are taken out of the text before anything else looks at it ("<|im_end|>").
// Leftmost first, the longest of those that begin there, as the reference's Aho-Corasick search does. Thread: any, once
// built.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct AddedToken {
    std::string content;
    TokenId id = -1;
    bool special = false;    ///< found only where the caller asks for special tokens
    bool singleWord = false; ///< not inside a word
    bool stripLeft = false;  ///< takes the white space before it
    bool stripRight = false; ///< takes the white space after it
};

class AddedTokens {
public:
    /// A stretch of text between tokens (id -1), or a token.
    struct Part {
        std::size_t begin, end;
        TokenId id;
    };
    static constexpr std::size_t kMaxBytes = 1024; ///< of one added token

    /// Empty contents are ignored. Errors: InvalidFile (longer than kMaxBytes).
    Result<void> build(std::vector<AddedToken> tokens);
    [[nodiscard]] bool empty() const { return tokens_.empty(); }
    [[nodiscard]] const std::vector<AddedToken>& tokens() const { return tokens_; }

    /// Whether a token might begin, lie or end at the place `at`, or take the blank behind it: any occurrence counts,
    /// also one that split() passes over. 0 < at < text.size().
    [[nodiscard]] bool touches(std::string_view text, std::size_t at) const;
    [[nodiscard]] bool stripsBlanks() const { return stripsBlanks_; }
    [[nodiscard]] std::size_t longestBytes() const { return longestBytes_; }

    /// Appends the parts of `text`, in order, none empty.
    void split(std::string_view text, ParseSpecial parseSpecial, std::vector<Part>& parts) const;

private:
    [[nodiscard]] const AddedToken* longestAt(std::string_view text, std::size_t at, bool special) const;

    std::vector<AddedToken> tokens_; ///< sorted by content, each once
    struct Range {
        std::uint32_t first = 0, last = 0;
    };
    std::array<Range, 256> byFirstByte_{};
    std::size_t longestBytes_ = 0;
    bool stripsBlanks_ = false;
};

} // namespace vitral
