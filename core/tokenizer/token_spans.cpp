// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/token_spans.h"

#include "core/tokenizer/explain.h"

#include <algorithm>

namespace vitral {

namespace {

/// A stretch of the text and what became of it. Equal bytes are a stretch of any length; changed ones are as short as
/// they could be made.
struct Stretch {
    std::uint32_t textBegin, textEnd, normalBegin, normalEnd;
    bool same;
};

class Aligner {
public:
    Aligner(std::string_view text, const NormalisePiece& normalise) : text_(text), normalise_(normalise) {}

    Result<std::vector<Stretch>> run(std::string_view normalised) {
        // What is put before every piece, wherever it stands ("\u2581" before each word).
        VITRAL_TRY_ASSIGN(const std::string letter, normalise_("a", false, false));
        if (letter.size() > 1 && letter.ends_with('a'))
            always_ = letter.substr(0, letter.size() - 1);
        VITRAL_TRY(halve(0, text_.size(), normalised));
        return std::move(out_);
    }

private:
    static bool isBegin(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }

    Result<void> halve(std::size_t begin, std::size_t end, std::string_view normalised) {
        const std::string_view piece = text_.substr(begin, end - begin);
        if (piece == normalised || piece.empty()) {
            add(begin, end, normalised.size(), piece == normalised);
            return {};
        }
        // Places to cut, nearest to the middle first; in a long piece a few are enough.
        constexpr std::size_t kShort = 24, kTries = 6;
        const std::size_t middle = begin + piece.size() / 2;
        std::size_t tries = 0;
        for (std::size_t d = 0; d <= piece.size() && (piece.size() <= kShort || tries < kTries); ++d)
            for (const std::size_t at : {middle + d, middle - d}) {
                if (at <= begin || at >= end || (d == 0 && at != middle) || !isBegin(text_[at]))
                    continue;
                ++tries;
                VITRAL_TRY_ASSIGN(const std::string left,
                                  normalise_(text_.substr(begin, at - begin), begin == 0, false));
                VITRAL_TRY_ASSIGN(const std::string right,
                                  normalise_(text_.substr(at, end - at), false, end == text_.size()));
                const std::size_t leftBytes = fitting(normalised, left, right, begin > 0);
                if (leftBytes == std::string_view::npos)
                    continue;
                VITRAL_TRY(halve(begin, at, normalised.substr(0, leftBytes)));
                return halve(at, end, normalised.substr(leftBytes));
            }
        addWhole(begin, end, normalised);
        return {};
    }

    /// How much of `normalised` the left side made where both sides make all of it, each perhaps without what is always
    /// put before a piece; npos: they do not.
    [[nodiscard]] std::size_t fitting(std::string_view normalised, std::string_view left, std::string_view right,
                                      bool leftToo) const {
        for (const bool cutLeft : {false, true})
            for (const bool cutRight : {false, true}) {
                std::string_view l = left, r = right;
                if ((cutLeft && (always_.empty() || !leftToo || !l.starts_with(always_))) ||
                    (cutRight && (always_.empty() || !r.starts_with(always_))))
                    continue;
                l.remove_prefix(cutLeft ? always_.size() : 0);
                r.remove_prefix(cutRight ? always_.size() : 0);
                if (l.size() + r.size() == normalised.size() && normalised.starts_with(l) && normalised.ends_with(r))
                    return l.size();
            }
        return std::string_view::npos;
    }

    /// One character, or what cannot be taken apart: what both sides begin and end with is the same, the rest has
    /// changed; what was only put in stands for nothing.
    void addWhole(std::size_t begin, std::size_t end, std::string_view normalised) {
        const std::string_view piece = text_.substr(begin, end - begin);
        const std::size_t most = std::min(piece.size(), normalised.size());
        std::size_t tail = 0;
        while (tail < most && piece[piece.size() - 1 - tail] == normalised[normalised.size() - 1 - tail])
            ++tail;
        while (tail > 0 && !isBegin(piece[piece.size() - tail]))
            --tail;
        std::size_t head = 0;
        while (head < most - tail && piece[head] == normalised[head])
            ++head;
        while (head > 0 && ((head < piece.size() && !isBegin(piece[head])) ||
                            (head < normalised.size() && !isBegin(normalised[head]))))
            --head;
        if (head > 0)
            add(begin, begin + head, head, true);
        if (piece.size() > head + tail || normalised.size() > head + tail)
            add(begin + head, end - tail, normalised.size() - head - tail, false);
        if (tail > 0)
            add(end - tail, end, tail, true);
    }

    void add(std::size_t begin, std::size_t end, std::size_t normalBytes, bool same) {
        if (same && !out_.empty() && out_.back().same && out_.back().textEnd == begin) {
            out_.back().textEnd = static_cast<std::uint32_t>(end);
            out_.back().normalEnd += static_cast<std::uint32_t>(normalBytes);
        } else {
            out_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), at_,
                            at_ + static_cast<std::uint32_t>(normalBytes), same});
        }
        at_ += static_cast<std::uint32_t>(normalBytes);
    }

    std::string_view text_;
    const NormalisePiece& normalise_;
    std::string always_; ///< what is put before every piece
    std::vector<Stretch> out_;
    std::uint32_t at_ = 0;
};

/// Bytes of the text behind [begin, end) of the normalised text.
TokenSpan textOf(const std::vector<Stretch>& stretches, TokenSpan normal) {
    const auto holds = [&](std::uint32_t at) {
        return std::upper_bound(stretches.begin(), stretches.end(), at,
                                [](std::uint32_t p, const Stretch& s) { return p < s.normalEnd; });
    };
    const auto first = holds(normal.begin);
    if (first == stretches.end()) {
        const std::uint32_t end = stretches.empty() ? 0 : stretches.back().textEnd;
        return {end, end};
    }
    TokenSpan out;
    out.begin = first->same ? first->textBegin + (normal.begin - first->normalBegin) : first->textBegin;
    if (normal.end <= normal.begin)
        return {out.begin, out.begin};
    const auto last = holds(normal.end - 1);
    out.end = last == stretches.end() ? stretches.back().textEnd
              : last->same            ? last->textBegin + (normal.end - last->normalBegin)
                                      : last->textEnd;
    return out;
}

} // namespace

bool spansByText(const Tokenizer& tokenizer, std::string_view text, std::span<const TokenId> ids,
                 std::vector<TokenSpan>& spans) {
    spans.clear();
    spans.reserve(ids.size());
    std::size_t at = 0;
    for (const TokenId id : ids) {
        const std::string bytes = tokenizer.decodeToken(id, true);
        if (!text.substr(at).starts_with(bytes)) {
            spans.clear();
            return false;
        }
        spans.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + bytes.size())});
        at += bytes.size();
    }
    return at == text.size();
}

std::vector<TokenSpan> spansInPreToken(const Tokenizer& tokenizer, std::string_view normalised,
                                       const EncodeTrace::PreToken& token) {
    std::vector<TokenSpan> spans;
    if (token.ids.size() <= 1) {
        spans.assign(token.ids.size(), {token.begin, token.end});
        return spans;
    }
    // The pieces the model ended with, in the order of the text; -1: no piece of the vocabulary.
    struct Piece {
        std::uint32_t begin, end;
        TokenId id;
    };
    std::vector<Piece> pieces;
    if (!token.symbolBegin.empty()) {
        for (const MergeNode& node : mergeTree(token))
            if (node.isRoot)
                pieces.push_back({node.begin, node.end, node.id});
        std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
    } else {
        for (const EncodeTrace::LatticeNode& node : token.lattice)
            if (node.onBestPath)
                pieces.push_back({node.begin, node.end, node.id});
    }
    if (pieces.size() == token.ids.size()) {
        for (const Piece& piece : pieces)
            spans.push_back({piece.begin, piece.end});
        return spans;
    }
    // A piece may have become several byte tokens; several pieces may have become one unknown token.
    const auto& unknown = tokenizer.special().unknown;
    const auto says = [&](TokenId id, const Piece& piece) {
        const std::string_view own = normalised.substr(piece.begin, piece.end - piece.begin);
        return piece.id == id || tokenizer.decodeToken(id, true) == own ||
               tokenizer.piece(id).find(own) != std::string_view::npos;
    };
    std::size_t k = 0;
    for (std::size_t i = 0; i < token.ids.size(); ++i) {
        const TokenId id = token.ids[i];
        const bool isByte = tokenizer.type(id) == TokenType::Byte, isUnknown = unknown && id == *unknown;
        // A byte without a token of its own is left out where there is no unknown token.
        if (!unknown && !isByte)
            while (k + 1 < pieces.size() && pieces[k].end == pieces[k].begin + 1 && !says(id, pieces[k]))
                ++k;
        if (k >= pieces.size()) {
            spans.push_back({token.end, token.end});
            continue;
        }
        Piece& piece = pieces[k];
        const std::size_t idsLeft = token.ids.size() - i, piecesLeft = pieces.size() - k;
        if (piece.id == id || (!isByte && !isUnknown && says(id, piece)) ||
            (isUnknown && idsLeft >= piecesLeft && piece.id < 0)) {
            spans.push_back({piece.begin, piece.end});
            ++k;
        } else if (isUnknown && idsLeft < piecesLeft) {
            TokenSpan run{piece.begin, piece.end};
            for (std::size_t drop = piecesLeft - idsLeft + 1; drop > 0 && k < pieces.size() && pieces[k].id < 0; --drop)
                run.end = pieces[k++].end;
            if (run.end == piece.begin)
                ++k;
            spans.push_back(run);
        } else if (isByte || idsLeft > piecesLeft) { // one byte of the piece
            spans.push_back({piece.begin, piece.begin + 1});
            if (++piece.begin >= piece.end)
                ++k;
        } else {
            spans.push_back({piece.begin, piece.end});
            ++k;
        }
    }
    return spans;
}

Result<std::vector<TokenSpan>> spansByTrace(const Tokenizer& tokenizer, std::string_view text, const EncodeTrace& trace,
                                            std::size_t nToken, const NormalisePiece& normalise) {
    std::vector<TokenSpan> spans;
    spans.reserve(nToken);
    std::vector<Stretch> stretches;
    VITRAL_TRY_ASSIGN(stretches, Aligner(text, normalise).run(trace.normalised));
    std::uint32_t last = 0; // spans never go back
    for (const EncodeTrace::PreToken& token : trace.preTokens)
        for (const TokenSpan& normal : spansInPreToken(tokenizer, trace.normalised, token)) {
            TokenSpan span = textOf(stretches, normal);
            span.begin = std::max(span.begin, last);
            span.end = std::max(span.end, span.begin);
            last = span.begin;
            spans.push_back(span);
        }
    spans.resize(nToken, {static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(text.size())});
    return spans;
}

} // namespace vitral
