// SPDX-License-Identifier: Apache-2.0
#pragma once
// The alphabet in which byte-level vocabularies are spelled: each of the 256 bytes is one printable character, so that
// "Ġthe" is " the". Source: GPT-2's encoder (Radford et al. 2019, bytes_to_unicode). Thread: any.

#include <string>
#include <string_view>

namespace vitral::byte_alphabet {

/// The character that stands for a byte.
[[nodiscard]] char32_t characterOf(unsigned char byte);
/// The byte that a character stands for; -1 for a character outside the alphabet.
[[nodiscard]] int byteOf(char32_t character);
/// Plain bytes spelled in the alphabet.
void spell(std::string_view bytes, std::string& out);
/// The way back. A piece with a character outside the alphabet is taken as it is (the reference does so).
void unspell(std::string_view piece, std::string& out);

} // namespace vitral::byte_alphabet
