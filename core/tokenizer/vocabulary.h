// SPDX-License-Identifier: Apache-2.0
#pragma once
// The list of pieces of a tokenizer, and the way back from a piece to its id. Copies the pieces (about 1 MB for
// 150,000), so that a tokenizer outlives the file it came from. Thread: any, once filled.

#include "core/tokenizer/tokenizer.h"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// Not cryptographic; the same on every run.
[[nodiscard]] inline std::uint64_t hashBytes(std::string_view bytes) {
    constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
    std::uint64_t h = bytes.size() * kMultiplier;
    const char* p = bytes.data();
    std::size_t n = bytes.size();
    for (; n >= 8; p += 8, n -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        h = (h ^ word) * kMultiplier;
        h ^= h >> 29;
    }
    if (n > 0) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, n);
        h = (h ^ word) * kMultiplier;
        h ^= h >> 29;
    }
    return h * kMultiplier;
}

class Vocabulary {
public:
    /// Real pieces have a few dozen bytes; encoding time grows with the longest one.
    static constexpr std::size_t kMaxPieceBytes = 2048;
    /// Errors: InvalidFile, where a piece is longer than that.
    [[nodiscard]] Result<void> checkLengths() const;

    void reserve(std::size_t pieces, std::size_t bytes);
    /// Appends a piece; its id is the number of pieces before it.
    TokenId add(std::string_view piece, TokenType type = TokenType::Normal, float score = 0);
    /// Puts a piece at any id, filling holes with empty Unused pieces.
    void set(TokenId id, std::string_view piece, TokenType type, float score = 0);
    void setType(TokenId id, TokenType type) { entries_[static_cast<std::size_t>(id)].type = type; }
    /// Builds the index; needed once, after the last add() and before the first find(). Returns how many pieces are
    /// spelled like an earlier one (the earliest is the one that find() gives).
    std::size_t buildIndex();

    /// -1 where there is none.
    [[nodiscard]] TokenId find(std::string_view piece) const;
    [[nodiscard]] bool contains(TokenId id) const { return id >= 0 && static_cast<std::size_t>(id) < entries_.size(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::string_view piece(TokenId id) const {
        const Entry& e = entries_[static_cast<std::size_t>(id)];
        return std::string_view(pool_).substr(e.offset, e.bytes);
    }
    [[nodiscard]] TokenType type(TokenId id) const { return entries_[static_cast<std::size_t>(id)].type; }
    [[nodiscard]] float score(TokenId id) const { return entries_[static_cast<std::size_t>(id)].score; }
    /// Bytes of the longest piece.
    [[nodiscard]] std::size_t longest() const { return longest_; }

private:
    struct Entry {
        std::uint64_t offset = 0;
        std::uint32_t bytes = 0;
        float score = 0;
        TokenType type = TokenType::Unused;
    };
    struct Slot {
        std::uint32_t tag = 0;
        TokenId id = -1;
    };
    std::string pool_;
    std::vector<Entry> entries_;
    std::vector<Slot> slots_; ///< open addressing, a power of two
    std::size_t longest_ = 0;
};

} // namespace vitral
