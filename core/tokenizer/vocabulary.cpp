// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/vocabulary.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

namespace vitral {

void Vocabulary::reserve(std::size_t pieces, std::size_t bytes) {
    entries_.reserve(pieces);
    pool_.reserve(bytes);
}

TokenId Vocabulary::add(std::string_view piece, TokenType type, float score) {
    entries_.push_back({pool_.size(), static_cast<std::uint32_t>(piece.size()), score, type});
    pool_ += piece;
    longest_ = std::max(longest_, piece.size());
    return static_cast<TokenId>(entries_.size() - 1);
}

void Vocabulary::set(TokenId id, std::string_view piece, TokenType type, float score) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= entries_.size())
        entries_.resize(index + 1);
    entries_[index] = {pool_.size(), static_cast<std::uint32_t>(piece.size()), score, type};
    pool_ += piece;
    longest_ = std::max(longest_, piece.size());
}

Result<void> Vocabulary::checkLengths() const {
    if (longest_ <= kMaxPieceBytes)
        return {};
    return fail(ErrorCode::InvalidFile, fmt::format("A piece of the tokenizer's vocabulary is {} bytes long; {} are "
                                                    "allowed.",
                                                    longest_, kMaxPieceBytes));
}

std::size_t Vocabulary::buildIndex() {
    slots_.assign(std::bit_ceil(entries_.size() * 2 + 2), Slot{});
    const std::size_t mask = slots_.size() - 1;
    std::size_t duplicates = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const std::string_view text = piece(static_cast<TokenId>(i));
        if (text.empty())
            continue; // a hole, or a piece that no text can be
        const std::uint64_t hash = hashBytes(text);
        const auto tag = static_cast<std::uint32_t>(hash);
        std::size_t at = hash >> 32 & mask;
        bool known = false;
        for (; slots_[at].id >= 0 && !known; at = known ? at : (at + 1) & mask)
            known = slots_[at].tag == tag && piece(slots_[at].id) == text;
        if (known)
            ++duplicates;
        else
            slots_[at] = {tag, static_cast<TokenId>(i)};
    }
    return duplicates;
}

TokenId Vocabulary::find(std::string_view text) const {
    if (text.empty() || text.size() > longest_ || slots_.empty())
        return -1;
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t hash = hashBytes(text);
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::size_t at = hash >> 32 & mask; slots_[at].id >= 0; at = (at + 1) & mask)
        if (slots_[at].tag == tag && piece(slots_[at].id) == text)
            return slots_[at].id;
    return -1;
}

} // namespace vitral
