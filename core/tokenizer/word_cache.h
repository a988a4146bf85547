// SPDX-License-Identifier: Apache-2.0
#pragma once
// Remembers the ids of short pre-tokens while one text is encoded: natural text repeats its words, and looking one up
// is some ten times cheaper than merging it again. Fixed size, newest wins, one probe. Lives in the scratch of a single
// encode() call, so tokenizers stay immutable and need no lock.

#include "core/tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

namespace vitral {

class WordCache {
public:
    static constexpr std::size_t kMaxBytes = 16; ///< longer words are not kept
    static constexpr std::size_t kMaxIds = 3;    ///< nor are words of more tokens

    struct Key {
        std::uint64_t low = 0, high = 0;
        std::size_t slot = 0;
    };

    /// Sized for a text of that many bytes; small texts get no cache at all.
    void prepare(std::size_t textBytes) {
        if (textBytes < 2048) {
            slots_.clear();
            return;
        }
        const std::size_t wanted = std::bit_ceil(std::clamp<std::size_t>(textBytes / 8, 1024, std::size_t{1} << 15));
        slots_.assign(wanted, Slot{});
        shift_ = 64 - std::countr_zero(wanted);
    }
    [[nodiscard]] bool takes(std::string_view word) const { return word.size() <= kMaxBytes && !slots_.empty(); }

    [[nodiscard]] Key keyOf(std::string_view word) const {
        Key key;
        const std::size_t n = word.size();
        const char* p = word.data();
        if (n >= 8) { // two loads that may overlap: no loop, nothing read outside the word
            std::memcpy(&key.low, p, 8);
            std::memcpy(&key.high, p + n - 8, 8);
        } else if (n >= 4) {
            std::uint32_t a = 0;
            std::uint32_t b = 0;
            std::memcpy(&a, p, 4);
            std::memcpy(&b, p + n - 4, 4);
            key.low = a | static_cast<std::uint64_t>(b) << 32;
        } else {
            key.low = static_cast<unsigned char>(p[0]) |
                      static_cast<std::uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 |
                      static_cast<std::uint64_t>(static_cast<unsigned char>(p[n - 1])) << 16;
        }
        constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
        const std::uint64_t mixed = (key.low ^ std::rotl(key.high * kMultiplier, 31) ^ n) * kMultiplier;
        key.slot = mixed >> shift_;
        return key;
    }

    /// Appends the ids of a word seen before; false where it is not here.
    [[nodiscard]] bool append(const Key& key, std::size_t bytes, std::vector<TokenId>& out) const {
        const Slot& slot = slots_[key.slot];
        if (slot.low != key.low || slot.high != key.high || slot.bytes != bytes)
            return false;
        out.insert(out.end(), slot.ids.begin(), slot.ids.begin() + slot.nIds);
        return true;
    }
    void put(const Key& key, std::size_t bytes, const TokenId* ids, std::size_t nIds) {
        if (nIds > kMaxIds)
            return;
        Slot& slot = slots_[key.slot];
        slot.low = key.low;
        slot.high = key.high;
        slot.bytes = static_cast<std::uint16_t>(bytes);
        slot.nIds = static_cast<std::uint16_t>(nIds);
        std::copy(ids, ids + nIds, slot.ids.begin());
    }

private:
    struct Slot {
        std::uint64_t low = 0, high = 0;
        std::array<TokenId, kMaxIds> ids{};
        std::uint16_t bytes = 0, nIds = 0;
    };
    std::vector<Slot> slots_;
    int shift_ = 64;
};

} // namespace vitral
