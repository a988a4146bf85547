// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/train/unigram_trainer.h"

#include "core/tokenizer/piece_trie.h"
#include "core/tokenizer/unigram_lattice.h"
#include "core/tokenizer/utf8.h"
#include "core/tokenizer/vocabulary.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace vitral::train {

namespace {

constexpr double kUnknownPenalty = 10;
constexpr std::string_view kTrainingUnknown = "<UNK>"; ///< piece 0 while training, never in the result

tl::unexpected<Error> stopped() {
    return fail(ErrorCode::Cancelled, "The training was stopped.");
}

/// The derivative of ln gamma, by its asymptotic series.
double digamma(double x) {
    double result = 0;
    for (; x < 7; ++x)
        result -= 1 / x;
    x -= 0.5;
    const double xx = 1 / x;
    const double xx2 = xx * xx;
    const double xx4 = xx2 * xx2;
    result += std::log(x) + 1.0 / 24 * xx2 - 7.0 / 960 * xx4 + 31.0 / 8064 * xx4 * xx2 - 127.0 / 30720 * xx4 * xx4;
    return result;
}

std::u32string codePoints(std::string_view text) {
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8At(text, at);
        at += c.bytes;
        if (c.valid)
            out += c.codePoint;
    }
    return out;
}

} // namespace

struct UnigramTraining::State {
    struct Sentence {
        std::string text;
        std::uint64_t count = 0;
    };
    UnigramTrainOptions options;
    std::vector<Sentence> sentences;
    std::uint64_t totalCount = 0;
    std::vector<UnigramPiece> pieces; ///< [0] is the unknown of the training
    std::vector<TokenId> trieIds;     ///< parallel to pieces: the piece's id in the trie
    std::set<std::string> required;   ///< every character, in order of code points (which UTF-8 keeps)
    std::vector<Step> steps;
    int subIteration = 0;
    std::size_t lastPruned = 0; ///< pieces that the last pruning left
    bool done = false;

    Vocabulary seeds; ///< all pieces there ever were; the trie over them is built once
    PieceTrie trie;
    std::vector<std::int32_t> pieceOfSeed; ///< -1 for a piece that is gone
    UnigramLattice lattice;
    std::vector<double> nodeExpected;

    [[nodiscard]] std::size_t wanted() const { return options.vocabSize * 11 / 10; }
    [[nodiscard]] double minScore() const {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 1; i < pieces.size(); ++i)
            if (pieces[i].score < least)
                least = pieces[i].score;
        return least;
    }
    void replace(std::vector<UnigramPiece> newPieces, std::vector<TokenId> newTrieIds) {
        pieces = std::move(newPieces);
        trieIds = std::move(newTrieIds);
        std::fill(pieceOfSeed.begin(), pieceOfSeed.end(), -1);
        for (std::size_t i = 1; i < pieces.size(); ++i)
            pieceOfSeed[static_cast<std::size_t>(trieIds[i])] = static_cast<std::int32_t>(i);
    }
    void buildTrie();
    void fill(std::string_view text, double unknownScore);
    Result<void> expectation(const std::stop_token& stop);
    Result<void> prune(const std::stop_token& stop);
    Result<std::vector<std::vector<std::int32_t>>> alternatives(std::vector<bool>& alwaysKeep,
                                                                const std::stop_token& stop);
};

void UnigramTraining::State::buildTrie() {
    std::vector<TokenId> ids;
    for (const UnigramPiece& piece : pieces)
        ids.push_back(seeds.add(piece.text));
    seeds.buildIndex();
    trieIds = ids;
    ids.erase(ids.begin());
    trie.build(seeds, std::move(ids));
    pieceOfSeed.assign(pieces.size(), -1);
    for (std::size_t i = 1; i < pieces.size(); ++i)
        pieceOfSeed[i] = static_cast<std::int32_t>(i);
}

/// The lattice of one word; unknown characters are piece 0.
void UnigramTraining::State::fill(std::string_view text, double unknownScore) {
    lattice.clear(text.size());
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t character = utf8At(text, begin).bytes;
        bool single = false;
        std::int32_t node = PieceTrie::kRoot;
        for (std::size_t end = begin; end < text.size(); ++end) {
            node = trie.step(node, static_cast<unsigned char>(text[end]));
            if (node == PieceTrie::kNowhere)
                break;
            if (const TokenId seed = trie.id(node); seed >= 0) {
                const std::int32_t piece = pieceOfSeed[static_cast<std::size_t>(seed)];
                if (piece < 0)
                    continue;
                lattice.add(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end + 1), piece,
                            pieces[static_cast<std::size_t>(piece)].score);
                single = single || end + 1 == begin + character;
            }
        }
        if (!single)
            lattice.add(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + character), 0,
                        unknownScore);
        begin += character;
    }
}

Result<void> UnigramTraining::State::expectation(const std::stop_token& stop) {
    std::vector<double> expected(pieces.size(), 0);
    const double unknownScore = minScore() - kUnknownPenalty;
    double objective = 0;
    std::uint64_t tokens = 0;
    for (std::size_t s = 0; s < sentences.size(); ++s) {
        if (s % 256 == 0 && stop.stop_requested())
            return stopped();
        const Sentence& sentence = sentences[s];
        fill(sentence.text, unknownScore);
        nodeExpected.resize(lattice.nodes().size());
        const double z = lattice.marginals(static_cast<double>(sentence.count), nodeExpected);
        // In the order of the lattice, which is that of the reference: rounding depends on it.
        for (std::size_t i = 0; i < nodeExpected.size(); ++i)
            expected[static_cast<std::size_t>(lattice.nodes()[i].id)] += nodeExpected[i];
        tokens += lattice.best().nodes.size() * sentence.count;
        objective -= z / static_cast<double>(totalCount);
    }
    constexpr double kLeastExpected = 0.5;
    std::vector<UnigramPiece> kept{{pieces[0].text, 0}};
    std::vector<TokenId> keptIds{trieIds[0]};
    double sum = 0;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        if (expected[i] < kLeastExpected)
            continue;
        kept.push_back({pieces[i].text, expected[i]});
        keptIds.push_back(trieIds[i]);
        sum += expected[i];
    }
    const double logSum = digamma(sum);
    for (std::size_t i = 1; i < kept.size(); ++i)
        kept[i].score = digamma(kept[i].score) - logSum;
    replace(std::move(kept), std::move(keptIds));
    steps.push_back({Phase::Expectation, pieces.size() - 1, objective, tokens});
    return {};
}

/// For every piece, how it is cut when it is not there: the second best way; empty where there is none.
Result<std::vector<std::vector<std::int32_t>>> UnigramTraining::State::alternatives(std::vector<bool>& alwaysKeep,
                                                                                    const std::stop_token& stop) {
    std::vector<std::vector<std::int32_t>> out(pieces.size());
    const double unknownScore = minScore() - kUnknownPenalty;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        if (i % 256 == 0 && stop.stop_requested())
            return stopped();
        fill(pieces[i].text, unknownScore);
        const auto paths = lattice.nBest(2);
        if (paths.size() < 2)
            continue;
        alwaysKeep[i] = paths[0].nodes.size() < 2;
        if (alwaysKeep[i])
            for (const std::int32_t node : paths[1].nodes)
                out[i].push_back(lattice.nodes()[static_cast<std::size_t>(node)].id);
    }
    return out;
}

Result<void> UnigramTraining::State::prune(const std::stop_token& stop) {
    std::vector<bool> alwaysKeep(pieces.size(), true);
    VITRAL_TRY_ASSIGN(const auto instead, alternatives(alwaysKeep, stop));
    // How often each piece is used when every word is cut in its best way.
    std::vector<double> used(pieces.size(), 0);
    const double unknownScore = minScore() - kUnknownPenalty;
    for (std::size_t s = 0; s < sentences.size(); ++s) {
        if (s % 256 == 0 && stop.stop_requested())
            return stopped();
        fill(sentences[s].text, unknownScore);
        for (const std::int32_t node : lattice.best().nodes)
            used[static_cast<std::size_t>(lattice.nodes()[static_cast<std::size_t>(node)].id)] +=
                static_cast<double>(sentences[s].count);
    }
    double sum = 0;
    for (const double count : used)
        sum += count;
    const double logSum = std::log(sum);
    const auto total = static_cast<double>(totalCount);

    std::vector<UnigramPiece> kept{pieces[0]};
    std::vector<TokenId> keptIds{trieIds[0]};
    std::vector<std::pair<std::size_t, double>> candidates; // what the likelihood loses without the piece
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        if (used[i] == 0 && !alwaysKeep[i])
            continue;
        if (instead[i].empty()) {
            kept.push_back(pieces[i]);
            keptIds.push_back(trieIds[i]);
            continue;
        }
        if (used[i] == 0)
            continue;
        // The piece's occurrences go to its alternatives, so the sum grows by one for each further one of them. The
        // reference takes the number of all pieces there (its issue 2069), and so do we unless asked otherwise.
        const std::size_t more = (options.correctedLoss ? instead[i].size() : pieces.size()) - 1;
        const double share = used[i] / total;
        const double with = std::log(used[i]) - logSum;
        const double logSumWithout = std::log(sum + used[i] * static_cast<double>(more));
        double without = 0;
        for (const std::int32_t other : instead[i])
            without += std::log(used[static_cast<std::size_t>(other)] + used[i]) - logSumWithout;
        candidates.emplace_back(i, share * (with - without));
    }
    const auto shrunk = static_cast<std::size_t>(static_cast<double>(pieces.size()) * options.shrinkingFactor);
    const std::size_t size = std::max(wanted(), shrunk);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [i, loss] : candidates) {
        if (kept.size() == size)
            break;
        kept.push_back(pieces[i]);
        keptIds.push_back(trieIds[i]);
    }
    replace(std::move(kept), std::move(keptIds));
    steps.push_back({Phase::Pruning, pieces.size() - 1, 0, 0});
    done = pieces.size() == lastPruned; // a whole round changed nothing: the reference would go on for ever
    lastPruned = pieces.size();
    return {};
}

UnigramTraining::UnigramTraining(std::unique_ptr<State> state) : state_(std::move(state)) {}
UnigramTraining::~UnigramTraining() = default;
UnigramTraining::UnigramTraining(UnigramTraining&&) noexcept = default;
UnigramTraining& UnigramTraining::operator=(UnigramTraining&&) noexcept = default;

Result<UnigramTraining> UnigramTraining::begin(const WordCounts& words, UnigramTrainOptions options,
                                               const std::stop_token& stop) {
    if (words.byteLevel())
        return fail(ErrorCode::InvalidArgument, "Unigram models are trained on characters, not on bytes.");
    if (!(options.shrinkingFactor > 0 && options.shrinkingFactor < 1) || options.subIterations < 1 ||
        options.maxPieceLength < 1 || options.maxPieceLength > 256)
        return fail(ErrorCode::InvalidArgument, "The shrinking factor lies between 0 and 1, there is at least one "
                                                "round, and pieces have 1 to 256 characters.");
    auto state = std::make_unique<State>();
    std::vector<std::u32string> texts;
    std::vector<std::uint64_t> counts;
    for (const WordCounts::Word& word : words.words()) {
        std::u32string text = codePoints(words.text(word));
        if (text.empty())
            continue;
        std::string spelled;
        for (const char32_t c : text) {
            std::string character;
            appendUtf8(character, c);
            spelled += character;
            state->required.insert(std::move(character));
        }
        state->sentences.push_back({std::move(spelled), word.count});
        state->totalCount += word.count;
        texts.push_back(std::move(text));
        counts.push_back(word.count);
    }
    if (texts.empty())
        return fail(ErrorCode::InvalidArgument, "There is no text to train on.");
    for (const char32_t c : options.initialAlphabet) {
        std::string character;
        appendUtf8(character, c);
        state->required.insert(std::move(character));
    }
    const std::size_t special = options.specialTokens.size() + (options.unknownToken ? 1 : 0);
    if (state->required.size() > options.vocabSize || special >= options.vocabSize)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("The text has {} different characters; a vocabulary of {} has no room for them.",
                                state->required.size(), options.vocabSize));
    VITRAL_TRY_ASSIGN(std::vector<UnigramPiece> seeds,
                      seedPieces(texts, counts, options.maxPieceLength, options.seedSize, stop));
    double sum = 0;
    for (const UnigramPiece& seed : seeds)
        sum += seed.score;
    const double logSum = std::log(sum);
    state->pieces.push_back({std::string(kTrainingUnknown), 0});
    for (UnigramPiece& seed : seeds) {
        seed.score = std::log(seed.score) - logSum;
        if (seed.text != kTrainingUnknown)
            state->pieces.push_back(std::move(seed));
    }
    state->options = std::move(options);
    state->buildTrie();
    return UnigramTraining(std::move(state));
}

Result<bool> UnigramTraining::advance(const std::stop_token& stop) {
    State& s = *state_;
    if (s.done)
        return false;
    if (s.subIteration < s.options.subIterations) {
        VITRAL_TRY(s.expectation(stop));
        if (++s.subIteration == s.options.subIterations)
            s.done = s.pieces.size() <= s.wanted();
    } else {
        VITRAL_TRY(s.prune(stop));
        s.subIteration = 0;
    }
    return !s.done;
}

const std::vector<UnigramTraining::Step>& UnigramTraining::steps() const {
    return state_->steps;
}

const UnigramTrainOptions& UnigramTraining::options() const {
    return state_->options;
}

std::vector<UnigramPiece> UnigramTraining::vocabulary() const {
    const State& s = *state_;
    std::unordered_map<std::string_view, double> scores;
    for (std::size_t i = 1; i < s.pieces.size(); ++i)
        scores.emplace(s.pieces[i].text, s.pieces[i].score);
    std::vector<UnigramPiece> pieces;
    std::unordered_set<std::string_view> inserted;
    constexpr double kPenaltyStep = 0.0001;
    const double least = s.minScore();
    double penalty = 0;
    for (const std::string& character : s.required) {
        const auto place = scores.find(character);
        pieces.push_back({character, place != scores.end() ? place->second : least + penalty});
        if (place == scores.end())
            penalty += kPenaltyStep;
        inserted.insert(character);
    }
    const UnigramTrainOptions& o = s.options;
    const bool addUnknown = o.unknownToken && std::find(o.specialTokens.begin(), o.specialTokens.end(),
                                                        *o.unknownToken) == o.specialTokens.end();
    const std::size_t room = o.vocabSize - o.specialTokens.size() - (addUnknown ? 1 : 0);
    for (std::size_t i = 1; i < s.pieces.size(); ++i) {
        if (!inserted.insert(s.pieces[i].text).second)
            continue;
        pieces.push_back(s.pieces[i]);
        if (pieces.size() == room)
            break;
    }
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const UnigramPiece& a, const UnigramPiece& b) { return a.score > b.score; });
    std::vector<UnigramPiece> out;
    if (addUnknown)
        out.push_back({*o.unknownToken, 0});
    for (const std::string& token : o.specialTokens)
        out.push_back({token, 0});
    out.insert(out.end(), std::make_move_iterator(pieces.begin()), std::make_move_iterator(pieces.end()));
    return out;
}

std::optional<std::size_t> UnigramTraining::unknownId() const {
    const UnigramTrainOptions& o = state_->options;
    if (!o.unknownToken)
        return std::nullopt;
    const auto place = std::find(o.specialTokens.begin(), o.specialTokens.end(), *o.unknownToken);
    return place == o.specialTokens.end() ? 0 : static_cast<std::size_t>(place - o.specialTokens.begin());
}

} // namespace vitral::train
