// SPDX-License-Identifier: Apache-2.0
#pragma once
// How often each pair of neighbouring symbols occurs: a hash table that only grows. Private to the BPE trainer.

#include "core/tokenizer/tokenizer.h"

#include <bit>
#include <cstdint>
#include <vector>

namespace vitral::train {

class PairTable {
public:
    static constexpr std::uint32_t kNoPlaces = ~std::uint32_t{0};
    struct Entry {
        std::uint64_t key = 0;
        std::int64_t count = 0;
        std::uint32_t places = kNoPlaces; ///< list of words being filled in this step
    };

    static constexpr std::uint64_t key(TokenId left, TokenId right) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
    }
    static constexpr TokenId left(std::uint64_t key) { return static_cast<TokenId>(key >> 32); }
    static constexpr TokenId right(std::uint64_t key) { return static_cast<TokenId>(key & 0xFFFFFFFFU); }

    /// The entry of a pair, made where there is none. Indices stay valid, references do not.
    std::uint32_t slotOf(std::uint64_t key) {
        std::size_t at = hash(key);
        for (; index_[at] != kFree; at = (at + 1) & (index_.size() - 1))
            if (entries_[index_[at]].key == key)
                return index_[at];
        const auto made = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({key, 0, kNoPlaces});
        index_[at] = made;
        if (entries_.size() * 2 > index_.size())
            grow();
        return made;
    }
    [[nodiscard]] std::int64_t countOf(std::uint64_t key) const {
        for (std::size_t at = hash(key); index_[at] != kFree; at = (at + 1) & (index_.size() - 1))
            if (entries_[index_[at]].key == key)
                return entries_[index_[at]].count;
        return 0;
    }
    [[nodiscard]] Entry& at(std::uint32_t slot) { return entries_[slot]; }

private:
    static constexpr std::uint32_t kFree = ~std::uint32_t{0};
    [[nodiscard]] std::size_t hash(std::uint64_t key) const {
        return key * 0x9E3779B97F4A7C15ULL >> (64 - std::countr_zero(index_.size()));
    }
    void grow() {
        index_.assign(index_.size() * 2, kFree);
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            std::size_t at = hash(entries_[i].key);
            while (index_[at] != kFree)
                at = (at + 1) & (index_.size() - 1);
            index_[at] = i;
        }
    }
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> index_ = std::vector<std::uint32_t>(1 << 12, kFree); ///< a power of two
};

} // namespace vitral::train
