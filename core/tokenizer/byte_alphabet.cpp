// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/byte_alphabet.h"

#include "core/tokenizer/utf8.h"

#include <array>

namespace vitral::byte_alphabet {

namespace {

struct Tables {
    std::array<char32_t, 256> characters{};
    std::array<std::int16_t, 0x144> bytes{};
};

constexpr Tables makeTables() {
    Tables t;
    for (auto& b : t.bytes)
        b = -1;
    char32_t moved = 256; // bytes that do not print go here, in order
    for (unsigned b = 0; b < 256; ++b) {
        const bool prints = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
        t.characters[b] = prints ? b : moved++;
        t.bytes[t.characters[b]] = static_cast<std::int16_t>(b);
    }
    return t;
}

constexpr Tables kTables = makeTables();

} // namespace

char32_t characterOf(unsigned char byte) {
    return kTables.characters[byte];
}

int byteOf(char32_t character) {
    return character < kTables.bytes.size() ? kTables.bytes[character] : -1;
}

void spell(std::string_view bytes, std::string& out) {
    for (const char b : bytes)
        appendUtf8(out, characterOf(static_cast<unsigned char>(b)));
}

void unspell(std::string_view piece, std::string& out) {
    const std::size_t before = out.size();
    for (std::size_t at = 0; at < piece.size();) {
        const Utf8Char c = utf8At(piece, at);
        const int byte = c.valid ? byteOf(c.codePoint) : -1;
        if (byte < 0) {
            out.resize(before);
            out += piece;
            return;
        }
        out += static_cast<char>(byte);
        at += c.bytes;
    }
}

} // namespace vitral::byte_alphabet
