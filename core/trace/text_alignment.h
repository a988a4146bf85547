// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which tokens of two runs are the same words: a longest common subsequence of their pieces. Two runs are compared by
// it, so that a token inserted or left out does not set everything after it against something else. Exact, bit-parallel
// (M. Crochemore et al., "A fast and practical bit-vector algorithm for the longest common subsequence problem", 2001),
// rows kept every 64th. Thread: any.

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

struct TextAlignment {
    static constexpr std::int32_t kAlone = -1;
    std::vector<std::int32_t> partner; ///< [tokens of a]: position in b, rising; kAlone: none
    std::int64_t nPair = 0;
    /// Partners stand at their own positions and are the whole of the shorter text: nothing was inserted or left out.
    bool inStep = true;
    /// Too long to be aligned in the middle: only what the texts begin and end with alike has partners.
    bool endsOnly = false;

    /// kAlone where there is none, also beyond the end.
    [[nodiscard]] std::int64_t of(std::int64_t position) const {
        return position >= 0 && position < static_cast<std::int64_t>(partner.size())
                   ? partner[static_cast<std::size_t>(position)]
                   : kAlone;
    }
};

/// Up to 2^30 cells (32,768 by 32,768 tokens that differ at both ends) in some 50 ms; beyond that endsOnly.
[[nodiscard]] TextAlignment alignTexts(const std::vector<std::string>& a, const std::vector<std::string>& b);

} // namespace vitral
