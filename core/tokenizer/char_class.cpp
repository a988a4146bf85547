// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/char_class.h"

#include <algorithm>
#include <map>

namespace vitral {

namespace {

constexpr std::uint32_t kRuns[] = {
#include "core/tokenizer/char_class_data.inc"
};

} // namespace

const CharClasses& CharClasses::instance() {
    static const CharClasses classes; // read-only after its first use
    return classes;
}

CharClasses::CharClasses() {
    using namespace char_flag;
    byCategory_ = {kControl,
                   kLetter | kUpperStart,
                   kLetter | kLowerEnd,
                   kLetter | kUpperStart,
                   kLetter | kUpperStart | kLowerEnd,
                   kLetter | kUpperStart | kLowerEnd,
                   kMark | kUpperStart | kLowerEnd,
                   kNumber,
                   kNumber,
                   kNumber,
                   kPunctuation,
                   kSymbol,
                   kSpace};
    std::map<Page, std::uint16_t> known; // most pages are all letters or all unassigned: keep each kind once
    std::size_t run = 0;
    for (std::size_t page = 0; page < pageOf_.size(); ++page) {
        Page content{};
        for (std::size_t i = 0; i < 256; ++i) {
            const auto c = static_cast<std::uint32_t>(page << 8 | i);
            while (run + 1 < std::size(kRuns) && kRuns[run + 1] >> 4 <= c)
                ++run;
            content[i] = static_cast<CharCategory>(kRuns[run] & 0xF);
        }
        const auto [place, isNew] = known.emplace(content, static_cast<std::uint16_t>(pages_.size()));
        if (isNew)
            pages_.push_back(content);
        pageOf_[page] = place->second;
    }
    for (char32_t c = 0; c < 128; ++c) {
        ascii_[c] = flagsOf(c);
        if (c >= 9 && c <= 13)
            ascii_[c] = c == '\r' || c == '\n' ? kSpace | kNewline : kSpace;
    }
}

} // namespace vitral
