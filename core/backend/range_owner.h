// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which parts of a split backend hold the newest values of which bytes: ranges of addresses with a bit per part. What
// was never written belongs to nobody. Thread: engine.

#include <cstdint>
#include <map>
#include <vector>

namespace vitral {

class RangeOwner {
public:
    struct Piece {
        std::uintptr_t begin, end;
        std::uint32_t parts;
    };
    /// Bytes [begin, end) are now held by `parts` and nobody else; 0: forgotten.
    void set(std::uintptr_t begin, std::uintptr_t end, std::uint32_t parts);
    /// The known pieces of [begin, end), ascending.
    [[nodiscard]] std::vector<Piece> pieces(std::uintptr_t begin, std::uintptr_t end) const;
    [[nodiscard]] std::size_t size() const { return map_.size(); }

private:
    struct Value {
        std::uintptr_t end;
        std::uint32_t parts;
    };
    std::map<std::uintptr_t, Value> map_; ///< by begin; no two overlap
};

} // namespace vitral
