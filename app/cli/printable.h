// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text from a file, fit for a terminal: control characters, direction overrides and bytes that are not UTF-8 are shown
// as \xNN or \u{...}, so no file can move the cursor or disguise its names.

#include <string>
#include <string_view>

namespace vitral::cli {

/// At most `limit` characters, with "... (N bytes)" where there are more.
[[nodiscard]] std::string plainText(std::string_view text, std::size_t limit);
/// The same between double quotes, with quotes and backslashes escaped.
[[nodiscard]] std::string quotedText(std::string_view text, std::size_t limit);

/// Every line by itself; the ends of lines stay.
[[nodiscard]] std::string plainLines(std::string_view text);

} // namespace vitral::cli
