// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tokens of a message as bytes, about 15 bytes a token and 7 more for each alternative. A chunk stands alone, so that
// streaming can append chunks without touching the earlier ones. Floats are kept bit for bit. Thread: any.
//
// chunk: version byte (1), varint count, then per token:
//   varint zigzag(id), f32 log-probability, varint zigzag(rank), f32 entropy, varint nBytes, bytes,
//   varint nAlternatives, each: varint zigzag(id), f32 log-probability            (f32 little-endian)

#include "core/base/result.h"
#include "core/chat/conversation.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// Tokens a finished message keeps in one chunk.
inline constexpr std::size_t kTokensPerChunk = 2048;

[[nodiscard]] std::string encodeTokens(std::span<const MessageToken> tokens);
/// Appends to `out`. The bytes are a file's: any damage is an InvalidFile sentence.
Result<void> decodeTokens(std::string_view chunk, std::vector<MessageToken>& out);

} // namespace vitral
