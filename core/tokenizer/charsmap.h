// SPDX-License-Identifier: Apache-2.0
#pragma once
// SentencePiece's precompiled_charsmap: a double-array trie from byte sequences to their replacements, as the trainer
// compiled it from normalisation rules (nmt_nfkc and kin). Layout: u32 size of the trie in bytes, the trie (u32 units,
// little endian, Yata's Darts-clone), then the replacements, each ended by a zero byte. Every index is checked: the map
// comes from a file. Thread: any; immutable.

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

class Charsmap {
public:
    Charsmap() = default;
    /// Copies `bytes`; no bytes are the empty map. Errors: InvalidFile.
    static Result<Charsmap> parse(std::string_view bytes);

    struct Match {
        std::size_t bytes = 0; ///< 0: nothing matches here
        std::string_view replacement;
    };
    /// The longest entry that text begins with.
    [[nodiscard]] Match longest(std::string_view text) const;
    /// The shortest one: what the tokenizers package looks up.
    [[nodiscard]] Match shortest(std::string_view text) const;
    [[nodiscard]] bool empty() const { return units_.empty(); }

private:
    [[nodiscard]] Match find(std::string_view text, bool stopAtFirst) const;

    std::vector<std::uint32_t> units_;
    std::string replacements_;
};

} // namespace vitral
