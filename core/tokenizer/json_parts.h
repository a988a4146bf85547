// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads the building blocks that a tokenizer.json describes. Private to this folder. Every reader checks the type of
// what it takes: nlohmann's throwing accessors must not be reached by a file. Thread: any.

#include "core/tokenizer/decoder.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/pre_tokenizer.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vitral::json_parts {

using Json = nlohmann::json;

/// A member of an object; a null value where it is missing or `json` is no object.
[[nodiscard]] const Json& member(const Json& json, const char* name);
[[nodiscard]] bool boolean(const Json& json, const char* name, bool fallback);
[[nodiscard]] std::string text(const Json& json, const char* name, std::string_view fallback = "");

/// `byteLevel` is set where a step spells the text in the byte alphabet.
Result<void> readNormalizer(const Json& json, Normalizer& normalizer, bool& byteLevel);
Result<void> readPreTokenizer(const Json& json, PreTokenizer& preTokenizer, bool& byteLevel);
/// A missing decoder joins the pieces with blanks, as the reference does.
Result<void> readDecoder(const Json& json, DecoderRules& rules);

} // namespace vitral::json_parts
