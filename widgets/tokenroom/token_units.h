// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a stretch of text is written on the screen so that tokens can be told apart and nothing is hidden: letters as
// themselves, bytes of characters that a token divides in hexadecimal, parts of letters that tokens divide one by one,
// invisible characters, and those that no font of this machine has, by their numbers. Thread: GUI (fonts).

#include <QString>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace vitral {

/// What stands for some bytes of the text, in the order of the text.
struct TokenUnit {
    enum class Kind : std::uint8_t { Letter, Blank, Tab, LineEnd, Bytes, Name };
    std::uint32_t begin = 0, end = 0;           ///< bytes of the stretch
    std::uint32_t shownBegin = 0, shownEnd = 0; ///< UTF-16 units of what is shown; equal for LineEnd
    Kind kind = Kind::Letter;
};

struct TokenUnits {
    QString shown; ///< without line ends
    std::vector<TokenUnit> units;
};

/// `cuts`: where tokens begin or end, in bytes of `text`, ascending.
[[nodiscard]] TokenUnits tokenUnits(std::string_view text, std::span<const std::uint32_t> cuts);

/// One line of words about some bytes, nothing hidden: for labels and tool tips. At most `most` letters, then "…".
[[nodiscard]] QString visibleText(std::string_view bytes, int most = 60);
[[nodiscard]] QString hexText(std::string_view bytes, int most = 16);
/// "U+0061 U+0301", bytes that are no character in hexadecimal.
[[nodiscard]] QString codePointText(std::string_view bytes, int most = 8);

} // namespace vitral
