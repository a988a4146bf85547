// SPDX-License-Identifier: Apache-2.0
#include "core/trace/text_alignment.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>

namespace vitral {
namespace {

using Word = std::uint64_t;
constexpr std::size_t kWordBits = 64;
constexpr std::size_t kKeptEvery = 64; ///< rows from which those between are computed again
constexpr std::size_t kMostCells = std::size_t{1} << 30U;

/// Of two sequences of numbers that stand for pieces. Row i says in bit j (0: one more) how the length of the longest
/// common subsequence of a[0, i) and b[0, j + 1) differs from that of b[0, j).
class CommonSubsequence {
public:
    CommonSubsequence(std::span<const std::int32_t> a, std::span<const std::int32_t> b)
        : a_(a), nB_(b.size()), nWord_((b.size() + kWordBits - 1) / kWordBits) {
        for (std::size_t j = 0; j < b.size(); ++j) {
            std::vector<Word>& mask = places_[b[j]];
            mask.resize(nWord_);
            mask[j / kWordBits] |= Word{1} << (j % kWordBits);
        }
        std::vector<Word> row(nWord_, ~Word{0});
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (i % kKeptEvery == 0)
                kept_.push_back(row);
            step(row, a[i]);
        }
    }

    /// Calls pair(i, j), last pair first.
    template <class Pair>
    void walkBack(const Pair& pair) {
        std::size_t j = nB_;
        for (std::size_t slab = kept_.size(); slab-- > 0 && j > 0;) {
            // rows_[r] is the row before a_[first + r]; one more after the last.
            const std::size_t first = slab * kKeptEvery, end = std::min(a_.size(), first + kKeptEvery);
            rows_.assign(1, kept_[slab]);
            for (std::size_t i = first; i < end; ++i) {
                rows_.push_back(rows_.back());
                step(rows_.back(), a_[i]);
            }
            for (std::size_t i = end; i > first && j > 0;) {
                if (bit(rows_[i - first], j - 1)) {
                    --j; // b's token adds nothing
                } else if (!bit(rows_[i - first - 1], j - 1)) {
                    --i; // a's token adds nothing
                } else {
                    pair(i - 1, j - 1);
                    --i;
                    --j;
                }
            }
        }
    }

private:
    static bool bit(const std::vector<Word>& row, std::size_t j) {
        return (row[j / kWordBits] >> (j % kWordBits) & 1U) != 0;
    }
    void step(std::vector<Word>& row, std::int32_t token) const {
        const auto found = places_.find(token);
        if (found == places_.end())
            return;
        Word carry = 0;
        for (std::size_t w = 0; w < nWord_; ++w) {
            const Word v = row[w], matches = v & found->second[w];
            const Word some = v + matches, sum = some + carry;
            carry = static_cast<Word>(some < v) | static_cast<Word>(sum < some);
            row[w] = sum | (v & ~found->second[w]);
        }
    }

    std::span<const std::int32_t> a_;
    std::size_t nB_, nWord_;
    std::unordered_map<std::int32_t, std::vector<Word>> places_; ///< of every token of b
    std::vector<std::vector<Word>> kept_, rows_;
};

} // namespace

TextAlignment alignTexts(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    TextAlignment result;
    result.partner.assign(a.size(), TextAlignment::kAlone);
    const auto pair = [&](std::size_t i, std::size_t j) {
        result.partner[i] = static_cast<std::int32_t>(j);
        ++result.nPair;
    };
    const std::size_t shorter = std::min(a.size(), b.size());
    std::size_t begin = 0, end = 0;
    while (begin < shorter && a[begin] == b[begin]) {
        pair(begin, begin);
        ++begin;
    }
    while (begin + end < shorter && a[a.size() - 1 - end] == b[b.size() - 1 - end]) {
        pair(a.size() - 1 - end, b.size() - 1 - end);
        ++end;
    }
    const std::size_t nA = a.size() - begin - end, nB = b.size() - begin - end;
    result.endsOnly = nA > 0 && nB > kMostCells / nA;
    if (nA > 0 && nB > 0 && !result.endsOnly) {
        std::unordered_map<std::string_view, std::int32_t> numbers;
        const auto numbered = [&](const std::vector<std::string>& text, std::size_t n) {
            std::vector<std::int32_t> ids;
            for (std::size_t i = begin; i < begin + n; ++i)
                ids.push_back(numbers.try_emplace(text[i], static_cast<std::int32_t>(numbers.size())).first->second);
            return ids;
        };
        const std::vector<std::int32_t> idsA = numbered(a, nA), idsB = numbered(b, nB);
        CommonSubsequence(idsA, idsB).walkBack([&](std::size_t i, std::size_t j) { pair(begin + i, begin + j); });
    }
    result.inStep = result.nPair == static_cast<std::int64_t>(shorter);
    for (std::size_t i = 0; i < a.size() && result.inStep; ++i)
        result.inStep = result.partner[i] == TextAlignment::kAlone || result.partner[i] == static_cast<std::int32_t>(i);
    return result;
}

} // namespace vitral
