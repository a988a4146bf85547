// SPDX-License-Identifier: Apache-2.0
#pragma once
// The pre-tokenisers that GGUF files call by name (tokenizer.ggml.pre). Thread: any.

#include "core/tokenizer/pre_tokenizer.h"

#include <string_view>

namespace vitral {

/// What a name stands for, beyond the way of cutting.
struct NamedPreTokenizer {
    PreTokenizer steps;
    bool known = true;         ///< false: the name is new to this version, and GPT-2's rules stand in
    bool ignoreMerges = false; ///< a whole pre-token that is a piece is that piece
    bool addBos = false;       ///< where the file does not say
    bool addEos = false;
    bool characters = false; ///< merges work on characters and visible blanks, not on bytes (Gemma 4)
};

Result<NamedPreTokenizer> preTokenizerByName(std::string_view name);
/// All names that are known.
std::vector<std::string_view> preTokenizerNames();

} // namespace vitral
