// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one implementation of Tokenizer: added tokens, normaliser, pre-tokeniser, model, template, decoder, put together
// by the loaders. Private to this folder. Thread: any; immutable once made.

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/decoder.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/pre_tokenizer.h"
#include "core/tokenizer/subword_model.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

#include <memory>

namespace vitral {

struct TokenizerParts {
    std::unique_ptr<Vocabulary> vocabulary = std::make_unique<Vocabulary>();
    AddedTokens rawAdded;        ///< looked for in the text as it comes
    AddedTokens normalisedAdded; ///< looked for in the normalised text
    Normalizer normalizer;
    PreTokenizer preTokenizer;
    std::unique_ptr<SubwordModel> model; ///< refers to *vocabulary
    std::vector<TokenId> prefix, suffix; ///< what AddSpecial::Yes puts around the ids
    DecoderRules decoder;
    Tokenizer::Special special;
};

class PipelineTokenizer final : public Tokenizer {
public:
    explicit PipelineTokenizer(TokenizerParts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] TokenizerKind kind() const override { return parts_.model->kind(); }
    [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions& options,
                                                      EncodeTrace* trace) const override;
    [[nodiscard]] std::string decodeToken(TokenId id, bool showSpecial) const override;
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool showSpecial) const override;
    [[nodiscard]] std::int32_t nVocab() const override { return static_cast<std::int32_t>(parts_.vocabulary->size()); }
    [[nodiscard]] std::string_view piece(TokenId id) const override;
    [[nodiscard]] TokenType type(TokenId id) const override;
    [[nodiscard]] std::optional<TokenId> find(std::string_view piece) const override;
    [[nodiscard]] const Special& special() const override { return parts_.special; }

    [[nodiscard]] const TokenizerParts& parts() const { return parts_; }
    /// A part of a text between two places that LocalCuts allows; nothing is put around it.
    struct PartOptions {
        TextEnds ends;
        ParseSpecial parseSpecial = ParseSpecial::No;
        bool cutEverywhere = false; ///< see ModelScratch
        EncodeTrace* trace = nullptr;
        bool onlyText = false; ///< nothing but trace->normalised is filled, and there are no ids
    };
    struct PartFacts {
        std::size_t normalisedBytes = 0;
        bool hasAdded = false; ///< an added token was found in it
    };
    Result<PartFacts> encodePart(std::string_view part, const PartOptions& options, std::vector<TokenId>& ids) const;

private:
    struct Run; ///< what one encode() call carries along
    Result<void> encodeAll(std::string_view text, TextEnds ends, Run& run) const;
    Result<void> encodeRaw(std::string_view text, TextEnds ends, bool atStart, Run& run) const;
    Result<void> encodeNormalised(std::string_view text, bool atStart, Run& run) const;
    void encodeBySplitter(SplitterKind kind, std::string_view text, Run& run) const;
    void encodePiece(std::string_view text, PrePiece piece, std::size_t traceBase, Run& run) const;
    void addToken(TokenId id, std::string_view text, Run& run) const;
    bool appendToken(TokenId id, bool isFirst, bool showSpecial, std::string& out) const;

    TokenizerParts parts_;
};

} // namespace vitral
