// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/sentencepiece_bpe.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace vitral {

SentencePieceBpeModel::SentencePieceBpeModel(const Vocabulary& vocabulary, std::optional<TokenId> unknown)
    : vocabulary_(vocabulary), unknown_(unknown) {
    std::vector<TokenId> order(vocabulary.size());
    std::iota(order.begin(), order.end(), 0);
    // NaN would break the ordering: it counts as the worst score.
    const auto score = [&](TokenId id) {
        const float s = vocabulary.score(id);
        return s == s ? s : -std::numeric_limits<float>::infinity();
    };
    std::sort(order.begin(), order.end(), [&](TokenId a, TokenId b) { return score(a) > score(b); });
    rankOfScore_.resize(vocabulary.size());
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && score(order[i]) != score(order[i - 1]))
            ++rank;
        rankOfScore_[static_cast<std::size_t>(order[i])] = rank;
    }
    for (unsigned b = 0; b < 256; ++b) {
        const TokenId id = vocabulary.find(fmt::format("<0x{:02X}>", b));
        byteIds_[b] = id >= 0 && vocabulary.type(id) == TokenType::Byte ? id : -1;
    }
    boundaries_.build(vocabulary);
}

TokenId SentencePieceBpeModel::mergeable(std::string_view text) const {
    const TokenId id = vocabulary_.find(text);
    if (id < 0)
        return -1;
    switch (vocabulary_.type(id)) {
    case TokenType::Normal:
    case TokenType::UserDefined:
    case TokenType::Unused:
        return id;
    default:
        return -1;
    }
}

void SentencePieceBpeModel::appendPiece(std::string_view text, TokenId id, std::vector<TokenId>& out) const {
    if (id >= 0 && vocabulary_.type(id) == TokenType::Unused) {
        appendUnused(text, out);
        return;
    }
    if (id >= 0) {
        out.push_back(id);
        return;
    }
    for (const char c : text)
        if (byteIds_[static_cast<unsigned char>(c)] < 0) {
            if (unknown_ && (out.empty() || out.back() != *unknown_)) // runs of unknown characters are one token
                out.push_back(*unknown_);
            return;
        }
    for (const char c : text)
        out.push_back(byteIds_[static_cast<unsigned char>(c)]);
}

void SentencePieceBpeModel::appendUnused(std::string_view text, std::vector<TokenId>& out) const {
    // A piece that training retired is split where the best merge had joined it: the best-scored way to cut it in two.
    std::size_t bestCut = 0;
    std::uint32_t best = MergeAnswer::kNever;
    TokenId bestLeft = -1;
    TokenId bestRight = -1;
    constexpr std::size_t kLongestCut = 256; // real pieces are shorter; a hostile one must not cost a minute
    for (std::size_t cut = utf8At(text, 0).bytes; cut < text.size() && text.size() <= kLongestCut;
         cut += utf8At(text, cut).bytes) {
        const TokenId left = mergeable(text.substr(0, cut));
        const TokenId right = mergeable(text.substr(cut));
        if (left < 0 || right < 0)
            continue;
        const std::uint32_t rank =
            std::max(rankOfScore_[static_cast<std::size_t>(left)], rankOfScore_[static_cast<std::size_t>(right)]);
        if (rank < best) {
            best = rank;
            bestCut = cut;
            bestLeft = left;
            bestRight = right;
        }
    }
    if (bestCut == 0) {
        if (const TokenId id = mergeable(text); id >= 0)
            out.push_back(id); // cannot be cut: the reference keeps it
        return;
    }
    appendPiece(text.substr(0, bestCut), bestLeft, out);
    appendPiece(text.substr(bestCut), bestRight, out);
}

void SentencePieceBpeModel::encodeStretch(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                                          EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    std::vector<MergeSymbol>& symbols = scratch.merge.symbols;
    symbols.clear();
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t bytes = utf8At(word, at).bytes;
        symbols.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(bytes), -1, -1,
                           mergeable(word.substr(at, bytes))});
        if (trace)
            trace->symbolBegin.push_back(static_cast<std::uint32_t>(at) + traceOffset);
        at += bytes;
    }
    const auto lookup = [&](const MergeSymbol& left, const MergeSymbol& right) -> MergeAnswer {
        const TokenId id = mergeable(word.substr(left.begin, left.bytes + right.bytes));
        if (id < 0)
            return {};
        return {rankOfScore_[static_cast<std::size_t>(id)], id, vocabulary_.score(id)};
    };
    runMerges(scratch.merge, lookup, trace ? &trace->merges : nullptr);
    for (const MergeSymbol& s : symbols)
        appendPiece(word.substr(s.begin, s.bytes), s.id, out);
}

void SentencePieceBpeModel::encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                                       EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    if (trace) {
        encodeStretch(word, scratch, trace->ids, trace, traceOffset);
        out.insert(out.end(), trace->ids.begin(), trace->ids.end());
        return;
    }
    std::vector<TokenId>& ids = scratch.ids;
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t end = boundaries_.stretchEnd(word, at);
        const std::string_view stretch = word.substr(at, end - at);
        const bool cached = scratch.cache.takes(stretch);
        const WordCache::Key key = cached ? scratch.cache.keyOf(stretch) : WordCache::Key{};
        const std::size_t first = out.size();
        if (!cached || !scratch.cache.append(key, stretch.size(), out)) {
            ids.clear();
            encodeStretch(stretch, scratch, ids, nullptr, 0);
            if (cached)
                scratch.cache.put(key, stretch.size(), ids.data(), ids.size());
            out.insert(out.end(), ids.begin(), ids.end());
        }
        // Unknown characters on both sides of a cut are one token all the same.
        if (unknown_ && first > 0 && out.size() > first && out[first] == *unknown_ && out[first - 1] == *unknown_)
            out.erase(out.begin() + static_cast<std::ptrdiff_t>(first));
        at = end;
    }
}

} // namespace vitral
