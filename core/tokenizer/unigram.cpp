// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/unigram.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace vitral {

namespace {
constexpr double kUnknownPenalty = 10; // below the worst piece, as in sentencepiece
}

Result<std::unique_ptr<UnigramModel>> UnigramModel::create(const Vocabulary& vocabulary, UnigramOptions options) {
    if (!options.unknown && !options.byteFallback)
        return fail(ErrorCode::InvalidFile, "The Unigram tokenizer names no unknown piece.");
    std::unique_ptr<UnigramModel> model(new UnigramModel(vocabulary, std::move(options)));
    std::vector<double>& scores = model->options_.scores;
    for (std::size_t i = scores.size(); i < vocabulary.size(); ++i)
        scores.push_back(vocabulary.score(static_cast<TokenId>(i)));
    double worst = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
        const auto id = static_cast<TokenId>(i);
        const double score = scores[i];
        if (!std::isfinite(score))
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The score of piece {} of the tokenizer is not a number.", id));
        if (vocabulary.type(id) == TokenType::Normal)
            worst = std::min(worst, score);
    }
    model->unknownScore_ = (std::isfinite(worst) ? worst : 0) - kUnknownPenalty;
    for (unsigned b = 0; b < 256; ++b)
        model->byteIds_[b] = vocabulary.find(fmt::format("<0x{:02X}>", b));
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
        const TokenType type = vocabulary.type(static_cast<TokenId>(i));
        if (type == TokenType::Normal || type == TokenType::UserDefined)
            ids.push_back(static_cast<TokenId>(i));
    }
    model->trie_.build(vocabulary, std::move(ids));
    model->boundaries_.build(vocabulary);
    return model;
}

/// Calls offer(begin, end, id, score) for every piece in the word, from left to right, the shorter ones first.
template <class Offer>
void UnigramModel::forPieces(std::string_view word, const Offer& offer) const {
    for (std::size_t begin = 0; begin < word.size();) {
        const std::size_t character = utf8At(word, begin).bytes;
        bool single = false; // whether a piece is exactly this character
        std::int32_t node = PieceTrie::kRoot;
        for (std::size_t end = begin; end < word.size(); ++end) {
            node = trie_.step(node, static_cast<unsigned char>(word[end]));
            if (node == PieceTrie::kNowhere)
                break;
            if (const TokenId id = trie_.id(node); id >= 0) {
                offer(begin, end + 1, id, options_.scores[static_cast<std::size_t>(id)]);
                single = single || end + 1 == begin + character;
            }
        }
        if (!single)
            offer(begin, begin + character, -1, unknownScore_);
        begin += character;
    }
}

void UnigramModel::fillLattice(std::string_view word, std::uint32_t offset, UnigramLattice& lattice) const {
    forPieces(word, [&](std::size_t begin, std::size_t end, TokenId id, double score) {
        lattice.add(offset + static_cast<std::uint32_t>(begin), offset + static_cast<std::uint32_t>(end), id, score);
    });
}

void UnigramModel::appendUnknown(std::string_view text, std::vector<TokenId>& out) const {
    bool allBytes = options_.byteFallback;
    for (std::size_t i = 0; i < text.size() && allBytes; ++i)
        allBytes = byteIds_[static_cast<unsigned char>(text[i])] >= 0;
    if (allBytes)
        for (const char c : text)
            out.push_back(byteIds_[static_cast<unsigned char>(c)]);
    else if (options_.unknown)
        out.push_back(*options_.unknown);
}

void UnigramModel::appendPath(const UnigramLattice& lattice, const UnigramLattice::Path& path, std::string_view text,
                              std::vector<TokenId>& out) const {
    for (std::size_t i = 0; i < path.nodes.size();) {
        const auto node = [&](std::size_t k) { return lattice.nodes()[static_cast<std::size_t>(path.nodes[k])]; };
        if (node(i).id >= 0) {
            out.push_back(node(i++).id);
            continue;
        }
        const std::uint32_t begin = node(i).begin;
        std::uint32_t end = begin;
        for (; i < path.nodes.size() && node(i).id < 0; ++i)
            end = node(i).end;
        appendUnknown(text.substr(begin, end - begin), out);
    }
}

void UnigramModel::encodeStretch(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                                 EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    scratch.bestScore.assign(word.size() + 1, kNone);
    scratch.bestStart.assign(word.size() + 1, -1);
    scratch.bestId.assign(word.size() + 1, -1);
    scratch.bestScore[0] = 0;
    const auto offer = [&](std::size_t begin, std::size_t end, TokenId id, double score) {
        const double total = scratch.bestScore[begin] + score;
        if (scratch.bestStart[end] < 0 || total > scratch.bestScore[end]) {
            scratch.bestScore[end] = total;
            scratch.bestStart[end] = static_cast<std::int32_t>(begin);
            scratch.bestId[end] = id;
        }
        if (trace)
            trace->lattice.push_back({static_cast<std::uint32_t>(begin) + traceOffset,
                                      static_cast<std::uint32_t>(end) + traceOffset, id, score, false});
    };
    forPieces(word, offer);
    appendPath(word, scratch, out);
    if (!trace)
        return;
    std::vector<bool> onPath(word.size() + 1);
    for (std::size_t end = word.size(); end > 0; end = static_cast<std::size_t>(scratch.bestStart[end]))
        onPath[end] = true;
    for (EncodeTrace::LatticeNode& node : trace->lattice) {
        const std::size_t end = node.end - traceOffset;
        node.onBestPath = onPath[end] && node.id == scratch.bestId[end] &&
                          node.begin == static_cast<std::uint32_t>(scratch.bestStart[end]) + traceOffset;
    }
}

void UnigramModel::appendPath(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out) const {
    const std::size_t before = out.size();
    std::size_t end = word.size();
    while (end > 0) { // backwards; unknown neighbours are one token
        const auto begin = static_cast<std::size_t>(scratch.bestStart[end]);
        if (scratch.bestId[end] >= 0) {
            out.push_back(scratch.bestId[end]);
            end = begin;
            continue;
        }
        std::size_t first = begin;
        while (first > 0 && scratch.bestId[first] < 0)
            first = static_cast<std::size_t>(scratch.bestStart[first]);
        bool allBytes = options_.byteFallback;
        for (std::size_t i = first; i < end && allBytes; ++i)
            allBytes = byteIds_[static_cast<unsigned char>(word[i])] >= 0;
        if (allBytes)
            for (std::size_t i = end; i-- > first;)
                out.push_back(byteIds_[static_cast<unsigned char>(word[i])]);
        else if (options_.unknown)
            out.push_back(*options_.unknown);
        end = first;
    }
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
}

void UnigramModel::encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                              EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    if (trace) {
        encodeStretch(word, scratch, trace->ids, trace, traceOffset);
        out.insert(out.end(), trace->ids.begin(), trace->ids.end());
        return;
    }
    // Rounding decides between paths of equal score, so a word is one lattice, as in the reference. Only a text without
    // words, far longer than any, is cut where no piece can cross.
    const bool cut = word.size() > kLongestLattice || scratch.cutEverywhere;
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t end = cut ? boundaries_.stretchEnd(word, at) : word.size();
        const std::size_t first = out.size();
        encodeStretch(word.substr(at, end - at), scratch, out, nullptr, 0);
        if (options_.unknown && first > 0 && out.size() > first && at > 0 && out[first] == *options_.unknown &&
            out[first - 1] == *options_.unknown) // unknown on both sides of a cut is still one token
            out.erase(out.begin() + static_cast<std::ptrdiff_t>(first));
        at = end;
    }
}

} // namespace vitral
