// SPDX-License-Identifier: Apache-2.0
#pragma once
// A text as blocks that can be laid out one by one: its lines, very long ones cut into pieces. An edit moves only the
// blocks around it. Thread: one at a time.

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral {

class TextBlocks {
public:
    static constexpr std::size_t kLongest = 2000; ///< bytes; a longer line is several blocks

    TextBlocks() : begin_{0, 0} {}
    void set(std::string_view text);
    /// `text` is the new one: bytes [at, at + removed) of the old one gave way to `inserted` bytes.
    void edit(std::string_view text, std::size_t at, std::size_t removed, std::size_t inserted);

    /// At least one; behind a last line end stands an empty one.
    [[nodiscard]] std::size_t count() const { return begin_.size() - 1; }
    [[nodiscard]] std::pair<std::size_t, std::size_t> range(std::size_t block) const {
        return {begin_[block], begin_[block + 1]};
    }
    [[nodiscard]] std::size_t blockAt(std::size_t byte) const;
    /// Blocks that were cut by the last set() or edit().
    [[nodiscard]] std::size_t lastWork() const { return lastWork_; }

private:
    std::vector<std::size_t> begin_; ///< of every block, and the size of the text
    std::size_t lastWork_ = 0;
};

/// Code points are read leniently: an invalid byte is one of its own. `bytes` is never 0 inside the text.
struct LenientChar {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};
[[nodiscard]] LenientChar lenientCharAt(std::string_view text, std::size_t at);
/// The place of the next or previous letter as a reader counts them (grapheme cluster).
[[nodiscard]] std::size_t nextLetter(std::string_view text, std::size_t at);
[[nodiscard]] std::size_t previousLetter(std::string_view text, std::size_t at);

} // namespace vitral
