// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/added_tokens.h"

#include "core/tokenizer/char_class.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

namespace {

bool isWordAt(std::string_view text, std::size_t at) {
    const char32_t c = utf8At(text, at).codePoint;
    return c == '_' ||
           (CharClasses::instance().flags(c) & (char_flag::kLetter | char_flag::kMark | char_flag::kNumber)) != 0;
}

} // namespace

Result<void> AddedTokens::build(std::vector<AddedToken> tokens) {
    std::erase_if(tokens, [](const AddedToken& t) { return t.content.empty(); });
    for (const AddedToken& t : tokens)
        if (t.content.size() > kMaxBytes)
            return fail(ErrorCode::InvalidFile, fmt::format("Added token {} of the tokenizer is {} bytes long; {} are "
                                                            "allowed.",
                                                            t.id, t.content.size(), kMaxBytes));
    std::stable_sort(tokens.begin(), tokens.end(),
                     [](const AddedToken& a, const AddedToken& b) { return a.content < b.content; });
    tokens.erase(std::unique(tokens.begin(), tokens.end(),
                             [](const AddedToken& a, const AddedToken& b) { return a.content == b.content; }),
                 tokens.end());
    tokens_ = std::move(tokens);
    byFirstByte_ = {};
    for (const AddedToken& token : tokens_) {
        longestBytes_ = std::max(longestBytes_, token.content.size());
        stripsBlanks_ = stripsBlanks_ || token.stripLeft || token.stripRight;
    }
    for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
        Range& range = byFirstByte_[static_cast<unsigned char>(tokens_[i].content[0])];
        if (range.last == 0)
            range.first = i;
        range.last = i + 1;
    }
    return {};
}

const AddedToken* AddedTokens::longestAt(std::string_view text, std::size_t at, bool special) const {
    // The tokens that share the first n bytes with the text are neighbours in the sorted list: narrow them byte by
    // byte.
    Range range = byFirstByte_[static_cast<unsigned char>(text[at])];
    const AddedToken* longest = nullptr;
    for (std::size_t n = 1; range.first < range.last; ++n) {
        const AddedToken& shortest = tokens_[range.first];
        if (shortest.content.size() == n) {
            if (special || !shortest.special)
                longest = &shortest;
            if (++range.first == range.last)
                break;
        }
        if (at + n >= text.size())
            break;
        const auto next = static_cast<unsigned char>(text[at + n]);
        const auto begin = tokens_.begin() + range.first;
        const auto end = tokens_.begin() + range.last;
        const auto byteOf = [n](const AddedToken& t) { return static_cast<unsigned char>(t.content[n]); };
        const auto low = std::partition_point(begin, end, [&](const AddedToken& t) { return byteOf(t) < next; });
        const auto high = std::partition_point(low, end, [&](const AddedToken& t) { return byteOf(t) <= next; });
        range = {static_cast<std::uint32_t>(low - tokens_.begin()), static_cast<std::uint32_t>(high - tokens_.begin())};
    }
    return longest;
}

bool AddedTokens::touches(std::string_view text, std::size_t at) const {
    if (tokens_.empty())
        return false;
    for (std::size_t begin = at - std::min(at, longestBytes_); begin <= at + 1 && begin < text.size(); ++begin) {
        if (byFirstByte_[static_cast<unsigned char>(text[begin])].last == 0)
            continue;
        if (const AddedToken* token = longestAt(text, begin, true); token && begin + token->content.size() >= at)
            return true;
    }
    return false;
}

void AddedTokens::split(std::string_view text, ParseSpecial parseSpecial, std::vector<Part>& parts) const {
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size() && !tokens_.empty();) {
        if (byFirstByte_[static_cast<unsigned char>(text[at])].last == 0) {
            ++at;
            continue;
        }
        const AddedToken* token = longestAt(text, at, parseSpecial == ParseSpecial::Yes);
        if (!token) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + token->content.size();
        if (token->singleWord && ((begin > 0 && isWordAt(text, characterBefore(text, begin))) ||
                                  (end < text.size() && isWordAt(text, end)))) {
            at = end;
            continue;
        }
        if (token->stripLeft)
            while (begin > done && isSpaceAt(text, characterBefore(text, begin)))
                begin = characterBefore(text, begin);
        if (token->stripRight)
            while (end < text.size() && isSpaceAt(text, end))
                end += utf8At(text, end).bytes;
        if (begin > done)
            parts.push_back({done, begin, -1});
        parts.push_back({begin, end, token->id});
        done = at = end;
    }
    if (done < text.size())
        parts.push_back({done, text.size(), -1});
}

} // namespace vitral
