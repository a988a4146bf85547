// SPDX-License-Identifier: Apache-2.0
#pragma once
// The subcommands of `vitral-cli tokenizer` that look into one file; cmd_tokenizer.cpp adds them.

#include "app/cli/common.h"
#include "core/tokenizer/tokenizer.h"

namespace vitral::cli {

void addTokenizerInfo(CLI::App& parent, CommonOptions& common);
void addTokenizerVocab(CLI::App& parent, CommonOptions& common);
void addTokenizerRows(CLI::App& parent, CommonOptions& common);

/// A token by its exact text in running text (" Paris", with its blank), by its piece ("Ġthe") or as #id. Errors:
/// InvalidArgument, naming the tokens the text is made of.
Result<TokenId> tokenArgument(const Tokenizer& tokenizer, const std::string& text);

} // namespace vitral::cli
