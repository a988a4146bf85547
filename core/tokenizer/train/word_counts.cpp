// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/train/word_counts.h"

#include "core/tokenizer/json_parts.h"
#include "core/tokenizer/vocabulary.h"

namespace vitral::train {

Result<Cutting> Cutting::fromJson(std::string_view normalizer, std::string_view preTokenizer) {
    Cutting cutting;
    const auto parse = [](std::string_view text) {
        return text.empty() ? json_parts::Json() : json_parts::Json::parse(text, nullptr, false);
    };
    const json_parts::Json normal = parse(normalizer);
    const json_parts::Json cut = parse(preTokenizer);
    if (normal.is_discarded() || cut.is_discarded())
        return fail(ErrorCode::InvalidArgument, "The description of the normalizer or pre-tokenizer is not JSON.");
    VITRAL_TRY(json_parts::readNormalizer(normal, cutting.normalizer, cutting.byteLevel));
    VITRAL_TRY(json_parts::readPreTokenizer(cut, cutting.preTokenizer, cutting.byteLevel));
    return cutting;
}

void WordCounts::grow() {
    slots_.assign(std::max<std::size_t>(slots_.size() * 2, 1024), Slot{});
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const std::uint64_t hash = hashBytes(text(words_[i]));
        std::size_t at = hash >> 20 & mask;
        while (slots_[at].word >= 0)
            at = (at + 1) & mask;
        slots_[at] = {static_cast<std::uint32_t>(hash), static_cast<std::int32_t>(i)};
    }
}

void WordCounts::addWord(std::string_view word, std::uint64_t count) {
    if (word.empty())
        return;
    if (words_.size() * 2 >= slots_.size())
        grow();
    const std::uint64_t hash = hashBytes(word);
    const auto tag = static_cast<std::uint32_t>(hash);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash >> 20 & mask;
    for (; slots_[at].word >= 0; at = (at + 1) & mask) {
        Word& known = words_[static_cast<std::size_t>(slots_[at].word)];
        if (slots_[at].tag == tag && text(known) == word) {
            known.count += count;
            return;
        }
    }
    slots_[at] = {tag, static_cast<std::int32_t>(words_.size())};
    words_.push_back({pool_.size(), static_cast<std::uint32_t>(word.size()), count});
    pool_ += word;
}

Result<void> WordCounts::add(std::string_view text, const Cutting& cutting, const std::stop_token& stop) {
    constexpr std::size_t kMaxTextBytes = std::size_t{1} << 31;
    if (text.size() > kMaxTextBytes)
        return fail(ErrorCode::InvalidArgument, "A text to train on may have 2 GiB; cut it into several files.");
    textBytes_ += text.size();
    byteLevel_ = cutting.byteLevel;
    std::string_view normal = text;
    if (!cutting.normalizer.empty()) {
        VITRAL_TRY(cutting.normalizer.run(text, normalised_));
        normal = normalised_;
    }
    if (normal.empty())
        return {};
    if (const SplitterKind only = cutting.preTokenizer.onlySplitter(); only != SplitterKind::None) {
        std::uint32_t ends[256];
        for (std::size_t at = 0, rounds = 0; at < normal.size(); ++rounds) {
            if (rounds % 64 == 0 && stop.stop_requested())
                return fail(ErrorCode::Cancelled, "The training was stopped.");
            const std::size_t n = splitPieces(only, normal, at, ends, std::size(ends));
            for (std::size_t i = 0; i < n; ++i) {
                addWord(normal.substr(at, ends[i] - at));
                at = ends[i];
            }
        }
        return {};
    }
    VITRAL_TRY(cutting.preTokenizer.split(normal, written_, true, pieces_));
    for (const PrePiece& piece : pieces_)
        addWord(normal.substr(piece.begin, piece.end - piece.begin));
    return {};
}

Result<void> WordCounts::addLines(std::string_view text, const Cutting& cutting, const std::stop_token& stop) {
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (lines++ % 256 == 0 && stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The training was stopped.");
        const std::size_t end = text.find('\n', at);
        const std::size_t next = end == std::string_view::npos ? text.size() : end + 1;
        VITRAL_TRY(add(text.substr(at, next - at), cutting));
        at = next;
    }
    return {};
}

} // namespace vitral::train
