// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/utf8.h"

namespace vitral {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

std::string madeValid(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const Utf8Char c = utf8At(bytes, at);
        out += c.valid ? bytes.substr(at, c.bytes) : kReplacement;
        at += c.bytes;
    }
    return out;
}

} // namespace

StreamDecoder::StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, From from, bool showSpecial)
    : tokenizer_(std::move(tokenizer)), from_(from), showSpecial_(showSpecial) {}

std::string StreamDecoder::push(TokenId id) {
    if (first_ && from_ == From::Text) {
        const std::string text = tokenizer_->decode(std::span(&id, 1), showSpecial_);
        const TokenType type = tokenizer_->type(id);
        first_ =
            !showSpecial_ && (type == TokenType::Control || type == TokenType::Unknown); // a hidden token is no text
        pending_ += text;
    } else {
        pending_ += tokenizer_->decodeToken(id, showSpecial_);
    }
    const std::size_t tail = unfinishedUtf8Tail(pending_);
    const std::size_t whole = pending_.size() - tail;
    std::string out = madeValid(std::string_view(pending_).substr(0, whole));
    pending_.erase(0, whole);
    return out;
}

std::string StreamDecoder::finish() {
    std::string out = madeValid(pending_);
    pending_.clear();
    return out;
}

} // namespace vitral
