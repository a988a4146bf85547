// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/bpe.h"

#include "core/tokenizer/byte_alphabet.h"

#include <bit>
#include <fmt/format.h>
#include <unordered_map>

namespace vitral {

namespace {

constexpr std::uint64_t pairKey(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}
constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
constexpr std::int32_t kUnknownSymbol = -2; ///< a character that becomes the unknown token

} // namespace

BpeModel::BpeModel(const Vocabulary& vocabulary, BpeOptions options)
    : vocabulary_(vocabulary), options_(std::move(options)) {}

TokenizerKind BpeModel::kind() const {
    return options_.byteLevel ? TokenizerKind::ByteLevelBpe : TokenizerKind::SentencePieceBpe;
}

Result<std::unique_ptr<BpeModel>> BpeModel::create(const Vocabulary& vocabulary, const std::vector<Merge>& merges,
                                                   BpeOptions options, const ReadStep& step) {
    std::unique_ptr<BpeModel> model(new BpeModel(vocabulary, std::move(options)));
    VITRAL_TRY(model->addMerges(merges, step));
    const BpeOptions& o = model->options_;
    for (unsigned b = 0; b < 256; ++b) {
        std::string piece;
        appendUtf8(piece, byte_alphabet::characterOf(static_cast<unsigned char>(b)));
        model->byteIds_[b] = vocabulary.find(piece);
        model->lastByteIds_[b] = vocabulary.find(piece + o.endOfWordSuffix);
        model->fallbackIds_[b] = vocabulary.find(fmt::format("<0x{:02X}>", b));
    }
    if (!o.byteLevel) {
        model->boundaries_.build(vocabulary);
        for (std::size_t i = 0; i < model->inner_.size(); ++i)
            model->boundaries_.add(model->inner_.piece(static_cast<TokenId>(i)));
    }
    return model;
}

Result<void> BpeModel::addMerges(const std::vector<Merge>& merges, const ReadStep& step) {
    const std::size_t slots = std::bit_ceil(merges.size() * 2 + 2);
    pairs_.assign(slots, Pair{});
    pairShift_ = 64 - std::countr_zero(slots);
    std::unordered_map<std::string, std::int32_t> inner;
    const auto nVocab = static_cast<std::int32_t>(vocabulary_.size());
    const auto symbolOf = [&](const std::string& piece) {
        if (const TokenId id = vocabulary_.find(piece); id >= 0)
            return id;
        const auto [place, isNew] = inner.emplace(piece, nVocab + static_cast<std::int32_t>(inner.size()));
        if (isNew)
            inner_.add(piece);
        return place->second;
    };
    std::string left;
    std::string right;
    std::string joined;
    for (std::size_t i = 0; i < merges.size(); ++i) {
        VITRAL_TRY(step.at(i, merges.size()));
        left = merges[i].first;
        right = merges[i].second;
        if (left.empty() || right.empty())
            return fail(ErrorCode::InvalidFile, fmt::format("Merge {} of the tokenizer has an empty side.", i));
        joined = left;
        const std::string& prefix = options_.continuingPrefix;
        joined += !prefix.empty() && right.starts_with(prefix) ? std::string_view(right).substr(prefix.size())
                                                               : std::string_view(right);
        const std::int32_t l = symbolOf(left);
        const std::int32_t r = symbolOf(right);
        const std::int32_t result = symbolOf(joined);
        if (options_.strict && (l >= nVocab || r >= nVocab || result >= nVocab))
            return fail(ErrorCode::InvalidFile,
                        fmt::format("Merge {} of the tokenizer names a piece that its vocabulary lacks.", i));
        insertPair(pairKey(l, r), static_cast<std::uint32_t>(i), result);
    }
    return {};
}

void BpeModel::insertPair(std::uint64_t key, std::uint32_t rank, std::int32_t result) {
    const std::size_t mask = pairs_.size() - 1;
    std::size_t at = key * kMultiplier >> pairShift_;
    while (pairs_[at].result >= 0 && pairs_[at].key != key)
        at = (at + 1) & mask;
    if (pairs_[at].result < 0 || options_.lastMergeWins)
        pairs_[at] = {key, rank, result};
}

MergeAnswer BpeModel::lookup(std::int32_t left, std::int32_t right) const {
    if (left < 0 || right < 0)
        return {};
    const std::uint64_t key = pairKey(left, right);
    const std::size_t mask = pairs_.size() - 1;
    for (std::size_t at = key * kMultiplier >> pairShift_; pairs_[at].result >= 0; at = (at + 1) & mask)
        if (pairs_[at].key == key)
            return {pairs_[at].rank, pairs_[at].result, 0};
    return {};
}

void BpeModel::initialBytes(std::string_view word, std::vector<MergeSymbol>& symbols) const {
    symbols.resize(word.size());
    for (std::size_t i = 0; i < word.size(); ++i) {
        const std::int32_t id = byteIds_[static_cast<unsigned char>(word[i])];
        symbols[i] = {static_cast<std::uint32_t>(i), 1, -1, -1, id >= 0 ? id : kUnknownSymbol};
    }
    if (!options_.endOfWordSuffix.empty()) {
        const std::int32_t id = lastByteIds_[static_cast<unsigned char>(word.back())];
        symbols.back().id = id >= 0 ? id : kUnknownSymbol;
    }
}

void BpeModel::addCharacter(std::string_view character, std::uint32_t at, bool isFirst, bool isLast,
                            ModelScratch& scratch) const {
    std::vector<MergeSymbol>& symbols = scratch.merge.symbols;
    const auto bytes = static_cast<std::uint32_t>(character.size());
    TokenId id = -1;
    const bool decorated =
        (!isFirst && !options_.continuingPrefix.empty()) || (isLast && !options_.endOfWordSuffix.empty());
    if (decorated) {
        scratch.text = isFirst ? std::string() : options_.continuingPrefix;
        scratch.text += character;
        if (isLast)
            scratch.text += options_.endOfWordSuffix;
        id = vocabulary_.find(scratch.text);
    } else {
        id = vocabulary_.find(character);
    }
    if (id >= 0) {
        symbols.push_back({at, bytes, -1, -1, id});
        return;
    }
    bool allBytes = options_.byteFallback;
    for (const char c : character)
        allBytes = allBytes && fallbackIds_[static_cast<unsigned char>(c)] >= 0;
    if (!allBytes) {
        symbols.push_back({at, bytes, -1, -1, kUnknownSymbol});
        return;
    }
    for (std::uint32_t i = 0; i < bytes; ++i)
        symbols.push_back({at + i, 1, -1, -1, fallbackIds_[static_cast<unsigned char>(character[i])]});
}

void BpeModel::initialSymbols(std::string_view word, ModelScratch& scratch) const {
    scratch.merge.symbols.clear();
    if (options_.byteLevel && options_.continuingPrefix.empty()) {
        initialBytes(word, scratch.merge.symbols);
        return;
    }
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t bytes = utf8At(word, at).bytes;
        addCharacter(word.substr(at, bytes), static_cast<std::uint32_t>(at), at == 0, at + bytes == word.size(),
                     scratch);
        at += bytes;
    }
}

void BpeModel::appendSymbol(const MergeSymbol& symbol, std::string_view word, std::vector<TokenId>& out) const {
    if (symbol.id >= 0 && symbol.id < static_cast<std::int32_t>(vocabulary_.size())) {
        out.push_back(symbol.id);
        return;
    }
    if (symbol.id >= 0 && options_.byteLevel) { // an inner symbol that is no piece: back to its bytes
        for (const char c : word.substr(symbol.begin, symbol.bytes)) {
            if (const std::int32_t id = byteIds_[static_cast<unsigned char>(c)]; id >= 0)
                out.push_back(id);
            else if (options_.unknown)
                out.push_back(*options_.unknown);
        }
        return;
    }
    if (options_.unknown)
        out.push_back(*options_.unknown);
}

void BpeModel::encodeStretch(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                             EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    initialSymbols(word, scratch);
    if (trace)
        for (const MergeSymbol& s : scratch.merge.symbols)
            trace->symbolBegin.push_back(s.begin + traceOffset);
    runMerges(
        scratch.merge, [&](const MergeSymbol& l, const MergeSymbol& r) { return lookup(l.id, r.id); },
        trace ? &trace->merges : nullptr);
    if (trace)
        for (EncodeTrace::Merge& merge : trace->merges)
            merge.result = vocabulary_.contains(merge.result) ? merge.result : -1;
    for (const MergeSymbol& s : scratch.merge.symbols)
        appendSymbol(s, word, out);
}

void BpeModel::encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                          EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    const std::size_t before = out.size();
    if (options_.ignoreMerges) {
        std::string_view spelled = word;
        if (options_.byteLevel) {
            scratch.text.clear();
            byte_alphabet::spell(word, scratch.text);
            spelled = scratch.text;
        }
        const TokenId id = vocabulary_.find(spelled);
        if (id >= 0 && vocabulary_.type(id) != TokenType::Control) {
            out.push_back(id);
            if (trace)
                trace->ids.push_back(id);
            return;
        }
    }
    // Characters: cut where nothing can merge. Prefixes and suffixes know the ends of words, so those stay whole.
    const bool whole =
        options_.byteLevel || trace || !options_.continuingPrefix.empty() || !options_.endOfWordSuffix.empty();
    if (whole) {
        encodeStretch(word, scratch, out, trace, traceOffset);
    } else {
        for (std::size_t at = 0; at < word.size();) {
            const std::size_t end = boundaries_.stretchEnd(word, at);
            const std::string_view stretch = word.substr(at, end - at);
            const bool cached = scratch.cache.takes(stretch);
            const WordCache::Key key = cached ? scratch.cache.keyOf(stretch) : WordCache::Key{};
            if (!cached || !scratch.cache.append(key, stretch.size(), out)) {
                const std::size_t first = out.size();
                encodeStretch(stretch, scratch, out, nullptr, 0);
                if (cached)
                    scratch.cache.put(key, stretch.size(), out.data() + first, out.size() - first);
            }
            at = end;
        }
    }
    if (options_.fuseUnknown && options_.unknown) { // an unknown character never merges, so runs of them stand together
        const TokenId unknown = *options_.unknown;
        const auto first = out.begin() + static_cast<std::ptrdiff_t>(before);
        out.erase(std::unique(first, out.end(), [&](TokenId a, TokenId b) { return a == unknown && b == unknown; }),
                  out.end());
    }
    if (trace)
        trace->ids.insert(trace->ids.end(), out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
}

} // namespace vitral
