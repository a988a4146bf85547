// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Python's str knows about characters, on UTF-8. A byte that is not UTF-8 counts as one character of its own and
// is never changed. Thread: any.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::jinja {

[[nodiscard]] bool isAsciiText(std::string_view text);
[[nodiscard]] std::int64_t countCharacters(std::string_view text);
/// Bytes of the character that begins at text[at].
[[nodiscard]] std::size_t characterBytes(std::string_view text, std::size_t at);
/// Code point at text[at]; -1 for a byte that is not UTF-8.
[[nodiscard]] std::int32_t codePointAt(std::string_view text, std::size_t at);
void appendCodePoint(std::string& out, std::uint32_t code);
[[nodiscard]] std::vector<std::string_view> charactersOf(std::string_view text);

[[nodiscard]] bool isSpace(std::int32_t code);     ///< str.isspace
[[nodiscard]] bool isPrintable(std::int32_t code); ///< str.isprintable
[[nodiscard]] bool isLetter(std::int32_t code);    ///< str.isalpha
[[nodiscard]] bool isDecimal(std::int32_t code);   ///< str.isdecimal
[[nodiscard]] bool isNumeric(std::int32_t code);   ///< about str.isnumeric and str.isdigit
[[nodiscard]] bool isUpper(std::int32_t code);
[[nodiscard]] bool isLower(std::int32_t code);
[[nodiscard]] bool isTitle(std::int32_t code);

[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string capitalize(std::string_view text);
[[nodiscard]] std::string swapCase(std::string_view text);
[[nodiscard]] std::string titleCase(std::string_view text); ///< str.title: a letter after a non-letter is large

enum class Side : std::uint8_t { Left = 1, Right = 2, Both = 3 };
/// Without `characters`: white space.
[[nodiscard]] std::string_view strip(std::string_view text, Side side, const std::string* characters = nullptr);
[[nodiscard]] std::vector<std::string_view> splitLines(std::string_view text, bool keepEnds);

} // namespace vitral::jinja
