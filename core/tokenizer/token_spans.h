// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which bytes of the text a token was made from. Where tokens say the text letter by letter they are simply laid on it;
// else the text is halved again and again where both halves, normalised apart, give what the whole gives: what is left
// are the characters that normalisation changed, each with its result. Private to this folder. Thread: any.

#include "core/tokenizer/incremental.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// False: the tokens do not say the text as it stands.
[[nodiscard]] bool spansByText(const Tokenizer& tokenizer, std::string_view text, std::span<const TokenId> ids,
                               std::vector<TokenSpan>& spans);

/// What becomes of a piece of the text that does or does not reach the text's ends.
using NormalisePiece = std::function<Result<std::string>(std::string_view piece, bool atStart, bool atEnd)>;
/// `trace` is of `text`; `nToken` the number of its ids. Errors: those of `normalise`.
Result<std::vector<TokenSpan>> spansByTrace(const Tokenizer& tokenizer, std::string_view text, const EncodeTrace& trace,
                                            std::size_t nToken, const NormalisePiece& normalise);

/// Where the ids of a pre-token stand, in EncodeTrace::normalised; parallel to its ids.
[[nodiscard]] std::vector<TokenSpan> spansInPreToken(const Tokenizer& tokenizer, std::string_view normalised,
                                                     const EncodeTrace::PreToken& token);

} // namespace vitral
