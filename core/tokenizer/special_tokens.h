// SPDX-License-Identifier: Apache-2.0
#pragma once
// What can be known about special tokens from their types and, where a file does not say, from their names. Thread:
// any.

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

#include <cstdint>
#include <vector>

namespace vitral {

/// The numbers of sentencepiece_model.proto, which GGUF has taken over; an unknown one is Normal.
[[nodiscard]] TokenType tokenTypeByNumber(std::int64_t number);
/// Tokens that are looked for in the text and taken whole: those that are control tokens, the unknown one, or a user's.
[[nodiscard]] std::vector<AddedToken> tokensTakenWhole(const Vocabulary& vocabulary);
/// Marks pieces whose name shows that they end a turn ("<|im_end|>") as Control, even where the file calls them Normal.
/// Call before the added tokens are collected.
void markWellKnownControls(Vocabulary& vocabulary);
/// Fills endOfGeneration from eos, eot and the well-known names, and eot where one of those names stands for it.
void completeSpecial(const Vocabulary& vocabulary, Tokenizer::Special& special);

} // namespace vitral
