// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a text without pre-tokens can be cut all the same. If no piece of the vocabulary contains the characters a, b
// side by side, no merge can ever cross from a to b, so the two sides may be encoded apart with the same result. In a
// SentencePiece vocabulary that is nearly every blank: whole books become words, which the word cache then remembers.
// A Bloom filter of one hash: a false "maybe" costs time only. Thread: any, once filled.

#include "core/tokenizer/utf8.h"
#include "core/tokenizer/vocabulary.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <vector>

namespace vitral {

class BoundaryFilter {
public:
    /// Notes every pair of neighbouring characters of every piece.
    void build(const Vocabulary& vocabulary) {
        std::size_t pairs = 0;
        for (std::size_t i = 0; i < vocabulary.size(); ++i)
            pairs += vocabulary.piece(static_cast<TokenId>(i)).size();
        bits_.assign(std::bit_ceil(std::clamp<std::size_t>(pairs * 8, 1 << 14, 1 << 23)) / 64, 0);
        for (std::size_t i = 0; i < vocabulary.size(); ++i)
            add(vocabulary.piece(static_cast<TokenId>(i)));
    }
    /// Notes the pairs of one more piece.
    void add(std::string_view piece) {
        char32_t before = 0;
        for (std::size_t at = 0; at < piece.size();) {
            const Utf8Char c = utf8At(piece, at);
            if (at > 0) {
                const std::size_t bit = bitOf(before, key(c, piece, at));
                bits_[bit / 64] |= std::uint64_t{1} << bit % 64;
            }
            before = key(c, piece, at);
            at += c.bytes;
        }
    }
    /// Whether no piece contains the characters on the two sides of `at` side by side; 0 < at < text.size().
    [[nodiscard]] bool separates(std::string_view text, std::size_t at) const {
        std::size_t left = at - 1; // the last character before: at most four bytes back
        while (left > 0 && at - left < 4 && (static_cast<unsigned char>(text[left]) & 0xC0U) == 0x80)
            --left;
        if (left + utf8At(text, left).bytes != at)
            left = at - 1;
        const std::size_t bit = bitOf(key(utf8At(text, left), text, left), key(utf8At(text, at), text, at));
        return (bits_[bit / 64] >> bit % 64 & 1) == 0;
    }
    /// The end of the stretch that begins at `begin` and can be encoded apart from the rest.
    [[nodiscard]] std::size_t stretchEnd(std::string_view text, std::size_t begin) const {
        const Utf8Char first = utf8At(text, begin);
        char32_t before = key(first, text, begin);
        for (std::size_t at = begin + first.bytes; at < text.size();) {
            const Utf8Char c = utf8At(text, at);
            const char32_t now = key(c, text, at);
            const std::size_t bit = bitOf(before, now);
            if ((bits_[bit / 64] >> bit % 64 & 1) == 0)
                return at;
            before = now;
            at += c.bytes;
        }
        return text.size();
    }

private:
    static char32_t key(const Utf8Char& c, std::string_view text, std::size_t at) {
        return c.valid ? c.codePoint : 0x110000 + static_cast<unsigned char>(text[at]);
    }
    [[nodiscard]] std::size_t bitOf(char32_t a, char32_t b) const {
        const std::uint64_t h = (static_cast<std::uint64_t>(a) << 32 | b) * 0x9E3779B97F4A7C15ULL;
        return (h ^ h >> 32) & (bits_.size() * 64 - 1);
    }
    std::vector<std::uint64_t> bits_;
};

} // namespace vitral
