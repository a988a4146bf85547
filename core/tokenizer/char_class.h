// SPDX-License-Identifier: Apache-2.0
#pragma once
// What kind of character a code point is, as the reference tokenizers' regular expressions see it. The table is made by
// asking the reference (tests/golden/generators/char_classes.py), because a script that is newer than this machine's
// PCRE2 or utf8proc must still be cut as the model was trained. Thread: any.

#include "core/tokenizer/utf8.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vitral {

enum class CharCategory : std::uint8_t { Other, Lu, Ll, Lt, Lm, Lo, M, Nd, Nl, No, P, S, Z };

/// Sets of categories, as bits, so that a splitter asks one question per character.
namespace char_flag {
inline constexpr std::uint16_t kLetter = 1;        ///< \p{L}
inline constexpr std::uint16_t kUpperStart = 2;    ///< Lu Lt Lm Lo M: the first class of o200k
inline constexpr std::uint16_t kLowerEnd = 4;      ///< Ll Lm Lo M: the second class of o200k
inline constexpr std::uint16_t kNumber = 8;        ///< \p{N}
inline constexpr std::uint16_t kSpace = 16;        ///< \s, Unicode White_Space
inline constexpr std::uint16_t kNewline = 32;      ///< \r \n
inline constexpr std::uint16_t kMark = 64;         ///< \p{M}
inline constexpr std::uint16_t kPunctuation = 128; ///< \p{P}
inline constexpr std::uint16_t kSymbol = 256;      ///< \p{S}
inline constexpr std::uint16_t kControl = 512;     ///< Cc Cf Cn Co, but not tab, newline, carriage return
} // namespace char_flag

class CharClasses {
public:
    [[nodiscard]] static const CharClasses& instance();

    [[nodiscard]] CharCategory category(char32_t c) const {
        return c > 0x10FFFF ? CharCategory::Other : pages_[pageOf_[c >> 8]][c & 0xFF];
    }
    [[nodiscard]] std::uint16_t flags(char32_t c) const {
        return c < 128 ? ascii_[c] : c <= 0x10FFFF ? flagsOf(c) : char_flag::kControl;
    }
    [[nodiscard]] std::uint16_t asciiFlags(unsigned char c) const { return ascii_[c]; }

private:
    CharClasses();
    [[nodiscard]] std::uint16_t flagsOf(char32_t c) const {
        return c == 0x85 ? char_flag::kSpace : byCategory_[static_cast<std::size_t>(category(c))];
    }
    using Page = std::array<CharCategory, 256>;
    std::vector<Page> pages_;
    std::array<std::uint16_t, 0x1100> pageOf_{};
    std::array<std::uint16_t, 13> byCategory_{};
    std::array<std::uint16_t, 128> ascii_{};
};

[[nodiscard]] inline bool isSpaceAt(std::string_view text, std::size_t at) {
    return (CharClasses::instance().flags(utf8At(text, at).codePoint) & char_flag::kSpace) != 0;
}

} // namespace vitral
