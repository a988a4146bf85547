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
                if (!normalised.starts_with(left))
                    continue;
                VITRAL_TRY_ASSIGN(const std::string right,
                                  normalise_(text_.substr(at, end - at), false, end == text_.size()));
                if (left.size() + right.size() != normalised.size() || !normalised.ends_with(right))
                    continue;
                VITRAL_TRY(halve(begin, at, left));
                return halve(at, end, right);
            }
        // One character (or what cannot be taken apart): what was put around it stands for nothing.
        if (!piece.empty() && normalised.ends_with(piece)) {
            add(begin, begin, normalised.size() - piece.size(), false);
            add(begin, end, piece.size(), true);
        } else if (normalised.starts_with(piece)) {
            add(begin, end, piece.size(), true);
            add(end, end, normalised.size() - piece.size(), false);
        } else {
            add(begin, end, normalised.size(), false);
        }
        return {};
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

std::vector<TokenSpan> spansInPreToken(const Tokenizer& tokenizer, const EncodeTrace::PreToken& token) {
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
    std::size_t k = 0;
    for (std::size_t i = 0; i < token.ids.size(); ++i) {
        const TokenId id = token.ids[i];
        if (k >= pieces.size()) {
            spans.push_back({token.end, token.end});
            continue;
        }
        Piece& piece = pieces[k];
        const std::size_t idsLeft = token.ids.size() - i, piecesLeft = pieces.size() - k;
        if (piece.id == id || (unknown && id == *unknown && idsLeft >= piecesLeft && piece.id < 0)) {
            spans.push_back({piece.begin, piece.end});
            ++k;
        } else if (unknown && id == *unknown && idsLeft < piecesLeft) {
            TokenSpan run{piece.begin, piece.end};
            for (std::size_t drop = piecesLeft - idsLeft + 1; drop > 0 && k < pieces.size() && pieces[k].id < 0; --drop)
                run.end = pieces[k++].end;
            if (run.end == piece.begin)
                ++k;
            spans.push_back(run);
        } else if (tokenizer.type(id) == TokenType::Byte || idsLeft > piecesLeft) { // one byte of the piece
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
        for (const TokenSpan& normal : spansInPreToken(tokenizer, token)) {
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
