// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/pipeline.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 31; ///< offsets inside one text are 32 bits wide

} // namespace

struct PipelineTokenizer::Run {
    ParseSpecial parseSpecial;
    std::vector<TokenId> ids;
    EncodeTrace* trace = nullptr;
    bool onlyText = false;
    ModelScratch scratch;
    std::string normalised, written;
    std::vector<PrePiece> pieces;
    PartFacts facts;
};

Result<std::vector<TokenId>> PipelineTokenizer::encode(std::string_view text, const EncodeOptions& options,
                                                       EncodeTrace* trace) const {
    if (text.size() > kMaxTextBytes)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A text of {} bytes is too long to encode at once; {} are allowed.", text.size(),
                                kMaxTextBytes));
    Run run;
    run.parseSpecial = options.parseSpecial;
    run.trace = trace;
    run.ids.reserve(text.size() / 3 + 8);
    if (trace)
        *trace = {};
    else
        run.scratch.cache.prepare(text.size());
    if (options.addSpecial == AddSpecial::Yes)
        for (const TokenId id : parts_.prefix)
            addToken(id, {}, run);
    VITRAL_TRY(encodeAll(text, {}, run));
    if (options.addSpecial == AddSpecial::Yes)
        for (const TokenId id : parts_.suffix)
            addToken(id, {}, run);
    return std::move(run.ids);
}

Result<void> PipelineTokenizer::encodeAll(std::string_view text, TextEnds ends, Run& run) const {
    if (parts_.rawAdded.empty())
        return encodeRaw(text, ends, ends.start, run);
    std::vector<AddedTokens::Part> parts;
    parts_.rawAdded.split(text, run.parseSpecial, parts);
    for (const AddedTokens::Part& part : parts) {
        const std::string_view stretch = text.substr(part.begin, part.end - part.begin);
        // Each stretch is normalised as a text of its own.
        const TextEnds own{part.begin > 0 || ends.start, part.end < text.size() || ends.end};
        if (part.id >= 0)
            addToken(part.id, stretch, run);
        else
            VITRAL_TRY(encodeRaw(stretch, own, part.begin == 0 && ends.start, run));
    }
    return {};
}

Result<PipelineTokenizer::PartFacts> PipelineTokenizer::encodePart(std::string_view part, const PartOptions& options,
                                                                   std::vector<TokenId>& ids) const {
    Run run;
    run.parseSpecial = options.parseSpecial;
    run.scratch.cutEverywhere = options.cutEverywhere;
    run.ids = std::move(ids);
    run.trace = options.trace;
    run.onlyText = options.onlyText;
    const auto done = encodeAll(part, options.ends, run);
    ids = std::move(run.ids);
    if (!done)
        return tl::unexpected(done.error());
    return run.facts;
}

void PipelineTokenizer::addToken(TokenId id, std::string_view text, Run& run) const {
    run.ids.push_back(id);
    run.facts.hasAdded = true;
    if (!run.trace)
        return;
    EncodeTrace::PreToken token;
    token.begin = static_cast<std::uint32_t>(run.trace->normalised.size());
    run.trace->normalised += text;
    token.end = static_cast<std::uint32_t>(run.trace->normalised.size());
    token.isAdded = true;
    token.ids = {id};
    run.trace->preTokens.push_back(std::move(token));
}

Result<void> PipelineTokenizer::encodeRaw(std::string_view text, TextEnds ends, bool atStart, Run& run) const {
    if (text.empty())
        return {};
    std::string_view normalised = text;
    if (!parts_.normalizer.empty()) {
        VITRAL_TRY(parts_.normalizer.run(text, run.normalised, ends));
        normalised = run.normalised;
        if (normalised.size() > kMaxTextBytes)
            return fail(ErrorCode::InvalidArgument, "This text is too long to encode at once.");
    }
    run.facts.normalisedBytes += normalised.size();
    if (parts_.normalisedAdded.empty())
        return encodeNormalised(normalised, atStart, run);
    std::vector<AddedTokens::Part> parts;
    parts_.normalisedAdded.split(normalised, run.parseSpecial, parts);
    for (const AddedTokens::Part& part : parts) {
        const std::string_view stretch = normalised.substr(part.begin, part.end - part.begin);
        if (part.id >= 0)
            addToken(part.id, stretch, run);
        else
            VITRAL_TRY(encodeNormalised(stretch, atStart && part.begin == 0, run));
    }
    return {};
}

Result<void> PipelineTokenizer::encodeNormalised(std::string_view text, bool atStart, Run& run) const {
    if (text.empty())
        return {};
    if (const SplitterKind only = parts_.preTokenizer.onlySplitter(); only != SplitterKind::None && !run.trace) {
        encodeBySplitter(only, text, run);
        return {};
    }
    VITRAL_TRY(parts_.preTokenizer.split(text, run.written, atStart, run.pieces));
    const std::size_t traceBase = run.trace ? run.trace->normalised.size() : 0;
    if (run.trace)
        run.trace->normalised += text;
    if (run.onlyText)
        return {};
    for (const PrePiece& piece : run.pieces)
        encodePiece(text, piece, traceBase, run);
    return {};
}

void PipelineTokenizer::encodePiece(std::string_view text, PrePiece piece, std::size_t traceBase, Run& run) const {
    const std::string_view word = text.substr(piece.begin, piece.end - piece.begin);
    if (run.trace) {
        EncodeTrace::PreToken token;
        token.begin = static_cast<std::uint32_t>(traceBase + piece.begin);
        token.end = static_cast<std::uint32_t>(traceBase + piece.end);
        parts_.model->encodeWord(word, run.scratch, run.ids, &token, token.begin);
        run.trace->preTokens.push_back(std::move(token));
        return;
    }
    WordCache& cache = run.scratch.cache;
    if (!cache.takes(word)) {
        parts_.model->encodeWord(word, run.scratch, run.ids, nullptr, 0);
        return;
    }
    const WordCache::Key key = cache.keyOf(word);
    if (cache.append(key, word.size(), run.ids))
        return;
    const std::size_t first = run.ids.size();
    parts_.model->encodeWord(word, run.scratch, run.ids, nullptr, 0);
    cache.put(key, word.size(), run.ids.data() + first, run.ids.size() - first);
}

void PipelineTokenizer::encodeBySplitter(SplitterKind kind, std::string_view text, Run& run) const {
    std::uint32_t ends[256];
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t n = splitPieces(kind, text, at, ends, std::size(ends));
        for (std::size_t i = 0; i < n; ++i) {
            encodePiece(text, {at, ends[i]}, 0, run);
            at = ends[i];
        }
    }
}

bool PipelineTokenizer::appendToken(TokenId id, bool isFirst, bool showSpecial, std::string& out) const {
    if (!parts_.vocabulary->contains(id))
        return false;
    const TokenType type = parts_.vocabulary->type(id);
    if (!showSpecial && (type == TokenType::Control || type == TokenType::Unknown))
        return false;
    const bool isRaw = type == TokenType::Control || type == TokenType::Unknown || type == TokenType::UserDefined;
    parts_.decoder.append(parts_.vocabulary->piece(id), type == TokenType::Byte, isRaw, isFirst, out);
    return true;
}

std::string PipelineTokenizer::decodeToken(TokenId id, bool showSpecial) const {
    std::string out;
    appendToken(id, false, showSpecial, out);
    return out;
}

std::string PipelineTokenizer::decode(std::span<const TokenId> ids, bool showSpecial) const {
    std::string out;
    bool isFirst = true;
    for (const TokenId id : ids)
        if (appendToken(id, isFirst, showSpecial, out))
            isFirst = false;
    return out;
}

std::string_view PipelineTokenizer::piece(TokenId id) const {
    return parts_.vocabulary->contains(id) ? parts_.vocabulary->piece(id) : std::string_view();
}

TokenType PipelineTokenizer::type(TokenId id) const {
    return parts_.vocabulary->contains(id) ? parts_.vocabulary->type(id) : TokenType::Unused;
}

std::optional<TokenId> PipelineTokenizer::find(std::string_view piece) const {
    const TokenId id = parts_.vocabulary->find(piece);
    return id >= 0 ? std::optional(id) : std::nullopt;
}

} // namespace vitral
