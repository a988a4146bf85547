// SPDX-License-Identifier: Apache-2.0
// Repeated substrings, by sorting the suffixes of all words as far as pieces reach. What the reference finds in a
// suffix tree (its inner nodes) are here the intervals of suffixes that share a beginning and then differ.
#include "core/tokenizer/train/unigram_trainer.h"

#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <unordered_map>

namespace vitral::train {

namespace {

std::string utf8Of(std::u32string_view text) {
    std::string out;
    for (const char32_t c : text)
        appendUtf8(out, c);
    return out;
}

class Suffixes {
public:
    Suffixes(const std::vector<std::u32string>& words, std::size_t depth) : depth_(depth) {
        for (const std::u32string& word : words) {
            text_ += word;
            text_ += U'\0';
        }
        text_.append(depth_ + 4, U'\0');
        for (std::size_t i = 0; i + depth_ + 4 < text_.size(); ++i)
            if (text_[i] != 0)
                sorted_.push_back({keyAt(i), static_cast<std::uint32_t>(i)});
    }

    Result<void> sort(const std::stop_token& stop) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The training was stopped.");
        std::sort(sorted_.begin(), sorted_.end(), [&](const Suffix& a, const Suffix& b) {
            if (a.key != b.key || (a.key & kCharacter) == 0) // equal keys that end in a NUL end there
                return a.key < b.key;
            return compareFrom(a.at, b.at, 3);
        });
        return {};
    }

    /// f(beginning, length, count) for every inner node of the suffix tree without a NUL, length 2 to depth.
    template <class F>
    void forNodes(const F& f) const {
        struct Open {
            std::size_t first, length;
        };
        std::vector<Open> open{{0, 0}};
        for (std::size_t i = 1; i <= sorted_.size(); ++i) {
            const std::size_t common = i < sorted_.size() ? commonLength(sorted_[i - 1].at, sorted_[i].at) : 0;
            std::size_t first = i - 1;
            while (open.back().length > common) {
                first = open.back().first;
                if (open.back().length >= 2 && open.back().length <= depth_)
                    f(std::u32string_view(text_).substr(sorted_[first].at, open.back().length), i - first);
                open.pop_back();
            }
            if (open.back().length < common)
                open.push_back({first, common});
        }
    }

private:
    static constexpr std::uint64_t kCharacter = 0x1FFFFF;
    struct Suffix {
        std::uint64_t key; ///< the first three characters
        std::uint32_t at;
    };
    [[nodiscard]] std::uint64_t keyAt(std::size_t i) const {
        std::uint64_t key = 0;
        bool ended = false;
        for (std::size_t k = 0; k < 3; ++k) {
            ended = ended || text_[i + k] == 0;
            key = key << 21 | (ended ? 0 : text_[i + k]);
        }
        return key;
    }
    [[nodiscard]] bool compareFrom(std::size_t a, std::size_t b, std::size_t from) const {
        for (std::size_t k = from; k <= depth_; ++k) {
            if (text_[a + k] != text_[b + k])
                return text_[a + k] < text_[b + k];
            if (text_[a + k] == 0)
                return false;
        }
        return false;
    }
    /// Equal characters at the beginning of both; depth + 1 stands for "more than a piece can have", and for two that
    /// end together: the reference goes on behind the end, so such a beginning is no node by itself.
    [[nodiscard]] std::size_t commonLength(std::size_t a, std::size_t b) const {
        for (std::size_t k = 0; k <= depth_; ++k) {
            if (text_[a + k] != text_[b + k])
                return k;
            if (text_[a + k] == 0)
                return depth_ + 1;
        }
        return depth_ + 1;
    }

    std::size_t depth_;
    std::u32string text_; ///< words, each followed by NUL
    std::vector<Suffix> sorted_;
};

} // namespace

Result<std::vector<UnigramPiece>> seedPieces(const std::vector<std::u32string>& words,
                                             const std::vector<std::uint64_t>& counts, std::size_t maxLength,
                                             std::size_t limit, const std::stop_token& stop) {
    std::unordered_map<char32_t, std::uint64_t> characters;
    std::size_t total = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        total += words[i].size() + 1;
        for (const char32_t c : words[i])
            if (c != 0)
                characters[c] += counts[i];
    }
    if (total > 0xF0000000)
        return fail(ErrorCode::InvalidArgument, "There is too much text to train on at once.");
    std::vector<std::pair<std::uint64_t, char32_t>> byCount;
    for (const auto& [c, count] : characters)
        byCount.emplace_back(count, c);
    std::sort(byCount.begin(), byCount.end(), std::greater<>());
    std::vector<UnigramPiece> pieces;
    for (const auto& [count, c] : byCount)
        pieces.push_back({utf8Of(std::u32string_view(&c, 1)), static_cast<double>(count)});

    Suffixes suffixes(words, maxLength);
    VITRAL_TRY(suffixes.sort(stop));
    struct Found {
        std::uint64_t score;
        std::u32string_view text;
    };
    std::vector<Found> found;
    suffixes.forNodes([&](std::u32string_view text, std::size_t count) {
        found.push_back({static_cast<std::uint64_t>(count) * text.size(), text});
    });
    std::sort(found.begin(), found.end(),
              [](const Found& a, const Found& b) { return a.score != b.score ? a.score > b.score : a.text > b.text; });
    for (const Found& f : found) {
        pieces.push_back({utf8Of(f.text), static_cast<double>(f.score)});
        if (pieces.size() >= limit)
            break;
    }
    return pieces;
}

} // namespace vitral::train
