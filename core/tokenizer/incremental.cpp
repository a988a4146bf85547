// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/incremental.h"

#include "core/tokenizer/local_cuts.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/token_spans.h"
#include "core/tokenizer/unigram.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

namespace {

constexpr std::size_t kPartBytes = 1024;   ///< looked for a cut from there on
constexpr std::size_t kWindowReach = 4096; ///< how far from a window a cut is looked for

std::size_t tokensOf(const std::vector<IncrementalEncoder::Part>& parts, std::size_t first, std::size_t last) {
    std::size_t n = 0;
    for (std::size_t i = first; i < last; ++i)
        n += parts[i].ids.size();
    return n;
}

/// A piece [begin, end) of a text, and what it takes to encode it as that.
struct Piece {
    const Tokenizer& tokenizer;
    std::string_view text; ///< the whole
    std::size_t begin, end;
    ParseSpecial parseSpecial;

    [[nodiscard]] std::string_view own() const { return text.substr(begin, end - begin); }
    [[nodiscard]] const PipelineTokenizer* pipeline() const {
        return dynamic_cast<const PipelineTokenizer*>(&tokenizer);
    }
    [[nodiscard]] PipelineTokenizer::PartOptions options() const {
        PipelineTokenizer::PartOptions options;
        options.ends = {begin == 0, end == text.size()};
        options.parseSpecial = parseSpecial;
        return options;
    }
};

Result<EncodeTrace> traceOf(const Piece& piece) {
    EncodeTrace trace;
    if (const PipelineTokenizer* pipeline = piece.pipeline()) {
        PipelineTokenizer::PartOptions options = piece.options();
        options.trace = &trace;
        std::vector<TokenId> ids;
        VITRAL_TRY(pipeline->encodePart(piece.own(), options, ids));
    } else {
        VITRAL_TRY(piece.tokenizer.encode(piece.own(), {AddSpecial::No, piece.parseSpecial}, &trace));
    }
    return trace;
}

Result<std::vector<TokenSpan>> spansOf(const Piece& piece, const std::vector<TokenId>& ids) {
    std::vector<TokenSpan> spans;
    if (spansByText(piece.tokenizer, piece.own(), ids, spans))
        return spans;
    VITRAL_TRY_ASSIGN(const EncodeTrace steps, traceOf(piece));
    const PipelineTokenizer* pipeline = piece.pipeline();
    const auto normalise = [&](std::string_view some, bool atStart, bool atEnd) -> Result<std::string> {
        EncodeTrace only;
        if (pipeline == nullptr)
            return std::string(some);
        PipelineTokenizer::PartOptions options = piece.options();
        options.ends = {atStart && options.ends.start, atEnd && options.ends.end};
        options.trace = &only;
        options.onlyText = true;
        std::vector<TokenId> none;
        VITRAL_TRY(pipeline->encodePart(some, options, none));
        return std::move(only.normalised);
    };
    return spansByTrace(piece.tokenizer, piece.own(), steps, ids.size(), normalise);
}

/// A place near `at` where a character begins.
std::size_t characterAt(std::string_view text, std::size_t at) {
    std::size_t back = 0;
    while (at < text.size() && at > 0 && back++ < 4 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80)
        --at;
    return std::min(at, text.size());
}

} // namespace

/// Parts [first, last) of the old list give way to `parts`.
struct IncrementalEncoder::Region {
    std::size_t first = 0, last = 0;
    std::vector<Part> parts;
};

Result<IncrementalEncoder> IncrementalEncoder::begin(std::shared_ptr<const Tokenizer> tokenizer, std::string text,
                                                     const EncodeOptions& options, const EncodeProgress& progress) {
    IncrementalEncoder encoder;
    encoder.tokenizer_ = std::move(tokenizer);
    encoder.options_ = options;
    encoder.text_ = std::move(text);
    if (const auto* pipeline = dynamic_cast<const PipelineTokenizer*>(encoder.tokenizer_.get())) {
        encoder.cuts_ = std::make_shared<const LocalCuts>(pipeline->parts());
        encoder.isLocal_ = encoder.cuts_->possible();
        if (options.addSpecial == AddSpecial::Yes) {
            encoder.prefix_ = pipeline->parts().prefix;
            encoder.suffix_ = pipeline->parts().suffix;
        }
    }
    VITRAL_TRY_ASSIGN(Region region, encoder.encodeRegion(0, 0, encoder.text_.size(), progress));
    encoder.parts_ = std::move(region.parts);
    encoder.nTokens_ =
        encoder.prefix_.size() + encoder.suffix_.size() + tokensOf(encoder.parts_, 0, encoder.parts_.size());
    return encoder;
}

Result<IncrementalEncoder::Part> IncrementalEncoder::encodePart(std::size_t begin, std::size_t end) const {
    const auto* pipeline = static_cast<const PipelineTokenizer*>(tokenizer_.get());
    PipelineTokenizer::PartOptions options = Piece{*tokenizer_, text_, begin, end, options_.parseSpecial}.options();
    options.cutEverywhere = cuts_->byModel();
    Part part;
    part.bytes = end - begin;
    VITRAL_TRY_ASSIGN(const PipelineTokenizer::PartFacts facts,
                      pipeline->encodePart(std::string_view(text_).substr(begin, end - begin), options, part.ids));
    part.normalisedBytes = facts.normalisedBytes;
    part.hasAdded = facts.hasAdded;
    return part;
}

/// The whole text as one part.
Result<std::vector<IncrementalEncoder::Part>> IncrementalEncoder::wholePart() const {
    std::vector<Part> parts;
    if (text_.empty())
        return parts;
    EncodeOptions options = options_;
    if (cuts_)
        options.addSpecial = AddSpecial::No; // kept in prefix_ and suffix_
    Part part;
    part.bytes = text_.size();
    VITRAL_TRY_ASSIGN(part.ids, tokenizer_->encode(text_, options));
    parts.push_back(std::move(part));
    return parts;
}

/// Unknown characters side by side become one token, which no two parts can share.
bool IncrementalEncoder::joins(const Part& left, const Part& right) const {
    const auto& unknown = tokenizer_->special().unknown;
    return unknown && !left.ids.empty() && !right.ids.empty() && left.ids.back() == *unknown &&
           right.ids.front() == *unknown;
}

/// text_ is the new text already, parts_ are still the old ones.
Result<IncrementalEncoder::Region> IncrementalEncoder::encodeRegion(std::size_t at, std::size_t removedBytes,
                                                                    std::size_t insertedBytes,
                                                                    const EncodeProgress& progress) const {
    Region region;
    region.last = parts_.size();
    const auto whole = [&]() -> Result<Region> {
        Region all;
        all.last = parts_.size();
        VITRAL_TRY_ASSIGN(all.parts, wholePart());
        return all;
    };
    if (!isLocal_)
        return whole();
    const std::size_t reach = cuts_->reachBytes();
    std::size_t begin = 0;
    while (region.first < parts_.size() && begin + parts_[region.first].bytes + reach <= at)
        begin += parts_[region.first++].bytes;
    // Old cuts behind the edit, where nothing near them changed, in the new text's offsets.
    std::size_t old = region.first;
    std::size_t oldCut = begin; // begins part `old`, in the old text
    const auto nextOldCut = [&] {
        do
            oldCut += parts_[old++].bytes;
        while (old < parts_.size() && oldCut < at + removedBytes + reach);
    };
    const auto shifted = [&] { return oldCut - removedBytes + insertedBytes; };
    const bool hadParts = !parts_.empty();
    if (hadParts && old < parts_.size())
        nextOldCut();

    bool met = false;
    std::size_t least = begin + kPartBytes; ///< where a new cut may be
    for (std::size_t from = begin; from < text_.size() && !met;) {
        std::size_t end = text_.size();
        for (std::size_t p = from + 1; p < text_.size(); ++p) {
            while (hadParts && old < parts_.size() && shifted() < p)
                nextOldCut();
            const bool isOld = hadParts && old < parts_.size() && shifted() == p;
            if (!isOld && p < least)
                continue;
            VITRAL_TRY_ASSIGN(const bool cut, cuts_->isCut(text_, from, p));
            if (cut) {
                end = p;
                met = isOld;
                break;
            }
        }
        if (progress && !progress(from))
            return fail(ErrorCode::Cancelled, "Encoding was stopped.");
        VITRAL_TRY_ASSIGN(Part part, encodePart(from, end));
        least = end + kPartBytes;
        if (!region.parts.empty() && joins(region.parts.back(), part)) { // one part then, and the search goes on
            met = false;
            from -= region.parts.back().bytes;
            region.parts.pop_back();
            if (end < text_.size())
                continue;
            VITRAL_TRY_ASSIGN(part, encodePart(from, end));
        }
        if (met && joins(part, parts_[old])) {
            met = false;
            continue;
        }
        region.parts.push_back(std::move(part));
        from = end;
    }
    if (met)
        region.last = old;
    if (region.parts.empty())
        return region;
    if (region.first > 0 && joins(parts_[region.first - 1], region.parts.front()))
        return whole();
    if (cuts_->byModel() && tokenizer_->kind() == TokenizerKind::Unigram) {
        // Only a very long word is cut at all; a shorter one is one lattice, rounding included.
        std::size_t bytes = 0;
        bool added = false;
        const auto count = [&](const Part& part) {
            bytes += part.normalisedBytes;
            added = added || part.hasAdded;
        };
        std::for_each(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(region.first), count);
        std::for_each(region.parts.begin(), region.parts.end(), count);
        std::for_each(parts_.begin() + static_cast<std::ptrdiff_t>(region.last), parts_.end(), count);
        if (added || bytes <= UnigramModel::kLongestLattice)
            return whole();
    }
    return region;
}

Result<IncrementalEncoder::Change> IncrementalEncoder::edit(std::size_t at, std::size_t removedBytes,
                                                            std::string_view inserted) {
    if (at > text_.size() || removedBytes > text_.size() - at)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There are no {} bytes at {} in a text of {} bytes.", removedBytes, at, text_.size()));
    const std::string removed = text_.substr(at, removedBytes);
    text_.replace(at, removedBytes, inserted);
    auto made = encodeRegion(at, removedBytes, inserted.size(), {});
    if (!made) {
        text_.replace(at, inserted.size(), removed);
        return tl::unexpected(std::move(made).error());
    }
    Region& region = *made;
    Change change;
    change.firstPart = region.first;
    change.removedParts = region.last - region.first;
    change.addedParts = region.parts.size();
    for (const Part& part : region.parts)
        change.encodedBytes += part.bytes;
    change.firstToken = prefix_.size() + tokensOf(parts_, 0, region.first);
    change.removed = tokensOf(parts_, region.first, region.last);
    change.added = tokensOf(region.parts, 0, region.parts.size());
    nTokens_ = nTokens_ - change.removed + change.added;
    const auto first = parts_.begin() + static_cast<std::ptrdiff_t>(region.first);
    const auto last = parts_.begin() + static_cast<std::ptrdiff_t>(region.last);
    // In place where the number of parts stays: most edits then move nothing.
    if (static_cast<std::size_t>(last - first) == region.parts.size()) {
        std::move(region.parts.begin(), region.parts.end(), first);
    } else {
        const auto place = parts_.erase(first, last);
        parts_.insert(place, std::make_move_iterator(region.parts.begin()),
                      std::make_move_iterator(region.parts.end()));
    }
    return change;
}

std::pair<std::size_t, std::size_t> IncrementalEncoder::partRange(std::size_t part) const {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < part; ++i)
        begin += parts_[i].bytes;
    return {begin, begin + parts_[part].bytes};
}

Result<EncodeTrace> IncrementalEncoder::trace(std::size_t part) const {
    const auto [begin, end] = partRange(part);
    return traceOf({*tokenizer_, text_, begin, end, options_.parseSpecial});
}

Result<std::vector<TokenSpan>> IncrementalEncoder::spans(std::size_t part) const {
    const auto [begin, end] = partRange(part);
    return spansOf({*tokenizer_, text_, begin, end, options_.parseSpecial}, parts_[part].ids);
}

Result<IncrementalEncoder::Window> IncrementalEncoder::window(const std::shared_ptr<const Tokenizer>& tokenizer,
                                                              std::string_view text, std::size_t begin, std::size_t end,
                                                              ParseSpecial parseSpecial) {
    Piece piece{*tokenizer, text, begin > kWindowReach ? characterAt(text, begin - kWindowReach) : 0,
                end + kWindowReach < text.size() ? characterAt(text, end + kWindowReach) : text.size(), parseSpecial};
    const std::size_t first = piece.begin, last = piece.end;
    bool startsAtCut = first == 0, endsAtCut = last == text.size();
    bool cutEverywhere = false, unsure = false;
    const PipelineTokenizer* pipeline = piece.pipeline();
    if (pipeline != nullptr) {
        const LocalCuts cuts(pipeline->parts());
        // An expression's cuts are certain only from a certain one on; with Unigram a short text is one lattice.
        unsure = !cuts.possible() || (cuts.byPattern() && first > 0) ||
                 (cuts.byModel() && tokenizer->kind() == TokenizerKind::Unigram);
        for (std::size_t p = begin; p > first && !startsAtCut && cuts.possible(); --p) {
            VITRAL_TRY_ASSIGN(startsAtCut, cuts.isCut(text, first, p));
            if (startsAtCut)
                piece.begin = p;
        }
        for (std::size_t p = std::max(end, piece.begin + 1); p < last && cuts.possible(); ++p) {
            VITRAL_TRY_ASSIGN(const bool cut, cuts.isCut(text, piece.begin, p));
            if (!cut)
                continue;
            piece.end = p;
            endsAtCut = true;
            break;
        }
        cutEverywhere = cuts.byModel();
    }
    Window window;
    window.begin = piece.begin;
    window.end = piece.end;
    if (pipeline != nullptr) {
        PipelineTokenizer::PartOptions options = piece.options();
        options.cutEverywhere = cutEverywhere;
        VITRAL_TRY(pipeline->encodePart(piece.own(), options, window.ids));
    } else {
        VITRAL_TRY_ASSIGN(window.ids, tokenizer->encode(piece.own(), {AddSpecial::No, parseSpecial}));
    }
    VITRAL_TRY_ASSIGN(window.spans, spansOf(piece, window.ids));
    const bool whole = piece.begin == 0 && piece.end == text.size();
    // Unknown characters side by side are one token, which may go on beyond an end; unknown words are not.
    const auto& unknown = tokenizer->special().unknown;
    const bool joined = unknown && tokenizer->kind() != TokenizerKind::WordPiece && !window.ids.empty() &&
                        ((piece.begin > 0 && window.ids.front() == *unknown) ||
                         (piece.end < text.size() && window.ids.back() == *unknown));
    window.exact = whole || (startsAtCut && endsAtCut && !unsure && !joined);
    return window;
}

std::vector<TokenId> IncrementalEncoder::ids() const {
    std::vector<TokenId> out;
    out.reserve(nTokens_);
    out = prefix_;
    for (const Part& part : parts_)
        out.insert(out.end(), part.ids.begin(), part.ids.end());
    out.insert(out.end(), suffix_.begin(), suffix_.end());
    return out;
}

} // namespace vitral
