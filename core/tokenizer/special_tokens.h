// SPDX-License-Identifier: Apache-2.0
#pragma once
// What can be known about special tokens from their names, where a file does not say. Thread: any.

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

namespace vitral {

/// Marks pieces whose name shows that they end a turn ("<|im_end|>") as Control, even where the file calls them Normal.
/// Call before the added tokens are collected.
void markWellKnownControls(Vocabulary& vocabulary);
/// Fills endOfGeneration from eos, eot and the well-known names, and eot where one of those names stands for it.
void completeSpecial(const Vocabulary& vocabulary, Tokenizer::Special& special);

} // namespace vitral
