// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tokenizers from plain lists; loadTokenizer() comes here by the file's content. Thread: any.

#include "core/tokenizer/load.h"

#include <memory>
#include <string_view>

namespace vitral {

/// `bytes` are those of a tiktoken ranks file; `name` is that of its encoding ("o200k_base"), which decides how text is
/// cut and which special tokens there are. Errors: InvalidFile, naming the line.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromTiktoken(std::string_view bytes, std::string_view name,
                                                               const ReadProgress& progress = {});
/// `text` is a BERT vocab.txt; `config` the tokenizer_config.json beside it, where there is one. Errors: InvalidFile.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromVocabTxt(std::string_view text, std::string_view config = {},
                                                               const ReadProgress& progress = {});
/// CLIP's: `merges` is a merges.txt; `vocabulary` the vocab.json beside it, or empty where the ids follow from the
/// merges. Errors: InvalidFile.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromClip(std::string_view vocabulary, std::string_view merges,
                                                           std::string_view config = {});

} // namespace vitral
