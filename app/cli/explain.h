// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a tokenizer did with a text, step by step, for people and as JSON (docs/cli.md holds the schema).

#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vitral::cli {

struct ExplainOptions {
    std::size_t nBest = 0;   ///< Unigram: ways to list; 0: five, where the tokenizer is one and the text short enough
    std::size_t samples = 0; ///< Unigram: ways to draw
    double alpha = 0.2;
    std::uint64_t seed = 1;
};

/// A piece on one line: control bytes and what is not UTF-8 as \xNN, backslash doubled.
std::string tokenText(std::string_view bytes);

/// Takes the answer in parts, as it is made: of a text of 3 MB it has a gigabyte.
using WriteAnswer = std::function<Result<void>(std::string_view)>;

Result<void> explainText(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                         const ExplainOptions& options, const WriteAnswer& write);
Result<void> explainJson(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                         const ExplainOptions& options, const WriteAnswer& write);

} // namespace vitral::cli
