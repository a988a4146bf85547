// SPDX-License-Identifier: Apache-2.0
#pragma once
// How tokens and numbers look in the JSON that vitral-cli prints (docs/cli.md holds the schemas).

#include "core/sample/params.h"
#include "core/tokenizer/tokenizer.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vitral::cli {

using Json = nlohmann::ordered_json;

/// "text": the bytes with U+FFFD for what is not UTF-8; "bytes": [..] only where that lost something.
void putBytes(Json& object, std::string_view bytes);
/// {"id", "text", "logprob", "rank", "entropy", "top": [{"id", "text", "logprob"}]}
Json tokenJson(const TokenScore& score, const Tokenizer& tokenizer);
/// One line, never throws on bad UTF-8.
std::string dumpJson(const Json& json);
/// The shortest decimal that reads back as the same float, and null for what JSON cannot say.
std::string floatText(float value);

} // namespace vitral::cli
