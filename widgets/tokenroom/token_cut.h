// SPDX-License-Identifier: Apache-2.0
#pragma once
// The text of the room as one tokenizer cuts it: the encoder that follows every edit, and where each token stands in
// the text. What is looked at is computed when it is looked at. Thread: one at a time (the GUI's, once begun).

#include "core/tokenizer/incremental.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace vitral {

/// A token of the text: what it is and which bytes it stands for.
struct PlacedToken {
    static constexpr std::size_t kNoIndex = ~std::size_t{0};
    std::size_t index = 0; ///< among all tokens of the text; kNoIndex: the whole is not cut yet
    TokenId id = -1;
    std::size_t begin = 0, end = 0; ///< bytes of the text; equal: it stands for none (an inserted blank)
};

class TokenCut {
public:
    /// Off the GUI thread: encodes the whole text. Errors: those of IncrementalEncoder::begin().
    static Result<std::shared_ptr<TokenCut>> begin(std::shared_ptr<const Tokenizer> tokenizer, std::string text,
                                                   const EncodeOptions& options, const EncodeProgress& progress = {});

    [[nodiscard]] const std::shared_ptr<const Tokenizer>& tokenizer() const { return tokenizer_; }
    [[nodiscard]] const IncrementalEncoder& encoder() const { return encoder_; }
    [[nodiscard]] std::size_t nToken() const { return encoder_.nTokens(); }
    /// Whether an edit is cheap enough for the GUI thread.
    [[nodiscard]] bool editsAtOnce() const;
    Result<IncrementalEncoder::Change> edit(std::size_t at, std::size_t removedBytes, std::string_view inserted);

    /// Tokens that touch bytes [begin, end), in order. Errors: those of encode().
    Result<std::vector<PlacedToken>> tokensIn(std::size_t begin, std::size_t end);
    /// The token with that index. Errors: InvalidArgument where there is none.
    Result<PlacedToken> token(std::size_t index);

    /// What the encoder did with the part of the text around a token, and which of its pre-tokens holds it.
    struct Traced {
        std::size_t begin = 0, end = 0; ///< bytes of the text that were traced
        EncodeTrace trace;
        std::size_t preToken = 0;   ///< index into trace.preTokens
        std::size_t inPreToken = 0; ///< index into its ids
    };
    Result<Traced> traceAround(std::size_t index);

private:
    using Spans = std::vector<TokenSpan>;
    TokenCut(std::shared_ptr<const Tokenizer> tokenizer, IncrementalEncoder encoder);
    Result<std::shared_ptr<const Spans>> spansOf(std::size_t part);
    void sum();
    void appendPart(std::size_t part, const Spans& spans, std::size_t begin, std::size_t end,
                    std::vector<PlacedToken>& out) const;

    std::shared_ptr<const Tokenizer> tokenizer_;
    IncrementalEncoder encoder_;
    std::vector<std::size_t> firstByte_, firstToken_; ///< of every part, and behind the last one
    std::vector<std::shared_ptr<const Spans>> spans_; ///< of every part; null: not asked for yet
};

} // namespace vitral
