// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ranges of Unicode characters as sequences of byte ranges in UTF-8 (the method of Thompson's grep, as in RE2).

#include <cstdint>
#include <vector>

namespace vitral {

struct CodePointRange {
    std::uint32_t first = 0, last = 0; ///< both included
};
struct ByteRange {
    std::uint8_t first = 0, last = 0; ///< both included
};
/// One to four ranges, one for each byte of the encoding.
using Utf8Sequence = std::vector<ByteRange>;

constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

/// Sorts, joins and (when `negated`) complements ranges within Unicode; surrogates are left out.
std::vector<CodePointRange> normaliseRanges(std::vector<CodePointRange> ranges, bool negated);
/// The encodings of a range that holds no surrogate.
std::vector<Utf8Sequence> utf8Sequences(CodePointRange range);

} // namespace vitral
