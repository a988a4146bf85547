// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/train/bpe_trainer.h"

#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/train/pair_table.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

namespace vitral::train {

namespace {

tl::unexpected<Error> stopped() {
    return fail(ErrorCode::Cancelled, "The training was stopped.");
}

/// Calls f(code point, index, isLast) for every character of a word. A byte that is no UTF-8 is left out.
template <class F>
void forCharacters(std::string_view word, bool byteLevel, const F& f) {
    bool isFirst = true;
    for (std::size_t at = 0; at < word.size();) {
        if (byteLevel) {
            f(byte_alphabet::characterOf(static_cast<unsigned char>(word[at])), isFirst, at + 1 == word.size());
            ++at;
        } else {
            const Utf8Char c = utf8At(word, at);
            at += c.bytes;
            if (!c.valid)
                continue;
            f(c.codePoint, isFirst, at == word.size());
        }
        isFirst = false;
    }
}

std::string utf8Of(char32_t c) {
    std::string out;
    appendUtf8(out, c);
    return out;
}

} // namespace

std::vector<char32_t> byteLevelAlphabet() {
    std::vector<char32_t> out;
    for (unsigned b = 0; b < 256; ++b)
        out.push_back(byte_alphabet::characterOf(static_cast<unsigned char>(b)));
    return out;
}

struct BpeTraining::State {
    BpeTrainOptions options;
    std::vector<std::string> pieces;
    std::unordered_map<std::string, TokenId> ids;
    std::size_t initialPieces = 0;
    std::vector<std::uint32_t> lengths; ///< by id: initial symbols in it
    std::vector<BpeStep> steps;
    std::uint64_t initialTokens = 0, tokens = 0;

    std::vector<TokenId> symbols; ///< of all words, one after the other
    struct Word {
        std::uint32_t begin = 0, size = 0;
        std::uint64_t count = 0;
    };
    std::vector<Word> words;

    PairTable pairs; ///< counts as the reference keeps them: a merged pair's count is never cleared
    struct Candidate {
        std::uint64_t count = 0;
        std::uint64_t pair = 0;
        std::uint32_t places = 0; ///< index into `places`
    };
    std::vector<Candidate> heap;
    std::vector<std::vector<std::uint32_t>> places; ///< words in which a pair was formed
    std::vector<std::uint32_t> freePlaces;
    std::vector<std::uint32_t> touched; ///< slots of pairs formed in this step
    bool done = false;

    /// The largest count first, then the pair of the smallest ids.
    static bool later(const Candidate& a, const Candidate& b) {
        if (a.count != b.count)
            return a.count < b.count;
        return a.pair != b.pair ? a.pair > b.pair : a.places > b.places;
    }

    TokenId add(const std::string& piece, std::uint32_t length) {
        const auto [place, isNew] = ids.emplace(piece, static_cast<TokenId>(pieces.size()));
        if (isNew) {
            pieces.push_back(piece);
            lengths.push_back(length);
        }
        return place->second;
    }

    void addAlphabet(const WordCounts& counts, bool byteLevel);
    Result<void> addWords(const WordCounts& counts, bool byteLevel, const std::stop_token& stop);
    void addDecorated(const WordCounts& counts, bool byteLevel);
    std::string decorated(char32_t c, bool isFirst, bool isLast) const;

    void push(const Candidate& candidate) {
        heap.push_back(candidate);
        std::push_heap(heap.begin(), heap.end(), later);
    }
    std::uint32_t newPlaces() {
        if (freePlaces.empty()) {
            places.emplace_back();
            return static_cast<std::uint32_t>(places.size() - 1);
        }
        const std::uint32_t index = freePlaces.back();
        freePlaces.pop_back();
        return index;
    }
    /// A pair gained an occurrence in a word: remember the word once.
    void form(std::uint32_t slot, std::uint32_t word) {
        PairTable::Entry& entry = pairs.at(slot);
        if (entry.places == PairTable::kNoPlaces) {
            entry.places = newPlaces();
            touched.push_back(slot);
        }
        std::vector<std::uint32_t>& list = places[entry.places];
        if (list.empty() || list.back() != word)
            list.push_back(word);
    }
    /// Moves the pairs formed in this step into the queue.
    void queueFormed() {
        for (const std::uint32_t slot : touched) {
            PairTable::Entry& entry = pairs.at(slot);
            if (entry.count > 0) {
                push({static_cast<std::uint64_t>(entry.count), entry.key, entry.places});
            } else {
                places[entry.places].clear();
                freePlaces.push_back(entry.places);
            }
            entry.places = PairTable::kNoPlaces;
        }
        touched.clear();
    }
    void change(TokenId left, TokenId right, std::int64_t by, std::uint32_t word) {
        const std::uint32_t slot = pairs.slotOf(PairTable::key(left, right));
        pairs.at(slot).count += by * static_cast<std::int64_t>(words[word].count);
        if (by > 0)
            form(slot, word);
    }
    Result<void> countPairs(const std::stop_token& stop);
    void mergeIn(std::uint32_t word, TokenId left, TokenId right, TokenId result);
    Result<bool> oneMerge(const std::stop_token& stop);
};

std::string BpeTraining::State::decorated(char32_t c, bool isFirst, bool isLast) const {
    std::string piece = isFirst ? std::string() : options.continuingPrefix;
    appendUtf8(piece, c);
    if (isLast)
        piece += options.endOfWordSuffix;
    return piece;
}

void BpeTraining::State::addAlphabet(const WordCounts& counts, bool byteLevel) {
    std::map<char32_t, std::uint64_t> alphabet;
    if (byteLevel) {
        std::uint64_t byByte[256] = {};
        for (const WordCounts::Word& word : counts.words())
            for (const char c : counts.text(word))
                byByte[static_cast<unsigned char>(c)] += word.count;
        for (unsigned b = 0; b < 256; ++b)
            if (byByte[b] > 0)
                alphabet[byte_alphabet::characterOf(static_cast<unsigned char>(b))] = byByte[b];
    } else {
        std::unordered_map<char32_t, std::uint64_t> seen;
        for (const WordCounts::Word& word : counts.words())
            forCharacters(counts.text(word), false, [&](char32_t c, bool, bool) { seen[c] += word.count; });
        alphabet.insert(seen.begin(), seen.end());
    }
    for (const char32_t c : options.initialAlphabet)
        alphabet[c] = std::numeric_limits<std::uint64_t>::max();
    if (options.limitAlphabet && alphabet.size() > *options.limitAlphabet) {
        std::vector<std::pair<std::uint64_t, char32_t>> byCount;
        for (const auto& [c, count] : alphabet)
            byCount.emplace_back(count, c);
        std::stable_sort(byCount.begin(), byCount.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0, n = alphabet.size() - *options.limitAlphabet; i < n; ++i)
            alphabet.erase(byCount[i].second);
    }
    for (const auto& [c, count] : alphabet)
        add(utf8Of(c), 1);
}

void BpeTraining::State::addDecorated(const WordCounts& counts, bool byteLevel) {
    if (options.continuingPrefix.empty() && options.endOfWordSuffix.empty())
        return;
    std::set<std::pair<char32_t, std::string>> found; // by code point, then by spelling
    for (const WordCounts::Word& word : counts.words())
        forCharacters(counts.text(word), byteLevel, [&](char32_t c, bool isFirst, bool isLast) {
            if (ids.contains(utf8Of(c)))
                found.emplace(c, decorated(c, isFirst, isLast));
        });
    std::set<std::string> names;
    for (const auto& [c, piece] : found)
        names.insert(piece);
    for (const std::string& piece : options.decoratedFirst)
        if (names.contains(piece))
            add(piece, 1);
    for (const auto& [c, piece] : found)
        add(piece, 1);
}

Result<void> BpeTraining::State::addWords(const WordCounts& counts, bool byteLevel, const std::stop_token& stop) {
    constexpr std::size_t kMaxSymbols = std::numeric_limits<std::uint32_t>::max();
    const bool plain = options.continuingPrefix.empty() && options.endOfWordSuffix.empty();
    std::unordered_map<char32_t, TokenId> idOfCharacter; // plain words need no string for each character
    const auto idOf = [&](char32_t c, bool isFirst, bool isLast) -> TokenId {
        if (plain) {
            const auto known = idOfCharacter.find(c);
            if (known != idOfCharacter.end())
                return known->second;
        }
        const auto single = ids.find(utf8Of(c));
        TokenId id = single == ids.end() ? -1 : single->second;
        if (plain)
            idOfCharacter.emplace(c, id);
        else if (id >= 0)
            id = ids.at(decorated(c, isFirst, isLast));
        return id;
    };
    TokenId byByte[256];
    if (byteLevel && plain)
        for (unsigned b = 0; b < 256; ++b)
            byByte[b] = idOf(byte_alphabet::characterOf(static_cast<unsigned char>(b)), true, true);
    words.reserve(counts.words().size());
    for (const WordCounts::Word& word : counts.words()) {
        if (words.size() % 4096 == 0 && stop.stop_requested())
            return stopped();
        const auto begin = static_cast<std::uint32_t>(symbols.size());
        if (byteLevel && plain) {
            for (const char c : counts.text(word))
                if (const TokenId id = byByte[static_cast<unsigned char>(c)]; id >= 0)
                    symbols.push_back(id);
        } else {
            forCharacters(counts.text(word), byteLevel, [&](char32_t c, bool isFirst, bool isLast) {
                if (const TokenId id = idOf(c, isFirst, isLast); id >= 0)
                    symbols.push_back(id);
            });
        }
        if (symbols.size() > kMaxSymbols || words.size() >= kMaxSymbols)
            return fail(ErrorCode::InvalidArgument, "There is too much text to train on at once.");
        const auto size = static_cast<std::uint32_t>(symbols.size()) - begin;
        words.push_back({begin, size, word.count});
        initialTokens += size * word.count;
    }
    tokens = initialTokens;
    return {};
}

Result<void> BpeTraining::State::countPairs(const std::stop_token& stop) {
    for (std::uint32_t w = 0; w < words.size(); ++w) {
        if (w % 4096 == 0 && stop.stop_requested())
            return stopped();
        const TokenId* s = symbols.data() + words[w].begin;
        for (std::uint32_t i = 0; i + 1 < words[w].size; ++i)
            change(s[i], s[i + 1], 1, w);
    }
    queueFormed();
    return {};
}

/// Replaces the pair in one word, from left to right, and keeps the counts of the pairs around it.
void BpeTraining::State::mergeIn(std::uint32_t word, TokenId left, TokenId right, TokenId result) {
    TokenId* s = symbols.data() + words[word].begin;
    const std::uint32_t size = words[word].size;
    const std::size_t most = options.maxTokenLength.value_or(std::numeric_limits<std::size_t>::max());
    const std::size_t length = lengths[static_cast<std::size_t>(result)];
    const auto lengthOf = [&](TokenId id) { return std::size_t{lengths[static_cast<std::size_t>(id)]}; };
    std::uint32_t out = 0;
    for (std::uint32_t in = 0; in < size; ++in) {
        if (s[in] != left || in + 1 >= size || s[in + 1] != right) {
            s[out++] = s[in];
            continue;
        }
        if (out > 0) {
            const TokenId before = s[out - 1];
            change(before, left, -1, word);
            if (lengthOf(before) + length < most)
                change(before, result, 1, word);
        }
        s[out++] = result;
        ++in;
        if (in + 1 < size) {
            const TokenId after = s[in + 1];
            change(right, after, -1, word);
            if (lengthOf(after) + length < most)
                change(result, after, 1, word);
        }
    }
    tokens -= (size - out) * words[word].count;
    words[word].size = out;
}

Result<bool> BpeTraining::State::oneMerge(const std::stop_token& stop) {
    for (;;) {
        if (ids.size() >= options.vocabSize || heap.empty())
            return false;
        std::pop_heap(heap.begin(), heap.end(), later);
        Candidate top = heap.back();
        heap.pop_back();
        const auto current = static_cast<std::uint64_t>(pairs.at(pairs.slotOf(top.pair)).count);
        if (top.count != current) {
            top.count = current;
            push(top);
            continue;
        }
        if (top.count < 1 || options.minFrequency > top.count)
            return false;
        const TokenId left = PairTable::left(top.pair);
        const TokenId right = PairTable::right(top.pair);
        std::string piece = pieces[static_cast<std::size_t>(left)];
        std::string_view rest = pieces[static_cast<std::size_t>(right)];
        if (!options.continuingPrefix.empty() && rest.starts_with(options.continuingPrefix))
            rest.remove_prefix(options.continuingPrefix.size());
        piece += rest;
        const TokenId result =
            add(piece, lengths[static_cast<std::size_t>(left)] + lengths[static_cast<std::size_t>(right)]);
        const std::vector<std::uint32_t> where = std::move(places[top.places]);
        places[top.places] = {};
        freePlaces.push_back(top.places);
        for (std::size_t i = 0; i < where.size(); ++i) {
            if (i % 1024 == 0 && stop.stop_requested()) {
                done = true; // half a merge cannot be taken up again
                return stopped();
            }
            mergeIn(where[i], left, right, result);
        }
        queueFormed();
        steps.push_back({left, right, result, top.count, tokens});
        return true;
    }
}

BpeTraining::BpeTraining(std::unique_ptr<State> state) : state_(std::move(state)) {}
BpeTraining::~BpeTraining() = default;
BpeTraining::BpeTraining(BpeTraining&&) noexcept = default;
BpeTraining& BpeTraining::operator=(BpeTraining&&) noexcept = default;

Result<BpeTraining> BpeTraining::begin(const WordCounts& words, BpeTrainOptions options, const std::stop_token& stop) {
    auto state = std::make_unique<State>();
    state->options = std::move(options);
    for (const std::string& token : state->options.specialTokens)
        state->add(token, 1);
    const bool byteLevel = words.byteLevel();
    state->addAlphabet(words, byteLevel);
    state->addDecorated(words, byteLevel);
    state->initialPieces = state->pieces.size();
    VITRAL_TRY(state->addWords(words, byteLevel, stop));
    VITRAL_TRY(state->countPairs(stop));
    return BpeTraining(std::move(state));
}

Result<bool> BpeTraining::advance(std::size_t merges, const std::stop_token& stop) {
    for (std::size_t i = 0; i < merges && !state_->done; ++i) {
        if (stop.stop_requested())
            return stopped();
        VITRAL_TRY_ASSIGN(const bool made, state_->oneMerge(stop));
        state_->done = !made;
    }
    return !state_->done;
}

const std::vector<std::string>& BpeTraining::pieces() const {
    return state_->pieces;
}
const std::vector<BpeStep>& BpeTraining::steps() const {
    return state_->steps;
}
std::uint64_t BpeTraining::initialTokens() const {
    return state_->initialTokens;
}
std::size_t BpeTraining::initialPieces() const {
    return state_->initialPieces;
}
std::size_t BpeTraining::piecesAfter(std::size_t steps) const {
    std::size_t n = state_->initialPieces;
    for (std::size_t i = 0; i < std::min(steps, state_->steps.size()); ++i)
        n = std::max(n, static_cast<std::size_t>(state_->steps[i].result) + 1);
    return n;
}
const BpeTrainOptions& BpeTraining::options() const {
    return state_->options;
}

std::vector<BpeStep> BpeTraining::merges(std::size_t steps) const {
    const std::vector<BpeStep>& all = state_->steps;
    steps = std::min(steps, all.size());
    std::vector<BpeStep> out;
    std::unordered_map<std::uint64_t, std::size_t> last;
    for (std::size_t i = 0; i < steps; ++i)
        last[PairTable::key(all[i].left, all[i].right)] = i;
    for (std::size_t i = 0; i < steps; ++i)
        if (last[PairTable::key(all[i].left, all[i].right)] == i)
            out.push_back(all[i]);
    return out;
}

std::vector<BpeStep> BpeTraining::mostFrequent(std::size_t n) const {
    std::vector<BpeStep> out;
    for (const State::Candidate& c : state_->heap) {
        const std::int64_t count = state_->pairs.countOf(c.pair);
        if (count > 0)
            out.push_back({PairTable::left(c.pair), PairTable::right(c.pair), -1, static_cast<std::uint64_t>(count),
                           state_->tokens});
    }
    const auto before = [](const BpeStep& a, const BpeStep& b) {
        if (a.count != b.count)
            return a.count > b.count;
        return a.left != b.left ? a.left < b.left : a.right < b.right;
    };
    const std::size_t kept = std::min(n, out.size());
    std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(kept), out.end(), before);
    out.resize(kept);
    return out;
}

} // namespace vitral::train
